"""Near-duplicates among stills by colour histogram, as Section 4.1.1 removed them from HII."""

import cv2
import numpy as np
from numpy.typing import NDArray

from attention.media.frames import Picture
from training.settings import DATA

CELL = 20  # pixels; stills are shrunk to grid · CELL per side, which removes coding artefacts
BLOCK = 256  # stills compared with all others at once: bounds the memory of a large class

Histogram = NDArray[np.float32]


def colour_histogram(
    rgb: Picture, levels: int = DATA.histogram_levels, grid: int = DATA.histogram_grid
) -> Histogram:
    """Square roots of the colour histograms of a picture's cells, float32 [grid·grid·levels³].

    rgb: uint8 [H,W,3]. Each pixel is distributed over the 8 nearest bins of its cell, so that a small
    change of colour changes the histogram little. The dot product of two results is Bhattacharyya's
    coefficient in [0, 1], averaged over the cells.
    """
    side = grid * CELL
    small = cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    rows, columns = np.divmod(np.arange(side * side), side)
    cell = rows // CELL * grid + columns // CELL
    at = np.clip(small.astype(np.float32) * (levels / 256) - 0.5, 0, levels - 1)
    low = at.astype(np.int64)
    high_share = at - low
    counts = np.zeros(grid * grid * levels**3)
    for corner in np.ndindex(2, 2, 2):
        bins = np.minimum(low + corner, levels - 1)
        shares = np.where(corner, high_share, 1 - high_share).prod(axis=1)
        flat = ((cell * levels + bins[:, 0]) * levels + bins[:, 1]) * levels + bins[:, 2]
        counts += np.bincount(flat, shares, len(counts))
    return np.sqrt(counts / counts.sum()).astype(np.float32)


def mirrored(histograms: Histogram, grid: int = DATA.histogram_grid) -> Histogram:
    """The histograms [n,D] of the pictures mirrored left to right."""
    cells = histograms.reshape(len(histograms), grid, grid, -1)
    return np.ascontiguousarray(cells[:, :, ::-1]).reshape(histograms.shape)


def twins(
    histograms: Histogram, threshold: float = DATA.twin_similarity, grid: int = DATA.histogram_grid
) -> list[tuple[int, int, float]]:
    """Pairs (i, j, similarity) with i < j, of histograms [n,D], at or above the threshold.

    A picture and its mirror image count as alike. Ordered by i, then j.
    """
    found: list[tuple[int, int, float]] = []
    for start in range(0, len(histograms), BLOCK):
        block = histograms[start : start + BLOCK]
        later = histograms[start:]
        alike = np.maximum(block @ later.T, mirrored(block, grid) @ later.T)
        rows, columns = np.nonzero(np.triu(alike >= threshold, k=1))
        found += [
            (start + int(i), start + int(j), min(1.0, float(alike[i, j])))
            for i, j in zip(rows, columns, strict=True)
        ]
    return found
