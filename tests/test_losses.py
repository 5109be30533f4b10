"""Eqs. 6, 7 and 10 against the equations written out as loops."""

import math

import pytest
import torch

from training.fit.losses import cosine_distance, energy_loss, triplet_loss


def slow_distance(a: list[float], b: list[float]) -> float:
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return 1 - dot / (math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b)))


def test_energy_loss_by_hand() -> None:
    true, false = torch.tensor([2.0, 0.5, 1.0]), torch.tensor([0.5, 1.0, 0.0])
    # 0.5 - 2 + 1 < 0 · 1 - 0.5 + 1 = 1.5 · exactly at the margin
    assert energy_loss(true, false).tolist() == [0.0, 1.5, 0.0]
    assert energy_loss(true, false, m=2).tolist() == [0.5, 2.5, 1.0]


def test_cosine_distance_by_hand() -> None:
    a = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [3.0, 4.0]])
    b = torch.tensor([[5.0, 0.0], [0.0, 2.0], [-3.0, 0.0], [4.0, 3.0]])
    assert cosine_distance(a, b).tolist() == pytest.approx([0, 1, 2, 1 - 24 / 25], abs=1e-6)


def test_triplet_loss_by_hand() -> None:
    f = torch.tensor([[1.0, 0.0]]).expand(3, 2)
    plus = torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.0, 1.0]])  # D = 0, 1, 1
    minus = torch.tensor([[0.0, 3.0], [0.0, 1.0], [-1.0, 0.0]])  # D = 1, 1, 2
    # 0 - 1 + β, 1 - 1 + β, 1 - 2 + β
    assert triplet_loss(f, plus, minus).tolist() == [0.0, 0.5, 0.0]
    assert triplet_loss(f, plus, minus, beta=1.25).tolist() == [0.25, 1.25, 0.25]


def test_losses_equal_slow_loops() -> None:
    generator = torch.Generator().manual_seed(3)
    f, plus, minus = torch.randn(3, 50, 64, generator=generator, dtype=torch.float64)
    expected = [
        max(0.0, slow_distance(a, p) - slow_distance(a, n) + 0.5)
        for a, p, n in zip(f.tolist(), plus.tolist(), minus.tolist(), strict=True)
    ]
    assert triplet_loss(f, plus, minus).tolist() == pytest.approx(expected, abs=1e-6)
    E_true, E_false = torch.randn(2, 50, generator=generator, dtype=torch.float64)
    hinge = [
        max(0.0, false - true + 1)
        for true, false in zip(E_true.tolist(), E_false.tolist(), strict=True)
    ]
    assert energy_loss(E_true, E_false).tolist() == pytest.approx(hinge, abs=1e-6)
