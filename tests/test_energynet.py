"""Eq. 4 by hand, and energies of all frames and concepts at once against one pair at a time."""

import pytest
import torch

from attention.energynet import EnergyNet


@pytest.fixture
def tiny():
    """A 1×2 map, a word of one number, two hidden units, d = 2, weights one can do in the head."""
    net = EnergyNet(map_size=(1, 2), word_dim=1, hidden=2, dim=2)
    with torch.no_grad():
        net.fc1.weight.copy_(torch.tensor([[1.0, -1.0, 2.0], [0.5, 1.0, -1.0]]))
        net.fc1.bias.copy_(torch.tensor([0.0, -1.0]))
        net.fc2.weight.copy_(torch.tensor([[1.0, 1.0], [-1.0, 3.0]]))
        net.fc2.bias.copy_(torch.tensor([0.5, 0.0]))
        net.W_f.weight.copy_(torch.tensor([[2.0, -1.0]]))
    return net


def random_net(map_scale: str = "none") -> EnergyNet:
    torch.manual_seed(0)
    return EnergyNet((7, 5), word_dim=50, hidden=16, dim=64, map_scale=map_scale)


def test_eq_4_by_hand(tiny):
    V_L = torch.tensor([[3.0, 1.0], [0.0, 2.0]])
    V_c = torch.tensor([[1.0], [-1.0]])
    # first pair: fc1 = (3-1+2, 1.5+1-1-1) = (4, 0.5); fc2 = (4.5+0.5, -4+1.5) = (5, -2.5)
    # second: fc1 = (-2-2, 2+1-1) = (-4, 2) → (0, 2); fc2 = (2+0.5, 6) = (2.5, 6)
    assert tiny.embed(V_L, V_c).tolist() == [[5.0, -2.5], [2.5, 6.0]]
    assert tiny(V_L, V_c).tolist() == [12.5, -1.0]


def test_all_pairs_by_hand(tiny):
    L = torch.tensor([3.0, 1.0, 0.0, 2.0]).view(1, 2, 1, 2)  # one frame, two concepts
    assert tiny.energies(L, torch.tensor([[1.0], [-1.0]])).tolist() == [[12.5, -1.0]]


@pytest.mark.parametrize("map_scale", ["none", "frame"])
def test_energies_are_forward_on_every_pair(map_scale):
    net = random_net(map_scale)
    generator = torch.manual_seed(1)
    L = torch.rand(3, 4, 7, 5, generator=generator) * torch.tensor([1.0, 20.0, 0.01]).view(
        3, 1, 1, 1
    )
    V_c = torch.randn(4, 50, generator=generator)
    energies = net.energies(L, V_c)
    assert energies.shape == (3, 4) and not energies.requires_grad
    for n in range(3):
        frame = L[n] / L[n].max() if map_scale == "frame" else L[n]
        for c in range(4):
            alone = net(frame[c].flatten()[None], V_c[c][None])
            assert energies[n, c].item() == pytest.approx(alone.item(), rel=1e-4, abs=1e-5)


def test_the_frame_scale_keeps_the_order_within_a_frame_and_forgets_its_brightness():
    net = random_net("frame")
    L = torch.rand(2, 3, 7, 5, generator=torch.manual_seed(2))
    scaled = net.scaled(L)
    assert scaled.shape == (2, 3, 35) and scaled.amax((1, 2)).tolist() == [1.0, 1.0]
    torch.testing.assert_close(scaled, L.flatten(2) / L.amax((1, 2, 3)).view(2, 1, 1))
    torch.testing.assert_close(net.scaled(1000 * L), scaled)
    assert random_net("none").scaled(L).equal(L.flatten(2))  # as the paper writes it


def test_some_concepts_are_divided_by_the_largest_cell_of_all():
    net = random_net("frame")
    L = torch.rand(3, 4, 7, 5, generator=torch.manual_seed(3))
    L[:, 3] *= 50  # the strongest map is not among those picked
    V_c = torch.randn(4, 50, generator=torch.manual_seed(4))
    picked = net.energies(L[:, :2], V_c[:2], peak=L.amax((1, 2, 3)))
    torch.testing.assert_close(picked, net.energies(L, V_c)[:, :2])
    assert not torch.allclose(picked, net.energies(L[:, :2], V_c[:2]))


def test_a_frame_without_any_attention_stays_finite():
    net = random_net("frame")
    dark = torch.zeros(1, 3, 7, 5)
    assert torch.all(net.scaled(dark) == 0)
    assert torch.isfinite(net.energies(dark, torch.ones(3, 50))).all()


def test_maps_are_read_row_by_row():
    net = EnergyNet((2, 3), word_dim=1, hidden=1)
    L = torch.arange(6.0).view(1, 1, 2, 3)
    assert net.scaled(L).tolist() == [[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]]


def test_its_layers_are_the_papers():
    net = random_net()
    shapes = {name: tuple(tensor.shape) for name, tensor in net.named_parameters()}
    assert shapes == {
        "fc1.weight": (16, 35 + 50),
        "fc1.bias": (16,),
        "fc2.weight": (64, 16),
        "fc2.bias": (64,),
        "W_f.weight": (1, 64),  # W_f ∈ R^{1×d}, without a bias
    }


def test_it_learns_through_forward():
    net = random_net()
    net(torch.rand(2, 35), torch.rand(2, 50)).sum().backward()
    assert all(tensor.grad is not None for tensor in net.parameters())


def test_an_unknown_scale_is_refused():
    with pytest.raises(ValueError, match="map_scale is 'max'"):
        EnergyNet((7, 7), 50, 16, map_scale="max")
