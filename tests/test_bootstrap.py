"""The paired bootstrap against scikit-learn and against a loop that really repeats the clips."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from tests.sweeps import mean_ap
from training.results.bootstrap import (
    Difference,
    Draws,
    Measured,
    accuracies,
    average_precisions,
    class_accuracies,
    difference,
    draw_clips,
    mean_average_precisions,
    over_seeds,
)
from training.results.sweep_results import Judged, JudgedFold


def judged(rng: np.random.Generator, sizes: tuple[int, ...], seeds: int = 3) -> Judged:
    folds = []
    for size in sizes:
        truth = np.arange(size) % 3
        scores = np.round(rng.normal(size=(seeds, size, 3)) + np.eye(3)[truth], 1)  # with ties
        folds.append(JudgedFold(truth, scores.argmax(2), scores))
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
    one = Judged((0,), (JudgedFold(truth, scores.argmax(2), scores),))
    weights = np.array([[1, 1], [1, 2], [1, 0]], np.float32)
    assert np.isnan(average_precisions(scores[0, :, 1], truth == 1, weights)[1])
    draws = Draws((weights,), 0)
    # all: class 0 ranks 1 and 3: (1 + 2/3)/2, class 1 ranks 1 → mean 11/12; drawn: class 0 alone, 1
    assert mean_average_precisions(one, draws).values == pytest.approx(np.array([[1100 / 12, 100]]))


def test_the_interval_is_that_of_a_slow_loop_over_repeated_clips() -> None:
    rng = np.random.default_rng(1)
    sizes, count = (24, 33), 120
    a, b = judged(rng, sizes), judged(rng, sizes)
    draws = draw_clips(sizes, count, seed=5)
    seed_draws = np.random.default_rng([5, 3]).multinomial(3, np.full(3, 1 / 3), size=count)
    slow: dict[str, list[float]] = {"accuracy": [], "mAP": []}
    for d in range(count + 1):
        chosen = [
            np.repeat(np.arange(n), w[:, d].astype(int))
            for n, w in zip(sizes, draws.weights, strict=True)
        ]
        seeds = range(3) if d == 0 else np.repeat(np.arange(3), seed_draws[d - 1])
        gains: dict[str, list[float]] = {"accuracy": [], "mAP": []}
        for s in seeds:
            for f, rows in enumerate(chosen):
                truth = a.folds[f].truth[rows]
                right = [
                    100 * np.mean(side.folds[f].predictions[s][rows] == truth) for side in (a, b)
                ]
                ranked = [mean_ap(truth, side.folds[f].scores[s][rows]) for side in (a, b)]
                gains["accuracy"].append(right[0] - right[1])
                gains["mAP"].append(ranked[0] - ranked[1])
        for name, values in gains.items():
            slow[name].append(float(np.mean(values)))
    for name, measure in (("accuracy", accuracies), ("mAP", mean_average_precisions)):
        found = difference(measure(a, draws), measure(b, draws), 5)
        assert found is not None
        point, drawn = slow[name][0], np.array(slow[name][1:])
        low, high = np.percentile(drawn - drawn.mean() + point, [2.5, 97.5])
        assert (found.mean, found.low, found.high) == pytest.approx((point, low, high), abs=1e-4)


def test_draws_keep_each_folds_size_and_repeat() -> None:
    draws = draw_clips((7, 11), 200, 3)
    assert [w.sum(0).tolist() for w in draws.weights] == [[7.0] * 201, [11.0] * 201]
    again = draw_clips((7, 11), 200, 3)
    assert all((x == y).all() for x, y in zip(draws.weights, again.weights, strict=True))


def test_only_seeds_that_both_methods_have_are_compared() -> None:
    a = Measured((0, 1, 2), np.array([[10.0, 10], [20, 20], [90, 90]]))
    b = Measured((1, 0), np.array([[17.0, 17], [9, 9]]))
    found = difference(a, b, 0)
    assert found is not None
    assert found.mean == pytest.approx(2.0)  # (10 − 9 + 20 − 17) / 2
    assert found.std == pytest.approx(np.sqrt(2))
    assert difference(a, Measured((7,), np.zeros((1, 2))), 0) is None


def test_seeds_are_drawn_as_well_as_clips() -> None:
    values = np.repeat(np.array([[0.0], [10.0]]), 4000, axis=1)
    drawn = over_seeds(values, 0)
    assert set(drawn) == {0.0, 5.0, 10.0}
    assert drawn.mean() == pytest.approx(5.0, abs=0.3)
    assert (drawn == 5.0).mean() == pytest.approx(0.5, abs=0.04)


def test_class_accuracy_is_the_mean_of_the_folds_that_hold_the_class() -> None:
    first = JudgedFold(np.array([0, 0, 1]), np.array([[0, 1, 1]]), np.zeros((1, 3, 3)))
    second = JudgedFold(np.array([0, 2]), np.array([[0, 0]]), np.zeros((1, 2, 3)))
    one = Judged((0,), (first, second))
    found = class_accuracies(one, draw_clips((3, 2), 100, 0))
    assert [m.values[0, 0] for m in found] == [75.0, 100.0, 0.0]


def test_the_word_follows_the_printed_bounds() -> None:
    assert Difference(1.0, 0.5, 0.04, 2.0).sign == 0  # printed as 0.0
    assert Difference(1.0, 0.5, 0.06, 2.0).sign == 1
    assert Difference(-1.0, 0.5, -2.0, -0.06).sign == -1
