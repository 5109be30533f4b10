"""Whether a difference between two methods is chance: a paired randomisation test over recordings.

Were the two methods alike, what they said of a recording could as well have been said the other way
round. So their verdicts are swapped recording by recording, all clips and seeds of one together, and
p is the share of such swaps whose difference is at least as large as the one measured, either way.
When few recordings differ every swap is counted and p is exact; else random ones, and p is (b+1)/(m+1)
for b as large among m.

Accuracy is a mean, so a swap turns the sign of a recording's share of it. mAP ranks clips among each
other, and two methods may score on unlike scales: within each method, fold, seed and concept scores
become ranks, equal scores sharing theirs, and ranks are swapped.
"""

import numpy as np
from numpy.typing import NDArray

from training.judge.bootstrap import Floats, Weights, mean_average_precision
from training.judge.results import Judged

Swaps = NDArray[np.bool_]
EXACT = 12  # recordings that differ; with more, swaps are drawn
SWAPS = 1999  # drawn
EQUAL = 1e-5  # of two differences, in 0 … 1: what single precision leaves of equal ones


def accuracy_p(a: Judged, b: Judged, swaps: int = SWAPS, seed: int = 0) -> float:
    """p of the difference in accuracy, the mean over folds; in 0 … 1. NaN without a common seed."""
    seeds = _common(a, b)
    if not seeds:
        return float("nan")
    gains = np.zeros(_recordings(a))
    for mine, other in zip(a.folds, b.folds, strict=True):
        right = [
            (fold.predictions[_places(judged, seeds)] == fold.truth).mean(0)
            for judged, fold in ((a, mine), (b, other))
        ]
        each = (right[0] - right[1]) / (len(mine.truth) * len(a.folds))
        gains += np.bincount(mine.recordings, each, minlength=len(gains))
    gains = gains[np.abs(gains) > EQUAL / 1000]
    swapped, every = _swaps(len(gains), swaps, seed)
    return _share(gains.sum(), gains @ np.where(swapped, -1.0, 1.0), every)


def mAP_p(a: Judged, b: Judged, swaps: int = SWAPS, seed: int = 0) -> float:
    """p of the difference in mAP, the mean over seeds and folds; in 0 … 1. NaN without a common seed."""
    seeds = _common(a, b)
    if not seeds:
        return float("nan")
    ranked = [
        [ranks(fold.scores[_places(judged, seeds)]) for fold in judged.folds] for judged in (a, b)
    ]
    unlike = np.zeros(_recordings(a), bool)
    for fold, mine, other in zip(a.folds, *ranked, strict=True):
        unlike[fold.recordings[(mine != other).any((0, 2))]] = True
    swapped, every = _swaps(int(unlike.sum()), swaps, seed)
    by_recording = np.zeros((len(unlike), 1 + swapped.shape[1]), bool)  # column 0: as measured
    by_recording[unlike, 1:] = swapped
    drawn = np.zeros(by_recording.shape[1])
    for fold, mine, other in zip(a.folds, *ranked, strict=True):
        moved = by_recording[fold.recordings]
        first = np.concatenate([~moved, moved]).astype(np.float32)
        truth = np.concatenate([fold.truth, fold.truth])
        for s in range(len(seeds)):
            both = np.concatenate([mine[s], other[s]])
            drawn += _gain(both, truth, first) / (len(seeds) * len(a.folds))
    return _share(float(drawn[0]), drawn[1:], every)


def ranks(scores: Floats) -> Floats:
    """The rank of each clip among the clips of scores [S,V,C], 1 the lowest, equal ones sharing theirs."""
    from scipy.stats import rankdata  # a second: not before a page asks for a verdict

    return np.asarray(rankdata(scores, axis=1))


def holm(values: list[float]) -> list[float]:
    """Each p corrected for being one of several, in 0 … 1 (Holm 1979).

    The i-th smallest of n, times n − i + 1, and never below one that was smaller.
    """
    order = np.argsort(values, kind="stable")
    corrected = np.asarray(values)[order] * np.arange(len(values), 0, -1)
    found = np.empty(len(values))
    found[order] = np.minimum(np.maximum.accumulate(corrected), 1)
    return [float(p) for p in found]


def _gain(scores: Floats, truth: NDArray[np.int64], first: Weights) -> Floats:
    """mAP of those that are first, minus that of the others, for every column of first."""
    return mean_average_precision(scores, truth, first) - mean_average_precision(
        scores, truth, 1 - first
    )


def _swaps(recordings: int, swaps: int, seed: int) -> tuple[Swaps, bool]:
    """Which recordings are swapped in each swap [G,m], and whether these are all there are.

    Swapping the others instead turns the difference's sign alone, so of all swaps half are counted:
    those that leave the first recording.
    """
    if recordings == 0:
        return np.zeros((0, 1), bool), True
    if recordings <= EXACT:
        numbers = np.arange(2 ** (recordings - 1))
        return (numbers >> np.arange(recordings)[::-1, None]) % 2 == 1, True
    return np.random.default_rng(seed).random((recordings, swaps)) < 0.5, False


def _share(found: float, drawn: Floats, every: bool) -> float:
    extreme = int((np.abs(drawn) >= abs(found) - EQUAL).sum())
    return extreme / len(drawn) if every else (extreme + 1) / (len(drawn) + 1)


def _common(a: Judged, b: Judged) -> list[int]:
    return sorted(set(a.seeds) & set(b.seeds))


def _places(judged: Judged, seeds: list[int]) -> list[int]:
    return [judged.seeds.index(seed) for seed in seeds]


def _recordings(judged: Judged) -> int:
    return 1 + max(int(fold.recordings.max()) for fold in judged.folds)
