"""Map methods at any layer: against plain autograd on tiny networks, and against captum."""

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from attention.errors import InputError
from attention.maps import attention_maps
from attention.networks.cnn import Backbone
from attention.networks.heads import LinearHead
from attention.probe.maps.layers import gradients, layers_of
from attention.probe.maps.mapped import maps_by
from attention.probe.maps.registry import map_methods

METHODS = [row.name for row in map_methods()]


class Bent(nn.Module):
    """A head whose gradient differs from cell to cell: it weighs cells, and bends."""

    def __init__(self) -> None:
        super().__init__()
        self.cells = nn.Parameter(torch.randn(7, 7))
        self.last = nn.Linear(6, 5)

    def forward(self, A: Tensor) -> Tensor:
        return self.last((A * self.cells).tanh().mean((2, 3)))


def tiny(bent: bool, seed: int = 12) -> Backbone:
    """Two blocks with activations in place, 14×14 and 7×7 maps; with seed 12 no map is zero."""
    torch.manual_seed(seed)
    trunk = nn.Sequential(
        nn.AvgPool2d(16),
        nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace=True)),
        nn.MaxPool2d(2),
        nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(inplace=True)),
    )
    return Backbone("tiny", trunk, Bent() if bent else LinearHead(nn.Linear(6, 5)), "3")


def x_of(frames: int = 5) -> Tensor:
    return torch.randn(frames, 3, 224, 224, generator=torch.Generator().manual_seed(1))


def slowly(backbone: Backbone, x: Tensor, concept: int, method: str, layer: int) -> np.ndarray:
    """One frame, one channel, one cell at a time, in float64."""
    exact = copy.deepcopy(backbone).double()
    found = []
    for frame in x.double():
        A = exact.trunk[: layer + 1](frame[None]).detach().requires_grad_()
        score = exact.head(exact.trunk[layer + 1 :](A.clone()))[0, concept]
        G = torch.autograd.grad(score, A)[0][0]
        a, h, w = A.detach()[0], *A.shape[2:]
        L = np.zeros((h, w))
        for k in range(len(a)):
            if method == "Grad-CAM":
                L += float(G[k].mean()) * a[k].numpy()
            elif method == "HiResCAM":
                L += (G[k] * a[k]).numpy()
            elif method == "LayerCAM":
                L += (G[k].clamp(min=0) * a[k]).numpy()
            else:
                weight = 0.0
                for g in G[k].flatten().tolist():
                    weight += (
                        max(g, 0) * g**2 / (2 * g**2 + g**3 * float(a[k].sum()) + 1e-6) if g else 0
                    )
                L += weight * a[k].numpy()
        found.append(np.maximum(L, 0))
    return np.stack(found)


@pytest.mark.parametrize("bent", [False, True], ids=["linear head", "bent head"])
@pytest.mark.parametrize("layer", [None, "1", "3"])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_at_every_layer_is_its_definition(
    method: str, layer: str | None, bent: bool
) -> None:
    backbone, x = tiny(bent), x_of()
    ours = maps_by(backbone, x, [4, 1], method, layer)
    assert ours.shape == (5, 2, *((14, 14) if layer == "1" else (7, 7)))
    for place, concept in enumerate((4, 1)):
        exact = slowly(backbone, x[:2], concept, method, int(layer or 3))
        assert exact.max() > 0
        assert np.abs(ours[:2, place] - exact).max() <= 2e-5 * exact.max()


def test_grad_cam_at_the_last_maps_is_eq_1() -> None:
    for bent in (False, True):
        backbone, x = tiny(bent), x_of()
        with torch.no_grad():
            L = attention_maps(backbone, backbone.features(x), [2, 0])
        np.testing.assert_allclose(maps_by(backbone, x, [2, 0]), L, rtol=1e-5, atol=1e-7)


def test_the_closed_form_of_a_linear_head_is_the_general_path() -> None:
    backbone, x = tiny(bent=False), x_of(2)
    for (A, closed), (same, general) in zip(
        gradients(backbone, x, [0, 3]), gradients(backbone, x, [0, 3], "3"), strict=True
    ):
        torch.testing.assert_close(A, same)
        for one, other in zip(closed, general, strict=True):
            torch.testing.assert_close(one, other)


def test_captum_agrees_on_grad_cam_and_on_gradient_times_activation() -> None:
    attr = pytest.importorskip("captum.attr")
    backbone, x = tiny(bent=True), x_of(3)
    net = nn.Sequential(copy.deepcopy(backbone.trunk), copy.deepcopy(backbone.head))
    inner = net[0][1]
    inner[1].inplace = False
    cam = attr.LayerGradCam(net, inner).attribute(x, target=3, relu_attributions=True)
    product = attr.LayerGradientXActivation(net, inner).attribute(x, target=3).sum(1).relu()
    for method, theirs in (("Grad-CAM", cam[:, 0]), ("HiResCAM", product)):
        ours = maps_by(backbone, x, [3], method, "1")[:, 0]
        np.testing.assert_allclose(ours, theirs.detach(), rtol=1e-4, atol=1e-7)


def test_layers_are_those_with_maps_in_the_order_they_compute() -> None:
    assert layers_of(tiny(bent=False)) == {
        "0": (14, 14), "1.0": (14, 14), "1": (14, 14), "2": (7, 7), "3.0": (7, 7), "3": (7, 7),
    }  # fmt: skip


def test_the_network_stays_as_it_was() -> None:
    backbone, x = tiny(bent=True), x_of(1)
    before = {name: tensor.clone() for name, tensor in backbone.state_dict().items()}
    maps_by(backbone, x, [0], "LayerCAM", "1")
    layers_of(backbone)
    assert not any(layer._forward_hooks for layer in backbone.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in backbone.state_dict().items())
    assert all(parameter.grad is None for parameter in backbone.parameters())


@pytest.mark.parametrize("layer", ["9", "1.1.x", "head"])
def test_a_layer_or_method_that_is_not_there_is_said(layer: str) -> None:
    with pytest.raises(
        InputError, match=f"no layer '{layer}' with h×w maps; choose one of 0, 1.0, 1, 2"
    ):
        maps_by(tiny(bent=False), x_of(1), [0], layer=layer)
    with pytest.raises(InputError, match=r"no map method 'ScoreCAM'; choose Grad-CAM, HiResCAM"):
        maps_by(tiny(bent=False), x_of(1), [0], "ScoreCAM")
