"""Cuts any traceable CNN in two at its last convolutional maps: trunk(x) → A, head(A) → scores."""

import torch
from torch import Tensor, fx, nn
from torch.fx.passes.shape_prop import ShapeProp

from attention.errors import InputError, short
from attention.networks.heads import CutHead, Head, LinearHead


class UntraceableError(InputError):
    """The sentence for a network of which torch.fx makes no graph."""


def split(
    net: nn.Module, sample: Tensor, target: str | None = None
) -> tuple[nn.Module, nn.Module, str]:
    """Cuts `net` (eval mode) after the module `target`, by default after its last h×w maps.

    sample: an input [1,3,H,W] · returns (trunk, head, name of the layer cut at). Both halves are
    graphs over the network's own layers; a head that ends in one linear or 1×1 layer is one of heads.py,
    and can be refitted. InputError when it cannot be traced, has no such layer, or
    the cut would leave a path around it.
    """
    graph = _trace(net, sample, target)
    cut = _layer(graph, target) if target else _last_map(graph)
    name = target or (str(cut.target) if cut.op == "call_module" else cut.name)
    trunk = fx.GraphModule(net, _before(graph.graph, cut))
    try:
        head = fx.GraphModule(net, _after(graph.graph, cut))
    except _AroundItError:
        raise _goes_around(graph, name, chosen=bool(target)) from None
    with torch.no_grad():
        return trunk, known_head(head, trunk(sample)), name


def _trace(net: nn.Module, sample: Tensor, target: str | None) -> fx.GraphModule:
    try:
        graph = fx.symbolic_trace(net)
        with torch.no_grad():
            ShapeProp(graph).propagate(sample)
    except Exception as error:  # tracing fails in as many ways as there are networks
        kind, why = type(net).__name__, type(error).__name__
        if target:
            raise UntraceableError(
                f"The network {kind} cannot be split at '{short(target)}' ({why}); leave the target "
                "out, or choose another backbone."
            ) from error
        raise UntraceableError(
            f"The network {kind} cannot be split at its last convolution ({why}); choose another "
            "backbone, such as resnet101."
        ) from error
    return graph


def _goes_around(graph: fx.GraphModule, name: str, chosen: bool) -> InputError:
    """The sentence for a cut that not all passes through; chosen: somebody named the layer."""
    last = _last_map(graph)
    try:
        fx.GraphModule(graph, _after(graph.graph, last))
    except _AroundItError:
        return InputError(
            f"The network goes around '{short(name)}', and is no CNN with a last convolutional map, which "
            "all it says goes through; choose a CNN, such as resnet101."
        )
    later = "a later layer" if last.op != "call_module" else f"a later layer, such as {last.target}"
    also = ", or leave the target out" if chosen else ""
    return InputError(f"The network goes around '{short(name)}'; choose {later}{also}.")


def _shape(node: fx.Node) -> tuple[int, ...]:
    # nodes that give no tensor have no shape
    return tuple(getattr(node.meta.get("tensor_meta"), "shape", ()))


def _is_map(node: fx.Node) -> bool:
    shape = _shape(node)
    return node.op != "placeholder" and len(shape) == 4 and min(shape[2:]) > 1


def _only_passes_on(graph: fx.GraphModule, node: fx.Node) -> bool:
    """Whether it is pooling or dropout, which make no maps of their own."""
    if node.op == "call_module":
        layer = type(graph.get_submodule(str(node.target))).__name__
        return "Pool" in layer or "Dropout" in layer
    return "pool" in node.name or "dropout" in node.name


def _last_map(graph: fx.GraphModule) -> fx.Node:
    nodes = list(graph.graph.nodes)
    end = last_layer(graph)
    # a 1×1 layer may come after the last maps, as in SqueezeNet, and give one map per class
    nodes = nodes[: nodes.index(end)] if end is not None else nodes
    maps = [node for node in nodes if _is_map(node) and not _only_passes_on(graph, node)]
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


def last_layer(graph: fx.GraphModule) -> fx.Node | None:
    """The last node that has weights, when that is one linear or 1×1 layer."""
    for node in reversed(graph.graph.nodes):
        if node.op == "get_attr":
            return None
        if node.op == "call_module":
            layer = graph.get_submodule(str(node.target))
            if is_last_layer(layer):
                return node
            if next(layer.parameters(), None) is not None:
                return None
    return None


def is_last_layer(layer: object) -> bool:
    """Whether a layer is linear, or a 1×1 convolution without groups."""
    pointwise = isinstance(layer, nn.Conv2d) and layer.kernel_size == (1, 1) and layer.groups == 1
    return isinstance(layer, nn.Linear) or pointwise


def known_head(head: fx.GraphModule, A: Tensor) -> nn.Module:
    """A head that was cut off, as one of heads.py if it ends in one layer; else as it is. A: its input."""
    end = last_layer(head)
    if end is None or not isinstance(end.args[0], fx.Node):
        return head
    try:
        after = fx.GraphModule(head, _after(head.graph, end))
    except _AroundItError:
        return head
    before = fx.GraphModule(head, _before(head.graph, end.args[0]))
    name = str(end.target)
    found = in_three(before, head.get_submodule(name), after, A)  # type: ignore[arg-type]
    own = {f"{name}.{key}": f"head.last.{key}" for key in found.last.state_dict()}
    own |= {key: f"head.before.{key}" for key in before.state_dict()}
    found.older = {f"{half}.{key}": new for key, new in own.items() for half in ("head", "trunk")}
    return found


def in_three(before: nn.Module, last: nn.Linear | nn.Conv2d, after: nn.Module, A: Tensor) -> Head:
    """LinearHead where `before` averages each map and `after` changes nothing on such maps; else CutHead.

    So they must do whatever their tensors hold: a batch norm that has learned nothing changes nothing yet.
    """
    noise = torch.randn(A.shape, generator=torch.Generator().manual_seed(0))
    x = _drawn_anew(before, noise)
    pooled = isinstance(last, nn.Linear) and x.shape == A.shape[:2]
    if pooled and torch.allclose(x, noise.mean((2, 3)), atol=1e-6):
        y = last(x)
        if torch.equal(_drawn_anew(after, y), y):
            dropout = max((m.p for m in before.modules() if isinstance(m, nn.Dropout)), default=0.0)
            return LinearHead(last, dropout)  # type: ignore[arg-type]
    return CutHead(before, last, after)


def _drawn_anew(layers: nn.Module, x: Tensor) -> Tensor:
    """What they would make of x with other numbers, between 1 and 2, in all their tensors."""
    generator = torch.Generator().manual_seed(1)
    tensors = {
        name: torch.rand(tensor.shape, generator=generator) + 1
        for name, tensor in layers.state_dict().items()
    }
    return torch.func.functional_call(layers, tensors, (x,))  # type: ignore[no-any-return]


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
