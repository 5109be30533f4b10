"""Training progress in the terminal: the cell of a sweep, the time left for all cells, the bar."""

import pytest

from training.listener import Cell
from training.progress import Bars, TerminalProgress


class RecordedBars(Bars):
    def __init__(self) -> None:
        super().__init__("step")
        self.names: list[str] = []

    def show(self, name: str, done: int, total: int | None) -> None:
        self.names.append(name)


@pytest.fixture
def now() -> list[float]:
    return [1000.0]


def test_a_sweep_names_its_cell_and_the_time_left_for_all(now: list[float]) -> None:
    bars = RecordedBars()
    progress = TerminalProgress(bars, lambda: now[0])

    def at(done: int) -> str:
        progress.cell(Cell("1", 0, 0.2, done, 21))
        progress.stage("out of fold", "1 of 2")
        progress.step(3, 10)
        return bars.names[-1]

    # 5 of 21 were there already: the speed is not known yet
    assert at(5) == at(5) == "6 of 21: out of fold 1 of 2"
    now[0] += 30  # one cell in 30 s, 15 to go
    assert at(6) == "7 of 21, about 8 min left: out of fold 1 of 2"
    now[0] += 10  # two in 40 s, 14 to go
    assert at(7) == "8 of 21, about 5 min left: out of fold 1 of 2"


def test_a_sweep_writes_a_line_for_each_cell_and_into_a_log_its_stages(
    now: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    progress = TerminalProgress(RecordedBars(), lambda: now[0])
    for done, share in ((0, 0.0), (0, 0.0), (1, 0.2)):
        now[0] += 30
        progress.cell(Cell("a", 2, share, done, 9))
        progress.stage("maps")
    assert capsys.readouterr().err.splitlines() == [
        "1 of 9: fold a, seed 2, no labels",
        "  maps",
        "  maps",
        "2 of 9: fold a, seed 2, 20 % of the labels, about 8 min left",
        "  maps",
    ]


def test_a_training_of_one_cell_names_its_stage_only(now: list[float]) -> None:
    bars = RecordedBars()
    progress = TerminalProgress(bars, lambda: now[0])
    progress.cell(Cell("1", 0, 1.0, 0, 1))
    progress.stage("EnergyNet")
    progress.step(1, 10)
    assert bars.names == ["EnergyNet"]
