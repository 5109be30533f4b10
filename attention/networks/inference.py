"""A network as it is looked at: in eval mode and float32, whatever its owner does with it meanwhile."""

import copy
from collections import OrderedDict
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

import torch
from torch import Tensor, nn

Network = TypeVar("Network", bound=nn.Module)
Device = torch.device | str


def ready(network: Network, device: Device) -> Network:
    """The network in eval mode and float32 on `device`: itself where it is so already, else an eval_copy.

    In eval mode dropout is off and batch normalisation neither uses nor changes a batch's statistics.
    """
    device = torch.device(device)
    learning = any(module.training for module in network.modules())
    if learning or not all(_fits(tensor, device) for tensor in tensors(network)):
        return eval_copy(network, device)
    return network


def eval_copy(
    network: Network, device: Device, kept: Mapping[int, object] = MappingProxyType({})
) -> Network:
    """A copy in eval mode and float32 on `device`; the network stays as it is, each module's mode too.

    Tensors that are float32 and there already are shared, not copied. kept: by its id, what the copy has in
    place of something of the network.
    """
    device = torch.device(device)
    with torch.inference_mode(False), torch.no_grad():
        # what deepcopy finds under a tensor's id it takes instead of a copy
        found: dict[int, object] = {id(t): _fitted(t, device) for t in tensors(network)} | dict(
            kept
        )
        return copy.deepcopy(network, found).eval()


def copy_apart(network: Network) -> Network:
    """An eval_copy on the CPU that shares no tensor with the network, and calls none of its hooks.

    Hooks of torch.nn.utils remain: they make weights, as spectral_norm's do.
    """
    kept: dict[int, object] = {}
    held = [pair for module in network.modules() for pair in vars(module).items()]
    with torch.inference_mode(False), torch.no_grad():
        for tensor in tensors(network):
            kept[id(tensor)] = _fitted(tensor, torch.device("cpu"), apart=True)
        for name, value in held:
            if name.endswith(("_hooks", "_hooks_with_kwargs", "_hooks_always_called")):
                kept[id(value)] = OrderedDict(filter(_makes_weights, value.items()))
            elif isinstance(value, Tensor):  # a weight that a hook makes anew
                kept[id(value)] = _fitted(value, torch.device("cpu"), apart=True)
    return eval_copy(network, "cpu", kept)


def _makes_weights(hook: tuple[object, object]) -> bool:
    return type(hook[1]).__module__.startswith("torch.nn.utils.")


def tensors(network: nn.Module) -> list[Tensor]:
    """Its parameters and buffers."""
    return [*network.parameters(), *network.buffers()]


def _fits(tensor: Tensor, device: torch.device) -> bool:
    there = tensor.device.type == device.type and device.index in (None, tensor.device.index)
    return there and (tensor.dtype == torch.float32 or not tensor.is_floating_point())


def _fitted(tensor: Tensor, device: torch.device, apart: bool = False) -> Tensor:
    if not apart and _fits(tensor, device):
        return tensor
    dtype = torch.float32 if tensor.is_floating_point() else tensor.dtype
    data = tensor.detach().to(device, dtype, copy=apart)
    return nn.Parameter(data, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else data
