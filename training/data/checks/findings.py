"""The records of a check-up."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        pairs = [path for twins in seen.twins for path in (twins.one, twins.other)]
        for path in (*pairs, *(found.path for found in seen.unreadable)):
            if ".." in path.relative_to(folder).parts:
                raise ValueError(path)
        sides = [side for fold in seen.folds for side in (fold.train, fold.dev, fold.test)]
        if any(len(numbers) != len(seen.concepts) for numbers in (seen.stills, seen.clips, *sides)):
            raise ValueError("other numbers than concepts")
        return seen


_CHECKUP = TypeAdapter(Checkup)
