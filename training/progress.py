"""Progress in the terminal: bars with the time left, for whatever takes more than two seconds."""

import os
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

from training.listener import Cell, Kind, Listener

WAIT = 2.0  # seconds before a bar appears


class Told(Listener):
    """Shows each stretch of a training as a bar; behind it how many cells of a sweep are done."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._stage = self._cells = ""

    def cell(self, cell: Cell) -> None:
        """Says which of the cells this is, when there are several."""
        self._cells = f"{cell.done + 1} of {cell.of}: " if cell.of > 1 else ""

    def stage(self, kind: Kind, part: str = "") -> None:
        """Begins the bar of a stretch."""
        self._stage = f"{self._cells}{kind} {part}".strip()

    def step(self, done: int, of: int) -> None:
        """Moves it."""
        self._bars.show(self._stage, done, of)


class Bars:
    """A progress bar with the time left for each task in turn, from two seconds on."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._name = ""
        self._bar: tqdm[Any] | None = None

    def show(self, name: str, done: int, total: int | None) -> None:
        """Moves the bar of task `name`, a new one when the name is new."""
        if self._bar is None or name != self._name:
            self._close()
            self._name = name
            bar: tqdm[Any] = tqdm(
                desc=name,
                total=total,
                initial=done,
                unit=self._unit,
                unit_scale=self._unit == "B",
                delay=WAIT,
                disable=True
                if os.environ.get("RANK", "0") != "0"
                else None,  # silent where nobody watches
            )
            self._bar = bar
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._close()
