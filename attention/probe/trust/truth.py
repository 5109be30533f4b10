"""Maps against true boxes, energies against true intervals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attention.probe.hide import Box

Floats = NDArray[np.floating[Any]]
TOLERANCE = 15  # pixels of the 224×224 square


def in_square(box: Box, size: Sequence[int]) -> Box:
    """A box in pixels of a frame of size (width, height) → in shares of its centred square, cut to 0 … 1."""
    side = min(size)
    left, top = ((length - side) / 2 for length in size)
    x0, x1 = (float(np.clip((x - left) / side, 0, 1)) for x in box[::2])
    y0, y1 = (float(np.clip((y - top) / side, 0, 1)) for y in box[1::2])
    return x0, y0, x1, y1


def pointing(maps: Floats, boxes: Sequence[Box], tolerance: float = TOLERANCE) -> NDArray[np.bool_]:
    """Pointing game (Zhang et al., 2016): whether the largest cell's centre lies in the true box, [n].

    maps: [n,h,w], of equal cells the first · boxes: in shares of the square · tolerance: how many pixels of
    the 224×224 square the centre may lie outside; 15 is usual. A map of zeros points nowhere.
    """
    from attention.networks.cnn import INPUT_SIDE  # torch, which a page is built without

    n, h, w = maps.shape
    best = maps.reshape(n, -1).argmax(axis=1)
    at = np.stack(((best % w + 0.5) / w, (best // w + 0.5) / h), 1)
    corners = np.array(boxes, np.float64).reshape(n, 2, 2)
    away = np.maximum(0, np.maximum(corners[:, 0] - at, at - corners[:, 1]))
    near = np.hypot(away[:, 0], away[:, 1]) * INPUT_SIDE <= tolerance
    return near & (maps.max(axis=(1, 2)) > 0)


def energy_inside(maps: Floats, boxes: Sequence[Box]) -> Floats:
    """Energy-based pointing game (Wang et al., 2020): Σ L inside the true box ÷ Σ L, [n].

    A cell that the box cuts counts by the share of it that lies inside. 0 for a map of zeros.
    """
    _, h, w = maps.shape
    inside = [np.outer(_shares(h, y0, y1), _shares(w, x0, x1)) for x0, y0, x1, y1 in boxes]
    total = maps.sum(axis=(1, 2))
    return np.asarray(
        (maps * np.stack(inside)).sum(axis=(1, 2)) / np.where(total > 0, total, 1), np.float32
    )


def temporal_iou(energies: Floats, true: Sequence[bool]) -> float:
    """Temporal IoU of the frames with high energy [N] and the frames where it truly happens, bool [N].

    High: at least half way from the lowest to the highest energy of the clip. Frames in both ÷ frames in
    either.
    """
    high = energies >= (energies.min() + energies.max()) / 2
    happens = np.asarray(true, bool)
    return float((high & happens).sum() / (high | happens).sum())


def _shares(cells: int, start: float, end: float) -> NDArray[np.float64]:
    """How much of each of so many cells along an axis lies between two shares of it."""
    edges = np.arange(cells + 1) / cells
    return np.maximum(0, np.minimum(edges[1:], end) - np.maximum(edges[:-1], start)) * cells
