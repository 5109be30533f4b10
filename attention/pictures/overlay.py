"""Draws a map over its frame: colours, the CNN's input square, blending, the energy window.

Maps are raw up to here. On maps drawn together, a colour means the same value. With scale "own" each
map has its own maximum instead, and the heights of energies cannot be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray

from attention.analysis import Analysis, Side
from attention.errors import InputError

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]
Window = tuple[int, int, int]  # row and column of the upper left cell, side in cells
Scale = Literal["shared", "own"]
COLOURS = ("viridis", "cividis", "magma", "turbo", "jet")
DIMMED = 0.38  # brightness factor of the frame outside the CNN's input square
EDGES = (20, 255, 20)  # grey levels of the window's line, from outside to inside


@dataclass(frozen=True)
class Look:
    """How maps are drawn. Raises InputError for impossible values.

    colours: one of COLOURS · opacity: of the map over the frame, 0 to 1, reached at half of the scale and
    less below, so that a map of zeros leaves the frame as it is · scale: "shared", one for
    all maps drawn together, or "own", each map divided by its own maximum · window: whether the
    energy window is outlined.
    """

    colours: str = "viridis"
    opacity: float = 0.7
    scale: Scale = "shared"
    window: bool = True

    def __post_init__(self) -> None:
        if self.colours not in COLOURS:
            raise InputError(f"There are no colours '{self.colours}'; use {', '.join(COLOURS)}.")
        if not 0 <= self.opacity <= 1:
            raise InputError(f"An opacity of {self.opacity} is not possible; give 0 to 1.")
        if self.scale not in get_args(Scale):
            raise InputError(f"There is no scale '{self.scale}'; use shared or own.")


def analysed_square(height: int, width: int) -> tuple[int, int, int]:
    """The centred square of a picture that the CNN gets: (top, left, side) in pixels (§4.2)."""
    side = min(height, width)
    return (height - side) // 2, (width - side) // 2, side


def stretched(L: Floats, height: int, width: int) -> Floats:
    """A map [h,w] interpolated bilinearly to [height,width] pixels; cell values lie at cell centres.

    Beyond the outermost centres the value of the outermost cell continues.
    """
    wide = cv2.resize(L.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return wide.astype(np.float32)


@lru_cache
def colour_table(colours: str) -> Picture:
    """The 256 colours of a colour map, low to high: uint8 [256,3]."""
    table = matplotlib.colormaps[colours](np.arange(256), bytes=True)[:, :3]
    return np.ascontiguousarray(table, np.uint8)


def coloured(values: Floats, top: float, colours: str = "viridis") -> Picture:
    """Colours uint8 [...,3] of values [...] from 0 to `top`; the lowest colour when top is 0."""
    level = values * (255 / top) if top > 0 else np.zeros_like(values)
    return colour_table(colours)[np.clip(np.rint(level), 0, 255).astype(np.uint8)]


def overlay(
    frame: Picture,
    L: Floats,
    top: float,
    look: Look = Look(),
    window: Window | None = None,
    whole: bool = False,
) -> Picture:
    """The frame [H,W,3] under one map L [h,w], coloured from 0 to `top`; dimmed outside the square.

    window: (row, col, s), the s×s cells to outline, or None · whole: the map shows all of the frame.
    """
    picture = np.rint(frame * DIMMED).astype(np.uint8)
    y, x, side = analysed_square(*frame.shape[:2])
    inside = np.s_[:, :] if whole else np.s_[y : y + side, x : x + side]
    size = picture[inside].shape[:2]
    # interpolating values, not colours, keeps every colour on the scale
    values = stretched(L, *size)
    share = look.opacity * np.clip(2 * values / top if top > 0 else 0 * values, 0, 1)[..., None]
    heat = coloured(values, top, look.colours)
    picture[inside] = np.rint(frame[inside] * (1 - share) + heat * share).astype(np.uint8)
    if window is not None and look.window:
        _outline(picture[inside], *window_box(window, (L.shape[0], L.shape[1]), size))
    return picture


def window_box(
    window: Window, map_size: tuple[int, int], size: tuple[int, ...]
) -> tuple[int, int, int, int]:
    """The window's (top, left, bottom, right) in pixels of a picture (height, width) under a map (h, w)."""
    row, col, s = window
    (h, w), (height, width) = map_size, size
    top, bottom = (round(cell * height / h) for cell in (row, row + s))
    left, right = (round(cell * width / w) for cell in (col, col + s))
    return top, left, bottom, right


def _outline(square: Picture, top: int, left: int, bottom: int, right: int) -> None:
    """Draws a white line with dark edges, visible on any colour, just inside the box."""
    box = square[top:bottom, left:right]
    height, width = box.shape[:2]
    thick = min(max(1, round(len(square) / 160)), min(height, width) // 8)  # 0 in a tiny box
    rim = len(EDGES) * thick
    core = box[rim : height - rim, rim : width - rim].copy()
    for ring, grey in enumerate(EDGES):
        inset = ring * thick
        box[inset : height - inset, inset : width - inset] = grey
    box[rim : height - rim, rim : width - rim] = core


def scaled(frame: Picture, width: int, height: int) -> Picture:
    """The frame [H,W,3] resized: area average when it shrinks, bicubic when it grows."""
    how = cv2.INTER_AREA if width < frame.shape[1] else cv2.INTER_CUBIC
    small = cv2.resize(np.ascontiguousarray(frame), (width, height), interpolation=how)
    return small.astype(np.uint8, copy=False)


def side_with_maps(analysis: Analysis, side: str) -> tuple[Side, Floats]:
    """One side and its maps [N,C,h,w]. InputError when the side or its maps are missing."""
    known = {each.name: each for each in analysis.sides}
    if side not in known:
        raise InputError(f"The analysis has no side '{side}'; it has {', '.join(known)}.")
    found = known[side]
    if found.maps is None:
        raise InputError(
            f"The attention maps of {analysis.clip} were not kept; analyse it again keeping them."
        )
    return found, found.maps


def concepts_to_draw(analysis: Analysis, concepts: Sequence[int] | None) -> list[int]:
    """The given concepts without repeats, or `analysis.shown()`. InputError for a wrong index."""
    chosen = analysis.shown() if concepts is None else list(dict.fromkeys(concepts))
    wrong = [c for c in chosen if not 0 <= c < len(analysis.concepts)]
    if wrong or not chosen:
        which = f"Concept {wrong[0]} does not exist" if wrong else "No concept is named"
        raise InputError(f"{which}; give some of 0 to {len(analysis.concepts) - 1}.")
    return chosen


def tops(maps: Floats, concepts: Sequence[int], scale: Scale) -> Floats:
    """The value of the highest colour for each frame and each of `concepts`: [N,len(concepts)].

    "shared": the maximum over all concepts and frames of the clip, as on the page · "own": each map's.
    """
    own = maps[:, list(concepts)].max(axis=(2, 3))
    return np.full_like(own, maps.max(initial=0)) if scale == "shared" else own


def window_of(side: Side, frame: int, concept: int, s: int) -> Window | None:
    """The energy window of a concept in a frame: (row, col, s); None when the energy is 0."""
    if side.energies[frame, concept] == 0:
        return None
    row, col = (int(cell) for cell in side.windows[frame, concept])
    return row, col, s
