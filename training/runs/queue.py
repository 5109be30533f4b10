"""Starts, orders, cancels, resumes and removes runs.

There is no broker: every run is its own process, which waits for its turn and outlives the program that
started it. Every program that lists the runs corrects the state of those whose process has died.
"""

import contextlib
import os
import re
import secrets
import shutil
import time
from pathlib import Path

from attention.disk import bin
from attention.disk.room import disk_error_as_input_error
from attention.errors import InputError, short
from attention.gate import owners
from attention.gate.owners import may_change
from attention.gate.visitors import asking
from training.runs.folder import (
    CANCEL,
    Run,
    all_runs,
    clear_left_behind,
    own_run,
    runs_folder,
)
from training.runs.plan import place_of
from training.runs.quota import KIND, check_quota, within_quota
from training.runs.records import Spec, Status
from training.runs.standing import (
    end,
    is_own,
    locked,
    set_right,
    spawn,
    standing_of,
    standings,
    stands,
    turn,
)

MOST_UNDER_WAY = 12  # queued and running runs together; a waiting process takes 32 MB
MOST_ATTEMPTS = 3  # automatic resumes of a run
SHOWN = Path("runs")  # in sentences: where it lies on the server is nobody's business
FREE = 500_000_000  # bytes of free disk that a run needs to start


def at_once() -> int:
    """The number of runs that may work at the same time: ATTENTION_RUNS_AT_ONCE, else one."""
    setting = os.environ.get("ATTENTION_RUNS_AT_ONCE", "1")
    return max(1, int(setting)) if setting.isdecimal() else 1


def start(spec: Spec, shared: bool | None = None) -> Run:
    """Queues a run of the asking visitor's and starts its process.

    shared: whether others may look at it; None: as the page is used. InputError when there is no such set,
    and when the queue or the disk is full.
    """
    place_of(spec.source)
    folder = runs_folder()
    with disk_error_as_input_error(SHOWN, "the run was not started"):
        folder.mkdir(parents=True, exist_ok=True)
        _check_room(folder)
        with locked():
            clear_left_behind()
            _check_queue()
            spec = within_quota(spec)
            run = Run(folder / _new_name(spec))
            partial = Run(folder / f".new-{run.name}")
            partial.folder.mkdir()
            try:
                owners.own(partial.folder, shared)
                partial.write_spec(spec)
                partial.write_status(Status(state="queued", submitted=_after_all()))
                partial.folder.rename(run.folder)
            finally:
                shutil.rmtree(partial.folder, ignore_errors=True)
            spawn(run)
    return run


def resume(name: str, by_itself: bool = False) -> Run:
    """Queues a stopped run again; it continues where it stopped, to the same result.

    by_itself: an automatic resume, which counts towards MOST_ATTEMPTS. Raises InputError when there is
    nothing to resume.
    """
    run = own_run(name)
    with disk_error_as_input_error(SHOWN, "the run was not resumed"), locked():
        standing = set_right(stands(run))
        if standing.status is None:
            raise InputError(standing.fault)
        place_of(run.spec().source)
        if standing.under_way:
            raise InputError(f"Run {name} is {standing.status.state} already; wait, or cancel it.")
        if standing.status.state == "finished":
            raise InputError(f"Run {name} has finished; start another one with other settings.")
        _check_room(runs_folder())
        _check_queue()
        (run.folder / CANCEL).unlink(missing_ok=True)
        attempts = standing.status.attempts + 1 if by_itself else 0
        waiting = Status(
            state="queued", submitted=_after_all(), attempts=attempts,
            seconds=standing.status.seconds, done=standing.status.done,
        )  # fmt: skip
        run.write_status(waiting)
        spawn(run)
    return run


