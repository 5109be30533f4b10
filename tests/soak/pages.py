"""What the Train tab costs: starting, polling, cancelling, and ten pages that watch a training."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import Thread

import httpx
import numpy as np
import psutil

from tests.bench.__main__ import HEAD
from tests.bench.race import Row, Seconds
from tests.little import little_set
from tests.soak.clients import Address
from tests.soak.folders import end_all
from tests.soak.running_app import ROOT, RunningApp
from training.runs import queue
from training.runs.folder import Run
from training.runs.standing import alive

TIMES, POLLS, PAGES, ROUNDS = 10, 300, 10, 4
MOST_START, MOST_POLL, MOST_CANCEL, MOST_SLOWER = 0.3, 0.005, 2.0, 1.05
SEED = 0
LONG = 120.0
CNN = {"Web CNN", "tuned CNN", "out of fold"}


def main() -> bool:
    """Measures; prints the table. Returns True: whether a goal is met is for the reader to judge."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        os.environ["ATTENTION_HOME"] = str(home)
        little_set(home / "sets" / "little", stills=24, train=5)
        app = RunningApp(home)
        began = time.perf_counter()
        print(HEAD, flush=True)
        try:
            app.start()
            app.wait_until_idle()
            for rows in (_starts, _polls, _cancels, _watched):
                for row in rows(app):
                    print(row, flush=True)
        finally:
            end_all(home)
            app.kill()
        print(f"    {time.perf_counter() - began:.0f} s\n", flush=True)
    return True


def _starts(app: RunningApp) -> Iterator[Row]:
    """/start_run on the drawn set; each run is cancelled at once."""
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        run = app.start_run("drawn")
        seconds.append(time.perf_counter() - began)
        app.ask("cancel_run", run)
    yield Row("/start_run answers after, seconds", np.array(seconds), -MOST_START)
    yield Row("    the slowest", np.array([max(seconds)]), -MOST_START)


def _polls(app: RunningApp) -> Iterator[Row]:
    """How a run that works goes, asked again and again: the server's computing, and the wait."""
    run = app.start_run("drawn")
    _wait_until_at_work(Run(app.home / "runs" / run))
    at = Address.of(app.url)
    asked = {"data": run, "component_id": at.card, "fn_name": "how_it_goes", "session_hash": "soak"}
    waits, computed = [], []
    with httpx.Client() as http:
        for _ in range(TIMES):
            before = app.computed()
            for _ in range(POLLS // TIMES):
                began = time.perf_counter()
                told = http.post(f"{at.url}/component_server", json=asked).raise_for_status().json()
                waits.append(time.perf_counter() - began)
                assert told["state"], told
            computed.append((app.computed() - before) / (POLLS // TIMES))
    app.ask("cancel_run", run)
    yield Row("a poll costs the server, seconds of computing", np.array(computed), -MOST_POLL)
    yield Row("    and answers after, seconds", np.array(waits))


def _cancels(app: RunningApp) -> Iterator[Row]:
    """/cancel_run at a random moment of a run: until its process has gone."""
    drawn = random.Random(SEED)
    seconds = []
    while len(seconds) < TIMES:
        run = Run(app.home / "runs" / app.start_run())
        _wait_until_at_work(run)
        time.sleep(drawn.uniform(0, 10))
        if run.status().state != "running":
            continue  # it had finished
        began = time.perf_counter()
        asking = Thread(target=app.ask, args=("cancel_run", run.name))
        asking.start()
        while alive(run.status()):
            time.sleep(0.005)
        seconds.append(time.perf_counter() - began)
        asking.join()
        assert run.status().state in {"cancelled", "finished"}, run.status()
    yield Row("a cancelled run's process has gone after, seconds", np.array(seconds), -MOST_CANCEL)
    yield Row("    the slowest", np.array([max(seconds)]), -MOST_CANCEL)


@dataclass(frozen=True)
class Watched:
    """A run's seconds in its stages, and shares of a core that were taken meanwhile."""

    cnn: float
    energynet: float
    server: float
    clients: float


def _watched(app: RunningApp) -> Iterator[Row]:
    """The same training again and again, by turns with ten pages open and with none."""
    _trained(app, 0)  # fills the cache
    rounds: dict[int, list[Watched]] = {0: [], PAGES: []}
    for number in range(ROUNDS):
        for pages in list(rounds)[:: -1 if number % 2 else 1]:
            rounds[pages].append(_trained(app, pages))
    alone, open_ = (_columns(rounds[pages]) for pages in rounds)
    for name, what in (("cnn", "CNNs"), ("energynet", "EnergyNet")):
        yield Row(
            f"{what}: training with {PAGES} pages ÷ with none",
            open_[name] / alone[name],
            -MOST_SLOWER,
        )
        yield Row("    seconds with none", alone[name])
    yield Row(f"    the server, of a core, with {PAGES} pages", open_["server"])
    yield Row("    the pages themselves, of a core", open_["clients"])


def _columns(rounds: list[Watched]) -> dict[str, Seconds]:
    return {
        name: np.array([getattr(one, name) for one in rounds])
        for name in ("cnn", "energynet", "server", "clients")
    }


def _trained(app: RunningApp, pages: int) -> Watched:
    """Trains once, two seeds, as the page has it done, with so many pages that show it."""
    run = Run(app.home / "runs" / app.start_run(seeds="0,1"))
    command = [sys.executable, "-m", "tests.soak.clients", app.url, run.name, str(pages)]
    clients = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    _wait_until_at_work(run)
    began, before = time.perf_counter(), (app.computed(), _computed(clients.pid))
    while run.status().state == "running":
        time.sleep(0.2)
    taken = time.perf_counter() - began
    server, mine = app.computed() - before[0], _computed(clients.pid) - before[1]
    clients.terminate()
    said = json.loads(clients.communicate(timeout=30)[0])
    assert run.status().state == "finished", run.log()
    assert (said["drawings"] >= pages) and (said["polls"] >= pages), said
    cnn, energynet = _seconds_of(run)
    queue.remove(run.name)
    return Watched(cnn, energynet, server / taken, mine / taken)


def _seconds_of(run: Run) -> tuple[float, float]:
    """Seconds in the CNNs' stages and in EnergyNet's, from its metrics."""
    begun = [line for line in run.metrics() if "began" in line]
    spans = [(a["stage"], b["t"] - a["t"]) for a, b in pairwise(begun)]
    return (
        sum(seconds for stage, seconds in spans if stage in CNN),
        sum(seconds for stage, seconds in spans if stage == "EnergyNet"),
    )


def _computed(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def _wait_until_at_work(run: Run) -> None:
    """Until its turn has come."""
    until = time.monotonic() + LONG
    while run.status().state == "queued":
        assert time.monotonic() < until, run.status()
        time.sleep(0.02)
