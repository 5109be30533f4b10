"""kill -9 of a training process at random moments: nothing is lost, half-written or different."""

import os
import random
import shutil
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from attention.disk.home import home
from tests.little import little_set
from tests.soak.folders import differences, end_all, faults, left_after
from tests.soak.report import Report
from training.runs import queue
from training.runs.folder import Run
from training.runs.records import Spec
from training.runs.standing import standing_of, standings

KILLS = 60
SEED = 0
LONG = 300.0  # seconds a run may take


def main() -> bool:
    """Kills, resumes, compares; prints the table. Returns whether all went well."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATTENTION_HOME"] = str(Path(folder) / "home")
        try:
            return _soak(Path(folder))
        finally:
            end_all(home())


def _soak(folder: Path) -> bool:
    report = Report(f"{KILLS} kills of a training process, seed {SEED}")
    drawn = random.Random(SEED)
    source = little_set(folder / "little")
    spec = Spec(source=str(source), fractions=(1.0,), threads=1, every=10)
    unbroken = queue.start(spec)
    taken = _finish(unbroken, report)
    runs: list[Run] = []
    moments: Counter[str] = Counter()
    while moments.total() < KILLS:
        if not runs or _state(runs[-1]) == "finished":
            if len(runs) % 2:
                shutil.rmtree(home() / "cache")  # the next one is killed between its files, too
            runs.append(queue.start(spec))
        run = runs[-1]
        time.sleep(drawn.uniform(0, taken))
        if moment := _kill(run):
            moments[moment] += 1
            _check(run, report)
            queue.resume(run.name)
    _finish(runs[-1], report)
    for run in runs:
        report.add(differences(run, unbroken))
        report.add(f"{run.name} left {path.name}" for path in run.folder.rglob(".*"))
    for moment, count in moments.most_common():
        report.line(f"killed during {moment}", count)
    report.line("runs", len(runs) + 1, "each the same as the unbroken one, bit for bit")
    report.add(f"processes are left: {pids}" for pids in left_after(5.0, home()))
    return report.close()


def _kill(run: Run) -> str:
    """Kills its process; returns what it did just then, "" when it had finished."""
    pid = run.status().pid
    if _state(run) == "finished" or pid is None:
        return ""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    status = run.status()
    if status.state == "finished":
        return ""
    if status.state == "queued":
        return "waiting for its turn"
    if not status.doing:
        return "imports"
    line = run.metrics()[-1]
    return str(line["stage"])


def _check(run: Run, report: Report) -> None:
    """Right after a kill: whole files, and shown as what it is."""
    report.add(f"{run.name}: {fault}" for fault in faults(run.folder))
    report.add(f"cache: {fault}" for fault in faults(home() / "cache"))
    shown = {s.run.name: s.status.state if s.status else s.fault for s in standings()}
    if shown.get(run.name) != "interrupted":
        report.add([f"{run.name} is shown as {shown.get(run.name, 'nothing')}"])


def _state(run: Run) -> str:
    return run.status().state


def _finish(run: Run, report: Report) -> float:
    """Waits for the run's end; returns the seconds that took."""
    started = time.monotonic()
    while (standing := standing_of(run.name)).under_way:
        if time.monotonic() - started > LONG:
            break
        time.sleep(0.1)
    status = standing.status
    if status is None or status.state != "finished":
        report.add([f"{run.name} did not finish: {status} {run.log()[-500:]}"])
    return time.monotonic() - started
