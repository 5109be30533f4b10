"""A folded CNN sees what the stock network sees."""

import copy
import gc
import weakref

import pytest
import torch
from timm.layers import Conv2dSame
from torch import nn

from attention.maps import scores_and_maps
from attention.networks.cnn import renew_head
from attention.networks.folding import folded
from attention.networks.heads import LinearHead
from attention.networks.inference import tensors
from attention.networks.zoo import LITE0, Backbone, load_backbone
from tests.networks import backbone, pictures

HEAD = LinearHead(nn.Linear(8, 2))


def norms(net: nn.Module) -> int:
    return sum(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in net.modules())


@pytest.mark.parametrize("name", [LITE0, "mobilenet_v2", "mobilenet_v3_large", "resnet101"])
def test_maps_without_batch_norms_are_as_near_to_the_truth(name):
    looker = backbone(name)
    before = {key: tensor.clone() for key, tensor in looker.state_dict().items()}
    x = looker.preprocess(pictures(2))
    with torch.inference_mode():
        truth = copy.deepcopy(looker.trunk).double()(x.double())
        far, ours = ((A - truth).norm() for A in (looker.features(x), folded(looker).features(x)))
    assert 0 < float(ours) < 3 * float(far)
    assert norms(folded(looker)) == 0
    assert not any(isinstance(layer, Conv2dSame) for layer in folded(looker).trunk.modules())
    assert all(torch.equal(tensor, before[key]) for key, tensor in looker.state_dict().items())


def test_the_real_lite0_sees_the_same():
    looker = load_backbone(LITE0)
    x = looker.preprocess(pictures(2))
    with torch.inference_mode():
        expected = scores_and_maps(looker, looker.features(x))
        got = scores_and_maps(folded(looker), folded(looker).features(x))
    for one, other in zip(got, expected, strict=True):
        assert float((one - other).abs().max() / other.abs().max()) < 1e-5


@pytest.mark.parametrize("side", [3, 5])
@pytest.mark.parametrize(("groups", "bias"), [(1, True), (4, False)])
def test_uneven_padding_is_folded_where_sides_are_even(side, groups, bias):
    torch.manual_seed(0)
    layer = Conv2dSame(4, 8, side, stride=2, groups=groups, bias=bias).eval()
    looker = Backbone(
        "same", nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4), layer), HEAD, "2"
    )
    x = looker.preprocess(pictures(2))
    with torch.no_grad():
        torch.testing.assert_close(folded(looker).features(x), looker.features(x))
    assert not isinstance(folded(looker).trunk[2], Conv2dSame)


def test_uneven_padding_of_odd_sides_stays():
    first = nn.Conv2d(3, 4, 2, padding=2)  # 224 → 227
    trunk = nn.Sequential(first, nn.BatchNorm2d(4), Conv2dSame(4, 8, 3, stride=2))
    looker = Backbone("odd", trunk, HEAD, "2")
    x = looker.preprocess(pictures(1))
    with torch.no_grad():
        torch.testing.assert_close(folded(looker).features(x), looker.features(x))


def test_without_batch_norms_nothing_changes():
    looker = backbone("vgg16")
    assert all(
        ours is its for ours, its in zip(tensors(folded(looker)), tensors(looker), strict=True)
    )


class Crossed(nn.Module):
    """Its batch norm stands after the convolution, and is given what went into it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.norm = nn.BatchNorm2d(3)
        self.pool = nn.AvgPool2d(16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.pool(self.conv(self.norm(x))).relu()


def crossed(bias: float) -> Backbone:
    torch.manual_seed(0)
    trunk = Crossed()
    with torch.no_grad():
        trunk.conv.bias.fill_(bias)
    trunk.norm.running_mean.copy_(torch.tensor([1.0, 2.0, 3.0]))
    return Backbone("crossed", trunk, LinearHead(nn.Linear(3, 2)), "pool")


# with the second bias it sees nothing in the noise it is tried on
@pytest.mark.parametrize("bias", [0, -99])
def test_what_cannot_be_folded_stays_as_it_is(bias):
    looker = crossed(bias)
    x = looker.preprocess(pictures(1))
    assert norms(folded(looker)) == 1
    assert torch.equal(folded(looker)(x), looker(x))


def test_a_change_of_weights_is_noticed_and_nothing_outlives_its_cnn():
    looker = load_backbone("resnet18", weights=None)
    x = looker.preprocess(pictures(1))
    first = folded(looker)
    assert folded(looker) is first
    with torch.no_grad():
        looker.trunk.bn1.running_mean.add_(1.0)
        torch.testing.assert_close(folded(looker)(x), looker(x), rtol=1e-4, atol=1e-4)
    gone = weakref.ref(looker)
    del looker, first
    gc.collect()
    assert gone() is None


def test_a_new_head_is_noticed():
    looker = load_backbone("resnet18", weights=None)
    assert folded(looker).num_classes == 1000
    renew_head(looker, 4)
    assert folded(looker).num_classes == 4
    looker.head = LinearHead(nn.Linear(512, 4))
    assert folded(looker).head.last.weight is looker.head.last.weight
    looker.head.last = nn.Linear(512, 4)
    assert folded(looker).head.last.weight is looker.head.last.weight


def test_a_cnn_made_under_inference_mode_is_looked_with():
    with torch.inference_mode():
        looker = load_backbone("resnet18", weights=None)
    x = looker.preprocess(pictures(1))
    with torch.inference_mode():
        torch.testing.assert_close(folded(looker)(x), looker(x), rtol=1e-4, atol=1e-4)
