"""A network looked at is in eval mode and float32, and stays as its owner has it."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

from attention.energynet import EnergyNet
from attention.maps import attention_maps
from attention.model.card import Card
from attention.model.folder import Model
from attention.networks.cnn import Backbone
from attention.networks.inference import eval_copy, ready, tensors
from attention.networks.zoo import load_backbone
from attention.pipeline import analyse
from tests.clips import write_clip
from tests.networks import lively, pictures
from training.cache.maps import frame_maps
from training.cache.views import Views, views_of
from training.fit.cnn import fit_cnn
from training.fit.settings import FitSettings

CONCEPTS = ("Hug", "Kiss", "Wave")


@pytest.fixture(scope="module")
def calm() -> Backbone:
    """A network as it should be looked at, with batch norms and dropout; its own layers are left alone."""
    torch.manual_seed(0)
    network = load_backbone("mobilenet_v3_small", num_classes=3, weights=None)
    lively(nn.Sequential(network.trunk, network.head))
    return network


def learning(network: Backbone) -> Backbone:
    """In training mode but for one batch norm, as who freezes it has it."""
    network.train()
    next(m for m in network.modules() if isinstance(m, nn.BatchNorm2d)).eval()
    return network


STATES = {"train": learning, "half": Backbone.half, "bfloat16": Backbone.bfloat16}


@pytest.fixture(params=STATES)
def kept(calm: Backbone, request: pytest.FixtureRequest) -> tuple[Backbone, Backbone]:
    """The network as its owner has it, and the same as it should be looked at."""
    network = STATES[request.param](copy.deepcopy(calm))
    # a cast is of the weights: looked at are the rounded ones, in float32
    return network, copy.deepcopy(network).float().eval()


def standing(network: nn.Module) -> list[object]:
    """All that a look could change: every module's mode, every tensor itself and what it holds."""
    modes = [module.training for module in network.modules()]
    held = [
        (t.data_ptr(), t._version, t.dtype, t.device, t.requires_grad) for t in tensors(network)
    ]
    return [*modes, *held, *(t.double().sum().item() for t in tensors(network))]


def test_a_look_at_a_clip(kept: tuple[Backbone, Backbone], tmp_path: Path) -> None:
    network, calm = kept
    clip = write_clip(tmp_path / "a.mp4", list(pictures(6)))
    card = Card(title="", about="", concepts=CONCEPTS, backbone=network.name)
    torch.manual_seed(3)
    energynet = EnergyNet(network.map_size, 5, 4)
    V_c = torch.rand(3, 5).numpy()
    before = standing(network)
    said = analyse(
        clip, Model("m", card, network, network, copy.deepcopy(energynet).half(), V_c), 1
    )
    expected = analyse(clip, Model("m", card, calm, calm, energynet.half().float(), V_c), 1)
    for ours, its in zip(said.sides, expected.sides, strict=True):
        assert (ours.scores == its.scores).all() and (ours.energies == its.energies).all()
    assert (said.sides[1].net_energies == expected.sides[1].net_energies).all()
    assert standing(network) == before


def test_features_scores_and_maps(kept: tuple[Backbone, Backbone]) -> None:
    network, calm = kept
    x = calm.preprocess(pictures(5))
    before = standing(network)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            A = calm.features(x)
            assert torch.equal(network.features(x), A)
            assert torch.equal(network(x), calm(x))
            assert torch.equal(attention_maps(network, A), attention_maps(calm, A))
    assert standing(network) == before


def test_views_and_frame_maps(kept: tuple[Backbone, Backbone], tmp_path: Path) -> None:
    network, calm = kept
    clip = write_clip(tmp_path / "a.mp4", list(pictures(4)))
    before = standing(network)
    views, its = (views_of([clip], n, tmp_path / str(i), every=1) for i, n in enumerate(kept))
    assert torch.equal(views.z, its.z) and torch.equal(views.mirrored, its.mirrored)
    seen, expected = frame_maps(network, views), frame_maps(calm, views)
    for name in ("L", "scores", "features"):
        assert torch.equal(getattr(seen, name), getattr(expected, name)), name
    assert standing(network) == before


class Dropping(nn.Module):
    """A head of nobody's type, differentiated for its maps."""

    def __init__(self) -> None:
        super().__init__()
        self.drop, self.last = nn.Dropout(0.9), nn.Linear(3, 2)

    def forward(self, A: torch.Tensor) -> torch.Tensor:
        return self.last(self.drop(A.square().mean((2, 3))))


def test_maps_of_a_head_that_is_differentiated() -> None:
    torch.manual_seed(0)
    calm = Backbone("any", nn.AvgPool2d(16), Dropping(), "pool")
    A = torch.rand(2, 3, 14, 14)
    for state in (Backbone.train, Backbone.half):
        network = state(copy.deepcopy(calm))
        its = copy.deepcopy(network).float().eval()
        with torch.inference_mode():
            assert torch.equal(attention_maps(network, A), attention_maps(its, A))


def test_a_network_is_built_of_half_precision_halves() -> None:
    network = Backbone("any", nn.Conv2d(3, 4, 16, 16).half(), nn.Flatten().half(), "conv")
    assert (network.channels, network.map_size) == (4, (14, 14))
    assert network.trunk.weight.dtype == torch.float16


def test_what_is_ready_is_looked_at_itself_and_a_copy_shares_what_fits() -> None:
    network = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).eval()
    assert ready(network, "cpu") is network
    network[1].half()
    copied = ready(network, "cpu")
    assert copied[0].weight is network[0].weight
    assert copied[1].weight.dtype == torch.float32 and network[1].weight.dtype == torch.float16
    assert copied[1].num_batches_tracked is network[1].num_batches_tracked
    elsewhere = eval_copy(network, "meta")
    assert {t.device.type for t in tensors(elsewhere)} == {"meta"}
    assert {t.device.type for t in tensors(network)} == {"cpu"}


def test_a_single_layer_in_training_mode_is_noticed() -> None:
    network = nn.Sequential(nn.Dropout(), nn.Linear(2, 2)).eval()
    network[0].train()
    assert not ready(network, "cpu")[0].training
    assert network[0].training


def test_gradients_reach_the_weights_of_a_network_in_training_mode() -> None:
    network = load_backbone("resnet18", num_classes=3, weights=None).train()
    network(torch.rand(1, 3, 224, 224)).sum().backward()
    assert network.trunk.conv1.weight.grad.abs().sum() > 0


def test_only_float32_is_trained() -> None:
    network = load_backbone("resnet18", num_classes=3, weights=None).half()
    views = Views(torch.rand(2, 256, 4, 4).half(), torch.rand(2, 256, 4, 4).half(), torch.arange(2))
    with pytest.raises(ValueError, match=r"float16.*float\(\)"):
        fit_cnn(network, views, torch.tensor([0, 1]), FitSettings(epochs=1, lr=0.1, head_lr=0.1))
