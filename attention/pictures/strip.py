"""A small line chart of energy over time, with a cursor at the current frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import cv2
import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from attention.pictures.overlay import Floats, Picture
from attention.pictures.sheet import INK, LINE_WIDTH, QUIET, SMALL, Line, Sheet, font

# Colours that differ for every kind of colour blindness (after Okabe and Ito). Each has its own dash,
# so that lines can be told apart without colour. The player on the page uses the same.
LINES: tuple[Line, ...] = (
    ("#0067a5", "solid"),
    ("#b84700", (0, (4, 1.6))),
    ("#00805d", (0, (1.2, 1.4))),
    ("#a8427f", (0, (5, 1.6, 1.2, 1.6))),
    ("#8a6a00", (0, (7, 2))),
    ("#5a4fc4", (0, (2.4, 1.2, 0.8, 1.2))),
    ("#1f7a90", (0, (0.8, 1.2))),
    ("#666666", (0, (8, 1.8, 2, 1.8))),
)
DOT = 6  # pixels, radius of a dot on the cursor


def line_style(place: int) -> Line:
    """Colour and dash of the concept at a place among the looks of an analysis."""
    return LINES[place % len(LINES)]


@dataclass(frozen=True)
class Strip:
    """The strip's box on its sheet, in pixels, and its data.

    seconds: float [N], N ≥ 2 · energies: float [N,K] of the K concepts drawn · top: the energy at the
    upper edge · places: of the K concepts, each names a line's style.
    """

    x: int
    y: int
    width: int
    height: int
    seconds: NDArray[np.float64]
    energies: Floats
    top: float
    places: tuple[int, ...]

    def draw(self, sheet: Sheet) -> None:
        """Draws the axes and the lines."""
        axes = sheet.axes(self.x, self.y, self.width, self.height)
        for place, values in zip(self.places, self.energies.T, strict=True):
            colour, dash = line_style(place)
            axes.plot(
                self.seconds,
                values,
                color=colour,
                ls=dash,
                lw=LINE_WIDTH,
                clip_on=False,
            )
        axes.set(xlim=self._span, ylim=(0, self.top))
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(QUIET)
        axes.xaxis.set_major_locator(MaxNLocator(10, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(3))
        axes.tick_params(colors=QUIET, length=4)
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            label.set_fontproperties(font(SMALL - 2))
        sheet.write("energy E over time, seconds", self.x, self.y - 12, SMALL, QUIET)

    def cursor(self, picture: Picture, frame: int) -> None:
        """Draws the cursor at a frame into the sheet's pixels, with a dot on each line."""
        x = self._across(self.seconds[frame])
        cv2.line(picture, (x, self.y - 4), (x, self.y + self.height), _rgb(INK), 2)
        for number in reversed(range(self.energies.shape[1])):
            at = (x, self._down(float(self.energies[frame, number])))
            colour = _rgb(line_style(self.places[number])[0])
            cv2.circle(picture, at, DOT + 2, (255, 255, 255), -1, cv2.LINE_AA)
            cv2.circle(picture, at, DOT, colour, -1, cv2.LINE_AA)

    @property
    def _span(self) -> tuple[float, float]:
        first, last = float(self.seconds[0]), float(self.seconds[-1])
        return first, max(last, first + 0.01)

    def _across(self, seconds: float) -> int:
        first, last = self._span
        return self.x + round((float(seconds) - first) / (last - first) * self.width)

    def _down(self, energy: float) -> int:
        return self.y + round((1 - energy / self.top) * self.height)


def strip(
    box: tuple[int, int, int, int],
    seconds: Sequence[float],
    energies: Floats,
    places: Sequence[int] | None = None,
) -> Strip:
    """The strip in a box (x, y, width, height) for energies [N,K] at `seconds` [N].

    places: of the lines' styles, 0 to K−1 by default.
    """
    styles = tuple(range(energies.shape[1]) if places is None else places)
    at = np.asarray(seconds, np.float64)
    return Strip(*box, at, energies, _round_up(float(energies.max())), styles)


def places_of(concepts: Sequence[int], looks: Sequence[int]) -> list[int]:
    """The style of each concept's line: its place in `looks`, or the first place free."""
    spare = iter(range(len(looks), len(looks) + len(concepts)))
    return [looks.index(c) if c in looks else next(spare) for c in concepts]


def _round_up(value: float) -> float:
    """The smallest round number that is not below value."""
    if value <= 0:
        return 1.0
    power = 10.0 ** floor(log10(value))
    return float(
        next(step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15) if step * power >= value)
    )


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue
