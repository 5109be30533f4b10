"""Measures of trust: by hand, by slow loops, and against scipy and captum."""

import copy

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import Tensor

from attention.errors import InputError
from attention.probe.hide import blurred_mean
from attention.probe.subject import Subject, subject_of
from attention.probe.trust.curves import Curves, area, in_space, in_time
from attention.probe.trust.occlusion import agreement, occlusion
from attention.probe.trust.randomised import cascade, grad_cam, randomised
from attention.probe.trust.ranks import mean_known, spearman, ssim
from attention.probe.trust.removed import removed
from attention.probe.trust.truth import energy_inside, in_square, pointing, temporal_iou
from tests.networks import pictures
from tests.test_probe_maps import tiny

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def subject() -> Subject:
    """Concept 4 of three pictures, seen by the tiny network, whose maps have 7×7 cells."""
    return subject_of(tiny(bent=True), pictures(3, 224), 4, window=2)


def hidden_by_hand(subject: Subject, frame: int, cells: list[tuple[int, int]]) -> Tensor:
    """One frame with 32×32 squares filled, as the network is given it."""
    square, fill = subject.rgb[frame].copy(), blurred_mean(subject.rgb)[frame]
    for row, column in cells:
        at = np.s_[32 * row : 32 * row + 32, 32 * column : 32 * column + 32]
        square[at] = fill[at]
    return subject.backbone.preprocess(square[None])


@torch.no_grad()
def chance(subject: Subject, x: Tensor) -> float:
    scores = subject.backbone.head(subject.backbone.trunk(x))[0]
    return float(scores.exp()[subject.concept] / scores.exp().sum())


def test_deletion_and_insertion_are_the_slow_loops(subject: Subject) -> None:
    found = in_space(subject)
    deletion, insertion = np.zeros(8), np.zeros(8)
    every = [(row, column) for row in range(7) for column in range(7)]
    for frame, L in enumerate(subject.maps):
        ranked = sorted(every, key=lambda cell: -float(L[cell]))
        for step in range(8):
            gone = ranked[: 7 * step]
            deletion[step] += chance(subject, hidden_by_hand(subject, frame, gone)) / 3
            shown = [cell for cell in every if cell not in gone]
            insertion[step] += chance(subject, hidden_by_hand(subject, frame, shown)) / 3
    np.testing.assert_allclose(found.deletion, deletion, rtol=1e-4)
    np.testing.assert_allclose(found.insertion, insertion, rtol=1e-4)
    assert found.random_deletion.shape == found.random_insertion.shape == (10, 8)
    assert np.unique(found.random_deletion[:, 3]).size == 10
    for random in found.random_deletion:  # all begin with the whole picture and end with none of it
        assert random[[0, 7]] == pytest.approx(deletion[[0, 7]])
    same = in_space(subject)
    assert (same.random_deletion == found.random_deletion).all()
    assert (in_space(subject, seed=1).random_deletion != found.random_deletion).any()


def test_any_map_may_order_the_cells(subject: Subject) -> None:
    upside_down = in_space(subject, -subject.maps)
    found = in_space(subject)
    # without equal cells the reverse order deletes what insertion adds
    assert np.abs(upside_down.deletion[::-1] - found.insertion).max() < 0.02
    wide = np.repeat(np.repeat(subject.maps, 2, 1), 2, 2)
    assert np.abs(in_space(subject, wide).deletion - found.deletion).max() < 0.02


def test_progress_counts_every_look(subject: Subject) -> None:
    steps: list[tuple[int, int | None]] = []
    in_space(subject, tick=lambda *step: steps.append(step))
    assert steps[-1] == (74, 74) and [done for done, _ in steps] == list(range(1, 75))


def test_curves_in_time_by_hand() -> None:
    chances, energies = np.array([0.2, 0.8, 0.5], "f4"), np.array([1.0, 9.0, 3.0], "f4")
    found = in_time(chances, energies)
    # energy ranks frames 1, 2, 0
    assert found.deletion == pytest.approx([0.5, 0.35, 0.2])
    assert found.insertion == pytest.approx([0.8, 0.65, 0.5])
    assert area(found.deletion) == pytest.approx((0.5 / 2 + 0.35 + 0.2 / 2) / 2)
    assert found.random_deletion[:, 0] == pytest.approx([0.5] * 10)
    assert set(found.random_deletion[:, 2].round(4)) <= {0.2, 0.5, 0.8}
    with pytest.raises(InputError, match="A clip of one frame has no curve in time"):
        in_time(chances[:1], energies[:1])


