"""What a training tells while it works: the terminal, a run's folder or nobody may listen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "caching",
    "Web CNN",
    "maps",
    "SVM",
    "tuned CNN",
    "out of fold",
    "EnergyNet",
    "judging",
    "NoImage",
]


@dataclass(frozen=True)
class Cell:
    """What is fitted and judged at one go: a fold, a seed, a share of labels (0 for what needs none).

    done, of: cells finished before it, and in all.
    """

    fold: str
    seed: int
    fraction: float
    done: int
    of: int


@dataclass(frozen=True)
class Epoch:
    """One pass: its number from 1, mean training loss, accuracies in 0 … 1, seconds."""

    number: int
    loss: float
    accuracy: float
    validation: float | None
    seconds: float


@dataclass(frozen=True)
class Step:
    """One training step: its number, mean energy and triplet loss of its batch, the pool's size."""

    number: int
    energy_loss: float
    triplet_loss: float
    pool: int


class Listener:
    """Hears nothing. Whatever a method raises ends the training there: between two of its steps."""

    def cell(self, cell: Cell) -> None:
        """Work on a cell begins."""

    def stage(self, kind: Kind, part: str = "") -> None:
        """A stretch of work begins; part tells those of one kind apart within a cell."""

    def step(self, done: int, of: int) -> None:
        """So many files, mini-batches or steps of the stretch are done."""

    def epoch(self, epoch: Epoch) -> None:
        """A pass of a CNN's fine-tuning is over."""

    def energynet(self, step: Step) -> None:
        """A step of EnergyNet's training is over."""

    def note(self, sentence: str) -> None:
        """Something a person should know of what is being trained."""


NOBODY = Listener()
