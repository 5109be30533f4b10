"""How far a difference between two methods can be trusted: a paired bootstrap over recordings and seeds.

Two levels, crossed. Recordings are drawn with replacement, all clips of one together, within the
folds that judge them; one such draw serves every method and every seed. Seeds are drawn too, and one
such draw serves both methods and all folds, as a seed's Web CNN does. So an interval covers which
recordings happened to be judged and how training happened to go.

The interval is the middle 95 % of the drawn differences, moved so that their mean is the difference
measured: clips drawn twice lift the mAP of the weaker method more. Then it is widened for what a few
recordings or seeds hide: a sample of n varies too little by 1/n, and Student's t takes the place of
the normal law, with Satterthwaite's degrees of freedom for recordings and seeds together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.judge.results import Ints, Judged, JudgedFold

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
LEVEL = 0.05  # of a verdict: intervals of 95 %, p below it
NORMAL = 1.959964  # its two-sided quantile of the normal law


@dataclass(frozen=True)
class Draws:
    """How often each clip is drawn: per fold [V,1+D], whole numbers; column 0 is every clip once.

    recordings, groups: what was drawn, and from how many groups, those of the same folds being one.
    """

    weights: tuple[Weights, ...]
    seed: int
    recordings: int
    groups: int


@dataclass(frozen=True)
class Measured:
    """A measure in 0 … 100 of one method: values [S,1+D], mean over folds; column 0 as it is.

    recordings, groups: what was drawn, as in Draws.
    """

    seeds: tuple[int, ...]
    values: Floats
    recordings: int
    groups: int


@dataclass(frozen=True)
class Difference:
    """Points between two methods: mean, standard deviation over seeds, 95 % interval, p.

    std is NaN with one seed, low and high with one recording · p: of randomisation.py, NaN where it
    was not asked for.
    """

    mean: float
    std: float
    low: float
    high: float
    p: float = float("nan")

    @property
    def sign(self) -> int:
        """1 above zero, −1 below, 0 not told apart.

        Told apart are two methods when p is below 0.05 and the interval leaves out zero, by its
        bounds as printed, to 0.1 points.
        """
        side = int(round(self.low, 1) > 0) - int(round(self.high, 1) < 0) if self._bounded else 0
        return side if self.p < LEVEL else 0

    @property
    def _bounded(self) -> bool:
        return not np.isnan([self.low, self.high]).any()


def draw_recordings(folds: Sequence[Ints], draws: int, seed: int) -> Draws:
    """`draws` samples with replacement of the recordings; folds: each clip's recording, int [V].

    A recording that several folds judge is drawn once for all of them.
    """
    judged_in = np.stack([np.bincount(fold, minlength=1 + max(map(max, folds))) for fold in folds])
    _, group = np.unique(judged_in > 0, axis=1, return_inverse=True)
    rng = np.random.default_rng(seed)
    drawn = np.empty((len(group), draws), np.float32)
    for number in range(group.max() + 1):
        mine = np.flatnonzero(group == number)
        drawn[mine] = rng.multinomial(len(mine), np.full(len(mine), 1 / len(mine)), size=draws).T
    once = np.ones((len(group), 1), np.float32)
    weights = np.hstack([once, drawn])
    return Draws(tuple(weights[fold] for fold in folds), seed, len(group), int(group.max()) + 1)


def accuracies(judged: Judged, draws: Draws) -> Measured:
    """Accuracy per seed and draw."""
    folds = [
        (fold.predictions == fold.truth).astype(np.float64) @ weights / weights.sum(0)
        for fold, weights in zip(judged.folds, draws.weights, strict=True)
    ]
    return _measured(judged, folds, draws)


def mean_average_precisions(judged: Judged, draws: Draws) -> Measured:
    """mAP per seed and draw, over the classes that a draw holds."""
    folds = [
        np.stack([mean_average_precision(s, fold.truth, weights) for s in fold.scores])
        for fold, weights in zip(judged.folds, draws.weights, strict=True)
    ]
    return _measured(judged, folds, draws)


@dataclass(frozen=True)
class ClassGain:
    """A class's accuracy per seed [S] with two methods, and their difference."""

    concept: str
    better: Floats
    worse: Floats
    difference: Difference


def class_gains(
    better: Judged, worse: Judged, concepts: Sequence[str], draws: Draws
) -> list[ClassGain]:
    """Of each class with judged clips, the largest gain first (Figure 4)."""
    found = []
    for c, concept in enumerate(concepts):
        a, b = (class_accuracy(judged, draws, c) for judged in (better, worse))
        gain = difference(a, b, draws.seed)
        if gain is not None:
            found.append(ClassGain(concept, a.values[:, 0], b.values[:, 0], gain))
    return sorted(found, key=lambda gain: -gain.difference.mean)


