"""A head in a second: one linear layer on the pooled features of a few stills; the CNN stays as it is.

Its scores are linear in A, so that Eq. 1 has its closed form and every map is the engine's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError
from attention.methods.linear import apply, fit_clip_head
from attention.methods.method import Floats, Learned

PARTS = 5  # of the stills, each held out once
NORMAL = 1.959964  # the two-sided 95 % quantile of the normal law
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class HeldOut:
    """Accuracy in % on stills that the head did not learn from, with its 95 % interval.

    stills: how many were judged · takes: from how many takes they come; an interval counts these, as
    pictures of one take are hardly two observations · one_take: places of the classes whose stills all come
    from one take, which was cut into pieces.
    """

    accuracy: float
    low: float
    high: float
    stills: int
    takes: int
    one_take: tuple[int, ...] = ()


def fit_quick_head(features: Floats, labels: Ints, count: int) -> dict[str, Floats]:
    """weight float32 [C,K] and bias [C] of `count` classes: scores = weight · f + bias.

    features: float [P,K], A averaged over its cells · labels: int [P]. The class-balanced softmax loss with
    weight decay of a clip's head (linear.py), on features divided by their mean length: one number for all
    stills, so that the head stays linear. InputError for stills of one class alone.
    """
    if len(np.unique(labels)) < 2:
        raise InputError("A classifier tells at least two concepts apart: give stills of another.")
    x = features.astype(np.float64)
    length = float(np.linalg.norm(x, axis=1).mean()) or 1.0
    centre = x.mean(axis=0)
    # the head lies in the span of its stills: there are fewer of them than features
    _, _, basis = np.linalg.svd((x - centre) / length, full_matrices=False)
    within = (x - centre) @ basis.T / length
    head = fit_clip_head(within, labels, np.zeros(len(basis)), count)
    weight = head["weight"].astype(np.float64) @ basis / length
    bias = head["bias"] - weight @ centre
    return {"weight": weight.astype(np.float32), "bias": bias.astype(np.float32)}


def predictions(head: Learned, features: Floats) -> Ints:
    """The class of each row of features, int [P]."""
    return np.asarray(apply(head, features).argmax(axis=1), np.int64)


def held_out(
    features: Floats, labels: Ints, takes: Ints, count: int, seed: int = 0
) -> HeldOut | None:
    """Cross-validated accuracy of such a head; None where a class has a single still.

    takes: int [P], what was recorded in one go has one number, and is held out together. The interval is
    Wilson's, of as many observations as there are takes.
    """
    if min(np.bincount(labels, minlength=count)[np.unique(labels)]) < 2:
        return None
    pieces, one_take = _pieces(labels, takes)
    right = np.empty(len(labels), bool)
    for rows in _parts(labels, pieces, seed):
        others = ~np.isin(np.arange(len(labels)), rows)
        head = fit_quick_head(features[others], labels[others], count)
        right[rows] = predictions(head, features[rows]) == labels[rows]
    observed = len(np.unique(takes))
    share = float(right.mean())
    low, high = wilson(share, observed)
    return HeldOut(100 * share, 100 * low, 100 * high, len(labels), observed, one_take)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share seen in `count` observations."""
    square = NORMAL**2 / count
    middle = (share + square / 2) / (1 + square)
    half = NORMAL / (1 + square) * np.sqrt(share * (1 - share) / count + square / (4 * count))
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _pieces(labels: Ints, takes: Ints) -> tuple[Ints, tuple[int, ...]]:
    """What is held out together: a take, or of a class's only take a piece of it, in order of time."""
    pieces, one_take = takes.copy(), []
    fresh = int(takes.max()) + 1
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        if len(np.unique(takes[rows])) == 1:
            one_take.append(int(label))
            cuts = np.linspace(0, len(rows), min(PARTS, len(rows)) + 1).astype(int)
            for start, end in pairwise(cuts):
                pieces[rows[start:end]] = fresh
                fresh += 1
    return pieces, tuple(one_take)


def _parts(labels: Ints, pieces: Ints, seed: int) -> Iterator[Ints]:
    """The rows of each part: every class's pieces are dealt to the parts in turn, in a drawn order."""
    rng = np.random.default_rng(seed)
    part_of: dict[int, int] = {}
    fewest = min(len(np.unique(pieces[labels == label])) for label in np.unique(labels))
    parts = min(PARTS, fewest)
    for label in np.unique(labels):
        drawn = rng.permutation(np.unique(pieces[labels == label]))
        part_of |= {int(piece): place % parts for place, piece in enumerate(drawn)}
    parted = np.array([part_of[int(piece)] for piece in pieces])
    yield from (np.flatnonzero(parted == part) for part in range(parts))
