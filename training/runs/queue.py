"""Starts runs, keeps their order, ends them, and notices those whose process has gone.

There is no broker: every run is a process of its own that waits for its turn. It outlives whoever
started it, and anyone who looks at the runs sets right what a kill or a power cut left.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from pathlib import Path

from attention.disk.room import telling_of_a_full_disk
from attention.errors import InputError
from training.runs.folder import (
    CANCEL,
    Run,
    all_runs,
    clear_left_behind,
    remove_folder,
    run_named,
    runs_folder,
)
from training.runs.process import end, is_own, spawn
from training.runs.records import Spec, Status
from training.runs.standing import locked, set_right, standing_of, standings, stands, turn

MOST_UNDER_WAY = 12  # runs queued and running together: a waiting process takes 32 MB
MOST_ATTEMPTS = 3  # times a run is taken up again by itself
FREE = 500_000_000  # bytes the disk must have left for a run to start


def at_once() -> int:
    """How many runs may work at one time: ATTENTION_RUNS_AT_ONCE, else one."""
    told = os.environ.get("ATTENTION_RUNS_AT_ONCE", "1")
    return max(1, int(told)) if told.isdecimal() else 1


def start(spec: Spec) -> Run:
    """Puts a run in the queue and starts its process. InputError when the queue or the disk is full."""
    folder = runs_folder()
    with telling_of_a_full_disk(folder, "the run was not started"):
        folder.mkdir(parents=True, exist_ok=True)
        _check_room(folder)
        with locked():
            clear_left_behind()
            _check_queue()
            run = Run(folder / _new_name(spec))
            partial = Run(folder / f".new-{run.name}")
            partial.folder.mkdir()
            try:
                partial.write_spec(spec)
                partial.write_status(Status(state="queued", submitted=time.time()))
                partial.folder.rename(run.folder)
            finally:
                shutil.rmtree(partial.folder, ignore_errors=True)
            spawn(run)
    return run


def resume(name: str, by_itself: bool = False) -> Run:
    """Queues a run that stopped; it goes on where it was, to the same result.

    by_itself: nobody asked for it, so it counts as one of MOST_ATTEMPTS. InputError when there is
    nothing to resume.
    """
    run = run_named(name)
    with telling_of_a_full_disk(runs_folder(), "the run was not resumed"), locked():
        standing = set_right(stands(run))
        if standing.status is None:
            raise InputError(standing.fault)
        if standing.under_way:
            raise InputError(f"Run {name} is {standing.status.state} already; wait, or cancel it.")
        if standing.status.state == "finished":
            raise InputError(f"Run {name} has finished; start another one with other settings.")
        _check_room(runs_folder())
        _check_queue()
        (run.folder / CANCEL).unlink(missing_ok=True)
        attempts = standing.status.attempts + 1 if by_itself else 0
        waiting = Status(
            state="queued", submitted=time.time(), attempts=attempts,
            seconds=standing.status.seconds, done=standing.status.done,
        )  # fmt: skip
        run.write_status(waiting)
        spawn(run)
    return run


def cancel(name: str) -> Status:
    """Ends a run: at its next step, else by terminating and at last by killing its process.

    Returns its status, within about two seconds. InputError when it is not under way.
    """
    run = run_named(name)
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


def remove(name: str) -> None:
    """Takes a run and its model away; one that is under way is cancelled first."""
    run = run_named(name)
    if standing_of(name).under_way:
        cancel(name)
    with locked():
        remove_folder(run)


def wake() -> list[Run]:
    """Takes up again what a restart of the machine broke off, each run MOST_ATTEMPTS times at most."""
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
    """Says whether this run may begin now, and marks it running when so; called by its process.

    Ends the process (SystemExit) that is not the run's own any more: two would write into one folder.
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
    under_way = sum(set_right(stands(run)).under_way for run in all_runs())
    if under_way >= MOST_UNDER_WAY:
        raise InputError(
            f"{under_way} runs are queued or running, which is the most; cancel one, or wait."
        )


def _check_room(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < FREE:
        raise InputError(
            f"The disk has {free / 1e6:.0f} MB left and a run needs {FREE / 1e6:.0f} MB; remove runs "
            "or sets you no longer need."
        )


def _new_name(spec: Spec) -> str:
    title = re.sub(r"[^a-z0-9]+", "-", (spec.title or Path(spec.source).name).casefold())
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return f"{stamp}-{title.strip('-')[:40].strip('-') or 'run'}-{secrets.token_hex(2)}"
