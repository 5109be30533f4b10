"""Backbones by name: which network, which weights, cut where."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from attention.errors import InputError, short, whole_number
from attention.networks.cnn import INPUT_SIDE, Backbone, Pixels, no_maps, renew_head
from attention.networks.cutting import UntraceableError, split
from attention.networks.known.lite0 import LITE0
from attention.networks.known.registry import known_network, offered_networks
from attention.networks.stock import flags_of, stock_network
from attention.networks.timm_halves import is_timms, timm_halves

__all__ = [
    "LITE0",
    "NAMES",
    "Backbone",
    "cut",
    "load_backbone",
    "load_tensors",
    "stock_and_backbone",
]

Weights = Literal["default"] | None | str | Path
NAMES = offered_networks()
USUAL = Pixels()


def load_backbone(
    name: str,
    num_classes: int | None = None,
    weights: Weights = "default",
    target: str | None = None,
    flags: Mapping[str, bool] | None = None,
    pixels: Pixels | None = None,
) -> Backbone:
    """The CNN `name` cut at `target`, by default at its last maps after their activation.

    name: of a row in known/, or any other torchvision or timm CNN, of timm's also with a tag or the hub's
    prefix, such as hf-hub:timm/resnet50.a1_in1k · weights: "default" for ImageNet's, None
    for random ones, or a safetensors file of a Backbone's tensors · num_classes: a fresh last layer of
    that width when it differs from the weights' · flags: given to a torchvision network's constructor, as
    Backbone.flags says them · pixels: in place of those its ImageNet weights were trained with. InputError,
    one sentence, for an unknown name, layer or flag, for a network without maps or of pictures of another
    size, for weights that cannot be had, and for files that do not fit.
    """
    if num_classes is not None and (num_classes := whole_number("num_classes", num_classes)) < 1:
        raise InputError(f"A CNN cannot have {num_classes} classes; give 1 or more.")
    stock_weights = weights == "default"
    side = INPUT_SIDE if pixels is None else pixels.side
    _, backbone = stock_and_backbone(name, stock_weights, target, flags, side)
    backbone.pixels = pixels or backbone.pixels
    if num_classes is not None and num_classes != backbone.num_classes:
        renew_head(backbone, num_classes)
    if weights is not None and not stock_weights:
        load_tensors(backbone, Path(weights))
    return backbone.eval()


def load_tensors(backbone: Backbone, path: Path) -> None:
    """Fills the backbone from a safetensors file; InputError when it is damaged or does not fit."""
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as error:
        raise InputError(
            f"The weights '{path.name}' cannot be read as safetensors ({error}); "
            "save the model again or name another file."
        ) from error
    older: Mapping[str, str] = getattr(backbone.head, "older", {})
    try:
        backbone.load_state_dict({older.get(k, k): tensor.float() for k, tensor in tensors.items()})
    except RuntimeError as error:
        raise InputError(
            f"The weights '{path.name}' do not fit {backbone.name} with {backbone.num_classes} "
            "concepts; check the backbone and the concepts in model.json."
        ) from error


def stock_and_backbone(
    name: str,
    weighted: bool = False,
    target: str | None = None,
    flags: Mapping[str, bool] | None = None,
    side: int = INPUT_SIDE,
) -> tuple[nn.Module, Backbone]:
    """The network as its library builds it, in eval mode, and the Backbone that shares its tensors.

    side: of the squares it looks at, pixels.
    """
    net, own = stock_network(name, weighted, flags or {})
    pixels = replace(own, side=side)
    net.eval()
    row = known_network(name)
    if row is not None and row.cut is not None:
        trunk, head, at = row.cut(net)
        if target in (None, at):
            return net, Backbone(name, trunk, head, at, pixels, flags_of(net))
    return net, cut(net, name, target, pixels)


def cut(net: nn.Module, name: str, target: str | None = None, pixels: Pixels = USUAL) -> Backbone:
    """Any network in eval mode, cut at `target`, by default at its last maps; InputError if it has none."""
    if target is None and is_timms(net):
        return _by_timm(net, name, pixels)
    sample = torch.zeros(1, 3, pixels.side, pixels.side)
    try:
        halves = split(net, sample, target)
    except UntraceableError:
        if target and is_timms(net):
            _by_timm(net, name, pixels)  # raises, unless it helps to leave the target out
        raise
    return Backbone(name, *halves, pixels, flags_of(net))


def _by_timm(net: nn.Module, name: str, pixels: Pixels) -> Backbone:
    side = pixels.side
    try:
        halves = timm_halves(net, side)
        backbone = Backbone(name, *halves, "forward_features", pixels)
    except InputError:
        raise
    except Exception as error:  # layers refuse a size in as many ways as there are networks
        raise InputError(
            f"'{short(name)}' takes no pictures of {side}×{side}, as CNNs are shown here; choose "
            "one that takes any size, such as resnet101."
        ) from error
    if backbone.channels != net.num_features:  # such as [N,h,w,K]
        raise no_maps(name)
    return backbone