def cancel(name: str) -> Status:
    """Ends a run: at its next step, otherwise by terminating and finally by killing its process.

    Returns its status, within about two seconds. Raises InputError when it is not queued or running.
    """
    run = own_run(name)
    standing = standing_of(name)
    status = standing.status
    if status is None:
        raise InputError(standing.fault)
    if not standing.under_way:
        raise InputError(f"Run {name} is {status.state}; there is nothing to cancel.")
    (run.folder / CANCEL).touch()
    end(status)
    with locked():
        found = set_right(stands(run)).status
    if found is None:
        raise InputError(f"Run {name} was removed meanwhile.")
    return found


def share(name: str, shared: bool) -> None:
    """Lets others look at a run, its curve and its model, or no longer."""
    owners.share(own_run(name).folder, shared)


def remove(name: str) -> None:
    """Moves a run and its model into the bin for a day; cancels it first when it is under way."""
    run = own_run(name)
    if standing_of(name).under_way:
        cancel(name)
    with locked():
        bin.throw_away(run.folder, KIND)


def removed_runs() -> list[Run]:
    """The runs in the bin that the asking visitor may bring back, the last first."""
    runs = [Run(thing.folder) for thing in bin.removed(KIND)]
    return [run for run in runs if may_change(run.owned(), asking())]


def restore(name: str) -> Run:
    """Brings a run back from the bin. InputError when it is not there any more."""
    if name not in [run.name for run in removed_runs()]:
        raise InputError(f"No run '{short(name)}' was removed in the last day; start it again.")
    with locked(), disk_error_as_input_error(SHOWN, "the run was not brought back"):
        thing = next(thing for thing in bin.removed(KIND) if thing.name == name)
        bin.bring_back(thing, runs_folder() / name)
    return Run(runs_folder() / name)


def wake() -> list[Run]:
    """Resumes interrupted runs, for example after a restart; each at most MOST_ATTEMPTS times."""
    broken = [
        s for s in standings()
        if s.status is not None and s.status.state == "interrupted"
        and s.status.attempts < MOST_ATTEMPTS
    ]  # fmt: skip
    resumed = []
    for standing in sorted(broken, key=turn):
        with contextlib.suppress(InputError):
            resumed.append(resume(standing.run.name, by_itself=True))
    return resumed


def take_turn(run: Run) -> bool:
    """Called by a run's process: says whether the run may begin now, and marks it as running.

    Ends this process (SystemExit) when the run belongs to another process: two processes must not write
    into one folder.
    """
    with locked():
        if not is_own(run):
            raise SystemExit(0)
        found = [set_right(stands(other)) for other in all_runs()]
        ahead = [s for s in found if s.under_way]
        ahead.sort(key=turn)
        running = sum(s.status is not None and s.status.state == "running" for s in ahead)
        waiting = [s for s in ahead if s.status is not None and s.status.state == "queued"]
        mine = next((s for s in waiting if s.run.name == run.name), None)
        if mine is None or mine.status is None or running >= at_once() or waiting[0] is not mine:
            return False
        now = time.time()
        run.write_status(
            mine.status.model_copy(update={"state": "running", "began": now, "told": now})
        )
        return True


def _check_queue() -> None:
    check_quota()
    under_way = sum(set_right(stands(run)).under_way for run in all_runs())
    if under_way >= MOST_UNDER_WAY:
        raise InputError(
            f"{under_way} runs are queued or running, which is the most; cancel one, or wait."
        )


def _after_all() -> float:
    """Now, or just after the last in the queue where the clock was set back."""
    found = [standing.status for standing in map(stands, all_runs()) if standing.under_way]
    return max([time.time(), *(status.submitted + 0.001 for status in found if status)])


def _check_room(folder: Path) -> None:
    free = bin.free_bytes(folder, FREE)
    if free < FREE:
        raise InputError(
            f"The disk has {free / 1e6:.0f} MB left and a run needs {FREE / 1e6:.0f} MB; remove runs "
            "or sets you no longer need."
        )


def _new_name(spec: Spec) -> str:
    title = re.sub(r"[^a-z0-9]+", "-", (spec.title or Path(spec.source).name).casefold())
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return f"{stamp}-{title.strip('-')[:40].strip('-') or 'run'}-{secrets.token_hex(2)}"
