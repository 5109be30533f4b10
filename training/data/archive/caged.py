"""A stranger's zip is opened in a confined child, which may read that file and write none.

The child sends one JSON line with the zip's files, or an error; then the content of those that are
planned, one after the other; then END. This process plans from the same list, checks every path again,
and writes: nothing that the child says decides where something is written but a checked path in a new folder.
"""

import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from attention.confined.batch import end, start_confined
from attention.confined.protocol import answering, sentence
from attention.errors import InputError
from attention.media.frames import label
from training.data.archive.unpack import CHUNK, Progress, write_members
from training.data.archive.upload import Plan, plan_of
from training.data.archive.zips import (
    Entry,
    ZipLimits,
    check_entries,
    damaged,
    entries_of,
    is_inside,
    opened_zip,
)

CPU_SECONDS = 60  # 400 MB are unpacked in three
WALL_SECONDS = 600.0  # the child waits while this process writes
MEMORY = 1 << 30  # bytes of address space
LONGEST_LIST = 1 << 23  # bytes of the line that lists the files
END = b"end\n"


@contextmanager
def planned_zip(path: Path, limits: ZipLimits) -> Iterator[tuple[Plan, BufferedReader]]:
    """Yields the plan for a zip, and what `write_plan` reads its files from.

    Raises InputError when the zip cannot be used, also for what is only found while its files are read.
    """
    name, packed = label(path), path.stat().st_size
    began = time.monotonic()
    child = start_confined(
        "training.data.archive.caged",
        [json.dumps(asdict(limits))],
        [path],
        cpu_seconds=CPU_SECONDS,
        memory_bytes=MEMORY,
        decodes=False,
    )
    timer = threading.Timer(WALL_SECONDS, child.kill)
    timer.daemon = True
    timer.start()
    answers = cast(BufferedReader, child.stdout)
    try:
        found = _listed(answers.readline(LONGEST_LIST))
        check_entries(found, name, limits)
        yield plan_of(found, name, packed, limits), answers
        if answers.readline(len(END)) != END:
            raise EOFError
    except EOFError:
        if time.monotonic() - began > WALL_SECONDS:
            limit = f"{WALL_SECONDS / 60:.0f} minutes"
            raise InputError(
                f"{name} takes longer than {limit} to unpack: leave some out."
            ) from None
        raise damaged(name) from None
    finally:
        timer.cancel()
        end(child)


def write_plan(
    answers: BufferedReader, plan: Plan, folder: Path, on_progress: Progress | None = None
) -> None:
    """Writes a plan's files into the new folder `folder`. on_progress(bytes done, bytes in all).

    Raises EOFError when the child ends early.
    """
    members = (
        (entry.path, entry.size, partial(_content, answers, entry.size)) for entry in plan.entries
    )
    write_members(members, folder, plan.size, on_progress)


def _listed(line: bytes) -> list[Entry]:
    """The files that the child names. Raises the child's InputError; EOFError for no list of files."""
    try:
        message = dict(json.loads(line))
        said = sentence(message["error"]) if "error" in message else ""
        found = [] if said else [_entry(*entry) for entry in message["files"]]
    except (KeyError, TypeError, ValueError, RecursionError):
        raise EOFError from None
    if said:
        raise InputError(said)
    return found


def _entry(text: str, size: int, number: int) -> Entry:
    path = PurePosixPath(text)
    if not (is_inside(path) and text.isprintable() and "\\" not in text and int(size) >= 0):
        raise ValueError(text)
    return Entry(path, int(size), int(number))


def _content(answers: BufferedReader, size: int) -> BinaryIO:
    return BufferedReader(_Content(answers, size))


class _Content(io.RawIOBase):
    """The next `size` bytes of a stream, as a file."""

    def __init__(self, answers: BufferedReader, size: int) -> None:
        self._answers, self._left = answers, size

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Reads what fits, of what is left."""
        read = self._answers.readinto(memoryview(buffer)[: self._left])
        self._left -= read
        return read


def main(options: Sequence[str], files: Sequence[str]) -> int:
    """In the child: answers for one zip. options: its limits, as JSON."""
    with answering() as answers:
        answer(Path(files[0]), ZipLimits(**json.loads(options[0])), answers)
    return 0


def answer(path: Path, limits: ZipLimits, answers: BinaryIO) -> None:
    """In the child: sends the list of a zip's files, and the content of those that are planned."""
    try:
        with opened_zip(path) as zipped:
            found = entries_of(zipped, label(path), limits)
            listed = [(str(entry.path), entry.size, entry.number) for entry in found]
            _say(answers, {"files": listed})
            for entry in plan_of(found, label(path), path.stat().st_size, limits).entries:
                _send(zipped, zipped.infolist()[entry.number], answers)
            answers.write(END)
    except InputError as error:  # after the list it is too late for a sentence: END is missing
        _say(answers, {"error": str(error)})


def _say(answers: BinaryIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
    answers.flush()


def _send(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, answers: BinaryIO) -> None:
    """Raises an error that `opened_zip` knows when the file is not as long as the zip says, or damaged."""
    sent = 0
    with zipped.open(info) as source:
        while chunk := source.read(CHUNK):
            answers.write(chunk)
            sent += len(chunk)
    if sent != info.file_size:
        raise EOFError(info.filename)
