"""Progress in the terminal: bars with the time left, for work of more than two seconds.

A sweep also writes a line for each cell; where there is no terminal, as in a log, stages are lines.
"""

import os
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

from attention.catalogue.catalogue import say
from training.listener import Cell, Kind, Listener

WAIT = 2.0  # seconds before a bar appears


class TerminalProgress(Listener):
    """Shows each stage as a bar; its name has the cell of the sweep and the time left for all cells.

    The cells of a sweep are lines besides; where no bar is drawn, the stages too.
    """

    def __init__(self, bars: "Bars", clock: Callable[[], float] = time.monotonic) -> None:
        self._bars = bars
        self._clock = clock
        self._first: tuple[int, float] | None = None  # cells done and the time, at the first event
        self._stage = self._cells = ""
        self._written: set[str] = set()

    def cell(self, cell: Cell) -> None:
        """Stores the cell's number and the time left for all cells, when there are several."""
        if cell.of == 1:
            return
        self._first = self._first or (cell.done, self._clock())
        before, began = self._first
        self._cells, left = f"{cell.done + 1} of {cell.of}", ""
        if cell.done > before:  # an estimate needs one finished cell
            each = (self._clock() - began) / (cell.done - before)
            left = f", {how_long(each * (cell.of - cell.done))} left"
            self._cells += left
        self._write(str(cell), left)

    def stage(self, kind: Kind, detail: str = "") -> None:
        """Sets the name of the stage's bar."""
        stage = f"{kind} {detail}".strip()
        self._stage = f"{self._cells}: {stage}" if self._cells else stage
        if not sys.stderr.isatty() and os.environ.get("RANK", "0") == "0":
            tqdm.write(f"  {stage}", file=sys.stderr)

    def note(self, sentence: str) -> None:
        """Prints the sentence above the bars, once."""
        self._write(f"note: {sentence}")

    def _write(self, line: str, end: str = "") -> None:
        """Writes a line above the bars, once whatever its end."""
        if line not in self._written and os.environ.get("RANK", "0") == "0":
            self._written.add(line)
            tqdm.write(line + end, file=sys.stderr)

    def step(self, done: int, of: int) -> None:
        """Moves the bar."""
        self._bars.show(self._stage, done, of)


class Bars:
    """A progress bar with the time left, for one task after another; appears after two seconds."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._name = ""
        self._bar: tqdm[Any] | None = None

    def show(self, name: str, done: int, total: int | None) -> None:
        """Moves the bar of task `name`; a new name begins a new bar."""
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
                else None,  # None: no bar without a terminal
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


def how_long(seconds: float | None) -> str:
    """A rounded duration: "about 40 s", "about 3 min", "about 2.5 h"; "some time" for None."""
    if seconds is None:
        return say("time.unknown")
    if seconds < 90:
        return say("time.seconds", amount=max(1, round(seconds)))
    if seconds < 90 * 60:
        return say("time.minutes", amount=round(seconds / 60))
    return say("time.hours", amount=f"{seconds / 3600:.1f}")