def test_area_is_the_mean_height() -> None:
    assert area(np.array([1.0, 0.0])) == 0.5
    assert area(np.array([0.25] * 6)) == pytest.approx(0.25)
    assert area(np.array([1.0, 0.0, 0.0, 0.0, 0.0])) == pytest.approx(0.125)
    assert isinstance(in_time(np.ones(2), np.ones(2)), Curves)


def test_rank_correlation_is_scipys() -> None:
    a, b = RNG.random((4, 5, 6)), RNG.integers(0, 4, (4, 5, 6))  # with equal cells
    slow = [spearmanr(x.ravel(), y.ravel()).statistic for x, y in zip(a, b, strict=True)]
    assert spearman(a, b) == pytest.approx(slow, abs=1e-6)
    assert spearman(a, 3 * a**2) == pytest.approx([1] * 4) and spearman(a, -a) == pytest.approx(
        [-1] * 4
    )
    flat = np.ones((1, 5, 6))
    assert np.isnan(spearman(a[:1], flat))[0] and np.isnan(mean_known(spearman(a[:1], flat)))
    assert mean_known(np.array([np.nan, 0.5, 0.25])) == 0.375


def test_ssim_is_the_slow_loop() -> None:
    a, b = RNG.random((2, 9, 8)) * 3, RNG.random((2, 9, 8))
    for ours, *pair in zip(ssim(a, b), a, b, strict=True):
        x, y = (one / one.max() for one in pair)
        values = []
        for row in range(3):
            for column in range(2):
                p, q = (one[row : row + 7, column : column + 7].ravel() for one in (x, y))
                (vp, cov), (_, vq) = np.cov(p, q)
                above = (2 * p.mean() * q.mean() + 1e-4) * (2 * cov + 9e-4)
                values.append(above / ((p.mean() ** 2 + q.mean() ** 2 + 1e-4) * (vp + vq + 9e-4)))
        assert ours == pytest.approx(np.mean(values), abs=1e-6)
    assert ssim(a, 5 * a) == pytest.approx([1, 1])  # each is divided by its largest cell
    assert ssim(a[:, :3, :3], a[:, :3, :3]) == pytest.approx([1, 1])


def test_occlusion_is_captums(subject: Subject) -> None:
    attr = pytest.importorskip("captum.attr")
    net = torch.nn.Sequential(subject.backbone.trunk, subject.backbone.head)
    with torch.no_grad():
        theirs = attr.Occlusion(net).attribute(
            subject.x, (3, 32, 32), strides=(3, 32, 32), target=4, baselines=subject.fill,
        )  # fmt: skip
    ours = occlusion(subject, (7, 7))
    np.testing.assert_allclose(ours, theirs[:, 0, 16::32, 16::32], atol=1e-5)
    slow = [
        spearmanr(L.ravel(), drop.ravel()).statistic
        for L, drop in zip(subject.maps, ours, strict=True)
    ]
    assert agreement(subject) == pytest.approx(slow, abs=1e-5)
    wide = np.repeat(np.repeat(subject.maps, 2, 1), 2, 2)  # averaged to 7×7 again
    assert agreement(subject, wide) == pytest.approx(slow, abs=1e-5)


def test_the_attended_window_is_removed_and_others_beside_it(subject: Subject) -> None:
    found = removed(subject, seed=3)
    scores, energies = [], []
    for frame, L in enumerate(subject.maps):
        sums = {
            (row, column): L[row : row + 2, column : column + 2].sum()
            for row in range(6)
            for column in range(6)
        }
        row, column = max(sums, key=lambda at: sums[at])
        window = [(row + i, column + j) for i in (0, 1) for j in (0, 1)]
        now = subject.engine.see(hidden_by_hand(subject, frame, window), 2)
        scores.append(float(subject.seen.scores[frame, 4] - now.scores[0, 4]))
        energies.append(float(subject.seen.energies[frame, 4] - now.energies[0, 4]))
    assert found.score == pytest.approx(np.mean(scores), abs=1e-5)
    assert found.energy == pytest.approx(np.mean(energies), abs=1e-5)
    assert found.random_score.shape == found.random_energy.shape == (10,)
    assert found.random_score.std() > 0
    whole = Subject(subject.backbone, subject.engine, subject.rgb, 4, window=7)
    assert removed(whole).random_score.shape == (0,)


