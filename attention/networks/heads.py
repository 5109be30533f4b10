"""Classifier heads: from the feature maps A [N,K,h,w] to class scores [N,C], as the stock networks do.

A head is a type of its own wherever Eq. 1 has a closed form for it; maps.py has one for each. Each
keeps the trail of a pass: what it computes on the way from A to the scores and Eq. 1 needs again.
"""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d


class Head(nn.Module, ABC):
    """A head whose last layer is linear: scores = last(trail(A)[-1]).

    older: names that files of an earlier version have for its tensors → the names they have now.
    """

    last: nn.Linear | nn.Conv2d

    def __init__(self, last: nn.Linear | nn.Conv2d, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.last = last
        self.older: dict[str, str] = {}

    @abstractmethod
    def trail(self, A: Tensor) -> tuple[Tensor, ...]:
        """Intermediate values of a pass, each [N,·]; the last one feeds the last layer."""

    def penultimate(self, A: Tensor) -> Tensor:
        """Features before the last layer: pool5 of a ResNet, fc7 of VGG (§4.3)."""
        return self.trail(A)[-1]

    def forward(self, A: Tensor) -> Tensor:
        """Class scores [N,C] of the maps A [N,K,h,w]."""
        return self.last(self.dropout(self.penultimate(A)))  # type: ignore[no-any-return]

    def renew(self, num_classes: int) -> None:
        """A fresh last layer for num_classes concepts."""
        bias = self.last.bias is not None
        if isinstance(self.last, nn.Conv2d):
            self.last = nn.Conv2d(self.last.in_channels, num_classes, 1, bias=bias)
        else:
            self.last = nn.Linear(self.last.in_features, num_classes, bias=bias)


def of_few(layer: nn.Linear, x: Tensor) -> Tensor:
    """layer(x) [N,F] of a few rows x [N,K]: on a CPU a 1×1 convolution of the weights, with x as filters.

    That reads large weights in one sweep (fc6's 411 MB in 18 ms, where the product takes 57).
    """
    if torch.is_grad_enabled() or not (x.is_cpu and len(x)):
        return layer(x)  # type: ignore[no-any-return]
    picture = layer.weight[None, :, None].movedim(3, 1)  # [1,K,F,1], channels last
    products = conv2d(picture, x[:, :, None, None])[0, :, :, 0]
    return products if layer.bias is None else products + layer.bias


class LinearHead(Head):
    """Global average pooling and one linear layer: ResNet, EfficientNet, MobileNetV2."""

    def __init__(self, last: nn.Linear, dropout: float = 0.0) -> None:
        super().__init__(last, dropout)

    def trail(self, A: Tensor) -> tuple[Tensor]:
        """(pooled [N,K],)"""
        return (A.mean((2, 3)),)


class HardswishHead(Head):
    """Global average pooling, linear, hard-swish, linear: MobileNetV3."""

    def __init__(self, fc1: nn.Linear, last: nn.Linear, dropout: float = 0.2) -> None:
        super().__init__(last, dropout)
        self.fc1 = fc1
        self.act = nn.Hardswish()

    def trail(self, A: Tensor) -> tuple[Tensor, Tensor]:
        """(u, hardswish(u)), each [N, fc1 width]"""
        u = self.fc1(A.mean((2, 3)))
        return u, self.act(u)


class VGGHead(Head):
    """Max pooling, average pooling to 7×7, fc6, fc7, fc8 with ReLU between: VGG."""

    def __init__(
        self, pool: nn.Module, avgpool: nn.Module, layers: list[nn.Linear], dropout: float = 0.5
    ) -> None:
        fc6, fc7, last = layers
        super().__init__(last, dropout)
        self.pool = pool
        self.avgpool = avgpool
        self.fc6 = fc6
        self.fc7 = fc7

    def trail(self, A: Tensor) -> tuple[Tensor, Tensor]:
        """(fc6, fc7) after their ReLU, each [N,4096]"""
        pooled = self.avgpool(self.pool(A)).flatten(1)
        six = of_few(self.fc6, pooled).relu()
        return six, of_few(self.fc7, self.dropout(six)).relu()


class CutHead(Head):
    """Any other head that ends in one linear or 1×1 layer: scores = after(last(before(A)))."""

    def __init__(self, before: nn.Module, last: nn.Linear | nn.Conv2d, after: nn.Module) -> None:
        super().__init__(last, 0.0)
        self.before, self.after = before, after

    def trail(self, A: Tensor) -> tuple[Tensor]:
        """(what the last layer is given,): [N,F], or [N,F,h,w] for a 1×1 layer"""
        x = self.before(A)
        return (x[:, :, None, None] if isinstance(self.last, nn.Conv2d) and x.ndim == 2 else x,)

    def penultimate(self, A: Tensor) -> Tensor:
        """Features before the last layer [N,F], those of a 1×1 layer averaged over its cells."""
        (x,) = self.trail(A)
        return x.mean((2, 3)) if x.ndim == 4 else x

    def forward(self, A: Tensor) -> Tensor:
        """Class scores [N,C] of the maps A [N,K,h,w]."""
        return self.after(self.last(*self.trail(A)))  # type: ignore[no-any-return]
