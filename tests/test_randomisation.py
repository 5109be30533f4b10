"""The randomisation test by hand, against slow loops over swaps, and under no difference."""

from itertools import product

import numpy as np
import pytest

from tests.bench.verdicts import equal_methods
from training.judge.bootstrap import LEVEL, difference, draw_recordings
from training.judge.comparison import MEASURED, compared
from training.judge.power import clips_needed, design_effect
from training.judge.randomisation import accuracy_p, holm, mAP_p, ranks
from training.judge.results import Judged, JudgedFold

EYE = np.eye(2)


def said(right: list[list[int]], recordings: list[int]) -> Judged:
    """One fold of two classes by some seeds; right: per seed, 1 for each clip that was right."""
    truth = np.arange(len(recordings)) % 2
    predictions = np.where(np.array(right) == 1, truth, 1 - truth)
    fold = JudgedFold(truth, predictions, EYE[predictions], np.array(recordings))
    return Judged(tuple(range(len(right))), (fold,))


def test_three_recordings_by_hand() -> None:
    # A is right on 3 clips more in the first recording, 2 in the second, 1 fewer in the third:
    # ±3 ±2 ±1 is at least 4 away from zero for +++, ++−, −−−, −−+: 4 of 8
    recordings = [0, 0, 0, 1, 1, 2]
    a, b = said([[1, 1, 1, 1, 1, 0]], recordings), said([[0, 0, 0, 0, 0, 1]], recordings)
    assert accuracy_p(a, b) == accuracy_p(b, a) == 0.5
    # clip by clip the same verdicts would be ±1 six times: 4 away or more for 2 (1 + 6) of 64
    alone = [0, 1, 2, 3, 4, 5]
    a, b = said([[1, 1, 1, 1, 1, 0]], alone), said([[0, 0, 0, 0, 0, 1]], alone)
    assert accuracy_p(a, b) == 14 / 64
    assert accuracy_p(a, a) == mAP_p(a, a) == 1


def test_seeds_of_a_recording_are_swapped_together() -> None:
    # six recordings, better with both seeds: 2 of 64; seed by seed it would be 2 of 4096
    a, b = said([[1] * 6] * 2, list(range(6))), said([[0] * 6] * 2, list(range(6)))
    assert accuracy_p(a, b) == 2 / 64
    # right with one seed, wrong with the other is no difference
    a, b = said([[1] * 6, [0] * 6], list(range(6))), said([[0] * 6, [1] * 6], list(range(6)))
    assert accuracy_p(a, b) == 1


def test_twelve_against_thirteen_of_eighteen_is_nobody() -> None:
    recordings = list(range(18))
    a, b = said([[1] * 13 + [0] * 5], recordings), said([[1] * 12 + [0] * 6], recordings)
    found = compared(a, b, "accuracy", draw_recordings([np.arange(18)], 500, 0))
    assert found is not None
    assert (found.p, found.sign) == (1, 0)


def test_many_recordings_are_swapped_at_random() -> None:
    # 14 of 16: p is 2 (1 + 16 + 120) / 2^16 = 0.0042
    a, b = said([[1] * 15 + [0]], list(range(16))), said([[0] * 15 + [1]], list(range(16)))
    exact = 2 * (1 + 16) / 2**16
    assert accuracy_p(a, b, 20_000) == pytest.approx(exact, abs=5e-4)
    assert accuracy_p(a, b, 999) >= 1 / 1000  # never zero
    assert accuracy_p(a, b, 999, seed=1) == accuracy_p(a, b, 999, seed=1)


def scored(rng: np.random.Generator, seeds: int, skill: float) -> Judged:
    """Two folds by some seeds, with equal scores; a recording is judged in both folds."""
    folds = []
    for named in (np.array([0, 0, 1, 2, 3, 3, 2]), np.array([4, 5, 5, 4, 3, 4])):
        truth = np.arange(len(named)) % 2
        scores = np.round(rng.normal(size=(seeds, len(named), 2)) + skill * EYE[truth], 1)
        folds.append(JudgedFold(truth, scores.argmax(2), scores, named))
    return Judged(tuple(range(seeds)), tuple(folds))


def slow_ranks(scores: np.ndarray) -> np.ndarray:
    return np.array(
        [1 + sum(o < s for o in scores) + sum(o == s for o in scores) / 2 - 0.5 for s in scores]
    )


def slow_ap(positive: np.ndarray, scores: np.ndarray) -> float:
    """Mean over the positives of the precision among clips that score as high or higher."""
    return float(np.mean([positive[scores >= score].mean() for score in scores[positive]]))


