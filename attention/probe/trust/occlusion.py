"""What each cell is worth to the score: occlusion (Zeiler and Fergus, 2014)."""

from collections.abc import Callable

import numpy as np
import torch
from torch.nn.functional import adaptive_avg_pool2d

from attention.probe.subject import Floats, Subject
from attention.probe.trust.ranks import spearman

GRID = 7  # cells a side at most: each costs a look at all frames


def occlusion(
    subject: Subject, grid: tuple[int, int], tick: Callable[[int, int | None], None] | None = None
) -> Floats:
    """Drop of the concept's score (before softmax) when a cell is filled, float [n,*grid].

    One cell of the grid at a time; the fill is the frame's blurred mean. tick(cells done, cells).
    """
    n, (rows, columns) = len(subject.x), grid
    before = subject.scores(subject.x)[:, subject.concept]
    drops = np.empty((n, rows, columns), np.float32)
    for number, (row, column) in enumerate(np.ndindex(rows, columns)):
        cells = np.zeros((n, rows, columns), bool)
        cells[:, row, column] = True
        after = subject.scores(subject.with_hidden(cells))[:, subject.concept]
        drops[:, row, column] = before - after
        if tick:
            tick(number + 1, rows * columns)
    return drops


def agreement(
    subject: Subject,
    maps: Floats | None = None,
    tick: Callable[[int, int | None], None] | None = None,
) -> Floats:
    """Spearman's correlation [n] of each frame's map [n,h,w], by default L, with its occlusion drops.

    A map of more than 7×7 cells is averaged to that.
    """
    maps = subject.maps if maps is None else maps
    rows, columns = (min(GRID, length) for length in maps.shape[1:])
    pooled = adaptive_avg_pool2d(torch.from_numpy(np.asarray(maps)), (rows, columns))
    return spearman(np.asarray(pooled), occlusion(subject, (rows, columns), tick))
