"""The records of a check-up."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

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
        record = asdict(self)
        record["unreadable"] = [{"path": str(u.path), "why": u.why} for u in self.unreadable]
        record["twins"] = [
            {"one": str(t.one), "other": str(t.other), "similarity": round(t.similarity, 4)}
            for t in self.twins
        ]
        return record | {"twin_similarity": DATA.twin_similarity}
