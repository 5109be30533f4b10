"""The records of a check-up."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from training.settings import DATA


@dataclass(frozen=True)
class Unreadable:
    """A file that cannot be used, and why in one sentence."""

    path: Path
    why: str


@dataclass(frozen=True)
class Twins:
    """Two stills of one class with similar colour histograms; similarity: threshold … 1."""

    one: Path
    other: Path
    similarity: float


Between = Literal["classes", "train and test", "stills and clips", "clips"]


@dataclass(frozen=True)
class Copy:
    """Two files that show the same, what lies between them, and the one to leave out.

    similarity: threshold … 1, of their most similar pictures · same: whether they are one file twice.
    """

    one: Path
    other: Path
    similarity: float
    same: bool
    between: Between
    leave_out: Path


@dataclass(frozen=True)
class Giveaway:
    """A fact, such as "frame rate", that divides the classes of stills or clips: value → its classes."""

    kind: str
    fact: str
    values: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class FoldCount:
    """The numbers of training, development and test clips of each concept in a fold."""

    name: str
    train: tuple[int, ...]
    dev: tuple[int, ...]
    test: tuple[int, ...]


@dataclass(frozen=True)
class Checkup:
    """The contents of a source by concept, its faults, and advice."""

    name: str
    concepts: tuple[str, ...]
    stills: tuple[int, ...]  # readable stills of each concept
    clips: tuple[int, ...]
    folds: tuple[FoldCount, ...]
    unreadable: tuple[Unreadable, ...]
    twins: tuple[Twins, ...]
    notes: tuple[str, ...]
    advice: tuple[str, ...]
    copies: tuple[Copy, ...] = ()
    compared: bool = True  # whether the time was enough to look for copies in all files
    giveaways: tuple[Giveaway, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The checkup as values for JSON; paths as text."""
        record: dict[str, Any] = _CHECKUP.dump_python(self, mode="json")
        return record | {"twin_similarity": DATA.twin_similarity}

    @staticmethod
    def from_json(record: Any, folder: Path) -> "Checkup":
        """The checkup from the values of to_json(); all its paths must be in `folder`.

        Raises ValueError for any other record.
        """
        seen = _CHECKUP.validate_python(record)
        found: list[Twins | Copy] = [*seen.twins, *seen.copies]
        pairs = [path for two in found for path in (two.one, two.other)]
        pairs += [copy.leave_out for copy in seen.copies]
        for path in (*pairs, *(fault.path for fault in seen.unreadable)):
            if ".." in path.relative_to(folder).parts:
                raise ValueError(path)
        sides = [side for fold in seen.folds for side in (fold.train, fold.dev, fold.test)]
        if any(len(numbers) != len(seen.concepts) for numbers in (seen.stills, seen.clips, *sides)):
            raise ValueError("other numbers than concepts")
        return seen


_CHECKUP = TypeAdapter(Checkup)
