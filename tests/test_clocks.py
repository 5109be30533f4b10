"""A clock that is set: nothing that lives counts as dead, no wait grows, and no order turns round."""

import ast
import os
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest

from attention.disk import bin
from attention.disk.process import born, has_gone, lives, signature
from attention.gate.rate import Rate
from attention.gate.visitors import id_of, token_of
from tests.test_architecture import ROOT, SOURCES
from tests.zips import good, zipped
from training.data import own_sets
from training.runs import queue, standing
from training.runs.records import Spec, Status
from training.runs.words import left_of

YEAR = 365 * 24 * 3600.0
# Where the time of day is meant; all other durations and starts are told by clocks that nobody sets.
OF_DAY = {
    "attention/disk/bin.py": "a day in the bin, which outlasts restarts",
    "training/runs/quota.py": "minutes of training in a day",
    "training/runs/queue.py": "when a run was asked for, never before those ahead of it",
    "training/runs/standing.py": "when it was found dead",
    "training/runs/work.py": "when it ended",
    "training/runs/reporter.py": "when it was heard of",
    "training/runs/words.py": "how long ago that was",
}
Jump = Callable[[float], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    monkeypatch.setattr(queue, "FREE", 0)
    monkeypatch.setattr(queue, "spawn", Mock())
    return tmp_path


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Jump:
    """Sets the clock by so many seconds, also as psutil sees it, which reckons from the time of day."""
    real, created = time.time, psutil.Process.create_time

    def by(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: real() + seconds)
        monkeypatch.setattr(psutil.Process, "create_time", lambda self: created(self) + seconds)

    return by


def test_the_time_of_day_is_asked_for_only_where_it_is_meant() -> None:
    asked = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) in {"time.time", "datetime.now", "datetime.utcnow"}
    }
    assert asked == set(OF_DAY)


@pytest.mark.skipif(not Path("/proc").exists(), reason="elsewhere a start is a time of day")
@pytest.mark.parametrize("seconds", [-YEAR, -60.0, 60.0, YEAR])
def test_what_lives_lives_after_the_clock_was_set(jump: Jump, home: Path, seconds: float) -> None:
    before, name = born(), signature()
    status = Status(state="running", submitted=1.0, pid=os.getpid(), born=before)
    partial = home / "sets" / f".new-{name}-half"
    partial.mkdir(parents=True)
    jump(seconds)
    assert (born(), lives(os.getpid(), before), has_gone(name)) == (before, True, False)
    assert standing.alive(status)
    own_sets._sweep(home / "sets")
    assert partial.exists()


def test_another_process_with_the_number_is_told_apart() -> None:
    assert not lives(os.getpid(), born() - 0.01 if Path("/proc").exists() else born() - 60)
    assert not lives(2**22 + 1, born())
    assert has_gone(f"{2**22 + 1}-100-x") and not has_gone(".lock") and not has_gone("1-x-y")


def test_runs_keep_their_order_when_the_clock_goes_back(jump: Jump, home: Path) -> None:
    def started() -> str:
        run = queue.start(Spec(source="drawn"))
        me = {"pid": os.getpid(), "born": born()}
        run.write_status(run.status().model_copy(update=me))
        return run.name

    names = []
    for seconds in (0.0, -3600.0, -7200.0):
        jump(seconds)
        names.append(started())
    waiting = sorted(standing.standings(), key=standing.turn)
    assert [each.run.name for each in waiting] == names
    assert [each.place for each in waiting] == [1, 2, 3]


def test_the_time_left_does_not_grow_when_the_clock_goes_back() -> None:
    status = Status(state="running", submitted=0.0, told=1000.0, left=60.0)
    assert [left_of(status, now) for now in (1010.0, 500.0, 1000.0 + YEAR)] == [50.0, 60.0, 0.0]


def test_what_was_removed_is_kept_when_the_clock_goes_back_and_a_day_when_it_goes_on(
    jump: Jump, home: Path
) -> None:
    own_sets.add_set(zipped(home / "a.zip", good()), "mine")
    own_sets.remove_set("mine")
    for seconds, there in ((-YEAR, True), (bin.KEPT - 60.0, True), (bin.KEPT + 60.0, False)):
        jump(seconds)
        bin.sweep()
        assert own_sets.removed_sets() == (["mine"] if there else []), seconds


def test_tokens_and_rates_know_no_time_of_day(jump: Jump, home: Path) -> None:
    token, rate = token_of("ann"), Rate(1.0, 1.0)
    assert rate.wait("ann") == 0.0
    for seconds in (-YEAR, YEAR):
        jump(seconds)
        assert id_of(token) == "ann"
        assert 0.5 < rate.wait("ann") <= 1.0
