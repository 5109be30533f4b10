"""kill -9 of the app at random moments: after a restart its runs are shown as they really stand."""

import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from tests.bench.race import Row
from tests.little import little_set
from tests.soak.folders import differences, end_all, faults, left_after, workers
from tests.soak.report import Report
from tests.soak.running_app import RunningApp
from training.runs.folder import Run, all_runs

MOMENTS = (
    "it starts a run",
    "it lists the runs",
    "a run works",
    "one works and one waits",
    "it starts itself",
)
KILLS_EACH = 8
SEED = 0
MOST_WAITING = 3
SETTLE = 5.0  # seconds for a run to go from one state to the next while it is looked at
LONG = 600.0


def main() -> bool:
    """Kills, restarts, looks; prints the table. Returns whether all went well."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ["ATTENTION_HOME"] = str(home)
        little_set(home / "sets" / "little")
        app = RunningApp(home)
        try:
            return _soak(app)
        finally:
            end_all(home)
            app.kill()


def _soak(app: RunningApp) -> bool:
    report = Report(f"{KILLS_EACH * len(MOMENTS)} kills of the app, seed {SEED}")
    drawn = random.Random(SEED)
    starts = [app.start()]
    unbroken = Run(app.home / "runs" / app.start_run())
    _until(lambda: unbroken.status().state == "finished", "the unbroken run did not finish", report)
    promised = {unbroken.name}
    moments = [moment for moment in MOMENTS for _ in range(KILLS_EACH)]
    drawn.shuffle(moments)
    for moment in moments:
        _fill_queue(app, 2 if moment == "one works and one waits" else 1, promised, report)
        promised |= _kill_while(moment, app, drawn, starts[0])
        before = {run.name: run.status().pid for run in all_runs() if run.name in workers(app.home)}
        report.add(f"on disk after a kill while {moment}: {fault}" for fault in _broken_files())
        starts.append(app.start())
        report.add(f"killed while {moment}: {lie}" for lie in _lies(app, promised, before))
    _until(lambda: _under_way() == 0, "the runs did not end", report)
    for run in all_runs():
        report.add(differences(run, unbroken))
    report.add(f"processes are left: {pids}" for pids in left_after(SETTLE, app.home))
    for moment in MOMENTS:
        report.line(f"killed while {moment}", KILLS_EACH)
    report.line("runs", len(all_runs()), "each the same as the unbroken one, bit for bit")
    print(Row("seconds until the app answers", np.array(starts)))
    return report.close()


def _kill_while(moment: str, app: RunningApp, drawn: random.Random, to_start: float) -> set[str]:
    """Kills the app at a random moment of that kind; returns the runs it promised meanwhile."""
    promised: set[str] = set()
    if moment == "it starts itself":
        app.kill()
        end_all(app.home)  # as when the machine goes down: there is something to take up again
        app.begin()
        time.sleep(drawn.uniform(0, to_start))
    elif moment == "it starts a run":
        asking = _asking(lambda: promised.add(app.start_run()))
        if drawn.random() < 0.5:
            time.sleep(drawn.uniform(0, 0.1))
        else:  # from the run's folder to its process's name is a few milliseconds
            known = set(_names(app))
            while asking.is_alive() and set(_names(app)) == known:
                pass
            time.sleep(drawn.uniform(0, 0.01))
    elif moment == "it lists the runs":
        for _ in range(4):
            _asking(lambda: app.ask("runs"))
        time.sleep(drawn.uniform(0, 0.1))
    else:
        time.sleep(drawn.uniform(0, 3))
    app.kill()
    return promised


def _asking(what: Callable[[], object]) -> threading.Thread:
    """A client that asks meanwhile and may get no answer."""

    def ask() -> None:
        with suppress(httpx.HTTPError, RuntimeError, ValueError):
            what()

    client = threading.Thread(target=ask, daemon=True)
    client.start()
    return client


def _fill_queue(app: RunningApp, count: int, promised: set[str], report: Report) -> None:
    """Starts runs until so many are under way, and waits until one of them works."""
    while _under_way() < count:
        promised.add(app.start_run())
    while _under_way() > MOST_WAITING:
        time.sleep(0.2)
    states = lambda: {run.status().state for run in all_runs()}  # noqa: E731
    _until(lambda: "running" in states() or _under_way() == 0, "no run works", report)


def _lies(app: RunningApp, promised: set[str], before: dict[str, int | None]) -> list[str]:
    """What /runs says that is not so. Runs go on while they are looked at: only what stays is told."""
    until = time.monotonic() + SETTLE
    while lies := [*_untrue(app.ask("runs"), app, promised, before)]:
        if time.monotonic() > until:
            return lies
        time.sleep(0.2)
    return []


def _untrue(
    told: list[dict[str, Any]], app: RunningApp, promised: set[str], before: dict[str, int | None]
) -> Iterator[str]:
    """before: the runs at work when the app was killed, and the process of each."""
    listed = {run["name"]: run for run in told}
    at_work = workers(app.home)
    for name in (promised | set(before)) - set(listed):
        yield f"{name} is lost"
    for name in set(listed) - set(_names(app)):
        yield f"{name} is listed and has no folder"
    if sum(run["state"] == "running" for run in told) > 1:
        yield "two runs are shown as running"
    for name, run in listed.items():
        state, mine = run["state"], at_work.get(name, [])
        if state not in {"queued", "running", "finished"}:
            yield f"{name} is shown as {state}: {run['fault'] or run['status']['message']}"
        if state in {"queued", "running"} and mine != [run["status"]["pid"]]:
            yield f"{name} is {state} with process {run['status']['pid']}; at work are {mine}"
        if state == "finished" and mine:
            yield f"{name} is finished and {mine} work on"
        pid = before.get(name)
        if state == "running" and pid is not None and run["status"]["pid"] != pid:
            yield f"{name} worked in process {pid} and was begun again in {run['status']['pid']}"


def _broken_files() -> Iterator[str]:
    for run in all_runs():
        yield from (f"{run.name}: {fault}" for fault in faults(run.folder))


def _names(app: RunningApp) -> list[str]:
    return [name for name in os.listdir(app.home / "runs") if name[0].isdigit()]  # noqa: PTH208


def _under_way() -> int:
    return sum(run.status().state in {"queued", "running"} for run in all_runs())


def _until(condition: Callable[[], bool], fault: str, report: Report) -> None:
    until = time.monotonic() + LONG
    while not condition():
        if time.monotonic() > until:
            report.add([fault])
            return
        time.sleep(0.2)
