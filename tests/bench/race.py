"""Works timed in turns, so that whatever else the machine does meets them all alike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Seconds = NDArray[np.float64]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Row:
    """A line of the table: a figure of each round, and the goal its median should meet.

    goal: negative for "at most", positive for "at least", None for a figure without one.
    """

    what: str
    rounds: Seconds
    goal: float | None = None
    note: str = ""

    def __str__(self) -> str:
        median, low, high = (float(f(self.rounds)) for f in (np.median, np.min, np.max))
        spread = f"{_short(low)} – {_short(high)}"
        return f"{self.what:<58}{_short(median):>9}   {spread:<19}{self._judged(median):<16}{self.note}"

    def _judged(self, median: float) -> str:
        if self.goal is None:
            return ""
        met = median <= -self.goal if self.goal < 0 else median >= self.goal
        sign = "≤" if self.goal < 0 else "≥"
        return f"{sign} {abs(self.goal):g} {'met' if met else 'MISSED'}"


def in_turns(
    works: Mapping[str, Callable[[], object]], rounds: int, clock: Clock = time.perf_counter
) -> dict[str, Seconds]:
    """Seconds each work took in each round by that clock, after one round that does not count.

    Every other round runs backwards: a machine that slows down does not favour the first.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name in list(works)[:: -1 if number % 2 else 1]:
            started = clock()
            works[name]()
            seconds[name].append(clock() - started)
    return {name: np.array(each[1:]) for name, each in seconds.items()}


def _short(number: float) -> str:
    if 0 < number < 5e-4:
        return f"{number:.1e}"
    return f"{number:.4f}" if number < 0.1 else f"{number:.3f}" if number < 10 else f"{number:,.0f}"
