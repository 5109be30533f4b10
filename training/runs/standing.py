"""The processes of runs, and the state of all runs, corrected for processes that have died."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psutil
from filelock import FileLock, Timeout

from attention.disk.home import ROOT, home
from attention.disk.process import born, lives
from attention.errors import InputError
from attention.gate.owners import may_see
from attention.gate.visitors import asking
from training.runs.folder import CANCEL, Run, all_runs, run_named, runs_folder
from training.runs.records import UNDER_WAY, Spec, Status

PATIENCE = 1.2  # seconds that a run has to stop by itself; then it is terminated, and killed
# the environment variables that the process inherits: no token, no password
INHERITED = (
    "HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP",
    "TMPDIR", "TORCH_HOME", "USERPROFILE", "CUDA_VISIBLE_DEVICES", "ATTENTION_RUNS_AT_ONCE",
)  # fmt: skip

# in a session of its own a Ctrl-C meant for the app does not reach it; Windows has groups for that
GROUP: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)

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
            stderr=subprocess.STDOUT, start_new_session=True, creationflags=GROUP,
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
    run.write_status(run.status().model_copy(update={"pid": pid, "born": born(pid)}))


def collect() -> None:
    """Reaps children that have ended, so that none stays a zombie."""
    _children[:] = [child for child in _children if child.poll() is None]


def alive(status: Status) -> bool:
    """Whether the run's process lives; another process with the same number does not count."""
    if status.pid is None or status.born is None:
        return False
    return lives(status.pid, status.born)


def end(status: Status) -> None:
    """Waits for a process that was asked to stop, then terminates it, then kills it."""
    for patience, how in (
        (PATIENCE, None),
        (0.3, psutil.Process.terminate),
        (0.3, psutil.Process.kill),
    ):
        if how is not None and status.pid is not None and alive(status):
            for process in _with_children(status.pid):
                with contextlib.suppress(psutil.Error):
                    how(process)
        if _gone(status, patience):
            return


def _with_children(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def _gone(status: Status, patience: float) -> bool:
    until = time.monotonic() + patience
    while alive(status):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
        collect()
    return True


@dataclass(frozen=True)
class Standing:
    """A run with its current status and spec, or with the fault of its folder.

    place: its place in the queue from 1, or 0 when it does not wait.
    """

    run: Run
    status: Status | None
    spec: Spec | None
    place: int = 0
    fault: str = ""

    @property
    def under_way(self) -> bool:
        """Whether the run is queued or running."""
        return self.status is not None and self.status.state in UNDER_WAY


def standings() -> list[Standing]:
    """The runs that the asking visitor may see, the newest first."""
    visitor = asking()
    return [s for s in all_standings() if may_see(s.run.owned(), visitor)]


def all_standings() -> list[Standing]:
    """Every run, the newest first; a run whose process has died is corrected first."""
    collect()
    found = [stands(run) for run in all_runs()]
    if any(s.status is not None and _stale(s.status) for s in found):
        with contextlib.ExitStack() as held:
            with contextlib.suppress(
                OSError
            ):  # a home that is read-only: what is shown is right even so
                held.enter_context(locked())
            found = [set_right(stands(s.run)) for s in found]
    waiting = [s for s in found if s.status is not None and s.status.state == "queued"]
    waiting.sort(key=turn)
    places = {s.run.name: number for number, s in enumerate(waiting, 1)}
    return [Standing(s.run, s.status, s.spec, places.get(s.run.name, 0), s.fault) for s in found]


def standing_of(name: str) -> Standing:
    """The standing of one run. Raises InputError when there is no run of that name."""
    run = run_named(name)
    return next(s for s in standings() if s.run.name == run.name)


def stands(run: Run) -> Standing:
    """A run as its folder states it, without its place in the queue."""
    try:
        return Standing(run, run.status(), run.spec())
    except InputError as error:
        return Standing(run, None, None, fault=str(error))


def set_right(standing: Standing) -> Standing:
    """Marks a run whose process has died as cancelled or interrupted; only while locked()."""
    status = standing.status
    if status is None or not _stale(status):
        return standing
    cancelled = (standing.run.folder / CANCEL).exists()
    said = "" if cancelled else "Its process died: it was killed, or the machine stopped."
    right = status.model_copy(
        update={
            "state": "cancelled" if cancelled else "interrupted",
            "ended": time.time(),
            "left": None,
            "message": said,
        }
    )
    with contextlib.suppress(OSError):  # a full disk: the file is corrected next time
        standing.run.write_status(right)
    return Standing(standing.run, right, standing.spec)


def _stale(status: Status) -> bool:
    return status.state in UNDER_WAY and not alive(status)


def turn(standing: Standing) -> tuple[float, str]:
    """The sort key of the queue."""
    submitted = standing.status.submitted if standing.status else 0.0
    return submitted, standing.run.name


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Holds the lock of the runs' states. InputError when it is not free within ten seconds."""
    folder = runs_folder()
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock", timeout=10)
    try:
        with lock:
            yield
    except Timeout:
        raise InputError(
            "The runs are locked by another program; wait a little and try again."
        ) from None
