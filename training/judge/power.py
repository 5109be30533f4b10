"""How many clips it takes to tell two methods apart that are ten points of accuracy apart.

For two methods on the same clips, of which a share ψ only one gets right, a true difference δ is
found at the two-sided level 5 % with a power of 80 % from

    n = (z₀.₉₇₅ √ψ + z₀.₈ √(ψ − δ²))² / δ²

clips on (Connor 1987, for McNemar's test). Clips of one recording resemble each other, so n is taken
times the design effect 1 + (m − 1) ρ of m clips a recording, ρ their intraclass correlation.
"""

from math import ceil

import numpy as np

from training.judge.bootstrap import NORMAL, Floats
from training.judge.results import Ints, Judged

POINTS = 10.0  # of accuracy
POWERFUL = 0.841621  # the normal law's quantile of a power of 80 %


def clips_needed(a: Judged, b: Judged, points: float = POINTS) -> int:
    """Clips needed for a difference of that many points, by what one seed's methods say.

    ψ is (clips only one gets right + 1) / (clips + 2), never below δ: a few clips that happen to agree
    do not make a difference easy to see.
    """
    gains, recordings = _gains(a, b)
    delta = points / 100
    unlike = (np.abs(gains).mean(0).sum() + 1) / (gains.shape[1] + 2)
    psi = max(float(unlike), delta)
    alone = (NORMAL * np.sqrt(psi) + POWERFUL * np.sqrt(psi - delta**2)) ** 2 / delta**2
    return ceil(alone * design_effect(gains.mean(0), recordings))


def design_effect(values: Floats, recordings: Ints) -> float:
    """1 + (m − 1) ρ of values [V]: m = Σ m² / Σ m over recordings, ρ from one-way analysis of variance.

    At least 1; 1 where each recording has one clip, or there is one recording.
    """
    counts = np.unique_counts(recordings).counts
    _, places = np.unique(recordings, return_inverse=True)
    clips, groups = len(values), len(counts)
    if groups in {1, clips}:
        return 1.0
    means = np.bincount(places, values) / counts
    between = float((counts * (means - values.mean()) ** 2).sum()) / (groups - 1)
    within = float(((values - means[places]) ** 2).sum()) / (clips - groups)
    usual = (clips - float((counts**2).sum()) / clips) / (groups - 1)
    total = between + (usual - 1) * within
    correlation = min(max((between - within) / total, 0.0), 1.0) if total else 0.0
    return 1 + (float((counts**2).sum()) / clips - 1) * correlation


def _gains(a: Judged, b: Judged) -> tuple[Floats, Ints]:
    """Per seed and clip, over all folds, 1 where only `a` is right and −1 where only `b` is."""
    both = sorted(set(a.seeds) & set(b.seeds))
    right = [
        np.concatenate([fold.predictions == fold.truth for fold in judged.folds], axis=1)[
            [judged.seeds.index(seed) for seed in both]
        ].astype(np.float64)
        for judged in (a, b)
    ]
    return right[0] - right[1], np.concatenate([fold.recordings for fold in a.folds])
