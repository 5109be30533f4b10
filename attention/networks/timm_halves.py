"""Halves of a timm network: forward_features → A, forward_head → scores."""

import copy

import torch
from torch import Tensor, nn

from attention.networks.cutting import in_three, is_last_layer
from attention.networks.heads import CutHead


class TimmTrunk(nn.Module):
    """The part of a timm network before its pooling: forward_features."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        """A [N,K,h,w] of inputs x [N,3,H,W]."""
        return self.net.forward_features(x)  # type: ignore[operator,no-any-return]


class _Whole(nn.Module):
    """The same as TimmHead, with the network's tensors as its own."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, A: Tensor) -> Tensor:
        return self.net.forward_head(A)  # type: ignore[operator,no-any-return]


class TimmHead(nn.Module):
    """The part of a timm network from its pooling on: forward_head, sharing the trunk's network."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        # in a tuple, so that the network's weights are counted and stored once, under the trunk
        self._net = (net,)

    def forward(self, A: Tensor) -> Tensor:
        """Class scores [N,C] of the maps A [N,K,h,w]."""
        return self._net[0].forward_head(A)  # type: ignore[operator,no-any-return]

    def penultimate(self, A: Tensor) -> Tensor:
        """Features before the last layer [N,F]."""
        return self._net[0].forward_head(A, pre_logits=True)  # type: ignore[operator,no-any-return]


def is_timms(net: nn.Module) -> bool:
    """Whether a network has timm's own two halves and says which layer is its last."""
    return all(
        hasattr(net, name) for name in ("forward_features", "forward_head", "get_classifier")
    )


def timm_halves(net: nn.Module, side: int) -> tuple[nn.Module, nn.Module]:
    """The trunk, and the head as one of heads.py if it ends in one linear or 1×1 layer, else TimmHead.

    side: of the pictures it is tried with. The network stays as it is; its layers are shared.
    """
    last = net.get_classifier()  # type: ignore[operator]
    name = next((name for name, layer in net.named_modules() if layer is last), "")
    if not name or not is_last_layer(last):
        return TimmTrunk(net), TimmHead(net)
    bare = _with(net, name.split("."), nn.Identity())
    with torch.no_grad():
        # not zeros, of which some normalisations make NaN
        noise = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0))
        A = net.forward_features(noise)  # type: ignore[operator]
        if not (isinstance(A, Tensor) and A.ndim == 4):  # tokens, or a list: no maps
            return TimmTrunk(net), TimmHead(net)
        head = in_three(_Whole(bare), last, nn.Flatten(1), A).eval()  # without dropout
        if isinstance(head, CutHead):
            head.before = TimmHead(bare)
        ours, its = head(A), net.forward_head(A)  # type: ignore[operator]
        # a share of the largest: rounding must not decide which head a network has
        if not bool((ours - its).abs().max() <= 1e-4 * its.abs().max()):
            return TimmTrunk(net), TimmHead(net)
    head.older = {f"trunk.net.{name}.{key}": f"head.last.{key}" for key in last.state_dict()}
    return TimmTrunk(bare), head


def _with(net: nn.Module, path: list[str], layer: nn.Module) -> nn.Module:
    """The network with another layer at a place; all else is shared."""
    own = copy.copy(net)
    first, rest = path[0], path[1:]
    inner = _with(net._modules[first], rest, layer) if rest else layer  # type: ignore[arg-type]
    own._modules = {**net._modules, first: inner}
    return own
