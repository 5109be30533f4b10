"""The layout of tiles and captions on a sheet, in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from pathlib import Path

import matplotlib
from matplotlib.ft2font import FT2Font
from PIL import ImageFont

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
EDGE, GAP = 32, 20  # pixels around the sheet and between tiles
NAME = 20  # pixels, the size of a caption's letters
LINE = 26  # pixels from one line of a caption to the next
ENERGY_ROOM = 100  # pixels reserved for the energy in a caption's first line
KEY = 34  # pixels of the line sample before a name
SLIMMEST, BROADEST = 0.4, 3.0  # width/height of a tile; a frame beyond these is centred in its tile


@dataclass(frozen=True)
class Caption:
    """The text below a tile and its positions: (x, y) of baselines in pixels.

    energy: where the energy begins, or, when `beside` the name, where it ends.
    """

    name: tuple[str, ...]
    at: tuple[int, int]
    energy: tuple[int, int]
    beside: bool
    more: tuple[int, int]


@dataclass(frozen=True)
class Grid:
    """Equal tiles in rows of `columns`, each `width`×`height` over `lines` lines of caption.

    picture: (width, height) of a frame inside its tile · beside: whether energies stand beside the
    names or below them · top: y of the first row · group: number of columns after which the gap is
    wider. All lengths are in pixels.
    """

    columns: int
    width: int
    height: int
    picture: tuple[int, int]
    lines: int
    beside: bool
    top: int
    tiles: int
    group: int

    @property
    def pitch(self) -> int:
        """The distance from one row of tiles to the next."""
        return self.height + 8 + self.lines * LINE + GAP

    @property
    def bottom(self) -> int:
        """The y at which the last row's captions end."""
        return self.top + ceil(self.tiles / self.columns) * self.pitch - GAP

    @property
    def right(self) -> int:
        """The x at which the last column ends."""
        return self.corner(self.columns - 1)[0] + self.width

    def corner(self, tile: int) -> tuple[int, int]:
        """The upper left corner (x, y) of a tile."""
        row, column = divmod(tile, self.columns)
        x = EDGE + column * (self.width + GAP) + column // self.group * GAP
        return x, self.top + row * self.pitch

    def inset(self, tile: int) -> tuple[int, int]:
        """The upper left corner (x, y) of the picture in a tile."""
        x, y = self.corner(tile)
        return x + (self.width - self.picture[0]) // 2, y + (self.height - self.picture[1]) // 2

    def caption(self, tile: int, name: str, keyed: bool = False) -> Caption:
        """The caption of a tile; keyed: whether a line sample stands before the name."""
        x, y = self.corner(tile)
        y += self.height + LINE
        indent = KEY if keyed else 0
        lines = fitted(name, self.width - indent, ENERGY_ROOM if self.beside else 0)
        below = y + len(lines) * LINE
        if self.beside:
            return Caption(tuple(lines), (x + indent, y), (x + self.width, y), True, (x, below))
        return Caption(tuple(lines), (x + indent, y), (x, below), False, (x, below + LINE))


def grid(
    size: tuple[int, int],
    tiles: int,
    longest: int,
    names: Sequence[str],
    top: int,
    columns: int | None = None,
    group: int | None = None,
) -> Grid:
    """The grid for frames of a size (width, height); `longest`: the longer side of a tile.

    Energies stand beside the names, or below them when a name would be cut otherwise. A name has at most
    two lines; one line of secondary text follows.
    """
    columns = columns or columns_for(tiles, size)
    width, height, picture = tile_size(size, longest)
    beside = [fitted(name, width - KEY, ENERGY_ROOM) for name in names]
    cut = any(line.endswith("…") for lines in beside for line in lines)
    below = [fitted(name, width - KEY) for name in names]
    lines = max(map(len, below)) + 2 if cut else max(map(len, beside)) + 1
    return Grid(columns, width, height, picture, lines, not cut, top, tiles, group or columns)


def tile_size(size: tuple[int, int], longest: int) -> tuple[int, int, tuple[int, int]]:
    """(width, height) of a tile, at most `longest`, and (width, height) of the frame inside it."""
    ratio = size[0] / size[1]
    shape = min(max(ratio, SLIMMEST), BROADEST)
    width = longest if shape >= 1 else round(longest * shape)
    height = round(longest / shape) if shape >= 1 else longest
    if shape == ratio:
        return width, height, (width, height)
    scale = min(width / size[0], height / size[1])
    return width, height, (max(1, round(scale * size[0])), max(1, round(scale * size[1])))


def columns_for(tiles: int, size: tuple[int, int]) -> int:
    """The number of tiles in a row, so that rows are even: 3 + 3 rather than 5 + 1."""
    most = 8 if size[0] < size[1] else 5
    return ceil(tiles / ceil(tiles / most))


@lru_cache
def face(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, `size` pixels high."""
    return ImageFont.truetype(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf", size)


def fitted(
    text: str, width: float, taken: float = 0, size: int = NAME, lines: int = 2, bold: bool = False
) -> list[str]:
    """Wraps text into at most `lines` lines of at most `width` pixels; "…" replaces the rest.

    taken: pixels that the first line must leave free at its end.
    """
    wrapped: list[str] = []
    words = _drawable(text).split(" ")  # not at no-break spaces
    while words and len(wrapped) < lines:
        room = width - (0 if wrapped else taken)
        fits = [n for n in range(1, len(words) + 1) if _wide(words[:n], size, bold) <= room]
        last = len(wrapped) == lines - 1
        line = " ".join(words if last else words[: max(fits, default=1)])
        words = words[max(fits, default=1) :]
        wrapped.append(_cut(line, room, size, bold))
    return wrapped


def _drawable(text: str) -> str:
    """The text with □ for each character that the font lacks, such as Chinese or emoji."""
    return "".join(c if ord(c) in _letters() else "□" for c in text)


@lru_cache
def _letters() -> frozenset[int]:
    return frozenset(FT2Font(str(FONTS / "DejaVuSans.ttf")).get_charmap())


def _cut(line: str, room: float, size: int, bold: bool) -> str:
    if _wide([line], size, bold) <= room:
        return line
    kept = (line[:n].rstrip() + "…" for n in range(len(line) - 1, 0, -1))
    return next((short for short in kept if _wide([short], size, bold) <= room), "…")


def _wide(words: list[str], size: int, bold: bool) -> float:
    return face(size, bold).getlength(" ".join(words))
