"""EnergyNet learns what can be learnt, the same each time, and its presets are the paper's."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from attention.energy import window_energy
from attention.energynet import EnergyNet
from attention.errors import InputError
from training.fit import energynet as fitting
from training.fit.energynet import fit_energynet, mirror
from training.fit.mining import Candidates, MapSet, Miner, Quadruples, joint_loss
from training.fit.settings import PAPER, TO_THE_MARGIN, WORKING, EnergyNetSettings
from training.listener import Listener, Step

SIZE = (5, 5)


@pytest.fixture(scope="module")
def maps() -> MapSet:
    """A bright spot on the true concept's map, at a place of its own; UnAtt cannot tell it from one
    decoy concept that is brighter everywhere. Values are as small as those of raw maps."""
    generator = torch.Generator().manual_seed(0)
    videos = torch.arange(40).repeat_interleave(6)
    labels = videos % 4
    L = 0.6 * torch.rand(len(videos), 4, *SIZE, generator=generator)
    rows = torch.arange(len(videos))
    L[rows, labels, labels, labels] += 1.0
    L[rows, (labels + 1) % 4] += 0.4
    V_c = torch.nn.functional.normalize(torch.randn(4, 10, generator=generator))
    return MapSet(0.1 * L.flatten(2), V_c, labels, videos)


def as_frames(maps: MapSet) -> Tensor:
    """The same maps as [F,C,h,w]."""
    return maps.V_L.unflatten(2, SIZE)


class Heard(Listener):
    """Keeps every step."""

    def __init__(self, steps: list[Step]) -> None:
        self.energynet = steps.append  # type: ignore[method-assign]


@dataclass(frozen=True)
class Fit:
    """A network and the steps of its training."""

    net: EnergyNet
    steps: list[Step]


@pytest.fixture(scope="module")
def learned(maps: MapSet) -> Fit:
    """What preset `margin` makes of the maps, in fewer steps than its own."""
    steps: list[Step] = []
    settings = TO_THE_MARGIN.model_copy(update={"steps": 250, "flip": False})
    return Fit(fit_energynet(maps, SIZE, settings, seed=0, listener=Heard(steps)), steps)


def test_it_learns_where_the_window_cannot(maps: MapSet, learned: Fit) -> None:
    said = learned.net.energies(as_frames(maps), maps.V_c).argmax(1)
    assert (said == maps.labels).float().mean() > 0.95
    assert (window_energy(as_frames(maps), 3).argmax(1) == maps.labels).float().mean() < 0.5
    assert [step.number for step in learned.steps] == list(range(250))


def test_its_energies_reach_the_margin_on_random_quadruples(maps: MapSet, learned: Fit) -> None:
    q = Candidates(maps, torch.Generator().manual_seed(99)).draw(2000)
    energy, triplet = joint_loss(learned.net, maps, q, TO_THE_MARGIN.margin, TO_THE_MARGIN.beta)
    assert learned.steps[0].energy_loss > 0.8
    assert energy.mean() < 0.1
    assert triplet.mean() < 0.05


def test_the_pool_grows_while_it_learns(learned: Fit) -> None:
    sizes = [step.pool for step in learned.steps]
    assert sizes[0] == TO_THE_MARGIN.pool and sizes[-1] == TO_THE_MARGIN.largest_pool
    assert all(
        new in (old, min(2 * old, TO_THE_MARGIN.largest_pool)) for old, new in pairwise(sizes)
    )


def test_the_pool_stays_small_while_the_loss_is_high(maps: MapSet) -> None:
    steps: list[Step] = []
    still = TO_THE_MARGIN.model_copy(update={"steps": 60, "lr": 1e-12})
    fit_energynet(maps, SIZE, still, listener=Heard(steps))
    assert {step.pool for step in steps} == {TO_THE_MARGIN.pool}


def test_steps_that_are_too_large_end_in_a_sentence(maps: MapSet) -> None:
    steps: list[Step] = []
    wild = TO_THE_MARGIN.model_copy(update={"steps": 50, "lr": 1e12})
    with pytest.raises(InputError, match=r"no longer a number after \d+ steps.*'working'"):
        fit_energynet(maps, SIZE, wild, listener=Heard(steps))
    assert all(math.isfinite(step.energy_loss + step.triplet_loss) for step in steps)


def test_how_bright_maps_are_does_not_matter(maps: MapSet) -> None:
    """Their divisor goes into the first layer: the network takes raw maps, as Eq. 4 writes it."""
    settings = TO_THE_MARGIN.model_copy(update={"steps": 20})
    bright = replace(maps, V_L=1000 * maps.V_L)
    dark_net, bright_net = (
        fit_energynet(maps, SIZE, settings),
        fit_energynet(bright, SIZE, settings),
    )
    dark = dark_net.energies(as_frames(maps), maps.V_c)
    torch.testing.assert_close(
        bright_net.energies(1000 * as_frames(maps), maps.V_c), dark, rtol=1e-3, atol=1e-4
    )
    assert not torch.allclose(bright_net.energies(as_frames(maps), maps.V_c), dark, atol=1e-3)


@pytest.mark.parametrize(("threshold", "last"), [(2.5, 8), (3.5, 16)])
def test_the_pools_threshold_is_on_the_energy_loss_with_the_settings_margin(
    maps: MapSet, threshold: float, last: int
) -> None:
    """A network that learns nothing loses m = 3 on the mean quadruple."""
    steps: list[Step] = []
    settings = EnergyNetSettings(
        hidden=4, dim=4, margin=3.0, lr=1e-12, steps=40, top_k=4, pool=8, largest_pool=16,
        pool_threshold=threshold,
    )  # fmt: skip
    fit_energynet(maps, SIZE, settings, listener=Heard(steps))
    assert (steps[0].pool, steps[-1].pool) == (8, last)


def slow_loss(net: EnergyNet, maps: MapSet, q: Quadruples, m: float, beta: float) -> Tensor:
    """Mean energy loss plus mean triplet loss (§3.4.4), quadruple by quadruple."""
    total = torch.zeros(())
    for a, fa, p, n in zip(q.anchor, q.false_concept, q.positive, q.negative, strict=True):
        f_false = net.embed(maps.V_L[a, fa], maps.V_c[fa])
        f, f_plus, f_minus = (
            net.embed(maps.V_L[frame, maps.labels[frame]], maps.V_c[maps.labels[frame]])
            for frame in (a, p, n)
        )
        w = net.W_f.weight[0]
        total = total + (w @ f_false - w @ f + m).clamp_min(0)

        def distance(one: Tensor, other: Tensor) -> Tensor:
            return 1 - one @ other / (one.norm() * other.norm())

        total = total + (distance(f, f_plus) - distance(f, f_minus) + beta).clamp_min(0)
    return total / len(q)


# at the small margins most losses are 0, so that the miner too chooses otherwise than at m = 1, β = 0.5
@pytest.mark.parametrize(("margin", "beta"), [(2.5, 1.4), (0.001, 0.001)])
def test_three_steps_equal_sgd_by_hand(maps: MapSet, margin: float, beta: float) -> None:
    lr, momentum, decay, seed, count = 0.05, 0.6, 0.3, 3, 3
    # classes far apart: at β = 0.5 most triplet losses are 0, and another F- is mined than at 1.4
    maps = replace(maps, V_c=10 * maps.V_c)
    settings = EnergyNetSettings(
        hidden=6, dim=4, margin=margin, beta=beta, steps=count, lr=lr, momentum=momentum,
        weight_decay=decay, flip=False, top_k=5, extra=2, pool=14, largest_pool=14, normalised=False,
    )  # fmt: skip
    net = fit_energynet(maps, SIZE, settings, seed)

    begun = EnergyNetSettings(**{**settings.model_dump(), "steps": 0})
    slow = fit_energynet(maps, SIZE, begun, seed)
    candidates = Candidates(maps, torch.Generator().manual_seed(seed))
    miner = Miner(candidates, 5, 2, margin, beta)
    pace = [torch.zeros_like(weight) for weight in slow.parameters()]
    for _ in range(count):
        batch = miner.mine(slow, maps, 14).quadruples
        weights = list(slow.parameters())
        slopes = torch.autograd.grad(slow_loss(slow, maps, batch, margin, beta), weights)
        with torch.no_grad():
            for weight, slope, v in zip(weights, slopes, pace, strict=True):
                v.mul_(momentum).add_(slope + decay * weight)
                weight.sub_(lr * v)
    for fitted, by_hand in zip(net.parameters(), slow.parameters(), strict=True):
        torch.testing.assert_close(fitted, by_hand, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("flip", [True, False])
def test_maps_are_mirrored_left_to_right_half_of_the_time(
    maps: MapSet, flip: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Tensor] = []

    def noted(net: EnergyNet, shown: MapSet, *rest: object) -> tuple[Tensor, Tensor]:
        seen.append(shown.V_L)
        return joint_loss(net, shown, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(fitting, "joint_loss", noted)
    settings = EnergyNetSettings(
        hidden=4, dim=4, steps=100, top_k=4, extra=2, pool=4, largest_pool=4,
        flip=flip, normalised=False,
    )  # fmt: skip
    fit_energynet(maps, SIZE, settings)
    left_to_right = [5 * y + 4 - x for y in range(5) for x in range(5)]
    flipped = [torch.equal(V_L, maps.V_L[..., left_to_right]) for V_L in seen]
    plain = [torch.equal(V_L, maps.V_L) for V_L in seen]
    assert all(one != other for one, other in zip(flipped, plain, strict=True))
    # 100 throws of a coin: 50 ± 4 standard deviations
    assert 30 < sum(flipped) < 70 if flip else not any(flipped)


def test_the_same_seed_gives_the_same_weights_and_another_does_not(maps: MapSet) -> None:
    settings = EnergyNetSettings(steps=30)
    first, again, other = (fit_energynet(maps, SIZE, settings, seed) for seed in (5, 5, 6))
    for a, b in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.fc1.weight, other.fc1.weight)
    # both by what they begin with and by what they draw
    begun = [fit_energynet(maps, SIZE, EnergyNetSettings(steps=0), seed) for seed in (5, 6)]
    assert not torch.equal(begun[0].fc2.weight, begun[1].fc2.weight)


def test_training_leaves_the_callers_random_state_alone(maps: MapSet) -> None:
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    fit_energynet(maps, SIZE, EnergyNetSettings(steps=2))
    assert torch.equal(torch.rand(3), expected)


def test_the_papers_preset_is_the_papers() -> None:
    assert (PAPER.lr, PAPER.weight_decay, PAPER.momentum) == (1e-4, 5e-4, 0.0)
    assert (PAPER.dim, PAPER.margin, PAPER.beta) == (64, 1.0, 0.5)
    for ours in (WORKING, TO_THE_MARGIN):
        assert (ours.dim, ours.margin, ours.beta, ours.weight_decay) == (64, 1.0, 0.5, 5e-4)
    assert (PAPER.map_scale, PAPER.normalised, PAPER.flip) == ("none", False, False)
    assert (PAPER.words, PAPER.out_of_fold) == ("fisher", 0)


def test_mirror_swaps_left_and_right() -> None:
    flat = torch.arange(6.0)[None]
    assert mirror(flat, (2, 3)).tolist() == [[2, 1, 0, 5, 4, 3]]


@pytest.mark.parametrize("field", ["stepz", "learning_rate"])
def test_unknown_settings_are_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        EnergyNetSettings(**{field: 1})
