"""Eq. 2's energy of an attention map: the largest sum inside a sliding s×s window (§3.3)."""

import torch
from torch import Tensor

from attention.errors import InputError


def window_sums(L: Tensor, size: int = 3) -> Tensor:
    """Sum of every s×s window of L [...,h,w], step 1 → [...,h-s+1,w-s+1].

    Raises InputError when the window does not fit the map.
    """
    h, w = L.shape[-2:]
    if not 1 <= size <= min(h, w):
        raise InputError(f"Window size {size} does not fit a {h}×{w} map; choose 1 to {min(h, w)}.")
    return _shifted_sum(_shifted_sum(L, size, -2), size, -1)


def window_energy(L: Tensor, size: int = 3) -> Tensor:
    """E(L), the largest window sum of every map (§3.3): L [N,C,h,w] ≥ 0 → E [N,C]."""
    return window_sums(L, size).flatten(-2).amax(-1)


def window_at(L: Tensor, size: int = 3) -> tuple[Tensor, Tensor]:
    """The position of each maximal window: (row, col) of its upper left cell, each int64 [N,C].

    Among equal windows, the first in row-major order.
    """
    sums = window_sums(L, size)
    at = sums.flatten(-2).argmax(-1)
    return at // sums.shape[-1], at % sums.shape[-1]


def best_window(L: Tensor, size: int = 3) -> tuple[Tensor, Tensor]:
    """window_energy and window_at in one pass: E [N,C] and (row, col) int64 [N,C,2]."""
    sums = window_sums(L, size)
    energy, at = sums.flatten(-2).max(-1)
    return energy, torch.stack((at // sums.shape[-1], at % sums.shape[-1]), -1)


def _shifted_sum(x: Tensor, size: int, dim: int) -> Tensor:
    length = x.shape[dim] - size + 1
    total = x.narrow(dim, 0, length)
    for shift in range(1, size):
        total = total + x.narrow(dim, shift, length)
    return total
