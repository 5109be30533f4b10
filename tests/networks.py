"""Networks with random weights that behave like trained ones, pictures to show them, and media.

Random initial weights leave most layers nearly silent, where a wrong formula would pass. lively()
gives every batch norm and linear layer the spread of a trained one, so that some units are off,
some on and some at the bend of their activation.
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import cv2
import numpy as np
import pytest
import timm
import torch
import torchvision
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import linear

from attention.networks.heads import LinearHead
from attention.networks.zoo import Backbone, load_backbone


def pictures(count: int, side: int = 224, seed: int = 0) -> NDArray[np.uint8]:
    """Returns rgb [count,side,side,3]: soft random blobs of colour, each picture another."""
    noise = np.random.default_rng(seed).integers(0, 256, (count, 9, 9, 3), dtype=np.uint8)
    return np.stack([cv2.resize(one, (side, side), interpolation=cv2.INTER_CUBIC) for one in noise])


def photograph(name: str) -> Path:
    """Returns one of the photographs that Gradio ships; skips the test without it."""
    found = find_spec("gradio")
    if found is None or not found.submodule_search_locations:
        pytest.skip("gradio, which ships the photographs, is not installed")
    path = Path(found.submodule_search_locations[0]) / "media_assets" / "images" / name
    if not path.exists():
        pytest.skip(f"this gradio does not ship {name}")
    return path


@lru_cache
def twins(name: str, target: str | None = None) -> tuple[nn.Module, Backbone]:
    """Returns a whole stock network with lively random weights, and the Backbone cut from it.

    Both hold the same layers, once for all tests: leave them as they are.
    """
    net = twins(name)[0] if target else _stock(name)
    maker = (torchvision.models, "get_model") if _by_torchvision(name) else (timm, "create_model")
    with patch.object(*maker, lambda *_, **__: net):
        return net, load_backbone(name, weights=None, target=target)


def backbone(name: str, target: str | None = None) -> Backbone:
    """Returns twins(name)'s Backbone."""
    return twins(name, target)[1]


def _by_torchvision(name: str) -> bool:
    return name in torchvision.models.list_models(module=torchvision.models)


def _stock(name: str) -> nn.Module:
    torch.manual_seed(0)
    if _by_torchvision(name):
        return lively(torchvision.models.get_model(name, weights=None))
    return lively(timm.create_model("tf_efficientnet_lite0" if "lite0" in name else name))


@torch.no_grad()
def lively(net: nn.Module) -> nn.Module:
    """Sets batch norms to what pictures give them, and spreads every linear layer's output."""
    net.eval()
    for layer in net.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.train()
            layer.momentum = None
    handles = [
        layer.register_forward_hook(_spread)
        for layer in net.modules()
        if isinstance(layer, nn.Linear)
    ]
    net(torch.from_numpy(pictures(4, seed=99)).permute(0, 3, 1, 2) / 64.0 - 2.0)
    for handle in handles:
        handle.remove()
    return net.eval()


def _spread(layer: nn.Linear, inputs: tuple[Tensor], output: Tensor) -> Tensor:
    # about N(-2, 3): a quarter above zero; for hard-swish, which bends at ±3, some in each part
    before = output if layer.bias is None else output - layer.bias
    layer.weight.mul_(3.0 / before.std())
    if layer.bias is not None:
        layer.bias.normal_(-2.0, 0.5)
    return linear(inputs[0], layer.weight, layer.bias)


def pooled_backbone(classes: int = 1000, side: int = 14, seed: int = 0) -> Backbone:
    """Returns the smallest backbone there is: A are the colours themselves on a side×side grid."""
    torch.manual_seed(seed)
    trunk = nn.AvgPool2d(224 // side)
    return Backbone("pooled", trunk, LinearHead(nn.Linear(3, classes)), "pool")