def difference(a: Measured, b: Measured, seed: int) -> Difference | None:
    """`a` minus `b` over the seeds that both have, without p; None when there is none."""
    both = sorted(set(a.seeds) & set(b.seeds))
    if not both:
        return None
    gain = a.values[[a.seeds.index(s) for s in both]] - b.values[[b.seeds.index(s) for s in both]]
    if np.isnan(gain[:, 0]).any():
        return None
    mean = float(gain[:, 0].mean())
    drawn = over_seeds(gain[:, 1:], seed)
    bounds = np.nanpercentile(drawn, [100 * LEVEL / 2, 100 - 100 * LEVEL / 2]) - np.nanmean(drawn)
    low, high = mean + bounds * _widening(gain, drawn, a.recordings, a.groups)
    std = float(gain[:, 0].std(ddof=1)) if len(both) > 1 else float("nan")
    return Difference(mean, std, float(low), float(high))


def over_seeds(values: Floats, seed: int) -> Floats:
    """Mean over seeds drawn with replacement, anew in each draw: values [S,D] → [D]."""
    count, draws = values.shape
    drawn = np.random.default_rng([seed, count]).multinomial(
        count, np.full(count, 1 / count), size=draws
    )
    return np.asarray((values * drawn.T).sum(0) / count)


def mean_average_precision(scores: Floats, truth: Ints, weights: Weights) -> Floats:
    """mAP in 0 … 1 of scores [V,C] for every column of weights [V,D]: float [D]."""
    each = [average_precisions(scores[:, c], truth == c, weights) for c in np.unique(truth)]
    return _nanmean(np.stack(each).astype(np.float64))


def average_precisions(
    scores: Floats, positive: NDArray[np.bool_], weights: Weights
) -> NDArray[np.float32]:
    """Average precision of scores [V] for every column of weights [V,D]: float [D].

    Σ over the positives of precision at their score, as scikit-learn has it; clips of equal score
    count together. NaN where no positive is drawn.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    places = np.flatnonzero(positive[order])
    ends = np.searchsorted(-ranked, -ranked[places], side="right") - 1  # last of equal scores
    drawn = np.cumsum(weights[order], axis=0)[ends]
    mine = weights[order[places]]
    found = np.cumsum(mine, axis=0)
    upto = found[np.searchsorted(places, ends, side="right") - 1]
    total = found[-1]
    precision = upto / np.maximum(drawn, 1)  # none drawn: none found either
    with np.errstate(invalid="ignore"):
        return np.asarray((mine * precision).sum(0) / total)


def _widening(gain: Floats, drawn: Floats, recordings: int, groups: int) -> float:
    """How much wider the interval is than the draws: 1 for many recordings, NaN for one in each group."""
    from scipy.special import stdtrit  # half a second: not before a page asks for intervals

    seeds, freedom, spread = len(gain), recordings - groups, float(np.nanvar(drawn))
    if freedom < 1:
        return float("nan")
    if spread == 0:
        return 1.0
    by_recording = float(np.nanvar(gain[:, 1:].mean(0))) * recordings / freedom
    by_seed = float(gain[:, 0].var(ddof=1)) / seeds if seeds > 1 else 0.0
    hidden = by_recording * groups / recordings + by_seed / seeds
    split = by_recording**2 / freedom + by_seed**2 / max(seeds - 1, 1)
    student = (
        float(stdtrit((by_recording + by_seed) ** 2 / split, 1 - LEVEL / 2)) if split else NORMAL
    )
    return student / NORMAL * float(np.sqrt(1 + hidden / spread))


def _measured(judged: Judged, folds: list[Floats], draws: Draws) -> Measured:
    values = 100 * np.mean(folds, axis=0)
    return Measured(judged.seeds, values, draws.recordings, draws.groups)


def class_accuracy(judged: Judged, draws: Draws, c: int) -> Measured:
    """Accuracy on the clips of a class; NaN where a draw holds none."""
    values, recordings, groups = [], set(), 0
    for fold, weights in zip(judged.folds, draws.weights, strict=True):
        mine = fold.truth == c
        values.append(_share_right(fold, mine, c, weights))
        recordings |= set(fold.recordings[mine])
        groups += bool(mine.any())
    return Measured(judged.seeds, _nanmean(np.stack(values)), len(recordings), groups)


def _share_right(fold: JudgedFold, mine: NDArray[np.bool_], c: int, weights: Weights) -> Floats:
    right = (fold.predictions[:, mine] == c).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(100 * (right @ weights[mine]) / weights[mine].sum(0))


def _nanmean(values: Floats) -> Floats:
    """Mean over the first axis of what is there; NaN where nothing is, without a warning."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, values, 0).sum(0) / there.sum(0))
