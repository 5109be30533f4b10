"""Eq. 1 for every concept at once: exact, raw attention maps L(F,c) from the feature maps A.

α_k^c is the mean over the map of ∂S^c/∂A^k and L = ReLU(Σ_k α_k^c A^k). For the heads of heads.py the
gradient has a closed form, so that all C maps cost about one matrix product; any other head is
differentiated, one concept at a time, through the head alone. Nothing is hooked or changed.
"""

from collections.abc import Sequence
from functools import singledispatch
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from attention.cnn import Backbone
from attention.errors import InputError
from attention.heads import HardswishHead, LinearHead, VGGHead

Rows = Tensor | slice


def attention_maps(backbone: Backbone, A: Tensor, concepts: Sequence[int] | None = None) -> Tensor:
    """L(F,c) of every frame and concept (Eq. 1): A [N,K,h,w] → L float32 [N,C,h,w], raw, ≥ 0.

    concepts: class indices in the order wanted, by default all of them. InputError for an index the
    backbone has no class for.
    """
    return scores_and_maps(backbone, A, concepts)[1]


def scores_and_maps(
    backbone: Backbone, A: Tensor, concepts: Sequence[int] | None = None
) -> tuple[Tensor, Tensor]:
    """The head's class scores [N,C] and the attention maps [N,C,h,w] of the concepts, in one pass."""
    with torch.no_grad():
        rows = _rows(concepts, backbone.num_classes)
        scores, sums = _scores_and_sums(backbone.head, A.float(), rows)
        return scores[:, rows], sums.relu_()


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
    return scores.detach(), _combine(alpha, A)


@_scores_and_sums.register
def _linear(head: LinearHead, A: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """S = W·mean(A) + b, so α = W/(h·w), the same for every frame."""
    # divided last and in place, which takes no further memory of the size of A or W
    sums = _weighed(head.last.weight[rows], A).div_(_cells(A))
    return head.last(head.penultimate(A)), sums


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
    W6s = _summed_over_cells(head.fc6, A.shape[1])
    W8 = head.last.weight[rows] / _cells(A)
    W7 = _Submatrix(head.fc7.weight)
    sums = A.new_empty(len(A), len(W8), *A.shape[2:])
    for n, (D6, D7) in enumerate(zip(six > 0, seven > 0, strict=True)):
        on6, on7 = D6.nonzero()[:, 0], D7.nonzero()[:, 0]
        of_frame = _through(W8[:, on7], W7.of(on7, on6), W6s[on6], A[n].flatten(1))
        sums[n] = of_frame.view_as(sums[n])
    return head.last(seven), sums


def _through(W8: Tensor, W7: Tensor, W6s: Tensor, A: Tensor) -> Tensor:
    """W8·W7·W6s·A [C,h·w] of one frame, from its thinner end: concepts or cells."""
    if len(W8) < A.shape[1]:
        return W8 @ W7 @ W6s @ A
    return W8 @ (W7 @ (W6s @ A))


class _Submatrix:
    """Rows and columns of one matrix, taken again and again into the same memory.

    Fresh memory of this size would be handed out by the system page by page, at three times the cost.
    """

    BLOCK = 1024  # rows at a time, 16 MB of fc7: that much less to hold, and still few steps

    def __init__(self, matrix: Tensor) -> None:
        self.matrix = matrix
        self.block = matrix.new_empty(self.BLOCK, matrix.shape[1])
        self.both = matrix.new_empty(matrix.numel())

    def of(self, rows: Tensor, columns: Tensor) -> Tensor:
        """matrix[rows][:, columns], valid until the next call."""
        both = self.both[: len(rows) * len(columns)].view(len(rows), len(columns))
        for some, out in zip(rows.split(self.BLOCK), both.split(self.BLOCK), strict=True):
            block = torch.index_select(self.matrix, 0, some, out=self.block[: len(some)])
            torch.index_select(block, 1, columns, out=out)
        return both


_summed: WeakKeyDictionary[nn.Linear, tuple[tuple[int, int], Tensor]] = WeakKeyDictionary()


def _summed_over_cells(fc6: nn.Linear, channels: int) -> Tensor:
    """fc6's weight [4096,K·7·7] summed to [4096,K]; 8 MB kept until the weight changes."""
    weight = fc6.weight
    state = (weight.data_ptr(), weight._version)
    kept = _summed.get(fc6)
    if kept is None or kept[0] != state:
        kept = (state, weight.detach().view(len(weight), channels, -1).sum(2))
        _summed[fc6] = kept
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
    if not len(weights):
        return A.new_empty(len(A), 0, *A.shape[2:])
    return conv2d(A, weights[:, :, None, None])
