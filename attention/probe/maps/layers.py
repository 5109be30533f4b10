"""The layers of a CNN that have maps, and their A and gradients: the general path, by autograd.

A layer is watched in a copy of the network, which shares its weights: the network itself is never hooked.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from attention.errors import InputError, short
from attention.networks.cnn import CHUNK, Backbone
from attention.networks.heads import LinearHead
from attention.networks.inference import eval_copy, ready

Watch = Callable[[str, Tensor], Tensor | None]


def layers_of(backbone: Backbone) -> dict[str, tuple[int, int]]:
    """Layers of the trunk with h×w maps: {name: (h, w)}, in the order they compute.

    Those right in the trunk, and those inside them that have weights. A layer that only gives on what one
    inside it made is left out.
    """
    found: dict[str, tuple[int, int]] = {}
    last: list[tuple[Tensor, int]] = []

    def note(name: str, out: Tensor) -> None:
        # a tensor that was written into in place is another
        passed_on = bool(last) and out is last[0][0] and out._version == last[0][1]
        if out.ndim == 4 and min(out.shape[2:]) > 1 and not passed_on:
            found.pop(name, None)
            found[name] = (int(out.shape[2]), int(out.shape[3]))
            last[:] = [(out, out._version)]

    names = [name for name, layer in backbone.trunk.named_modules() if _is_stage(name, layer)]
    with _watched(backbone, names, note) as network, torch.no_grad():
        network.trunk(torch.zeros(1, 3, network.pixels.side, network.pixels.side))
    return found


def gradients(
    backbone: Backbone, x: Tensor, concepts: Sequence[int], layer: str | None = None
) -> Iterator[tuple[Tensor, list[Tensor]]]:
    """A [n,K,h,w] of a layer and ∂S^c/∂A [n,K,h,w] of each concept, a few of the frames x at a time.

    layer: a name of layers_of, by default the last maps. S: class scores before softmax. InputError for a
    layer that is not there or has no maps.
    """
    for some in x.split(CHUNK):
        yield (
            _last(backbone, some, concepts)
            if layer is None
            else _inner(backbone, some, concepts, layer)
        )


def _last(backbone: Backbone, x: Tensor, concepts: Sequence[int]) -> tuple[Tensor, list[Tensor]]:
    with torch.no_grad():
        A = backbone.features(x)
    head = ready(backbone, "cpu").head
    if isinstance(head, LinearHead):  # ∂S^c/∂A^k = W_ck/(h·w) in every cell
        W = head.last.weight.detach() / (A.shape[2] * A.shape[3])
        return A, [W[c, :, None, None].expand_as(A) for c in concepts]
    with torch.enable_grad():
        leaf = A.clone().requires_grad_()
        return A, _differentiated(head(leaf.clone()), leaf, concepts)


def _inner(
    backbone: Backbone, x: Tensor, concepts: Sequence[int], layer: str
) -> tuple[Tensor, list[Tensor]]:
    leaves: list[Tensor] = []

    def cut(_: str, out: Tensor) -> Tensor:
        leaves.append(out.detach().clone().requires_grad_())
        return leaves[-1].clone()  # what follows may write in place

    with _watched(backbone, [layer], cut) as network, torch.enable_grad():
        scores = network.head(network.trunk(x))
        if not leaves or leaves[-1].ndim != 4 or min(leaves[-1].shape[2:]) < 2:
            raise _no_layer(backbone, layer)
        return leaves[-1].detach(), _differentiated(scores, leaves[-1], concepts)


def _differentiated(scores: Tensor, leaf: Tensor, concepts: Sequence[int]) -> list[Tensor]:
    return [torch.autograd.grad(scores[:, c].sum(), leaf, retain_graph=True)[0] for c in concepts]


@contextmanager
def _watched(backbone: Backbone, names: Sequence[str], watch: Watch) -> Iterator[Backbone]:
    """A copy of the network that shows what each named layer gives, and goes on with what comes back."""
    with torch.inference_mode(False):
        network = eval_copy(backbone, "cpu")
    inner: dict[str, nn.Module] = dict(network.trunk.named_modules())
    if any(name not in inner for name in names):
        raise _no_layer(backbone, next(name for name in names if name not in inner))

    def hook(name: str) -> Callable[..., Any]:
        return lambda _layer, _given, out: watch(name, out) if isinstance(out, Tensor) else None

    for name in names:
        inner[name].register_forward_hook(hook(name))
    yield network


def _is_stage(name: str, layer: nn.Module) -> bool:
    depth = 1 + name.count(".") if name else 0
    return depth == 1 or (depth == 2 and next(layer.parameters(), None) is not None)


def _no_layer(backbone: Backbone, layer: str) -> InputError:
    known = ", ".join(layers_of(backbone))
    return InputError(f"There is no layer '{short(layer)}' with h×w maps; choose one of {known}.")
