"""Check-ups of the sets on a page: each made once, in a confined process, and kept by its content."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

from attention.confined.batch import end, start_confined
from attention.disk.home import home
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.media.frames import label
from training.data.checks.findings import Checkup, FoldCount, Twins, Unreadable
from training.data.content import content_key, opened
from training.data.sets import set_folder

FORMAT = 1  # of the kept files; raise it when what a check-up finds changes
CPU_SECONDS = 1200  # 5,000 stills and clips of ordinary size take two minutes
WALL_SECONDS = 900.0
LONGEST_LINE = 1 << 25  # bytes of the finished check-up: 100,000 pairs
KEPT = 200  # check-ups on disk and in memory


@dataclass(frozen=True)
class Standing:
    """How a check-up stands: files done of all, seconds since it began; then the check-up or a fault."""

    done: int = 0
    total: int = 0
    seconds: float = 0.0
    checkup: Checkup | None = None
    fault: str = ""

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.checkup is not None or bool(self.fault)

    @property
    def left(self) -> float | None:
        """Seconds still to go at the pace so far, when it can be told."""
        if not self.done or self.total < self.done:
            return None
        return (self.total - self.done) * self.seconds / self.done


@dataclass
class _Job:
    folder: Path
    standing: Standing = field(default_factory=Standing)


class Checkups:
    """Makes check-ups one after the other in one background thread; whoever asks sees the same one."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[str, _Job]] = SimpleQueue()
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        # a daemon: the app ends without waiting for it, and its child with the app
        self._thread = threading.Thread(target=self._work, daemon=True, name="checkups")

    def ask(self, name: str) -> str:
        """Begins the check-up of a set unless it is made or under way; returns its key."""
        folder = set_folder(name).resolve()
        key = f"{content_key(folder)}-{FORMAT}"
        with self._lock:
            if self._thread.ident is None:
                self._thread.start()
            job = self._jobs.get(key)
            if job is None or job.standing.fault:
                self._jobs.pop(key, None)
                self._jobs[key] = job = _Job(folder)
                kept = _kept(key, folder)
                if kept:
                    job.standing = Standing(checkup=kept)
                else:
                    self._waiting.put((key, job))
            while len(self._jobs) > KEPT:
                del self._jobs[next(iter(self._jobs))]
        return key

    def standing(self, key: str) -> Standing:
        """How the check-up of a key that `ask` returned stands; costs a look into a table."""
        job = self._jobs.get(key)
        return job.standing if job else Standing(fault="Choose the set again to check it.")

    def _work(self) -> None:
        while True:
            key, job = self._waiting.get()
            try:
                for standing in check_confined(job.folder):
                    job.standing = standing
                    if standing.checkup:
                        _keep(key, standing.checkup)
            except InputError as error:
                job.standing = Standing(fault=str(error))
            except Exception:
                logging.getLogger(__name__).exception("check-up of %s", job.folder)
                job.standing = Standing(fault="The check-up failed: choose the set again.")


def check_confined(folder: Path) -> Iterator[Standing]:
    """Checks the set in a folder in a child process; yields how it stands, the check-up last.

    Raises InputError for a set that cannot be opened, and when a file ends the child.
    """
    started = time.monotonic()
    process = start_confined(
        "training", ["data", "check", str(folder), "--progress"], cpu_seconds=CPU_SECONDS
    )
    timer = threading.Timer(WALL_SECONDS, process.kill)
    timer.daemon = True
    timer.start()
    done = 0
    try:
        answers = cast(BufferedReader, process.stdout)
        while line := answers.readline(LONGEST_LINE):
            told = _message(line)
            if told is None:
                break
            if "error" in told:
                raise InputError(str(told["error"]))
            if "checkup" in told:
                yield Standing(checkup=checkup_from(told["checkup"], folder))
                return
            done = int(told["done"])
            yield Standing(done, int(told["total"]), time.monotonic() - started)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
    finally:
        timer.cancel()
        end(process)
    raise InputError(_stopped(folder, done, time.monotonic() - started))


def checkup_from(told: Any, folder: Path) -> Checkup:
    """The check-up that Checkup.to_json() became; every path in it is within `folder`.

    Raises KeyError, TypeError or ValueError for anything else.
    """

    def within(told: Any) -> Path:
        path = Path(str(told))
        if ".." in path.relative_to(folder).parts:
            raise ValueError(path)
        return path

    seen = Checkup(
        name=str(told["name"]),
        concepts=tuple(map(str, told["concepts"])),
        stills=tuple(map(int, told["stills"])),
        clips=tuple(map(int, told["clips"])),
        folds=tuple(
            FoldCount(
                name=str(fold["name"]),
                train=tuple(map(int, fold["train"])),
                dev=tuple(map(int, fold["dev"])),
                test=tuple(map(int, fold["test"])),
            )
            for fold in told["folds"]
        ),
        unreadable=tuple(Unreadable(within(u["path"]), str(u["why"])) for u in told["unreadable"]),
        twins=tuple(
            Twins(within(t["one"]), within(t["other"]), float(t["similarity"]))
            for t in told["twins"]
        ),
        notes=tuple(map(str, told["notes"])),
        advice=tuple(map(str, told["advice"])),
    )
    counted = [seen.stills, seen.clips, *(s for f in seen.folds for s in (f.train, f.dev, f.test))]
    if any(len(numbers) != len(seen.concepts) for numbers in counted):
        raise ValueError(counted)
    return seen


def _folder() -> Path:
    return home() / "cache" / "checkups"


def _kept(key: str, folder: Path) -> Checkup | None:
    try:
        told = json.loads((_folder() / f"{key}.json").read_text(encoding="utf-8"))
        return checkup_from(told, folder)
    except (OSError, KeyError, TypeError, ValueError):
        return None


def _keep(key: str, checkup: Checkup) -> None:
    """Keeps a check-up; without room on the disk it is made again next time."""
    with suppress(OSError):
        _folder().mkdir(parents=True, exist_ok=True)
        with whole_file(_folder() / f"{key}.json") as partial:
            partial.write_text(json.dumps(checkup.to_json()), encoding="utf-8")
        kept = sorted(_folder().glob("*.json"), key=lambda file: file.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)


def _message(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _stopped(folder: Path, done: int, seconds: float) -> str:
    """The sentence for a check-up whose process ended before its time, with the file it was at."""
    if seconds >= WALL_SECONDS:
        return (
            f"The check-up takes longer than {WALL_SECONDS / 60:.0f} minutes: leave some files out."
        )
    source = opened(folder)
    by_class = sorted(source.stills, key=lambda still: still.label)
    paths = [*(still.path for still in by_class), *(clip.path for clip in source.clips)]
    if done >= len(paths):
        return "The check-up stopped at its end: try again."
    at = paths[done]
    return (
        f"The check-up stopped after {done:,} of {len(paths):,} files, at {label(at.parent)}/{label(at)} "
        "or one of the next few, which ends the decoder: remove it, or save it anew as JPEG or MP4."
    )
