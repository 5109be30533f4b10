"""A map over its frame: colours, the square the CNN saw, the blend of Figure 2, the energy's window.

Maps stay raw until here. A colour means the same value on every map that is shown together, unless
each map's own maximum is asked for, which hides how high its energy is.
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
DIMMED = 0.38  # what is left of the frame's light where the CNN saw nothing
EDGES = (20, 255, 20)  # grey levels of the window's line, outside to inside


@dataclass(frozen=True)
class Look:
    """How maps are shown; InputError for what cannot be.

    colours: one of COLOURS · opacity: of the map over the frame, 0 to 1 · scale: "shared", one for
    all maps shown together, or "own", each map divided by its own maximum · window: whether the
    window of the energy is drawn.
    """

    colours: str = "viridis"
    opacity: float = 0.5
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
    """The centred square that the CNN saw of a picture: (top, left, side) in pixels (§4.2)."""
    side = min(height, width)
    return (height - side) // 2, (width - side) // 2, side


def stretched(L: Floats, side: int) -> Floats:
    """A map [h,w] as [side,side] pixels, bilinear, every cell's value at the cell's centre.

    Beyond the outermost centres the value stays that of the outermost cell.
    """
    wide = cv2.resize(L.astype(np.float32), (side, side), interpolation=cv2.INTER_LINEAR)
    return wide.astype(np.float32)


@lru_cache
def colour_table(colours: str) -> Picture:
    """The 256 colours of a colour map, low to high: uint8 [256,3]."""
    table = matplotlib.colormaps[colours](np.arange(256), bytes=True)[:, :3]
    return np.ascontiguousarray(table, np.uint8)


def coloured(values: Floats, top: float, colours: str = "viridis") -> Picture:
    """Values from 0 to `top`, any shape [...], as colours uint8 [...,3]; all lowest when top is 0."""
    level = values * (255 / top) if top > 0 else np.zeros_like(values)
    return colour_table(colours)[np.clip(np.rint(level), 0, 255).astype(np.uint8)]


def overlay(
    frame: Picture, L: Floats, top: float, look: Look = Look(), window: Window | None = None
) -> Picture:
    """The frame [H,W,3] under one map L [h,w] coloured from 0 to `top`, dimmed outside the square.

    window: (row, col, s), the s×s cells to outline, or None.
    """
    picture = np.rint(frame * DIMMED).astype(np.uint8)
    y, x, side = analysed_square(*frame.shape[:2])
    inside = np.s_[y : y + side, x : x + side]
    # values are stretched first and coloured after, so that every colour stands on the scale
    heat = coloured(stretched(L, side), top, look.colours)
    picture[inside] = cv2.addWeighted(
        np.ascontiguousarray(frame[inside]), 1 - look.opacity, heat, look.opacity, 0
    )
    if window is not None and look.window:
        _outline(picture[inside], *window_box(window, (L.shape[0], L.shape[1]), side))
    return picture


def window_box(window: Window, map_size: tuple[int, int], side: int) -> tuple[int, int, int, int]:
    """The window's (top, left, bottom, right) in pixels of a square `side` wide over a map (h, w)."""
    row, col, s = window
    h, w = map_size
    top, bottom = (round(cell * side / h) for cell in (row, row + s))
    left, right = (round(cell * side / w) for cell in (col, col + s))
    return top, left, bottom, right


def _outline(square: Picture, top: int, left: int, bottom: int, right: int) -> None:
    """Draws a white line with dark edges, seen on any colour, just inside the box."""
    box = square[top:bottom, left:right]
    height, width = box.shape[:2]
    thick = min(max(1, round(len(square) / 160)), min(height, width) // 8)  # 0: too small to see
    rim = len(EDGES) * thick
    core = box[rim : height - rim, rim : width - rim].copy()
    for ring, grey in enumerate(EDGES):
        inset = ring * thick
        box[inset : height - inset, inset : width - inset] = grey
    box[rim : height - rim, rim : width - rim] = core


def scaled(frame: Picture, width: int, height: int) -> Picture:
    """The frame [H,W,3] at another size, averaged when it shrinks."""
    how = cv2.INTER_AREA if width < frame.shape[1] else cv2.INTER_CUBIC
    small = cv2.resize(np.ascontiguousarray(frame), (width, height), interpolation=how)
    return small.astype(np.uint8, copy=False)


def side_with_maps(analysis: Analysis, side: str) -> tuple[Side, Floats]:
    """One side and its maps [N,C,h,w]; InputError when it has no such side or did not keep them."""
    known = {each.name: each for each in analysis.sides}
    if side not in known:
        raise InputError(f"The analysis has no side '{side}'; it has {', '.join(known)}.")
    found = known[side]
    if found.maps is None:
        raise InputError(
            f"The attention maps of {analysis.clip} were not kept; analyse it again keeping them."
        )
    return found, found.maps


def shown_concepts(analysis: Analysis, concepts: Sequence[int] | None) -> list[int]:
    """The concepts to show, by default the analysis's own choice; InputError for one it lacks."""
    shown = analysis.shown() if concepts is None else list(dict.fromkeys(concepts))
    wrong = [c for c in shown if not 0 <= c < len(analysis.concepts)]
    if wrong or not shown:
        which = f"Concept {wrong[0]} does not exist" if wrong else "No concept is named"
        raise InputError(f"{which}; give some of 0 to {len(analysis.concepts) - 1}.")
    return shown


def tops(maps: Floats, concepts: Sequence[int], scale: Scale) -> Floats:
    """The value that gets the highest colour, for every frame and shown concept: [N,len(concepts)].

    "shared": the maximum over the shown concepts and all frames of the clip · "own": each map's.
    """
    own = maps[:, list(concepts)].max(axis=(2, 3))
    return np.full_like(own, own.max(initial=0)) if scale == "shared" else own


def window_of(side: Side, frame: int, concept: int, s: int) -> Window | None:
    """Where the energy of a concept in a frame comes from: (row, col, s); None where it has none."""
    if side.energies[frame, concept] == 0:
        return None
    row, col = (int(cell) for cell in side.windows[frame, concept])
    return row, col, s
