"""Check-ups for the page: each made once, in a confined process, and cached by the set's content."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from queue import SimpleQueue
from typing import Any, cast

from attention.confined.batch import end, start_confined
from attention.confined.protocol import sentence
from attention.disk.home import home
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.media.frames import label
from training.data.checks.findings import Checkup
from training.data.content import content_key, opened
from training.data.sets import set_folder

FORMAT = 3  # of the cached files; increase it when the check-up changes
CPU_SECONDS = 1200  # 5,000 stills and clips of ordinary size take two minutes
WALL_SECONDS = 900.0
LONGEST_LINE = 1 << 25  # bytes of the finished check-up: 100,000 pairs
KEPT = 200  # check-ups on disk and in memory


@dataclass(frozen=True)
class Standing:
    """The progress of a check-up: files done, files in all, seconds; at the end its result or a fault."""

    done: int = 0
    total: int = 0
    seconds: float = 0.0
    checkup: Checkup | None = None
    fault: str = ""

    @property
    def finished(self) -> bool:
        """Whether there is a result or a fault."""
        return self.checkup is not None or bool(self.fault)

    @property
    def left(self) -> float | None:
        """The seconds left at the speed so far; None when unknown."""
        if not self.done or self.total < self.done:
            return None
        return (self.total - self.done) * self.seconds / self.done


@dataclass
class _Job:
    folder: Path
    standing: Standing = field(default_factory=Standing)


class Checkups:
    """Makes check-ups one after the other in one background thread; all callers share them.

    known: gives the check-up of a folder that need not be made, or None.
    """

    def __init__(self, known: Callable[[Path], Checkup | None] = lambda _: None) -> None:
        self._known = known
        self._waiting: SimpleQueue[tuple[str, _Job]] = SimpleQueue()
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        # a daemon thread: the app ends without waiting for it, and its child ends with the app
        self._thread = threading.Thread(target=self._work, daemon=True, name="checkups")

    def ask(self, name: str) -> str:
        """Queues the check-up of a set unless it exists or is in progress; returns its key."""
        folder = set_folder(name).resolve()
        key = f"{content_key(folder)}-{FORMAT}"
        with self._lock:
            if self._thread.ident is None:
                self._thread.start()
            job = self._jobs.get(key)
            if job is None or job.standing.fault:
                self._jobs.pop(key, None)
                self._jobs[key] = job = _Job(folder)
                if kept := _kept(key, folder) or self._known(folder):
                    job.standing = Standing(checkup=kept)
                else:
                    self._waiting.put((key, job))
            while len(self._jobs) > KEPT:
                del self._jobs[next(iter(self._jobs))]
        return key

    def standing(self, key: str) -> Standing:
        """The progress of the check-up with a key from `ask`; a fast look-up."""
        job = self._jobs.get(key)
        return job.standing if job else Standing(fault="Choose the set again to check it.")

    def _work(self) -> None:
        while True:
            key, job = self._waiting.get()
            try:
                for standing in check_confined(job.folder):
                    if standing.checkup:  # kept before it is said, so that who hears of it finds it
                        _keep(key, standing.checkup)
                    job.standing = standing
            except InputError as error:
                job.standing = Standing(fault=str(error))
            except Exception:
                logging.getLogger(__name__).exception("check-up of %s", job.folder)
                job.standing = Standing(fault="The check-up failed: choose the set again.")


def check_confined(folder: Path) -> Iterator[Standing]:
    """Checks the set in a folder in a child process; yields the progress, and the result last.

    Raises InputError when the set cannot be opened, and when a file ends the child.
    """
    started = time.monotonic()
    process = start_confined("training.data.checks.lines", [], [folder], cpu_seconds=CPU_SECONDS)
    timer = threading.Timer(WALL_SECONDS, process.kill)
    timer.daemon = True
    timer.start()
    done = 0
    try:
        answers = cast(BufferedReader, process.stdout)
        while line := answers.readline(LONGEST_LINE):
            message = _message(line)
            if message is None:
                break
            if "error" in message:
                raise InputError(sentence(message["error"]))
            if "checkup" in message:
                yield Standing(checkup=Checkup.from_json(message["checkup"], folder))
                return
            done = int(message["done"])
            yield Standing(done, int(message["total"]), time.monotonic() - started)
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
    finally:
        timer.cancel()
        end(process)
    raise InputError(_stopped(folder, done, time.monotonic() - started))


def _folder() -> Path:
    return home() / "cache" / "checkups"


def _kept(key: str, folder: Path) -> Checkup | None:
    try:
        record = json.loads((_folder() / f"{key}.json").read_text(encoding="utf-8"))
        return Checkup.from_json(record, folder)
    except (OSError, KeyError, TypeError, ValueError):
        return None


def _keep(key: str, checkup: Checkup) -> None:
    """Caches a check-up; when the disk is full it is made again next time."""
    with suppress(OSError):
        _folder().mkdir(parents=True, exist_ok=True)
        with whole_file(_folder() / f"{key}.json") as partial:
            partial.write_text(json.dumps(checkup.to_json()), encoding="utf-8")
        kept = sorted(_folder().glob("*.json"), key=lambda file: file.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)


def _message(line: bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _stopped(folder: Path, done: int, seconds: float) -> str:
    """The sentence for a check-up whose process ended too early; it names the current file."""
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
        "or one of the next few, which stops the decoder: remove it, or save it again as JPEG or MP4."
    )
