"""A run's process: starts it so that it outlives its parent, identifies it, and ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil

from attention.disk.home import ROOT, home
from attention.errors import InputError
from training.runs.folder import Run
from training.runs.records import Status

# A process's start time is exact to about a second and shifts when the system clock is set. Another
# process with the same number starts much later.
SAME_BIRTH = 5.0  # seconds
PATIENCE = 1.2  # seconds that a run has to stop by itself; then it is terminated, and killed
# the environment variables that the process inherits: no token, no password
INHERITED = (
    "HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT", "TMPDIR",
    "TORCH_HOME", "CUDA_VISIBLE_DEVICES", "ATTENTION_RUNS_AT_ONCE",
)  # fmt: skip

_children: list[subprocess.Popen[bytes]] = []  # kept so that `collect` can reap them


def spawn(run: Run) -> None:
    """Starts the process in its own session and writes its number and start time to the status."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment |= {
        "ATTENTION_HOME": str(home()),
        "OMP_NUM_THREADS": str(run.spec().threads),
        "OMP_WAIT_POLICY": "PASSIVE",  # two busy torch processes slow each other up to 20 times
        "PYTHONUNBUFFERED": "1",
    }
    with (run.folder / "log.txt").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "training.runs.work", str(run.folder)],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    _children.append(child)
    _name_process(run, child.pid)


def is_own(run: Run) -> bool:
    """Says whether this process belongs to the queued run; call it with the lock held.

    When the starter was killed before it wrote the process number, the first process that asks gets
    the run.
    """
    try:
        status = run.status()
    except InputError:
        return False  # removed, or damaged
    if status.state == "queued" and status.pid is None:
        _name_process(run, os.getpid())
        return True
    return status.state == "queued" and status.pid == os.getpid()


def _name_process(run: Run, pid: int) -> None:
    born = psutil.Process(pid).create_time()
    run.write_status(run.status().model_copy(update={"pid": pid, "born": born}))


def collect() -> None:
    """Reaps children that have ended, so that none stays a zombie."""
    _children[:] = [child for child in _children if child.poll() is None]


def alive(status: Status) -> bool:
    """Whether the run's process lives; another process with the same number does not count."""
    if status.pid is None or status.born is None:
        return False
    try:
        process = psutil.Process(status.pid)
        same = abs(process.create_time() - status.born) < SAME_BIRTH
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def end(status: Status) -> None:
    """Waits for a process that was asked to stop, then terminates it, then kills it."""
    for patience, how in ((PATIENCE, None), (0.3, signal.SIGTERM), (0.3, signal.SIGKILL)):
        if how is not None and status.pid is not None and alive(status):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(status.pid, how)
        if _gone(status, patience):
            return


def _gone(status: Status, patience: float) -> bool:
    until = time.monotonic() + patience
    while alive(status):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
        collect()
    return True
