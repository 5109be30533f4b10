"""Deletion and insertion (Petsiuk et al., RISE, 2018), in space and in time.

Deletion takes away what a map or an energy ranks first: the faster the probability of the concept falls,
the better the ranking, and the smaller the area under the curve. Insertion begins with nothing and adds in
the same order: the larger the area, the better. Ten random orders say what either is worth.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError
from attention.probe.subject import Floats, Subject

RANDOM = 10
STEPS = 7
Hidden = NDArray[np.bool_]
Orders = NDArray[np.int64]
Tick = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Curves:
    """Probability of the concept, mean over the frames, after each of K steps.

    deletion, insertion: float [K+1], from nothing taken away (added) to all · random_deletion,
    random_insertion: float [R,K+1], of random orders.
    """

    deletion: Floats
    insertion: Floats
    random_deletion: Floats
    random_insertion: Floats


def area(curve: Floats) -> float:
    """Area under a curve over 0 … 1, whose points are evenly apart: the trapezoid rule."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


def in_space(
    subject: Subject, maps: Floats | None = None, seed: int = 0, tick: Tick | None = None
) -> Curves:
    """Cells of each frame taken away in the order of a map [n,h,w], by default L, an equal share each step.

    What is taken away is filled with the frame's blurred mean. Among equal cells the first goes first.
    tick(passes done, passes): each is one look at all frames.
    """
    maps = subject.maps if maps is None else maps
    n, h, w = maps.shape
    ranked = np.argsort(-maps.reshape(n, -1), axis=1, kind="stable")
    orders = [ranked, *_random(seed, n, h * w)]
    passes, done = (len(orders) + 1) * (STEPS - 1) + 2, 0

    def chance(hidden: Hidden) -> float:
        nonlocal done
        found = float(subject.chances(subject.with_hidden(hidden.reshape(n, h, w))).mean())
        done += 1
        if tick:
            tick(done, passes)
        return found

    ends = chance(np.zeros((n, h * w), bool)), chance(np.ones((n, h * w), bool))
    deleted = [_deletion(order, chance, ends) for order in orders]
    # adding in an order is taking away in its reverse, read from the other end: for random orders the same
    added = _deletion(ranked[:, ::-1], chance, ends)[::-1]
    random = np.stack(deleted[1:])
    return Curves(deleted[0], added, random, random[:, ::-1])


def in_time(chances: Floats, energies: Floats, seed: int = 0) -> Curves:
    """Frames taken away, or added, in the order of their energies [N]; chances: probability [N] in each.

    After k of N steps the value is the mean over the frames that are there: N − k in deletion, k in
    insertion. Nothing is there at deletion's end and insertion's start: those points are left out, and
    the N others spread over 0 … 1. InputError for fewer than two frames.
    """
    if len(chances) < 2:
        raise InputError(
            "A clip of one frame has no curve in time; take more frames with a smaller step."
        )
    ranked = np.argsort(-energies, kind="stable")
    rng = np.random.default_rng(seed)
    orders = [ranked, *(rng.permutation(len(chances)) for _ in range(RANDOM))]
    added = np.stack([np.cumsum(chances[order]) / np.arange(1, len(order) + 1) for order in orders])
    reverse = [order[::-1] for order in orders]
    kept = np.stack([np.cumsum(chances[order]) / np.arange(1, len(order) + 1) for order in reverse])
    deleted = kept[:, ::-1]
    return Curves(deleted[0], added[0], deleted[1:], added[1:])


def _random(seed: int, frames: int, cells: int) -> Iterator[Orders]:
    rng = np.random.default_rng(seed)
    for _ in range(RANDOM):
        yield np.stack([rng.permutation(cells) for _ in range(frames)])


def _deletion(
    order: Orders, chance: Callable[[Hidden], float], ends: tuple[float, float]
) -> Floats:
    """The curve of taking away cells in an order [n,cells]; its ends are known."""
    n, cells = order.shape
    found = [ends[0]]
    for step in range(1, STEPS):
        hidden = np.zeros((n, cells), bool)
        np.put_along_axis(hidden, order[:, : round(step * cells / STEPS)], True, axis=1)
        found.append(chance(hidden))
    return np.array([*found, ends[1]], np.float32)
