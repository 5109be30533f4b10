"""What is known of a network: a row from which it is built, cut, trained, timed and offered."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # rows are read by --help and the page, which do without torch
    from torch import nn

    from attention.networks.cnn import Pixels

    Cut = tuple[nn.Module, nn.Module, str]
    Halves = tuple[nn.Module, nn.Module]


@dataclass(frozen=True)
class Network:
    """A network, or a family of them.

    name: a name, or a regular expression that all names of a family match · order: its place in every
    list, and which row speaks for a name that two match: the lower · cut(net) → trunk, head and the layer
    cut at, None to cut it at its last maps · last_stage(trunk) → what stays frozen and what is trained,
    None to train the head alone · cost: how many times as long as EfficientNet-Lite0 a picture takes
    through the frozen part, and a step of fitting the rest (LOG.md) · offered: it is named where networks
    are listed · on_page: the page offers to train it, which a public page does for many ·
    build(weighted) → the network and its Pixels, for one that neither torchvision nor timm has.
    """

    name: str
    order: int
    cut: "Callable[[nn.Module], Cut] | None" = None
    last_stage: "Callable[[nn.Module], Halves] | None" = None
    cost: tuple[float, float] | None = None
    offered: bool = False
    on_page: bool = False
    build: "Callable[[bool], tuple[nn.Module, Pixels]] | None" = None


def sequence(net: "nn.Module", names: str) -> "nn.Sequential":
    """Layers of a network one after the other. names: separated by spaces."""
    from collections import OrderedDict

    from torch import nn

    return nn.Sequential(OrderedDict((name, getattr(net, name)) for name in names.split()))


def last(count: int) -> "Callable[[Any], Halves]":
    """Cuts a sequence before its last `count` modules."""
    return lambda trunk: (trunk[:-count], trunk[-count:])
