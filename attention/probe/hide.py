"""Boxes of the frames that are covered, and where a window of a map lies in the frame."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError
from attention.media.clip import Picture
from attention.probe.shift.shift import rounded

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in shares of the frame, 0 … 1
Boxes = Sequence[Sequence[Box]]  # of each frame
Brush = NDArray[np.bool_]  # [16,16]: the cells of a box that are covered
TILES = 4
CELLS = 16


def blurred_mean(frames: Picture) -> Picture:
    """What boxes are filled with: colours of each frame [N,H,W,3], blurred until nothing is known in them.

    Means of 4×4 equal tiles (a pixel that lies in two counts by its share in each), then linear between
    the tiles' centres: pixel x is at (x + ½)·4/W − ½ tiles, cut to 0 … 3.
    """
    import cv2  # slow to load: not before something is hidden

    height, width = frames.shape[1:3]
    found = np.empty_like(frames)
    for frame, place in zip(frames, found, strict=True):
        tiles = cv2.resize(frame.astype(np.float32), (TILES, TILES), interpolation=cv2.INTER_AREA)
        place[:] = rounded(cv2.resize(tiles, (width, height), interpolation=cv2.INTER_LINEAR))
    return found


def hidden(frames: Picture, boxes: Boxes, brush: Brush | None = None) -> Picture:
    """Frames [N,H,W,3] with boxes covered by their blurred mean; boxes: some, one or none for each frame.

    A pixel is covered when its centre lies in a box: x0 ≤ (x + ½)/W < x1, and so for y; with a brush when
    it lies in one of the box's 16×16 equal cells that are set. InputError for a box that lies outside the
    frame or is upside down, and where the whole picture would be covered in every frame.
    """
    cover = np.stack([_cover(own, frames.shape[1:3], brush) for own in boxes])
    if all(_middle(own).all() for own in cover):
        raise InputError(
            "The boxes cover the whole picture: nothing is left to see; make them smaller."
        )
    return np.where(cover[..., None], blurred_mean(frames), frames)


def _middle(cover: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The centred square, which is what a CNN sees (§4.2)."""
    side = min(cover.shape)
    top, left = ((length - side) // 2 for length in cover.shape)
    return cover[top : top + side, left : left + side]


def in_all(boxes: Sequence[Box], frames: int) -> Boxes:
    """The same boxes in every frame."""
    return [boxes] * frames


def in_one(boxes: Sequence[Box], frame: int, frames: int) -> Boxes:
    """Boxes in one frame, none in the others."""
    return [boxes if number == frame else () for number in range(frames)]


def following(places: Mapping[int, Box], frames: int) -> Boxes:
    """A box that passes through given places: {frame: box}, between them in a straight line.

    Before the first place and after the last it stays there.
    """
    known = sorted(places)
    corners = np.array([places[frame] for frame in known], np.float64)
    paths = [np.interp(np.arange(frames), known, column) for column in corners.T]
    return [[(float(a), float(b), float(c), float(d))] for a, b, c, d in zip(*paths, strict=True)]


def window_box(
    window: Sequence[int], side: int, map_size: Sequence[int], size: Sequence[int]
) -> Box:
    """Where the s×s window at (row, col) of an h×w map lies in a frame of size (width, height).

    The map shows the frame's centred square (§4.2).
    """
    (row, col), (h, w), (width, height) = window, map_size, size
    square = min(width, height)

    def share(cells: float, length: int) -> float:
        return ((length - square) / 2 + cells * square) / length

    return (
        share(col / w, width), share(row / h, height),
        share((col + side) / w, width), share((row + side) / h, height),
    )  # fmt: skip


def brush_of(digits: str) -> Brush:
    """The brush that 64 hexadecimal digits write, cell by cell and row by row, the highest bit first.

    InputError for anything else, and for a brush without a cell.
    """
    if len(digits) != CELLS * CELLS // 4 or set(digits) - set("0123456789abcdef"):
        raise InputError(
            "A brush is 64 hexadecimal digits, a bit for each of the box's 16×16 cells."
        )
    if not int(digits, 16):
        raise InputError("The brush covers no cell of its box; paint over a part of the frame.")
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(digits), np.uint8))
    return bits.astype(bool).reshape(CELLS, CELLS)


def _cover(
    boxes: Sequence[Box], size: Sequence[int], brush: Brush | None = None
) -> NDArray[np.bool_]:
    y, x = ((np.arange(length) + 0.5) / length for length in size)
    cover = np.zeros(tuple(size), bool)
    for box in boxes:
        x0, y0, x1, y1 = box
        if not (x0 < x1 and y0 < y1 and x0 < 1 and y0 < 1 and x1 > 0 and y1 > 0):
            corners = ", ".join(f"{value:g}" for value in box)
            raise InputError(
                f"The box {corners} covers nothing of the frame; give x0, y0, x1, y1 in shares of it, 0 to 1."
            )
        inside = ((y0 <= y) & (y < y1))[:, None] & ((x0 <= x) & (x < x1))
        if brush is not None:
            inside &= brush[np.ix_(_cells(y, y0, y1), _cells(x, x0, x1))]
        cover |= inside
    return cover


def _cells(at: NDArray[np.float64], low: float, high: float) -> NDArray[np.int64]:
    """The cell of a box from low to high in which each place lies, the nearest for one that lies outside."""
    return np.clip(np.floor((at - low) / (high - low) * CELLS), 0, CELLS - 1).astype(np.int64)
