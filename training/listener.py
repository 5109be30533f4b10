"""Events of a training in progress: a Listener receives them and prints or stores them."""

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
    """One cell of a sweep: a fold, a seed and a share of labels (0 for methods without labels).

    done: cells finished before this one · of: all cells.
    """

    fold: str
    seed: int
    fraction: float
    done: int
    of: int

    def __str__(self) -> str:
        """Such as: 3 of 21: fold 1, seed 0, 20 % of the labels."""
        labels = f"{100 * self.fraction:g} % of the labels" if self.fraction else "no labels"
        return f"{self.done + 1} of {self.of}: fold {self.fold}, seed {self.seed}, {labels}"


@dataclass(frozen=True)
class Epoch:
    """One epoch: its number from 1, mean training loss, accuracies in 0 … 1, seconds."""

    number: int
    loss: float
    accuracy: float
    validation: float | None
    seconds: float


@dataclass(frozen=True)
class Step:
    """One training step: its number, mean energy and triplet loss of its batch, mini-batch size."""

    number: int
    energy_loss: float
    triplet_loss: float
    pool: int


class Listener:
    """Ignores all events; subclasses override methods. An error raised by a method ends the training."""

    def cell(self, cell: Cell) -> None:
        """Called when work on a cell begins."""

    def stage(self, kind: Kind, detail: str = "") -> None:
        """Called when a stage begins; detail distinguishes stages of one kind within a cell."""

    def step(self, done: int, of: int) -> None:
        """Called when `done` of `of` files, mini-batches or steps of the stage are done."""

    def epoch(self, epoch: Epoch) -> None:
        """Called after each epoch of a CNN's fine-tuning."""

    def energynet(self, step: Step) -> None:
        """Called after each step of EnergyNet's training."""

    def note(self, sentence: str) -> None:
        """Called with a sentence that the user should read."""


NOBODY = Listener()
