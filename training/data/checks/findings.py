"""What a check-up finds, as records."""

from __future__ import annotations

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
    """Two stills of one class whose colour histograms are alike, from the threshold to 1."""

    one: Path
    other: Path
    similarity: float


@dataclass(frozen=True)
class FoldCount:
    """How many clips of each concept train, develop and test in a fold."""

    name: str
    train: tuple[int, ...]
    dev: tuple[int, ...]
    test: tuple[int, ...]


@dataclass(frozen=True)
class Checkup:
    """What a source holds, concept by concept, what is wrong with it and what to do."""

    name: str
    concepts: tuple[str, ...]
    stills: tuple[int, ...]  # of each concept, readable ones
    clips: tuple[int, ...]
    folds: tuple[FoldCount, ...]
    unreadable: tuple[Unreadable, ...]
    twins: tuple[Twins, ...]
    notes: tuple[str, ...]
    advice: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The checkup as JSON holds it; paths as text."""
        told = asdict(self)
        told["unreadable"] = [{"path": str(u.path), "why": u.why} for u in self.unreadable]
        told["twins"] = [
            {"one": str(t.one), "other": str(t.other), "similarity": round(t.similarity, 4)}
            for t in self.twins
        ]
        return told | {"twin_similarity": DATA.twin_similarity}
