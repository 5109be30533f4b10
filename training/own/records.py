"""The records of one's own concepts: what was brought, what came of it, and what was learned."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from attention.methods.method import Floats
from training.fit.quick_head import HeldOut

if TYPE_CHECKING:
    from attention.model import Model

BOXES = 6  # concepts at most
MOST_CLIPS = 10  # labelled clips of a concept
LARGEST = 20_000_000  # bytes of one file, as of any request that is no upload


@dataclass(frozen=True)
class Brought:
    """A still or clip in a box, not yet decoded.

    key: names it within its session · name: as its owner has it · take: what was recorded in one go has one
    number · camera: whether it is of the camera of the page · digest: the same for the same bytes.
    """

    key: str
    box: int
    name: str
    take: int
    camera: bool
    digest: str
    path: Path


@dataclass(frozen=True)
class SeenStill:
    """features: float32 [K], A averaged over its cells."""

    features: Floats


@dataclass(frozen=True)
class SeenClip:
    """place: the file that holds A float16 [N,K,h,w] of its sampled frames."""

    place: Path

    @property
    def A(self) -> NDArray[np.float16]:
        """The maps, read from the disk."""
        return np.asarray(np.load(self.place, allow_pickle=False), np.float16)


@dataclass(frozen=True)
class Unreadable:
    """A file that is not learned from. why: a sentence."""

    why: str


Read = SeenStill | SeenClip | Unreadable


@dataclass(frozen=True)
class Counted:
    """A concept, and how many stills and labelled clips it has."""

    name: str
    stills: int
    clips: int


@dataclass(frozen=True, eq=False)
class Learnt:
    """A model of one's own concepts, what it learned from, and how good it is on stills held out.

    held_out: None where a concept has a single still · methods: those that labelled clips brought · notes:
    sentences about what was left out · brought: by concept, the files that were learned from.
    """

    model: "Model"
    concepts: tuple[Counted, ...]
    held_out: HeldOut | None
    methods: tuple[str, ...]
    brought: tuple[tuple[Brought, ...], ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
