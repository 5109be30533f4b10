"""What a data source holds: stills and clips with labels, folds, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Still:
    """A Web image and the place of its concept in Source.concepts."""

    path: Path
    label: int


@dataclass(frozen=True)
class LabelledClip:
    """A clip and the place of its concept; clips of one recording share a non-empty group."""

    path: Path
    label: int
    group: str = ""

    @property
    def name(self) -> str:
        """Its class folder and file, as tables and galleries have it."""
        return f"{self.path.parent.name}/{self.path.name}"


@dataclass(frozen=True)
class Fold:
    """One split of the clips, such as UCF101's first; dev is what choices are made on."""

    name: str
    train: tuple[LabelledClip, ...]
    test: tuple[LabelledClip, ...]
    dev: tuple[LabelledClip, ...] = ()

    @property
    def clips(self) -> tuple[LabelledClip, ...]:
        """All clips of the fold."""
        return self.train + self.dev + self.test


@dataclass(frozen=True)
class Source:
    """Stills and clips of the same concepts (Section 4.1).

    A source of Web images alone has no folds, one of clips alone no stills. `skipped` says in
    sentences what was left out and what was chosen where the files did not say.
    """

    name: str
    concepts: tuple[str, ...]
    stills: tuple[Still, ...]
    folds: tuple[Fold, ...]
    skipped: tuple[str, ...] = ()

    @property
    def clips(self) -> tuple[LabelledClip, ...]:
        """Every clip of any fold once, ordered by path."""
        every = {clip.path: clip for fold in self.folds for clip in fold.clips}
        return tuple(every[path] for path in sorted(every))


@dataclass(frozen=True)
class WebHalf:
    """Stills as their folders have them: class name → paths; classes may be empty."""

    name: str
    stills: dict[str, tuple[Path, ...]]
    notes: tuple[str, ...] = ()


# fold name → clip → "train", "test" or "dev"
Splits = dict[str, dict[Path, str]]


@dataclass(frozen=True)
class VideoHalf:
    """Clips as their folders have them: class name → paths, and who decides their splits.

    `splits` is empty where nobody has split the clips; `groups` names the recordings of clips.
    """

    name: str
    clips: dict[str, tuple[Path, ...]]
    splits: Splits
    groups: dict[Path, str]
    notes: tuple[str, ...] = ()
