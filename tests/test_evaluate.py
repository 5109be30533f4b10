"""Metrics and methods against numbers worked out by hand."""

import numpy as np
import pytest
import torch

from training.evaluate import (
    ClipScores,
    clip_rows,
    cnn_scores,
    metrics,
    svm_scores,
    unatt_scores,
)
from training.mapcache import FrameMaps


def frame_maps(scores: list[list[float]], owners: list[int]) -> FrameMaps:
    """Frames whose features are their scores and whose maps hold score c in one cell."""
    values = torch.tensor(scores)
    L = torch.zeros(*values.shape, 4, 4)
    L[..., 1, 2] = values.clamp_min(0)
    return FrameMaps(L, values, values.clone(), torch.tensor(owners))


def test_metrics_by_hand() -> None:
    scores = np.array([[3, 2, 1, 0], [0, 3, 2, 1], [3, 2, 1, 0], [0, 1, 2, 3]], np.float32)
    said = metrics(ClipScores("m", scores.argmax(1), scores), np.array([0, 1, 3, 3]))
    assert said.accuracy == 75
    # clip 2 ranks its truth last of four; all others first
    assert said.top3 == 75
    assert said.confusion.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1]]
    assert said.per_class[[0, 1, 3]].tolist() == [100, 100, 50]
    assert np.isnan(said.per_class[2])
    # class 0: its clip ties for rank 1 with clip 2: precision 1/2 · class 1: rank 1 · class 3: clip 3
    # at rank 1, then clips 0 and 2 share the last score with the second: 2 of 4
    assert said.mAP == pytest.approx(100 * (0.5 + 1 + (1 + 0.5) / 2) / 3)


def test_the_vote_and_unatt_differ_where_they_should() -> None:
    # two weak votes for class 0 against one strong frame of class 1
    maps = frame_maps([[1.0, 0.9], [1.0, 0.9], [0.0, 5.0]], [0, 0, 0])
    assert cnn_scores("CNN", maps, 1).predictions.tolist() == [0]
    assert cnn_scores("CNN", maps, 1).scores.tolist() == [pytest.approx([1.0, 0.9])]
    unatt = unatt_scores("UnAtt", maps, 1)
    assert unatt.predictions.tolist() == [1]
    assert unatt.scores.tolist() == [pytest.approx([2 / 3, 6.8 / 3])]


def test_unatt_sums_windows_of_three_by_three() -> None:
    # class 0 has the largest cell, class 1 the largest 3×3 window, class 2 the largest sum of all
    L = torch.zeros(1, 3, 5, 5)
    L[0, 0, 2, 2] = 5.0
    L[0, 1, :3, 1:4] = 1.0
    L[0, 2] = 0.5
    maps = FrameMaps(L, torch.zeros(1, 3), torch.zeros(1, 3), torch.tensor([0]))
    unatt = unatt_scores("UnAtt", maps, 1)
    assert unatt.scores.tolist() == [[5, 9, 4.5]] and unatt.predictions.tolist() == [1]


def test_the_svm_sees_directions_not_lengths() -> None:
    # two directions of which the second class's is a hundred times as long, and one frame of it short
    angles = torch.tensor([0.1, 0.2, 0.3, 1.2, 1.3, 1.4])
    lengths = torch.tensor([1.0, 1.0, 1.0, 100.0, 100.0, 100.0])
    features = torch.stack((angles.cos(), angles.sin()), 1) * lengths[:, None]
    L, scores = torch.zeros(6, 2, 3, 3), torch.zeros(6, 2)
    train = FrameMaps(L, scores, features, torch.arange(6))
    labels = torch.tensor([0, 0, 0, 1, 1, 1])
    said, unit = (
        svm_scores("SVM", train, labels, FrameMaps(L, scores, features * k, torch.arange(6)), 6)
        for k in (1.0, 0.001)
    )
    assert said.predictions.tolist() == labels.tolist()
    np.testing.assert_allclose(said.scores, unit.scores, rtol=1e-4, atol=1e-5)


def test_top_three_holds_the_third_and_not_the_fourth() -> None:
    scores = np.array([[4, 3, 2, 1]] * 4, np.float32)
    said = metrics(ClipScores("m", scores.argmax(1), scores), np.arange(4))
    assert (said.accuracy, said.top3) == (25, 75)


def test_svm_separates_and_votes() -> None:
    train = frame_maps([[4, 0, 0], [5, 0, 0], [0, 4, 0], [0, 5, 0], [0, 0, 4], [0, 0, 5]], [0] * 6)
    labels = torch.tensor([0, 0, 1, 1, 2, 2])
    test = frame_maps([[6, 0, 0], [6, 1, 0], [0, 6, 0], [0, 0, 7]], [0, 0, 0, 1])
    assert svm_scores("SVM", train, labels, test, 2).predictions.tolist() == [0, 2]


def test_svm_with_a_class_that_has_no_clips_never_chooses_it() -> None:
    train = frame_maps([[4, 0, 0], [5, 0, 0], [0, 0, 4], [0, 0, 5]], [0] * 4)
    test = frame_maps([[6, 0, 0], [0, 0, 6], [0, 9, 0]], [0, 1, 2])
    said = svm_scores("SVM", train, torch.tensor([0, 0, 2, 2]), test, 3)
    assert said.predictions[:2].tolist() == [0, 2]
    assert said.predictions[2] != 1
    assert np.isfinite(said.scores).all()


def test_rows_name_what_was_said() -> None:
    scores = ClipScores("CNN", np.array([1]), np.array([[0.25, 0.75]], np.float32))
    row = clip_rows(scores, ["Hug/a.mp4"], np.array([0]), ["Hug", "Kiss"]).iloc[0].to_dict()
    assert row == {
        "method": "CNN", "clip": "Hug/a.mp4", "truth": "Hug", "prediction": "Kiss",
        "score: Hug": 0.25, "score: Kiss": 0.75,
    }  # fmt: skip
