"""Backbones by name: which network, which weights, cut where."""

import inspect
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError  # what torch says of a damaged file; nothing is unpickled here
from typing import Literal
from urllib.error import URLError

import timm
import torch
import torchvision
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import nn

from attention.errors import InputError, short, whole_number
from attention.networks.cnn import INPUT_SIDE, Backbone, Pixels, no_maps, renew_head
from attention.networks.cutting import split
from attention.networks.known.lite0 import LITE0
from attention.networks.known.registry import known_network, offered_networks
from attention.networks.timm_halves import timm_halves

__all__ = ["LITE0", "NAMES", "Backbone", "load_backbone", "load_tensors"]

Weights = Literal["default"] | None | str | Path
NAMES = offered_networks()


def load_backbone(
    name: str,
    num_classes: int | None = None,
    weights: Weights = "default",
    target: str | None = None,
    flags: Mapping[str, bool] | None = None,
) -> Backbone:
    """The CNN `name` cut at `target`, by default at its last maps after their activation.

    name: of a row in known/, or any other torchvision or timm CNN · weights: "default" for ImageNet's, None
    for random ones, or a safetensors file of a Backbone's tensors · num_classes: a fresh last layer of
    that width when it differs from the weights' · flags: given to a torchvision network's constructor, as
    Backbone.flags says them. InputError, one sentence, for an unknown name, layer or flag, for weights
    that cannot be had, and for files that do not fit.
    """
    if num_classes is not None and (num_classes := whole_number("num_classes", num_classes)) < 1:
        raise InputError(f"A CNN cannot have {num_classes} classes; give 1 or more.")
    stock_weights = weights == "default"
    backbone = _build(name, stock_weights, target, flags or {})
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


def _build(name: str, weighted: bool, target: str | None, given: Mapping[str, bool]) -> Backbone:
    net, pixels = _network(name, weighted, given)
    net.eval()
    flags = _flags(net)
    row = known_network(name)
    if row is not None and row.cut is not None:
        trunk, head, at = row.cut(net)
        if target in (None, at):
            return Backbone(name, trunk, head, at, pixels, flags)
    if target is None and hasattr(net, "forward_head"):
        backbone = Backbone(name, *timm_halves(net, INPUT_SIDE), "forward_features", pixels)
        if backbone.channels != net.num_features:  # such as [N,h,w,K]
            raise no_maps(name)
        return backbone
    sample = torch.zeros(1, 3, INPUT_SIDE, INPUT_SIDE)
    return Backbone(name, *split(net, sample, target), pixels, flags)


def _flags(net: nn.Module) -> dict[str, bool]:
    """What a torchvision network was built with that is not its constructor's default and no tensor tells.

    Its weights may set such flags, as those of inception_v3 and googlenet do transform_input.
    """
    if not type(net).__module__.startswith("torchvision."):
        return {}
    known = inspect.signature(type(net)).parameters
    held = {name: getattr(net, name, None) for name in known}
    return {
        name: flag
        for name, flag in held.items()
        if isinstance(flag, bool) and flag != known[name].default
    }


def _network(name: str, weighted: bool, flags: Mapping[str, bool]) -> tuple[nn.Module, Pixels]:
    if flags and name not in torchvision.models.list_models(module=torchvision.models):
        raise _no_flag(name, flags)
    row = known_network(name)
    if row is not None and row.build is not None:
        return row.build(weighted)
    if name in torchvision.models.list_models(module=torchvision.models):
        return _torchvision(name, weighted, flags), Pixels()
    plain = name.removeprefix("timm/")
    if plain in timm.list_models():
        return _timm(plain, weighted)
    raise InputError(
        f"There is no backbone '{short(name)}'; choose one of {', '.join(offered_networks())}, or the "
        "name of another torchvision or timm CNN."
    )


def _torchvision(name: str, weighted: bool, flags: Mapping[str, bool]) -> nn.Module:
    weights = torchvision.models.get_model_weights(name).DEFAULT if weighted else None
    try:
        net = torchvision.models.get_model(name, weights=weights, **flags)
    except (URLError, OSError, EOFError, RuntimeError, UnpicklingError) as error:
        raise _no_download(name) from error
    except (TypeError, ValueError) as error:
        if not flags:
            raise
        raise _no_flag(name, flags) from error
    if any(getattr(net, flag, None) != value for flag, value in flags.items()):
        raise _no_flag(name, flags)  # most constructors take any, and heed few
    return net


def _timm(name: str, weighted: bool) -> tuple[nn.Module, Pixels]:
    try:
        net = timm.create_model(name, pretrained=weighted)
    except Exception as error:  # the hub's client has no common error of its own
        if not weighted:
            raise
        raise _no_download(name) from error
    config = timm.data.resolve_model_data_config(net)
    return net, Pixels(config["mean"], config["std"])


def _no_flag(name: str, flags: Mapping[str, bool]) -> InputError:
    return InputError(
        f"The backbone '{short(name)}' cannot be built with the flags {short(', '.join(flags))}; "
        "leave out those it does not have."
    )


def _no_download(name: str) -> InputError:
    return InputError(
        f"The ImageNet weights of '{name}' could not be downloaded, or are damaged; connect to the "
        "network once, or put them where TORCH_HOME points, or use the model 'imagenet', whose weights "
        "are installed."
    )
