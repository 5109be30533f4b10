"""Metrics and methods against numbers worked out by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch

from attention.concepts import concept_vectors
from attention.energynet import EnergyNet
from attention.methods.method import Examples
from attention.methods.registry import known_method
from attention.model.card import Card, EnergyNetCard
from attention.model.folder import load_model, save_model
from attention.networks.zoo import LITE0, Backbone, load_backbone
from attention.pipeline import analyse
from tests.little import DRAWN
from training.cache.maps import FrameMaps
from training.commands.evaluate import judged_clips
from training.data.records import LabelledClip
from training.judge.metrics import ClipScores, clip_rows, metrics
from training.judge.verdicts import judge, side_of


def frame_maps(scores: list[list[float]], owners: list[int]) -> FrameMaps:
    """Frames whose features are their scores and whose maps hold score c in one cell."""
    values = torch.tensor(scores)
    L = torch.zeros(*values.shape, 4, 4)
    L[..., 1, 2] = values.clamp_min(0)
    return FrameMaps(L, values, values.clone(), torch.tensor(owners))


def said_by(
    name: str, maps: FrameMaps, train: tuple[FrameMaps, list[int]] | None = None
) -> ClipScores:
    """What a method says of clips; train: frames it learns from, each a clip of its own, with labels."""
    row = known_method(name)
    assert row is not None
    learned = {}
    if row.fit is not None and train is not None:
        frames, labels = train
        clips = np.arange(len(labels))
        learned[name] = row.fit(Examples(side_of("web", frames), clips, np.array(labels)))
    concepts = [str(c) for c in range(maps.scores.shape[1])]
    (scores,) = judge([row], side_of("web", maps), maps.owners, concepts, learned)
    assert scores.method == name
    return scores


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
    assert said_by("CNN", maps).predictions.tolist() == [0]
    assert said_by("CNN", maps).scores.tolist() == [pytest.approx([1.0, 0.9])]
    unatt = said_by("UnAtt", maps)
    assert unatt.predictions.tolist() == [1]
    assert unatt.scores.tolist() == [pytest.approx([2 / 3, 6.8 / 3])]


def test_unatt_sums_windows_of_three_by_three() -> None:
    # class 0 has the largest cell, class 1 the largest 3×3 window, class 2 the largest sum of all
    L = torch.zeros(1, 3, 5, 5)
    L[0, 0, 2, 2] = 5.0
    L[0, 1, :3, 1:4] = 1.0
    L[0, 2] = 0.5
    maps = FrameMaps(L, torch.zeros(1, 3), torch.zeros(1, 3), torch.tensor([0]))
    unatt = said_by("UnAtt", maps)
    assert unatt.scores.tolist() == [[5, 9, 4.5]] and unatt.predictions.tolist() == [1]


def test_classes_weigh_alike_in_map() -> None:
    scores = np.array([[1, 1], [3, 3], [2, 2]], np.float32)
    # class 0: its only clip is third of three; class 1: its two clips are the first two
    said = metrics(ClipScores("m", scores.argmax(1), scores), np.array([0, 1, 1]))
    assert said.mAP == pytest.approx(100 * (1 / 3 + 1) / 2)


@pytest.mark.parametrize("method", ["SVM", "Logistic"])
def test_lengths_of_training_features_change_nothing(method: str) -> None:
    angles = torch.tensor([0.1, 0.4, 0.7, 0.9, 1.2, 1.4])
    unit = torch.stack((angles.cos(), angles.sin()), 1)
    lengths = torch.tensor([1.0, 50.0, 2.0, 9.0, 1.0, 30.0])[:, None]
    L, none, labels = torch.zeros(6, 2, 3, 3), torch.zeros(6, 2), [0, 0, 0, 1, 1, 1]
    test = FrameMaps(L, none, unit, torch.tensor([0, 0, 0, 1, 1, 1]))
    one, other = (
        said_by(method, test, (FrameMaps(L, none, features, torch.arange(6)), labels)).scores
        for features in (unit, unit * lengths)
    )
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)
    if method == "Logistic":  # means of probabilities, not of votes
        assert ((one > 0.05) & (one < 0.95)).all()


def test_svm_separates_and_votes() -> None:
    train = frame_maps([[4, 0, 0], [5, 0, 0], [0, 4, 0], [0, 5, 0], [0, 0, 4], [0, 0, 5]], [0] * 6)
    test = frame_maps([[6, 0, 0], [6, 1, 0], [0, 6, 0], [0, 0, 7]], [0, 0, 0, 1])
    assert said_by("SVM", test, (train, [0, 0, 1, 1, 2, 2])).predictions.tolist() == [0, 2]


def test_svm_with_a_class_that_has_no_clips_never_chooses_it() -> None:
    train = frame_maps([[4, 0, 0], [5, 0, 0], [0, 0, 4], [0, 0, 5]], [0] * 4)
    test = frame_maps([[6, 0, 0], [0, 0, 6], [0, 9, 0]], [0, 1, 2])
    said = said_by("SVM", test, (train, [0, 0, 2, 2]))
    assert said.predictions[:2].tolist() == [0, 2]
    assert said.predictions[2] != 1
    assert np.isfinite(said.scores).all()


def test_the_mean_of_all_frames_is_not_the_vote() -> None:
    maps = frame_maps([[1.0, 0.9], [1.0, 0.9], [0.0, 5.0]], [0, 0, 0])
    vote, mean = said_by("CNN", maps), said_by("CNN mean", maps)
    assert vote.predictions.tolist() == [0] and mean.predictions.tolist() == [1]
    assert mean.scores.tolist() == [pytest.approx([2 / 3, 6.8 / 3])]


def test_svm_and_logistic_head_see_directions_not_lengths() -> None:
    # along one direction a class has features of any length: raw ones would be split by length
    train = frame_maps([[9, 1], [0.9, 0.1], [1, 9], [0.1, 0.9]], [0] * 4)
    test = frame_maps([[0.07, 0.05], [0.05, 0.07], [70, 50], [50, 70]], [0, 1, 2, 3])
    for method in ("SVM", "Logistic"):
        said = said_by(method, test, (train, [0, 0, 1, 1]))
        assert said.predictions.tolist() == [0, 1, 0, 1]
        np.testing.assert_allclose(said.scores[0], said.scores[2], rtol=1e-5)


def test_the_logistic_head_averages_probabilities_by_hand() -> None:
    train = frame_maps([[3, 0, 4], [0, 3, 4], [4, 0, 3], [0, 4, 3]], [0] * 4)
    test = frame_maps([[1, 0, 0], [0.6, 0.8, 0], [1, 0, 0]], [0, 0, 1])
    both, single = said_by("Logistic", test, (train, [0, 1, 0, 1])).scores
    # the classes mirror each other, so the weights are ±w/2 along (1, −1, 0): p = σ(w · (x0 − x1))
    w = np.log(single[0] / single[1])
    assert w > 0.1
    sigma = [1 / (1 + np.exp(-w * along)) for along in (1.0, -0.2)]
    assert both[0] == pytest.approx(sum(sigma) / 2, abs=1e-4)
    assert both[2] == single[2] == 0  # a class without training frames


def test_top_3_is_three_of_five() -> None:
    scores = np.array([[5, 4, 3, 2, 1]] * 5, np.float32)
    assert metrics(ClipScores("m", scores.argmax(1), scores), np.arange(5)).top3 == 60


@pytest.fixture(scope="module")
def networks() -> tuple[Backbone, Backbone]:
    """Two CNNs that differ in every layer, as after training them all."""
    pair = tuple(load_backbone(LITE0, 2) for _ in range(2))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for backbone in pair:
            for weights in backbone.parameters():
                weights.mul_(1 + 0.05 * torch.randn(weights.shape, generator=generator))
    return pair


@pytest.mark.parametrize("kind", ["all layers", "without EnergyNet", "Web only", "with EnergyNet"])
def test_evaluate_equals_a_look_for_every_kind_of_model(
    networks: tuple[Backbone, Backbone], kind: str, tmp_path: Path
) -> None:
    web, tuned = networks
    concepts, net = ("Hug", "Kiss"), None
    if kind == "with EnergyNet":
        net = EnergyNet(web.map_size, concept_vectors(concepts)[0].shape[1], 8)
    card = Card(
        title="t", about="", concepts=concepts, backbone=LITE0,
        energynet=EnergyNetCard(hidden=8) if net else None,
        settings={"every": 10, "layers": "all" if kind == "all layers" else "last"},
    )  # fmt: skip
    learned = {}
    if kind == "with EnergyNet":
        rng = np.random.default_rng(0)
        learned = {
            "Focus": {"mean": np.float32([0.1, 9.0]), "std": np.float32([0.5, 2.0])},
            "Web+video head": {
                "weight": rng.normal(size=(2, 1280)).astype(np.float32),
                "bias": np.float32([0.1, -0.1]),
            },
        }
    second = None if kind == "Web only" else tuned
    save_model(tmp_path / "m", card, web, second, net, learned=learned)
    model = load_model(tmp_path / "m")
    names = ("Hug/hug_test_001.mp4", "Kiss/kiss_test_000.mp4")
    clips = [LabelledClip(DRAWN / "video" / name, n) for n, name in enumerate(names)]
    read, judged = judged_clips(model, clips)
    assert read == clips
    looks = [{v.method: v for v in analyse(c.path, model, every=10).verdicts} for c in clips]
    assert {s.method for s in judged} - {"CNN mean", "finetune+CNN mean"} == set(looks[0])
    assert set(learned) <= set(looks[0])
    for scores in judged:
        for row, look in enumerate(looks):
            if scores.method in look:
                said = look[scores.method]
                np.testing.assert_array_equal(scores.scores[row], said.scores)
                assert scores.predictions[row] == said.prediction


def test_rows_name_what_was_said() -> None:
    scores = ClipScores("CNN", np.array([1]), np.array([[0.25, 0.75]], np.float32))
    row = clip_rows(scores, ["Hug/a.mp4"], np.array([0]), ["Hug", "Kiss"]).iloc[0].to_dict()
    assert row == {
        "method": "CNN", "clip": "Hug/a.mp4", "truth": "Hug", "prediction": "Kiss",
        "score: Hug": 0.25, "score: Kiss": 0.75,
    }  # fmt: skip
