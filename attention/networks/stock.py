"""Stock networks by name: torchvision's, timm's, or one that a row of known/ builds."""

import inspect
from collections.abc import Mapping
from pathlib import PurePosixPath
from pickle import UnpicklingError  # what torch says of a damaged file; nothing is unpickled here
from urllib.error import URLError

import timm
import torch
import torchvision
from torch import Tensor, nn

from attention.errors import InputError, short
from attention.networks.cnn import Pixels
from attention.networks.known.lite0 import LITE0
from attention.networks.known.registry import known_network, offered_networks

HUB = ("hf-hub:", "hf_hub:")  # how timm says that a name is one of the Hugging Face Hub


def stock_network(name: str, weighted: bool, flags: Mapping[str, bool]) -> tuple[nn.Module, Pixels]:
    """The whole network, and how it wants its pixels. weighted: with its ImageNet weights, else random ones.

    name: as load_backbone takes it. InputError for an unknown name or flag, and for weights that cannot
    be had.
    """
    if flags and not is_torchvisions(name):
        raise _no_flag(name, flags)
    row = known_network(name)
    if row is not None and row.build is not None:
        return row.build(weighted)
    if is_torchvisions(name):
        return _torchvision(name, weighted, flags), Pixels()
    return _timm(name, weighted)


def is_torchvisions(name: str) -> bool:
    """Whether torchvision has a classifier of that name; where timm has one too, torchvision's is meant."""
    return name in torchvision.models.list_models(module=torchvision.models)


def names_in_both(name: str) -> tuple[str, ...]:
    """The name, and timm's network of the same one where the name alone is not timm's."""
    row = known_network(name)
    elsewhere = is_torchvisions(name) or (row is not None and row.build is not None)
    return (name, f"timm/{name}") if elsewhere and timm.is_model(name) else (name,)


def shapes_of(name: str) -> dict[str, Tensor]:
    """The tensors of a network by its own names, with shapes and without numbers: made at once."""
    with torch.device("meta"):
        return dict(stock_network(name, False, {})[0].state_dict())


def flags_of(net: nn.Module) -> dict[str, bool]:
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


def _torchvision(name: str, weighted: bool, flags: Mapping[str, bool]) -> nn.Module:
    weights = torchvision.models.get_model_weights(name).DEFAULT if weighted else None
    try:
        net = torchvision.models.get_model(name, weights=weights, **flags)
    except (URLError, OSError, EOFError, RuntimeError, UnpicklingError) as error:
        file = PurePosixPath(weights.url).name if weights else ""
        place = f"{file} into hub/checkpoints of TORCH_HOME (~/.cache/torch where it is not set)"
        raise _no_download(name, file, f"put {place}") from error
    except (TypeError, ValueError) as error:
        if not flags:
            raise
        raise _no_flag(name, flags) from error
    if any(getattr(net, flag, None) != value for flag, value in flags.items()):
        raise _no_flag(name, flags)  # most constructors take any, and heed few
    return net


def _timm(name: str, weighted: bool) -> tuple[nn.Module, Pixels]:
    plain = _timms_own(name)
    if weighted and not has_weights(plain):
        raise InputError(
            f"timm has no weights for '{short(name)}'; import your own with python -m attention import, or "
            f"choose {LITE0} (the model 'imagenet'), whose weights are installed."
        )
    try:
        net = timm.create_model(plain, pretrained=weighted)
    except Exception as error:  # the hub's client has no common error of its own
        if not weighted:
            raise InputError(
                f"timm cannot build '{short(name)}' ({type(error).__name__}); choose another CNN, such as "
                "resnet101."
            ) from error
        known = timm.get_pretrained_cfg(plain)
        file = f"model.safetensors of {known.hf_hub_id if known else plain} at huggingface.co"
        place = "HF_HOME (~/.cache/huggingface where it is not set)"
        raise _no_download(name, file, f"bring {place} from a computer that has it") from error
    if not net.num_classes:
        raise InputError(
            f"'{short(name)}' was trained without classes and gives no scores; choose a CNN with a "
            "classifier, such as resnet101."
        )
    config = timm.data.resolve_model_data_config(net)
    return net, Pixels(tuple(config["mean"]), tuple(config["std"]))


def has_weights(name: str) -> bool:
    """Whether timm has weights for one of its own names."""
    known = timm.get_pretrained_cfg(name)
    return known is not None and bool(known.has_weights)


def _timms_own(name: str) -> str:
    """timm's name of an architecture, with or without a tag. InputError where it has none such."""
    plain = name
    for prefix in (*HUB, "timm/"):
        plain = plain.removeprefix(prefix)
    if name.startswith(HUB) and not timm.is_model(plain):
        raise InputError(
            f"'{short(name)}' is none of timm's own, such as hf-hub:timm/resnet18.a1_in1k; download its "
            "weights and import them: python -m attention import."
        )
    if not timm.is_model(plain):
        raise InputError(
            f"There is no backbone '{short(name)}'; choose one of {', '.join(offered_networks())}, or the "
            "name of another torchvision or timm CNN."
        )
    _check_tag(*plain.partition(".")[::2])
    return plain


def _check_tag(architecture: str, tag: str) -> None:
    """Raises InputError for a tag, the name of weights, that the architecture does not have."""
    known = {
        config.tag: config.num_classes
        for config in timm.models.get_arch_pretrained_cfgs(architecture).values()
    }
    if tag and tag not in known:
        classifiers = [name for name, classes in known.items() if classes and name][:6]
        also = f", or with .{', .'.join(classifiers)}" if classifiers else ""
        raise InputError(
            f"timm has no '{short(tag)}' of {architecture}; give {architecture} alone{also}."
        )


def _no_flag(name: str, flags: Mapping[str, bool]) -> InputError:
    return InputError(
        f"The backbone '{short(name)}' cannot be built with the flags {short(', '.join(flags))}; "
        "leave out those it does not have."
    )


def _no_download(name: str, file: str, by_hand: str) -> InputError:
    """file: what is missing · by_hand: how it gets there without a network."""
    return InputError(
        f"The ImageNet weights of '{short(name)}' ({file}) could not be downloaded, or are damaged; connect "
        f"to the network once, or {by_hand}, or choose {LITE0} (the model 'imagenet'), whose weights are "
        "installed."
    )
