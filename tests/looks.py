"""An Analysis of any shape with maps and energies that agree, made without a CNN."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from attention.analysis import Analysis, Side, verdicts_of

CONCEPTS = ("Handshake", "High five", "Hug", "Kiss")
FPS = 10


def side(
    name: str,
    maps: NDArray[np.float32],
    scores: NDArray[np.float32] | None = None,
    net_energies: NDArray[np.float32] | None = None,
    s: int = 3,
) -> Side:
    """Returns the side that maps [N,C,h,w] belong to, its energies summed window by window."""
    n, c, h, w = maps.shape
    energies = np.zeros((n, c), np.float32)
    windows = np.zeros((n, c, 2), np.uint8)
    for frame, concept in np.ndindex(n, c):
        sums = {
            (row, col): maps[frame, concept, row : row + s, col : col + s].sum()
            for row in range(h - s + 1)
            for col in range(w - s + 1)
        }
        windows[frame, concept] = best = max(sums, key=lambda at: sums[at])
        energies[frame, concept] = sums[best]
    scores = energies[:, ::-1].copy() if scores is None else scores
    return Side(name, scores, energies, windows, maps, net_energies)


def look(
    sides: Sequence[Side] | None = None,
    concepts: Sequence[str] = CONCEPTS,
    frames: int = 4,
    size: tuple[int, int] = (80, 48),
    every: int = 5,
    pictures: bool = True,
    **fields: object,
) -> Analysis:
    """Returns an Analysis with one random side by default, its pictures plain greys."""
    random = np.random.default_rng(len(concepts))
    if sides is None:
        maps = random.gamma(0.4, 0.5, (frames, len(concepts), 7, 7)).astype(np.float32)
        sides = [side("web", maps)]
    frames = len(sides[0].scores)
    kept = tuple(grey(50 + i, size) for i in range(frames)) if pictures else None
    given = {
        "clip": "clip.mp4",
        "model": "interactions",
        "concepts": tuple(concepts),
        "frames": tuple(range(0, frames * every, every)),
        "seconds": tuple(i * every / FPS for i in range(frames)),
        "map_size": (7, 7),
        "window": 3,
        "size": size,
        "sides": tuple(sides),
        "verdicts": verdicts_of(sides, concepts, 3),
        "pictures": kept,
    }
    return Analysis(**{**given, **fields})  # type: ignore[arg-type]


def grey(level: int, size: tuple[int, int]) -> bytes:
    """Returns a JPEG of one grey, size (width, height)."""
    plain = np.full((size[1], size[0], 3), level, np.uint8)
    return cv2.imencode(".jpg", plain)[1].tobytes()
