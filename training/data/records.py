"""The records of a data source: stills and clips with labels, folds, and notes."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Still:
    """A Web image; label: the place of its concept in Source.concepts."""

    path: Path
    label: int


@dataclass(frozen=True)
class LabelledClip:
    """A clip and its label; clips of one recording have the same non-empty group."""

    path: Path
    label: int
    group: str = ""

    @property
    def name(self) -> str:
        """Class folder and file name, as in tables and galleries."""
        return f"{self.path.parent.name}/{self.path.name}"


@dataclass(frozen=True)
class Fold:
    """One split of the clips, such as UCF101's first; settings are chosen on the dev clips."""

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

    A source of Web images alone has no folds; a source of clips alone has no stills. `skipped` has a
    sentence for everything left out and for every choice that the files did not determine.
    """

    name: str
    concepts: tuple[str, ...]
    stills: tuple[Still, ...]
    folds: tuple[Fold, ...]
    skipped: tuple[str, ...] = ()

    @property
    def clips(self) -> tuple[LabelledClip, ...]:
        """The clips of all folds, each once, ordered by path."""
        every = {clip.path: clip for fold in self.folds for clip in fold.clips}
        return tuple(every[path] for path in sorted(every))


@dataclass(frozen=True)
class WebHalf:
    """The stills of the class folders: class name → paths; classes may be empty."""

    name: str
    stills: dict[str, tuple[Path, ...]]
    notes: tuple[str, ...] = ()


# fold name → clip → "train", "test" or "dev"
Splits = dict[str, dict[Path, str]]


@dataclass(frozen=True)
class VideoHalf:
    """The clips of the class folders: class name → paths; with splits and recordings.

    `splits` is empty when the set defines none; `groups` maps clips to their recordings.
    """

    name: str
    clips: dict[str, tuple[Path, ...]]
    splits: Splits
    groups: dict[Path, str]
    notes: tuple[str, ...] = ()