def test_random_windows_are_any_but_the_attended_one(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    covered: list[np.ndarray] = []
    real = Subject.with_hidden
    monkeypatch.setattr(
        Subject, "with_hidden", lambda self, cells: covered.append(cells) or real(self, cells)
    )
    for seed in range(8):
        removed(subject, seed=seed)
    attended, others = covered[0], [c for i, c in enumerate(covered) if i % 11]
    assert all(cells.sum() == 3 * 4 for cells in covered)
    assert not any(
        (own == mine).all() for cells in others for own, mine in zip(cells, attended, strict=True)
    )
    places = {tuple(np.argwhere(own)[0]) for cells in others for own in cells}
    assert len(places) == 36  # of 6×6 windows


def test_weights_are_drawn_anew_from_the_head_back_and_the_network_stays() -> None:
    backbone = tiny(bent=False)
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    changed, weights = [], []
    for layer, network in cascade(backbone):
        now = network.state_dict()
        changed.append((layer, {name for name in now if not torch.equal(now[name], before[name])}))
        weights.append(now["head.last.weight"].clone())
    head = {"head.last.weight", "head.last.bias"}
    late = head | {"trunk.3.0.weight", "trunk.3.0.bias"}
    assert changed == [
        ("head.last", head),
        ("trunk.3.0", late),
        ("trunk.1.0", late | {"trunk.1.0.weight", "trunk.1.0.bias"}),
    ]
    assert all(torch.equal(weights[0], later) for later in weights)  # what was drawn stays
    assert all(torch.equal(tensor, before[name]) for name, tensor in backbone.state_dict().items())
    again = [network.head.last.weight.clone() for _, network in cascade(backbone)]
    assert torch.equal(again[0], weights[0])
    other = next(network.head.last.weight.clone() for _, network in cascade(backbone, seed=1))
    assert not torch.equal(other, weights[0])


def test_a_map_of_weights_changes_and_one_of_pixels_does_not(subject: Subject) -> None:
    state = torch.get_rng_state()
    seen: list[tuple[int, int | None]] = []
    steps = randomised(subject, tick=lambda *step: seen.append(step))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert torch.equal(torch.get_rng_state(), state)
    network = copy.deepcopy(subject.backbone)
    for step, (layer, network) in zip(steps, cascade(subject.backbone), strict=True):
        maps = grad_cam(network, subject.x, 4)
        np.testing.assert_array_equal(step.maps, maps)
        assert step.layer == layer
        assert step.rank == pytest.approx(
            mean_known(spearman(subject.maps, maps)), abs=1e-4, nan_ok=True
        )
        assert step.structure == pytest.approx(mean_known(ssim(subject.maps, maps)), abs=1e-4)
    assert steps[-1].structure < 0.9
    brightness = randomised(subject, lambda _, x, __: np.asarray(x.mean(1)[:, ::32, ::32]) + 9)
    assert [(step.rank, step.structure) for step in brightness] == [pytest.approx((1, 1))] * len(
        steps
    )


def test_the_pointing_game_by_hand() -> None:
    maps = np.zeros((4, 7, 7), "f4")
    maps[0, 2, 3] = 1  # centre at (3.5/7, 2.5/7) = (112, 80) pixels
    maps[1, 2, 3] = maps[2, 2, 3] = 1
    boxes = [
        (0.45, 0.3, 0.55, 0.4),
        (128 / 224, 0.0, 1.0, 1.0),
        (126 / 224, 0.0, 1.0, 1.0),
        (0, 0, 1, 1),
    ]
    assert pointing(maps, boxes).tolist() == [True, False, True, False]
    assert pointing(maps, boxes, tolerance=0).tolist() == [True, False, False, False]
    # away from a corner both sides count: 12 and 12 pixels are 17
    corner = [(124 / 224, 92 / 224, 1.0, 1.0)] * 4
    assert not pointing(maps, corner).any() and pointing(maps, corner, 17.1)[:3].all()


def test_energy_inside_a_box_counts_cut_cells_by_their_share() -> None:
    maps = np.zeros((2, 2, 4), "f4")
    maps[0] = [[4, 2, 0, 0], [0, 0, 0, 2]]
    # half of the first column, all of the second; the upper row only
    assert energy_inside(maps, [(0.125, 0.0, 0.5, 0.5)] * 2) == pytest.approx([(2 + 2) / 8, 0])
    assert energy_inside(maps, [(0.0, 0.25, 1.0, 1.0)] * 2) == pytest.approx([(3 + 2) / 8, 0])


def test_boxes_lie_in_the_centred_square() -> None:
    assert in_square((40, 60, 160, 120), (320, 240)) == (0, 0.25, 0.5, 0.5)
    assert in_square((0, 0, 400, 300), (320, 240)) == (0, 0, 1, 1)
    assert in_square((10, 40, 20, 160), (100, 200)) == pytest.approx((0.1, 0, 0.2, 1))


def test_temporal_iou_by_hand() -> None:
    energies = np.array([0.0, 4.0, 9.0, 10.0, 5.0], "f4")  # high: at least 5
    assert temporal_iou(energies, [False, True, True, True, False]) == pytest.approx(2 / 4)
    assert temporal_iou(energies, [False, False, True, True, True]) == 1
    assert temporal_iou(energies, [True, True, False, False, False]) == 0
