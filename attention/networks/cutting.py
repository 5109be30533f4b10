"""Cuts any traceable CNN in two at its last convolutional maps: trunk(x) → A, head(A) → scores."""

import torch
from torch import Tensor, fx, nn
from torch.fx.passes.shape_prop import ShapeProp

from attention.errors import InputError, short


class TimmTrunk(nn.Module):
    """The part of a timm network before its pooling: forward_features."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        """A [N,K,h,w] of inputs x [N,3,H,W]."""
        return self.net.forward_features(x)  # type: ignore[operator,no-any-return]


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


def split(
    net: nn.Module, sample: Tensor, target: str | None = None
) -> tuple[nn.Module, nn.Module, str]:
    """Cuts `net` (eval mode) after the module `target`, by default after its last h×w maps.

    sample: an input [1,3,H,W] · returns (trunk, head, name of the layer cut at). Both halves are
    graphs over the network's own layers. InputError when it cannot be traced, has no such layer, or
    the cut would leave a path around it.
    """
    graph = _trace(net, sample, target)
    cut = _layer(graph, target) if target else _last_map(graph)
    name = target or (str(cut.target) if cut.op == "call_module" else cut.name)
    trunk = fx.GraphModule(net, _before(graph.graph, cut))
    try:
        head = fx.GraphModule(net, _after(graph.graph, cut))
    except _AroundItError:
        raise _goes_around(net, name, chosen=bool(target)) from None
    return trunk, head, name


def _trace(net: nn.Module, sample: Tensor, target: str | None) -> fx.GraphModule:
    try:
        graph = fx.symbolic_trace(net)
        with torch.no_grad():
            ShapeProp(graph).propagate(sample)
    except Exception as error:  # tracing fails in as many ways as there are networks
        kind, why = type(net).__name__, type(error).__name__
        if target:
            raise InputError(
                f"The network {kind} cannot be split at '{short(target)}' ({why}); leave the target "
                "out, or choose another backbone."
            ) from error
        raise InputError(
            f"The network {kind} cannot be split at its last convolution ({why}); choose another "
            "backbone."
        ) from error
    return graph


def _goes_around(net: nn.Module, name: str, chosen: bool) -> InputError:
    """The sentence for a cut that not all passes through; chosen: somebody named the layer."""
    if chosen:
        return InputError(f"The network goes around '{short(name)}'; choose a later layer.")
    return InputError(
        f"The network {type(net).__name__} is no CNN with a last convolutional map, which all it says "
        "goes through; choose a CNN, such as resnet101."
    )


def _shape(node: fx.Node) -> tuple[int, ...]:
    # nodes that give no tensor have no shape
    return tuple(getattr(node.meta.get("tensor_meta"), "shape", ()))


def _is_map(node: fx.Node) -> bool:
    shape = _shape(node)
    return node.op != "placeholder" and len(shape) == 4 and min(shape[2:]) > 1


def _is_pooling(graph: fx.GraphModule, node: fx.Node) -> bool:
    if node.op == "call_module":
        return "Pool" in type(graph.get_submodule(str(node.target))).__name__
    return "pool" in node.name


def _last_map(graph: fx.GraphModule) -> fx.Node:
    maps = [node for node in graph.graph.nodes if _is_map(node) and not _is_pooling(graph, node)]
    if not maps:
        raise InputError("The network has no convolutional maps; choose a CNN as the backbone.")
    return maps[-1]


def _layer(graph: fx.GraphModule, target: str) -> fx.Node:
    # a block may end in a sum that is no layer, so ask each step which modules it was traced in
    inside = [node for node in graph.graph.nodes if target in node.meta.get("nn_module_stack", ())]
    if not inside:
        raise InputError(f"The network has no layer '{short(target)}'; name one of its modules.")
    if not _is_map(inside[-1]):
        raise InputError(f"Layer '{short(target)}' has no h×w maps; name a convolutional layer.")
    return inside[-1]


def _before(graph: fx.Graph, cut: fx.Node) -> fx.Graph:
    new = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    for node in graph.nodes:
        copies[node] = new.node_copy(node, copies.__getitem__)
        if node is cut:
            new.output(copies[node])
            break
    return new


class _AroundItError(Exception):
    """The head needs something that does not come out of the cut."""


def _after(graph: fx.Graph, cut: fx.Node) -> fx.Graph:
    new = fx.Graph()
    # A is looked at again after the head has run: a head that works in place gets a copy
    copies = {cut: new.call_method("clone", (new.placeholder("A"),))}
    later = list(graph.nodes)[list(graph.nodes).index(cut) + 1 :]

    def copied(node: fx.Node) -> fx.Node:
        if node not in copies:
            raise _AroundItError
        return copies[node]

    for node in later:
        if node.op == "get_attr":
            copies[node] = new.node_copy(node)
        else:
            copies[node] = new.node_copy(node, copied)
    return new
