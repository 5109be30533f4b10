"""What a network saw in some frames."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from attention.energy import best_window
from attention.engine.overlap import Clock
from attention.maps import scores_and_maps
from attention.networks.cnn import Backbone


@dataclass(frozen=True)
class Seen:
    """N frames as a network sees them; all tensors are float32 on the CPU, but for the windows.

    scores: [N,C], class scores before softmax · energies: [N,C] ≥ 0, the largest s×s window sum (Eq. 2) ·
    windows: int64 [N,C,2], (row, col) of that window's upper left cell · maps: L(F,c) [N,C,h,w] ≥ 0, raw
    (Eq. 1) · features: [N,F] before the last layer, the mean of A for a head that does not tell them; None
    where not asked for.
    """

    scores: Tensor
    energies: Tensor
    windows: Tensor
    maps: Tensor
    features: Tensor | None = None


@torch.inference_mode()
def seen_of(backbone: Backbone, A: Tensor, window: int, features: bool, clock: Clock) -> Seen:
    """Eqs. 1 and 2 of feature maps A [N,K,h,w] on the backbone's device, by the closed forms of maps.py."""
    with clock.during("maps"):
        scores, L = scores_and_maps(backbone, A)
    with clock.during("energies"):
        energies, windows = best_window(L, window)
    found = [scores, energies, windows, L]
    if features:
        penultimate = getattr(backbone.head, "penultimate", lambda A: A.mean((2, 3)))
        found.append(penultimate(A))
    return Seen(*(tensor.cpu() for tensor in found))


def joined(parts: Sequence[Seen]) -> Seen:
    """The frames of all parts, in their order."""
    if len(parts) == 1:
        return parts[0]
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return Seen(*(None if column[0] is None else torch.cat(column) for column in columns))  # type: ignore[arg-type]
