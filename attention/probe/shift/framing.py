"""Shrink and move off-centre: the picture as from farther away, to the right of the middle."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from attention.media.clip import Picture
from attention.probe.shift.shift import Scene, Shift, levels, rounded

MOVE = (
    0.27  # of the width, for each 1 that the value grows: off_centre ÷ (scale − 1) in the drawn set
)


def _source(length: int, scale: float, move: float) -> NDArray[np.float64]:
    """Where each pixel of an axis comes from: c + (i − c − move·length)·scale, c = (length − 1)/2.

    Cut to 0 … length − 1: what lies beyond the frame is its edge, repeated.
    """
    c = (length - 1) / 2
    at = c + (np.arange(length) - c - move * length) * scale
    return np.clip(at, 0, length - 1)


def _between(frames: NDArray[Any], at: NDArray[np.float64], axis: int) -> NDArray[np.float32]:
    """Linear between the two nearest pixels of an axis."""
    first = np.floor(at).astype(np.intp)
    share = (at - first).astype(np.float32)
    share = share.reshape([-1 if i == axis else 1 for i in range(frames.ndim)])
    second = np.minimum(first + 1, frames.shape[axis] - 1)
    return np.asarray(
        frames.take(first, axis) * (1 - share) + frames.take(second, axis) * share, np.float32
    )


def _shrunk(frames: Picture, value: float, _: Scene) -> Picture:
    down = _source(frames.shape[1], 1 + value, 0)
    across = _source(frames.shape[2], 1 + value, MOVE * value)
    return rounded(_between(_between(frames, down, 1), across, 2))


SHIFTS = (
    Shift(
        "shrink and move", 10, 1.5, levels(0.075, 0.25, 0.475), _shrunk, "1 is half as large",
        "The camera stands farther away and does not aim well.",
        "The drawn set shows more of the place; here the edge of the picture is repeated.",
        moves=True,
    ),
)  # fmt: skip
