"""A page of A4 that text is set on from top to bottom, in columns; what does not fit is refused."""

import re
from collections.abc import Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.lines import Line2D

from attention.errors import InputError
from attention.pictures.sheet import font

WIDTH, HEIGHT = 595.3, 841.9  # points
MARGIN = 42.0
MEASURED = 200.0  # points at which words are measured: small letters are rounded to whole ones
LEADING = 1.38  # of the letters' size
BOUND = re.compile(
    r" (?=[%±])|(?<=\d) (?=\[)|(?<=±) |(?<=,) (?=[^\[\]]*\])"
)  # spaces that no line ends at
INK, QUIET, LINE = "#16202c", "#51606f", "#b8c2cc"


class Page:
    """A page; `y` in points from the top is where the next thing goes."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72), facecolor="white")
        self.y = MARGIN

    def text(
        self,
        words: str,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        left: float = MARGIN,
        width: float = WIDTH - 2 * MARGIN,
        centred: bool = False,
    ) -> None:
        """Sets words in lines of a width. InputError where the page is full."""
        for line in wrapped(words, size, bold, width):
            self.y += size * LEADING
            if self.y > HEIGHT - MARGIN / 2:
                raise InputError(
                    f"The handout has more than a page holds, from “{line}” on; shorten it."
                )
            x = (left + width / 2 if centred else left) / WIDTH
            self.figure.text(
                x, 1 - self.y / HEIGHT, line, color=colour, ha="center" if centred else "left",
                va="baseline", fontproperties=font_of(size, bold), parse_math=False,
            )  # fmt: skip

    def lines(self, count: int, left: float, width: float, pitch: float = 21.0) -> None:
        """Empty lines to write on."""
        for _ in range(count):
            self.y += pitch
            self._rule(left, width)

    def rule(self) -> None:
        """A line across the page."""
        self.y += 8
        self._rule(MARGIN, WIDTH - 2 * MARGIN)

    def axes(self, left: float, width: float, height: float) -> Axes:
        """Axes below what is set; `y` stays where it is."""
        bottom = 1 - (self.y + height) / HEIGHT
        return self.figure.add_axes((left / WIDTH, bottom, width / WIDTH, height / HEIGHT))

    def _rule(self, left: float, width: float) -> None:
        y = 1 - self.y / HEIGHT
        ends = [left / WIDTH, (left + width) / WIDTH]
        line = Line2D(ends, [y, y], color=LINE, linewidth=0.6, transform=self.figure.transFigure)
        self.figure.add_artist(line)


def wrapped(words: str, size: float, bold: bool, width: float) -> Iterator[str]:
    """The lines of words that are no wider than so many points."""
    line = ""
    for word in BOUND.sub("\u00a0", words).split(" "):
        longer = f"{line} {word}".strip()
        if line and breadth(longer, size, bold) > width:
            yield line
            line = word
        else:
            line = longer
    if line:
        yield line


def breadth(words: str, size: float, bold: bool) -> float:
    """How wide words are, in points."""
    face = get_font(str(font_of(size, bold).get_file()))
    face.set_size(MEASURED, 72)
    face.set_text(words, 0)
    return float(face.get_width_height()[0]) / 64 * size / MEASURED


def font_of(size: float, bold: bool = False) -> FontProperties:
    """The letters of the project's pictures, at a size in points."""
    found: FontProperties = font(12, bold).copy()
    found.set_size(size)
    return found
