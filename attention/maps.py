"""Eq. 1 for every concept at once: exact, raw attention maps L(F,c) from the feature maps A.

α_k^c is the mean over the map of ∂S^c/∂A^k and L = ReLU(Σ_k α_k^c A^k). For the heads of heads.py the
gradient has a closed form, so that all C maps cost about one matrix product; any other head is
differentiated, one concept at a time, through the head alone. Nothing is hooked or changed.
"""

from collections.abc import Callable, Sequence
from functools import singledispatch
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from attention.errors import InputError
from attention.networks.cnn import Backbone, imprint
from attention.networks.heads import HardswishHead, LinearHead, VGGHead
from attention.networks.inference import ready

Rows = Tensor | slice


def attention_maps(backbone: Backbone, A: Tensor, concepts: Sequence[int] | None = None) -> Tensor:
    """L(F,c) of every frame and concept (Eq. 1): A [N,K,h,w] → L float32 [N,C,h,w], raw, ≥ 0.

    concepts: class indices in the order wanted, by default all of them. As the head is in eval mode and
    float32, whatever the mode and type of its weights. InputError for an index the backbone has no class for.
    """
    return scores_and_maps(backbone, A, concepts)[1]


def scores_and_maps(
    backbone: Backbone, A: Tensor, concepts: Sequence[int] | None = None
) -> tuple[Tensor, Tensor]:
    """The head's class scores [N,C] and the attention maps [N,C,h,w] of the concepts, in one pass."""
    with torch.no_grad():
        rows = _rows(concepts, backbone.num_classes)
        scores, sums = _scores_and_sums(ready(backbone, A.device).head, A.float(), rows)
        return scores[:, rows], sums.relu_()


def channel_weights(backbone: Backbone, A: Tensor, concepts: Sequence[int]) -> Tensor:
    """α_k^c of Eq. 1 for feature maps A [N,K,h,w] → [N,C,K], by differentiating the head, whichever it is."""
    rows = _rows(concepts, backbone.num_classes)
    looking = ready(backbone, A.device)
    return _differentiated(looking.head, A.float(), rows)[1]


def _rows(concepts: Sequence[int] | None, num_classes: int) -> Rows:
    if concepts is None:
        return slice(0, num_classes)
    wrong = [c for c in concepts if not 0 <= c < num_classes]
    if wrong:
        raise InputError(
            f"Concept {wrong[0]} does not exist; the model has 0 to {num_classes - 1}."
        )
    first = concepts[0] if len(concepts) else 0
    if list(concepts) == list(range(first, first + len(concepts))):
        return slice(first, first + len(concepts))
    return torch.as_tensor(list(concepts))


@singledispatch
def _scores_and_sums(head: nn.Module, A: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """All scores, and Σ_k α_k^c A^k [N,C,h,w] before its ReLU. Of any head: differentiated."""
    scores, alpha = _differentiated(head, A, rows)
    return scores, _combine(alpha, A)


def _differentiated(head: nn.Module, A: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """All scores, and α [N,C,K] of the concepts."""
    with torch.inference_mode(False), torch.enable_grad():
        # an ordinary copy, in case A was made under inference_mode or the head writes in place
        leaf = A.clone().detach().requires_grad_()
        scores = head(leaf.clone())
        wanted = torch.arange(scores.shape[1])[rows].tolist()
        alphas = [
            torch.autograd.grad(scores[:, c].sum(), leaf, retain_graph=True)[0].mean((2, 3))
            for c in wanted
        ]
    alpha = torch.stack(alphas, 1) if alphas else A.new_empty(len(A), 0, A.shape[1])
    return scores.detach(), alpha


@_scores_and_sums.register
def _linear(head: LinearHead, A: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """S = W·mean(A) + b, so α = W/(h·w), the same for every frame."""
    W = head.last.weight[rows]
    sums = _weighed(W, A)
    # divided last and in place, which takes no further memory of the size of A or W
    return head.last(head.penultimate(A)), sums.div_(_cells(A))


@_scores_and_sums.register
def _hardswish(head: HardswishHead, A: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """S = W2·act(u) + b2 with u = W1·mean(A) + b1, so α = W2·diag(act'(u))·W1/(h·w)."""
    u, activated = head.trail(A)
    W1, W2 = head.fc1.weight, head.last.weight[rows]
    slope = _hardswish_slope(u) / _cells(A)
    if len(W2) < _cells(A):  # the product is associative: start from the thinner end
        sums = _combine((W2 * slope[:, None]) @ W1, A)
    else:
        sums = _weighed(W2, _weighed(W1, A) * slope[:, :, None, None])
    return head.last(activated), sums


def _hardswish_slope(u: Tensor) -> Tensor:
    inside = (2 * u + 3) / 6
    return torch.where(u < -3, 0.0, torch.where(u > 3, 1.0, inside))


@_scores_and_sums.register
def _vgg(head: VGGHead, A: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """α = W8·D7·W7·D6·W6s/(h·w), D marking the active units, W6s = fc6 summed over its cells.

    Max and average pooling pass on exactly the gradient they get, so the sum over the map of
    ∂S/∂A^k is the sum over the pooled cells.
    """
    six, seven = head.trail(A)
    D6, D7 = six > 0, seven > 0
    W6s = _once(head.fc6, lambda W6: W6.view(len(W6), A.shape[1], -1).sum(2))
    W7, W8 = head.fc7.weight, head.last.weight[rows] / _cells(A)
    if len(W8) < _cells(A):  # from the thinner end, as above
        alpha = _times(_times(W8 * D7[:, None], W7) * D6[:, None], W6s)
        sums = _combine(alpha, A)
    else:
        units = _weighed(W7, _weighed(W6s, A) * D6[:, :, None, None])
        sums = _weighed(W8, units * D7[:, :, None, None])
    return head.last(seven), sums


_made: WeakKeyDictionary[nn.Linear, tuple[tuple[int, int], Tensor]] = WeakKeyDictionary()


def _once(layer: nn.Linear, make: Callable[[Tensor], Tensor]) -> Tensor:
    """What is made of a layer's weight, some MB that are kept until it changes."""
    kept = _made.get(layer)
    if kept is None or kept[0] != imprint(layer.weight):
        kept = _made[layer] = (imprint(layer.weight), make(layer.weight.detach()))
    return kept[1]


def _cells(A: Tensor) -> int:
    return A.shape[2] * A.shape[3]


def _combine(alpha: Tensor, A: Tensor) -> Tensor:
    """Σ_k α_k^c A^k [N,C,h,w] for weights [N,C,K] that differ from frame to frame."""
    return torch.bmm(alpha, A.flatten(2)).unflatten(2, A.shape[2:])


def _weighed(weights: Tensor, A: Tensor) -> Tensor:
    """The same for weights [C,K] that all frames share: a 1×1 convolution.

    As one, it takes A as it lies, and its kernels use the widest registers of any CPU, where matrix
    products leave half of them idle on some.
    """
    if not (weights.numel() and A.numel()):
        return A.new_zeros(len(A), len(weights), *A.shape[2:])
    return conv2d(A, weights[:, :, None, None])


def _times(alpha: Tensor, W: Tensor) -> Tensor:
    """Weights [N,C,F] times a layer's [F,K] → [N,C,K], as a 1×1 convolution for the same reason."""
    product = _weighed(alpha.flatten(0, 1), W[None, :, :, None])
    return product[0, :, :, 0].unflatten(0, alpha.shape[:2])
