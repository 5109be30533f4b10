"""Without the attended window: does the score fall more than without another window of that size?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attention.probe.subject import Floats, Subject

RANDOM = 10


@dataclass(frozen=True)
class Removed:
    """How much a concept loses when a window is filled, mean over the frames.

    score, energy: without the window its energy comes from · random_score, random_energy: float [R], without
    other windows of the same size, one drawn for each frame.
    """

    score: float
    energy: float
    random_score: Floats
    random_energy: Floats


def removed(
    subject: Subject, seed: int = 0, tick: Callable[[int, int | None], None] | None = None
) -> Removed:
    """The s×s window of the largest sum (Eq. 2) filled in each frame, beside ten random windows.

    The score is that before softmax; random windows lie anywhere but exactly there. tick(looks done, looks).
    A map of a single window, s = h = w, has no other: its random drops are NaN.
    """
    seen, c = subject.seen, subject.concept
    attended = np.asarray(seen.windows[:, c])
    h, w = seen.maps.shape[2:]
    rng = np.random.default_rng(seed)
    looks = [attended, *_others(rng, attended, (h, w), subject.window)]
    drops = []
    for number, corners in enumerate(looks):
        after = subject.engine.see(
            subject.with_hidden(_cells(corners, (h, w), subject.window)), subject.window
        )
        pairs = ((seen.scores, after.scores), (seen.energies, after.energies))
        drops.append([float((before[:, c] - now[:, c]).mean()) for before, now in pairs])
        if tick:
            tick(number + 1, len(looks))
    others = np.array(drops[1:], np.float32).reshape(-1, 2)
    return Removed(drops[0][0], drops[0][1], others[:, 0], others[:, 1])


def _others(
    rng: np.random.Generator, attended: NDArray[np.int64], size: tuple[int, int], side: int
) -> list[NDArray[np.int64]]:
    """Corners [n,2] of ten windows a frame, evenly drawn from all but the attended one."""
    rows, columns = (length - side + 1 for length in size)
    if rows * columns < 2:
        return []
    at = attended[:, 0] * columns + attended[:, 1]
    away = rng.integers(1, rows * columns, (RANDOM, len(at)))
    drawn = (at + away) % (rows * columns)
    return [np.stack((one // columns, one % columns), 1) for one in drawn]


def _cells(corners: NDArray[np.int64], size: tuple[int, int], side: int) -> NDArray[np.bool_]:
    cells = np.zeros((len(corners), *size), bool)
    for own, (row, column) in zip(cells, corners, strict=True):
        own[row : row + side, column : column + side] = True
    return cells