def slow_mAP_p(a: Judged, b: Judged) -> float:
    """Every swap of recordings, each time with rank lists really swapped."""
    gains = []
    for swapped in product((False, True), repeat=6):
        each = []
        for f, s in product(range(2), range(len(a.seeds))):
            fold = a.folds[f]
            lists = [
                np.stack([slow_ranks(j.folds[f].scores[s, :, c]) for c in range(2)], 1)
                for j in (a, b)
            ]
            for v, recording in enumerate(fold.recordings):
                if swapped[recording]:
                    lists[0][v], lists[1][v] = lists[1][v].copy(), lists[0][v].copy()
            maps = [
                np.mean([slow_ap(fold.truth == c, found[:, c]) for c in range(2)])
                for found in lists
            ]
            each.append(maps[0] - maps[1])
        gains.append(np.mean(each))
    return float(np.mean(np.abs(gains) >= abs(gains[0]) - 1e-5))


def test_swapped_ranks_are_those_of_a_slow_loop() -> None:
    rng = np.random.default_rng(2)
    for skill in (0.0, 1.0, 3.0):
        a, b = scored(rng, 2, skill), scored(rng, 2, 0.0)
        assert mAP_p(a, b) == pytest.approx(slow_mAP_p(a, b))


def test_scores_of_another_scale_change_nothing() -> None:
    rng = np.random.default_rng(3)
    a, b = scored(rng, 2, 1.0), scored(rng, 2, 0.0)
    loud = Judged(
        b.seeds,
        tuple(
            JudgedFold(f.truth, f.predictions, 1000 * np.exp(f.scores), f.recordings)
            for f in b.folds
        ),
    )
    assert mAP_p(a, loud) == mAP_p(a, b)
    assert mAP_p(b, loud) == 1


def test_equal_scores_share_their_rank() -> None:
    scores = np.array([5.0, 1.0, 5.0, 3.0, 5.0])[None, :, None]
    assert ranks(scores)[0, :, 0].tolist() == [4, 1, 4, 2, 4]


def test_holm_by_hand() -> None:
    # sorted .01 .02 .03 .04: times 4, 3, 2, 1, none below the one before
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1, 1]
    assert holm([]) == []


def test_equal_methods_are_seldom_told_apart_though_clips_of_a_recording_agree() -> None:
    """The interval and p each by itself; drawing or swapping clips gives a fifth of the trials."""
    by_p = by_interval = 0
    trials = 300
    for trial in range(trials):
        a, b = equal_methods(np.random.default_rng(trial), clips=120, each=8, seeds=1)
        by_p += accuracy_p(a, b, 200, trial) < LEVEL
        draws = draw_recordings([a.folds[0].recordings], 200, trial)
        found = difference(*(MEASURED["accuracy"](judged, draws) for judged in (a, b)), trial)
        assert found is not None
        by_interval += found.low > 0 or found.high < 0
    assert by_p <= 0.08 * trials
    assert by_interval <= 0.08 * trials


def test_clips_needed_by_hand() -> None:
    # 3 and 1 of 18 only one gets right: ψ = (4 + 1) / 20 = 0.25, δ = 0.1:
    # (1.96 · 0.5 + 0.8416 · √0.24)² / 0.01 = (0.97998 + 0.41231)² · 100 = 193.8
    a = said([[1] * 10 + [1, 1, 1, 0] + [0] * 4], list(range(18)))
    b = said([[1] * 10 + [0, 0, 0, 1] + [0] * 4], list(range(18)))
    assert clips_needed(a, b) == 194
    # always alike, 78 clips: 1/80 is below δ, so ψ = 0.1:
    # (1.96 · 0.31623 + 0.8416 · √0.09)² / 0.01 = (0.61980 + 0.25249)² · 100 = 76.1
    same = said([[1] * 78], list(range(78)))
    assert clips_needed(same, same) == 77


def test_clips_of_a_recording_that_say_the_same_count_once() -> None:
    # two clips a recording, always alike: ρ = 1, so each clip is worth half
    twice = np.repeat(np.arange(6), 2)
    assert design_effect(np.repeat([1.0, 0, 0, -1, 0, 1], 2), twice) == pytest.approx(2)
    assert design_effect(np.array([1.0, -1] * 6), twice) == 1  # never below
    assert design_effect(np.arange(12.0), np.arange(12)) == 1
    # 1 2 | 3 5: between (1.5 − 2.75)² 2 · 2 = 6.25, within (0.5 + 2) / 2 = 1.25, ρ = 5 / 7.5
    assert design_effect(np.array([1.0, 2, 3, 5]), np.array([0, 0, 1, 1])) == pytest.approx(5 / 3)
