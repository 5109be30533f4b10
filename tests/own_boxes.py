"""A session of one's own concepts whose CNN sees colours alone: red and blue stills, learned in no time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from attention.gate.temporary.store import Store
from attention.gate.visitors import Visitor
from attention.media.frames import Clip, FrameReader, Frames, Limits
from attention.model.card import Card
from attention.model.folder import Model
from tests.networks import pooled_backbone
from training.own.session import Session

NAMES = {0: "Red", 1: "Blue"}
ANN = Visitor("ann", "1.1.1.1")
BOB = Visitor("bob", "2.2.2.2")


def base() -> Model:
    """The model whose features are learned from: A are the colours themselves."""
    card = Card(title="colours", about="", concepts=("a", "b"), backbone="pooled")
    return Model("colours", card, pooled_backbone(2))


def still(box: int, number: int) -> bytes:
    """A PNG that is mostly red (box 0) or blue, each number another."""
    rng = np.random.default_rng([box, number])
    picture = rng.integers(0, 90, (40, 60, 3), np.uint8)
    picture[..., 0 if box else 2] += 140  # OpenCV writes BGR
    return cv2.imencode(".png", picture)[1].tobytes()


def filled(folder: Path, each: int = 4, camera: bool = False) -> Session:
    """Ann's session with so many stills in both boxes."""
    session = Session.begun(Store(folder), ANN)
    for box in NAMES:
        for number in range(each):
            take = 1 + box if camera else 0
            session.add(box, f"{box}-{number}.png", still(box, number), take, camera)
    return session


def read_here(
    files: Sequence[Path], sampling: dict[str, Any], limits: Limits, _seconds: float
) -> Iterator[Iterator[tuple[Clip, Frames]]]:
    """As training.data.pictures.confined_frames, without a child."""

    def frames_of(file: Path) -> Iterator[tuple[Clip, Frames]]:
        with FrameReader(file, limits=limits, **sampling) as reader:
            yield from ((reader.clip, frames) for frames in reader)

    yield from map(frames_of, files)
