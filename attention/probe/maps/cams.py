"""The class activation maps people know, as their papers define them; Σ_k is over channels."""

import torch
from torch import Tensor

from attention.probe.maps.map_method import MapMethod

TINY = 1e-6  # keeps Grad-CAM++ from dividing by 0


def grad_cam(A: Tensor, G: Tensor) -> Tensor:
    """ReLU(Σ_k mean(G^k) A^k): Eq. 1."""
    return (G.mean((2, 3), keepdim=True) * A).sum(1).relu()


def hires_cam(A: Tensor, G: Tensor) -> Tensor:
    """ReLU(Σ_k G^k ∘ A^k)"""
    return (G * A).sum(1).relu()


def layer_cam(A: Tensor, G: Tensor) -> Tensor:
    """ReLU(Σ_k ReLU(G^k) ∘ A^k)"""
    return (G.relu() * A).sum(1).relu()


def grad_cam_plus(A: Tensor, G: Tensor) -> Tensor:
    """ReLU(Σ_k w_k A^k), w_k = Σ_xy a ∘ ReLU(G^k), a = G² / (2G² + G³ Σ_xy A^k), 0 where G is."""
    below = 2 * G**2 + G**3 * A.sum((2, 3), keepdim=True) + TINY
    a = torch.where(G != 0, G**2 / below, 0)
    return ((a * G.relu()).sum((2, 3), keepdim=True) * A).sum(1).relu()


MAPS = (
    MapMethod("Grad-CAM", 10, grad_cam, "Channels weigh by their mean gradient (Eq. 1): the paper's."),
    MapMethod("HiResCAM", 20, hires_cam, "Every cell weighs by its own gradient; it adds up to the score."),
    MapMethod("LayerCAM", 30, layer_cam, "Every cell weighs by its own gradient where that is positive."),
    MapMethod("Grad-CAM++", 40, grad_cam_plus, "Channels weigh by positive gradients, several places alike."),
)  # fmt: skip
