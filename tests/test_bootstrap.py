"""The paired bootstrap against scikit-learn and against a loop that really repeats recordings."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from tests.sweeps import mean_ap
from training.judge.bootstrap import (
    Difference,
    Draws,
    Measured,
    accuracies,
    average_precisions,
    class_accuracy,
    difference,
    draw_recordings,
    mean_average_precisions,
    over_seeds,
)
from training.judge.results import Judged, JudgedFold


def judged(rng: np.random.Generator, recordings: list[np.ndarray], seeds: int = 3) -> Judged:
    folds = []
    for named in recordings:
        size = len(named)
        truth = np.arange(size) % 3
        scores = np.round(rng.normal(size=(seeds, size, 3)) + np.eye(3)[truth], 1)  # with ties
        folds.append(JudgedFold(truth, scores.argmax(2), scores, named))
    return Judged(tuple(range(seeds)), tuple(folds))


def test_average_precision_by_hand() -> None:
    scores, positive = np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False])
    weights = np.array([[1, 0, 1], [1, 1, 0], [1, 2, 0], [1, 1, 3]], np.float32)
    found = average_precisions(scores, positive, weights)
    # once each: (1/1 + 2/3)/2 · third clip twice, first gone: 2 of 3 upto it · only the first: 1
    assert found == pytest.approx([5 / 6, 2 / 3, 1.0])


def test_average_precision_is_scikit_learns_with_weights_and_ties() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        scores = rng.integers(0, 8, size=30).astype(float)
        positive = rng.random(30) < 0.3
        positive[0] = True
        weights = rng.integers(0, 3, size=(30, 5)).astype(np.float32)
        weights[0] = 1
        expected = [average_precision_score(positive, scores, sample_weight=w) for w in weights.T]
        assert average_precisions(scores, positive, weights) == pytest.approx(expected, abs=1e-6)


def test_a_class_that_is_not_drawn_has_no_precision_and_leaves_the_mean() -> None:
    truth = np.array([0, 0, 1])
    scores = np.array([[[0.9, 0.1], [0.2, 0.3], [0.5, 0.6]]])
    one = Judged((0,), (JudgedFold(truth, scores.argmax(2), scores, np.arange(3)),))
    weights = np.array([[1, 1], [1, 2], [1, 0]], np.float32)
    assert np.isnan(average_precisions(scores[0, :, 1], truth == 1, weights)[1])
    draws = Draws((weights,), 0, recordings=3, groups=1)
    # all: class 0 ranks 1 and 3: (1 + 2/3)/2, class 1 ranks 1 → mean 11/12; drawn: class 0 alone, 1
    assert mean_average_precisions(one, draws).values == pytest.approx(np.array([[1100 / 12, 100]]))


FOLDS = [np.repeat(np.arange(9), [1, 2, 3, 4, 2, 1, 3, 5, 3]), np.repeat([9, 10, 11, 4, 3], 5)]


def repeated(draw: np.ndarray, named: np.ndarray) -> np.ndarray:
    """The clips of a fold when each recording is there as often as it was drawn."""
    return np.array([v for v, recording in enumerate(named) for _ in range(int(draw[recording]))])


def test_the_draws_are_those_of_a_slow_loop_over_repeated_recordings() -> None:
    rng = np.random.default_rng(1)
    a, b = judged(rng, FOLDS), judged(rng, FOLDS)
    draws = draw_recordings(FOLDS, 12, seed=5)
    how_often = np.zeros((12, 13))
    for named, weights in zip(FOLDS, draws.weights, strict=True):
        how_often[named] = weights  # whole recordings, the same in every fold that judges one
        assert (how_often[named] == weights).all()
    for measure, slow in (
        (accuracies, lambda truth, said, scores: 100 * np.mean(said == truth)),
        (mean_average_precisions, lambda truth, said, scores: mean_ap(truth, scores)),
    ):
        fast = measure(a, draws).values - measure(b, draws).values
        for d in range(13):
            for s in range(3):
                by_fold = []
                for f, named in enumerate(FOLDS):
                    rows = repeated(how_often[:, d], named)
                    each = [
                        slow(fold.truth[rows], fold.predictions[s][rows], fold.scores[s][rows])
                        for fold in (a.folds[f], b.folds[f])
                    ]
                    by_fold.append(each[0] - each[1])
                assert fast[s, d] == pytest.approx(np.mean(by_fold), abs=1e-4)


def test_recordings_of_the_same_folds_are_drawn_among_each_other() -> None:
    draws = draw_recordings(FOLDS, 300, 3)
    assert (draws.recordings, draws.groups) == (12, 3)  # in the first fold, in the second, in both
    first, second = draws.weights
    # one clip of each recording: 7 in the first alone, 2 in both, 3 in the second alone
    one = np.unique(FOLDS[0], return_index=True)[1]
    assert (first[one].sum(0) == 9).all()
    assert (first[one][[3, 4]].sum(0) == 2).all()
    assert (second[[0, 5, 10]].sum(0) == 3).all()
    assert (first[:, 1:] == 0).any(1).all()
    again = draw_recordings(FOLDS, 300, 3)
    assert all((x == y).all() for x, y in zip(draws.weights, again.weights, strict=True))


def values(rows: list[list[float]], recordings: int = 1000, groups: int = 1) -> Measured:
    return Measured(tuple(range(len(rows))), np.array(rows), recordings, groups)


def test_the_interval_by_hand() -> None:
    # one seed, as measured 7; drawn −2 … 2 about their mean: moved to 7, 95 % of them inside ±1.9
    drawn = [-2.0, -1.0, 0.0, 1.0, 2.0]
    one = difference(values([[7.0, *drawn]], 10**9), values([[0.0] * 6], 10**9), 0)
    assert one is not None
    assert (one.low, one.high) == pytest.approx((7 - 1.9, 7 + 1.9), abs=1e-6)
    # 4 recordings: t of 3 degrees of freedom, 3.182 for 1.960, and a spread of 4/3 the variance
    few = difference(values([[7.0, *drawn]], 4), values([[0.0] * 6], 4), 0)
    assert few is not None
    assert few.high - 7 == pytest.approx(1.9 * 3.1824 / 1.95996 * np.sqrt(4 / 3), rel=1e-4)
    # 4 recordings in 2 folds: 2 degrees of freedom
    folds = difference(values([[7.0, *drawn]], 4, 2), values([[0.0] * 6], 4, 2), 0)
    assert folds is not None
    assert folds.high - 7 == pytest.approx(1.9 * 4.30265 / 1.95996 * np.sqrt(2), rel=1e-4)
    # one recording in each fold tells nothing of others
    alone = difference(values([[7.0, *drawn]], 2, 2), values([[0.0] * 6], 2, 2), 0)
    assert alone is not None
    assert np.isnan([alone.low, alone.high]).all()
    assert alone.sign == 0


def test_few_seeds_widen_the_interval() -> None:
    # two seeds 10 apart, nothing between recordings: the drawn means are 0, 5, 10; seeds vary by
    # 50 / 2 = 25 with one degree of freedom (t 12.706), of which the draws show 12.5
    level = np.repeat([[0.0], [10.0]], 4001, axis=1).tolist()
    found = difference(values(level, 10**9), values([[0.0] * 4001] * 2, 10**9), 0)
    assert found is not None
    assert found.mean == 5
    wide = 5 * 12.7062 / 1.95996 * np.sqrt(2)
    assert (found.low, found.high) == pytest.approx((5 - wide, 5 + wide), rel=0.02)


def test_only_seeds_that_both_methods_have_are_compared() -> None:
    a = Measured((0, 1, 2), np.array([[10.0, 10], [20, 20], [90, 90]]), 9, 1)
    b = Measured((1, 0), np.array([[17.0, 17], [9, 9]]), 9, 1)
    found = difference(a, b, 0)
    assert found is not None
    assert found.mean == pytest.approx(2.0)  # (10 − 9 + 20 − 17) / 2
    assert found.std == pytest.approx(np.sqrt(2))
    assert difference(a, Measured((7,), np.zeros((1, 2)), 9, 1), 0) is None


def test_seeds_are_drawn_as_well_as_recordings() -> None:
    values = np.repeat(np.array([[0.0], [10.0]]), 4000, axis=1)
    drawn = over_seeds(values, 0)
    assert set(drawn) == {0.0, 5.0, 10.0}
    assert drawn.mean() == pytest.approx(5.0, abs=0.3)
    assert (drawn == 5.0).mean() == pytest.approx(0.5, abs=0.04)


def test_class_accuracy_is_the_mean_of_the_folds_that_hold_the_class() -> None:
    first = JudgedFold(
        np.array([0, 0, 1]), np.array([[0, 1, 1]]), np.zeros((1, 3, 3)), np.array([0, 0, 1])
    )
    second = JudgedFold(np.array([0, 2]), np.array([[0, 0]]), np.zeros((1, 2, 3)), np.array([2, 3]))
    one = Judged((0,), (first, second))
    draws = draw_recordings([first.recordings, second.recordings], 100, 0)
    found = [class_accuracy(one, draws, c) for c in range(3)]
    assert [m.values[0, 0] for m in found] == [75.0, 100.0, 0.0]
    # what is known of a class are its own recordings, within the folds that hold it
    assert [(m.recordings, m.groups) for m in found] == [(2, 2), (1, 1), (1, 1)]


@pytest.mark.parametrize(
    ("low", "high", "p", "sign"),
    [
        (0.04, 2.0, 0.01, 0),  # printed as 0.0
        (0.06, 2.0, 0.01, 1),
        (-2.0, -0.06, 0.01, -1),
        (0.06, 2.0, 0.05, 0),  # the interval alone does not name a winner
        (0.06, 2.0, float("nan"), 0),
        (-0.06, 2.0, 0.01, 0),  # nor does p
    ],
)
def test_a_winner_needs_the_printed_interval_and_p(
    low: float, high: float, p: float, sign: int
) -> None:
    assert Difference(1.0, 0.5, low, high, p).sign == sign
