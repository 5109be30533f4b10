"""What a terminal shows of a training: which cell of a sweep, how long for all of them, its bar."""

import pytest

from training.listener import Cell
from training.progress import Bars, Told


class Shown(Bars):
    def __init__(self) -> None:
        super().__init__("step")
        self.names: list[str] = []

    def show(self, name: str, done: int, total: int | None) -> None:
        self.names.append(name)


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


def test_a_sweep_tells_which_cell_it_is_at_and_how_long_all_take(now: list[float]) -> None:
    shown = Shown()
    told = Told(shown, lambda: now[0])

    def at(done: int) -> str:
        told.cell(Cell("1", 0, 0.2, done, 21))
        told.stage("out of fold", "1 of 2")
        told.step(3, 10)
        return shown.names[-1]

    # 5 of 21 were there already: nothing is known of the pace
    assert at(5) == at(5) == "6 of 21: out of fold 1 of 2"
    now[0] += 30  # one cell in 30 s, 15 to go
    assert at(6) == "7 of 21, about 8 min left: out of fold 1 of 2"
    now[0] += 10  # two in 40 s, 14 to go
    assert at(7) == "8 of 21, about 5 min left: out of fold 1 of 2"


def test_what_has_one_cell_tells_its_stretch_alone(now: list[float]) -> None:
    shown = Shown()
    told = Told(shown, lambda: now[0])
    told.cell(Cell("1", 0, 1.0, 0, 1))
    told.stage("EnergyNet")
    told.step(1, 10)
    assert shown.names == ["EnergyNet"]
