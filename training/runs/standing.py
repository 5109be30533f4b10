"""The state of all runs, read from their folders and corrected for processes that have died."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

from filelock import FileLock, Timeout

from attention.errors import InputError
from training.runs.folder import CANCEL, Run, all_runs, run_named, runs_folder
from training.runs.process import alive, collect
from training.runs.records import UNDER_WAY, Spec, Status


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
    """Every run, the newest first; a run whose process has died is corrected first."""
    collect()
    found = [stands(run) for run in all_runs()]
    if any(s.status is not None and _stale(s.status) for s in found):
        with locked():
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
            f"The runs in {folder} are locked by another program; wait a little and try again."
        ) from None
