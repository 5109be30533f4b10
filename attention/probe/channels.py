"""What one map is made of: the channels whose α_k A^k add most to the sum of Eq. 1, or take most from it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from attention.maps import channel_weights
from attention.networks.cnn import Backbone

MOST = 8  # channels


@dataclass(frozen=True)
class Channel:
    """number: k · alpha: α_k · adds: Σ over the map of α_k A^k · A: A^k float32 [h,w]."""

    number: int
    alpha: float
    adds: float
    A: Tensor


@dataclass(frozen=True)
class Channels:
    """The strongest channels, strongest first; total: what all `count` of them add up to, before the ReLU."""

    strongest: tuple[Channel, ...]
    total: float
    count: int


def strongest_channels(backbone: Backbone, A: Tensor, concept: int, most: int = MOST) -> Channels:
    """The `most` channels with the largest |Σ over the map of α_k A^k| of one frame's A [K,h,w].

    concept: the class index. α is the mean over the map of ∂S^c/∂A^k (Eq. 1), exact for any head. InputError
    for an index the backbone has no class for.
    """
    (alpha,) = channel_weights(backbone, A[None], [concept])[0]
    A = A.detach()
    adds = alpha.double() * A.double().sum((1, 2))
    order = torch.argsort(-adds.abs(), stable=True)[:most].tolist()
    strongest = tuple(Channel(k, float(alpha[k]), float(adds[k]), A[k]) for k in order)
    return Channels(strongest, float(adds.sum()), len(A))
