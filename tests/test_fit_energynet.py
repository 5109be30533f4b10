"""EnergyNet learns what can be learnt, the same each time, and its presets are the paper's."""

import pytest
import torch

from attention.energynet import EnergyNet
from training.fit_energynet import PAPER, WORKING, EnergyNetSettings, fit_energynet, mirror
from training.listener import Listener, Step
from training.mining import MapSet


def patterned_maps(noise: float = 0.6) -> tuple[torch.Tensor, MapSet]:
    """A bright spot on the true concept's map, at a place of its own; UnAtt cannot tell it from one
    decoy concept that is brighter everywhere."""
    generator = torch.Generator().manual_seed(0)
    videos = torch.arange(40).repeat_interleave(6)
    labels = videos % 4
    L = noise * torch.rand(len(videos), 4, 5, 5, generator=generator)
    rows = torch.arange(len(videos))
    L[rows, labels, labels, labels] += 1.0
    L[rows, (labels + 1) % 4] += 0.4
    V_c = torch.nn.functional.normalize(torch.randn(4, 10, generator=generator))
    V_L = EnergyNet((5, 5), 10, 1, map_scale="frame").scaled(L)
    return L, MapSet(V_L, V_c, labels, videos)


class Heard(Listener):
    """Keeps every step."""

    def __init__(self, steps: list[Step]) -> None:
        self.energynet = steps.append  # type: ignore[method-assign]


def test_it_learns_where_the_window_cannot() -> None:
    from attention.energy import window_energy

    L, maps = patterned_maps()
    settings = EnergyNetSettings(steps=1000, flip=False)
    steps: list[Step] = []
    net = fit_energynet(maps, (5, 5), settings, seed=0, listener=Heard(steps))
    said = net.energies(L, maps.V_c).argmax(1)
    assert (said == maps.labels).float().mean() > 0.95
    assert (window_energy(L, 3).argmax(1) == maps.labels).float().mean() < 0.5
    assert steps[0].energy_loss > 0.8
    assert sum(s.energy_loss for s in steps[-50:]) / 50 < 0.2
    assert [s.number for s in steps] == list(range(1000))


def test_the_same_seed_gives_the_same_weights_and_another_does_not() -> None:
    _, maps = patterned_maps()
    settings = EnergyNetSettings(steps=30)
    first, again, other = (fit_energynet(maps, (5, 5), settings, seed) for seed in (5, 5, 6))
    for a, b in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(a, b)
    assert not torch.equal(first.fc1.weight, other.fc1.weight)


def test_training_leaves_the_callers_random_state_alone() -> None:
    _, maps = patterned_maps()
    torch.manual_seed(9)
    expected = torch.rand(3)
    torch.manual_seed(9)
    fit_energynet(maps, (5, 5), EnergyNetSettings(steps=2))
    assert torch.equal(torch.rand(3), expected)


def test_the_papers_preset_is_the_papers() -> None:
    assert (PAPER.lr, PAPER.weight_decay, PAPER.momentum) == (1e-4, 5e-4, 0.0)
    assert (PAPER.dim, PAPER.margin, PAPER.beta) == (64, 1.0, 0.5)
    assert (WORKING.dim, WORKING.margin, WORKING.beta) == (64, 1.0, 0.5)
    assert PAPER.map_scale == "none"
    assert PAPER.words == "fisher"


def test_mirror_swaps_left_and_right() -> None:
    flat = torch.arange(6.0)[None]
    assert mirror(flat, (2, 3)).tolist() == [[2, 1, 0, 5, 4, 3]]


@pytest.mark.parametrize("field", ["stepz", "learning_rate"])
def test_unknown_settings_are_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        EnergyNetSettings(**{field: 1})
