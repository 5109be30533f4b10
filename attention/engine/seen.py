"""What a network saw in some frames."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from attention.networks.cnn import Backbone
from attention.energy import best_window
from attention.maps import scores_and_maps


@dataclass(frozen=True)
class Seen:
    """N frames as a network sees them; all tensors are float32 on the CPU, but for the windows.

    scores: [N,C], class scores before softmax · energies: [N,C] ≥ 0, the largest s×s window sum (Eq. 2) ·
    windows: int64 [N,C,2], (row, col) of that window's upper left cell · maps: L(F,c) [N,C,h,w] ≥ 0, raw
    (Eq. 1) · features: [N,F] before the last layer; None of a head that has none, or where not asked for.
    """

    scores: Tensor
    energies: Tensor
    windows: Tensor
    maps: Tensor
    features: Tensor | None = None


@torch.inference_mode()
def seen_of(backbone: Backbone, A: Tensor, window: int, features: bool) -> Seen:
    """Eqs. 1 and 2 of feature maps A [N,K,h,w] on the backbone's device, by the closed forms of maps.py."""
    scores, L = scores_and_maps(backbone, A)
    energies, windows = best_window(L, window)
    penultimate = getattr(backbone.head, "penultimate", None)
    before_last = penultimate(A) if features and penultimate else None
    found = (scores, energies, windows, L, before_last)
    return Seen(*(None if tensor is None else tensor.cpu() for tensor in found))  # type: ignore[arg-type]


def joined(parts: Sequence[Seen]) -> Seen:
    """The frames of all parts, in their order."""
    if len(parts) == 1:
        return parts[0]
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Seen(*(None if column[0] is None else torch.cat(column) for column in columns))
