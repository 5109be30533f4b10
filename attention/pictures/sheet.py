"""A white sheet for figures and film pages, measured in pixels, with Matplotlib's own font.

It uses only Figure and its canvas, never pyplot, whose state is shared by all threads.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from attention.pictures.overlay import Look, Picture, colour_table
from attention.pictures.tiles import EDGE, FONTS, KEY, LINE, NAME, Grid, fitted

DPI = 100
INK, QUIET = "#1c1c1c", "#5c5c5c"
SMALL = 16  # pixels, the size of secondary text
HEADER = 94  # pixels: a title, a line below it, a gap
FOOTER = 62  # pixels: the colour bar with its numbers, three notes
LEAST_WIDTH = 960  # pixels that the title and the notes need
BAR = 260  # pixels, the length of the colour bar

LINE_WIDTH = 2.2  # points

Dash = Literal["solid"] | tuple[int, tuple[float, ...]]
Line = tuple[str, Dash]  # colour and dash
Align = Literal["left", "center", "right"]


class Sheet:
    """A sheet of `width`×`height` pixels; x runs right and y down from its upper left corner."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor="white")
        self.canvas = FigureCanvasAgg(self.figure)

    def write(
        self,
        text: str,
        x: float,
        y: float,
        size: int = NAME,
        colour: str = INK,
        bold: bool = False,
        align: Align = "left",
    ) -> None:
        """Writes one line with baseline y. "$" is plain text, not mathematics."""
        self.figure.text(
            x / self.width,
            1 - y / self.height,
            text,
            fontproperties=font(size, bold),
            color=colour,
            ha=align,
            va="baseline",
            parse_math=False,
        )

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """New axes in a box given in pixels."""
        return self.figure.add_axes(self._box(x, y, width, height))

    def place(self, picture: Picture, x: int, y: int) -> None:
        """Draws a picture without scaling; (x, y) is its upper left corner."""
        height, width = picture.shape[:2]
        axes = self.axes(x, y, width, height)
        axes.imshow(picture, interpolation="none", aspect="auto")
        axes.set_axis_off()

    def edge(self, grid: Grid, tile: int, colour: str, dashed: bool) -> None:
        """Draws a frame around a tile, solid or dashed."""
        left, bottom, width, height = self._box(*grid.corner(tile), grid.width, grid.height)
        style: Dash = (0, (3, 1.6)) if dashed else "solid"
        box = Rectangle(
            (left, bottom), width, height, fill=False, ec=colour, lw=4.5, ls=style, capstyle="butt"
        )
        self.figure.add_artist(box)

    def title(self, title: str, below: str, width: float | None = None) -> None:
        """Writes the sheet's title and a line of secondary text below it."""
        width = self.width - 2 * EDGE if width is None else width
        self.write(fitted(title, width, 0, 22, 1, True)[0], EDGE, EDGE + 16, 22, INK, True)
        self.write(fitted(below, width, 0, SMALL, 1)[0], EDGE, EDGE + 42, SMALL, QUIET)

    def footer(self, y: int, top: float, look: Look, notes: Sequence[str]) -> None:
        """Draws the colour bar from 0 to `top`; writes the scale and up to two notes beside it."""
        own = look.scale == "own"
        numbers = (
            ["0", "each map's own maximum"] if own else [written(top * i / 2) for i in range(3)]
        )
        table = colour_table(look.colours)[None, np.arange(BAR) * 256 // BAR]
        self.place(np.repeat(table, 16, axis=0), EDGE, y)
        for i, number in enumerate(numbers):
            align: Align = "left" if i == 0 else "right" if i == len(numbers) - 1 else "center"
            at = EDGE + BAR * i / (len(numbers) - 1)
            self.write(number, at, y + 37, SMALL, QUIET, align=align)
        x = EDGE + BAR + 40
        scale = (
            "Own scale: each map by its own maximum; heights cannot be compared."
            if own
            else "Colour: attention map L(F,c), Eq. 1; one scale for the whole clip."
        )
        for line, note in enumerate([scale, *notes][:3]):
            room = self.width - x - EDGE
            self.write(fitted(note, room, 0, SMALL, 1)[0], x, y + 13 + line * 24, SMALL, QUIET)

    def caption(
        self,
        grid: Grid,
        tile: int,
        name: str,
        energy: str = "",
        colour: str = INK,
        more: str = "",
        key: Line | None = None,
    ) -> None:
        """Writes a tile's name, its energy beside or below the name, and secondary text.

        key: colour and dash of the concept's line in the strip; a sample stands before the name.
        """
        place = grid.caption(tile, name, keyed=key is not None)
        x, y = place.at
        if key:
            self._sample(x - KEY, y - 7, key)
        for line, text in enumerate(place.name):
            self.write(text, x, y + line * LINE, colour=colour)
        self.write(energy, *place.energy, bold=True, align="right" if place.beside else "left")
        quiet = fitted(more, grid.width, 0, SMALL, 1)
        self.write("".join(quiet), *place.more, SMALL, QUIET)

    def _sample(self, x: float, y: float, key: Line) -> None:
        across = [x / self.width, (x + KEY - 8) / self.width]
        down = [1 - y / self.height] * 2
        self.figure.add_artist(Line2D(across, down, color=key[0], ls=key[1], lw=LINE_WIDTH))

    def pixels(self) -> Picture:
        """The sheet's current pixels: uint8 [height,width,3]."""
        self.canvas.draw()
        return np.asarray(self.canvas.buffer_rgba(), np.uint8)[..., :3].copy()

    def _box(
        self, x: float, y: float, width: float, height: float
    ) -> tuple[float, float, float, float]:
        below = 1 - (y + height) / self.height
        return x / self.width, below, width / self.width, height / self.height


def font(size: int, bold: bool = False) -> FontProperties:
    """DejaVu Sans for Matplotlib, `size` pixels high."""
    name = f"DejaVuSans{'-Bold' if bold else ''}.ttf"
    return FontProperties(fname=FONTS / name, size=size * 72 / DPI)


def written(value: float) -> str:
    """A number with two decimals, or two significant digits below 0.1; with a true minus sign."""
    digits = ".2g" if value and abs(value) < 0.1 else ".2f" if abs(value) < 1000 else ".4g"
    return f"{value:{digits}}".replace("-", "−")
