"""The energy of §3.3: hand-computed maps, a slow double loop, and where each maximum lies."""

import pytest
import torch
from torch import Tensor

from attention.energy import best_window, window_at, window_energy, window_sums
from attention.errors import InputError

THREE = torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0], [4.0, 0.0, 1.0]])
# the largest cell (7), the largest 2×2 window (12) and the largest 3×3 window (17) lie apart
FOUR = torch.tensor(
    [
        [0.0, 0.0, 3.0, 3.0],
        [0.0, 0.0, 3.0, 3.0],
        [2.0, 2.0, 2.0, 0.0],
        [7.0, 0.0, 1.0, 0.0],
    ]
)
WINDOWS = [  # map, size, all sums, the largest, its upper left cell
    (THREE, 1, THREE.tolist(), 4.0, (2, 0)),
    (THREE, 2, [[4.0, 5.0], [7.0, 4.0]], 7.0, (1, 0)),
    (THREE, 3, [[11.0]], 11.0, (0, 0)),
    (FOUR, 1, FOUR.tolist(), 7.0, (3, 0)),
    (FOUR, 2, [[0.0, 6.0, 12.0], [4.0, 7.0, 8.0], [11.0, 5.0, 3.0]], 12.0, (0, 2)),
    (FOUR, 3, [[12.0, 16.0], [17.0, 11.0]], 17.0, (1, 0)),
    (FOUR, 4, [[26.0]], 26.0, (0, 0)),
]


def one(L: Tensor) -> Tensor:
    return L[None, None]


@pytest.mark.parametrize(("L", "size", "sums", "largest", "at"), WINDOWS)
def test_windows_by_hand(L, size, sums, largest, at):
    assert window_sums(L, size).tolist() == sums
    assert window_energy(one(L), size).tolist() == [[largest]]
    row, col = window_at(one(L), size)
    assert (row.item(), col.item()) == at
    energy, place = best_window(one(L), size)
    assert energy.tolist() == [[largest]] and place.tolist() == [[list(at)]]


def test_the_window_is_three_by_three_unless_said():
    L = torch.zeros(1, 1, 7, 7)
    L[0, 0, 2:5, 3:6] = 1.0  # nine cells
    L[0, 0, 2, 2] = 0.5  # and a tail that a wider window would take in
    assert window_energy(L).item() == 9.0
    assert [place.item() for place in window_at(L)] == [2, 3]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_of_equal_windows_the_first_in_reading_order(size):
    flat = torch.ones(2, 3, 7, 7)
    energy, place = best_window(flat, size)
    assert torch.all(energy == size * size) and torch.all(place == 0)
    assert all(torch.all(at == 0) for at in window_at(flat, size))


def test_ties_row_before_column():
    L = torch.zeros(1, 3, 4, 4)
    L[0, 0, 0, 2] = L[0, 0, 1, 0] = 1.0  # the upper row is read first
    L[0, 1, 3, 1] = L[0, 1, 3, 3] = 1.0  # then the left column
    expected = [[0, 2], [3, 1], [0, 0]]  # and an empty map says its first cell
    assert best_window(L, 1)[1][0].tolist() == expected
    assert torch.stack(window_at(L, 1), -1)[0].tolist() == expected


def test_best_window_ties_are_window_ats_in_any_layout():
    L = torch.randint(0, 3, (4, 50, 9, 8), generator=torch.manual_seed(0)).float()
    for laid in (L, L.contiguous(memory_format=torch.channels_last), L.transpose(2, 3)):
        for size in (1, 2, 3, 5):
            energy, place = best_window(laid, size)
            assert torch.equal(torch.stack(window_at(laid, size), -1), place)
            assert torch.equal(window_energy(laid, size), energy)


def slow_energy(L: Tensor, size: int) -> tuple[float, tuple[int, int]]:
    """Every window, summed cell by cell, in reading order."""
    h, w = L.shape
    best, at = -1.0, (-1, -1)
    for row in range(h - size + 1):
        for col in range(w - size + 1):
            total = sum(float(L[row + i, col + j]) for i in range(size) for j in range(size))
            if total > best + 1e-5:
                best, at = total, (row, col)
    return best, at


@pytest.mark.parametrize(("h", "w"), [(7, 7), (6, 9), (5, 3)])
def test_equals_a_slow_double_loop(h, w):
    L = torch.rand(2, 3, h, w, generator=torch.manual_seed(h * w)) ** 3
    for size in range(1, min(h, w) + 1):
        energy, place = best_window(L, size)
        assert energy.shape == (2, 3) and place.shape == (2, 3, 2)
        for n in range(2):
            for c in range(3):
                expected, at = slow_energy(L[n, c], size)
                assert energy[n, c].item() == pytest.approx(expected, rel=1e-5)
                assert tuple(place[n, c].tolist()) == at


def test_the_window_found_holds_the_energy_told():
    L = torch.rand(3, 5, 7, 7, generator=torch.manual_seed(1))
    energy, place = best_window(L)
    for n in range(3):
        for c in range(5):
            row, col = place[n, c]
            window = L[n, c, row : row + 3, col : col + 3]
            assert window.sum().item() == pytest.approx(energy[n, c].item(), rel=1e-5)


@pytest.mark.parametrize("size", [0, -1, 5, 7])
@pytest.mark.parametrize("look", [window_sums, window_energy, window_at, best_window])
def test_a_window_that_does_not_fit_is_refused(look, size):
    with pytest.raises(
        InputError, match=f"Window size {size} does not fit a 7×4 map; choose 1 to 4"
    ):
        look(torch.zeros(1, 1, 7, 4), size)


def test_the_maps_are_left_as_they_were():
    L = torch.rand(1, 2, 5, 5, generator=torch.manual_seed(2))
    before = L.clone()
    for size in (1, 3, 5):
        best_window(L, size)
        window_sums(L, size)
    assert torch.equal(L, before)
