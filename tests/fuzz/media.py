"""Damaged clips and stills, decoded as uploads are: in caged children, each of which reads many.

A fault is what a visitor would notice or the server keep: an error that is no sentence, a Python error in
the child (it ends with status 1), a file that takes longer than the limit, a process or a file left behind. A
decoder that damaged bytes crash inside its child is counted, and is no fault: that is what the child is for.
"""

import re
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import psutil

from attention.confined.process import SandboxedReader
from attention.errors import InputError
from attention.media.frames import Limits
from tests.fuzz.mutation import mutated
from tests.fuzz.seeds import seeds
from tests.fuzz.tally import Tally, left_behind, own_places
from training.data.pictures import FILES, confined_frames

WALL_SECONDS = 20.0  # for one file, as for a thumbnail
LIMITS = Limits(trim_seconds=60.0, trim_frames=8)
ALONE = 50  # each such file is read once more by a child of its own, as a look is
ENDED = re.compile(r"stopped the decoder \(status (-?\d+)\)")

Progress = Callable[[int, int], None]


def media(count: int, seed: int = 0, on_progress: Progress | None = None) -> Tally:
    """Reads the first `count` damaged files of a seed."""
    tally = Tally("media")
    began, before = time.monotonic(), set(psutil.Process().children())
    with own_places() as folder:
        for first in range(0, count, FILES):
            numbers = range(first, min(first + FILES, count))
            files = [damaged_file(folder, seed, number) for number in numbers]
            _read_together(files, tally)
            for file in files[::ALONE]:
                _judged(file, tally, lambda file=file: len(list(SandboxedReader(file, 1, LIMITS))))
            if left := left_behind(folder) - set(files):
                tally.faults.append(f"left behind: {sorted(map(str, left))[:5]}")
            for file in files:
                file.unlink()
            tally.weigh()
            if on_progress:
                on_progress(numbers[-1] + 1, count)
    if set(psutil.Process().children()) - before:
        tally.faults.append("a child is still there")
    tally.seconds = time.monotonic() - began
    return tally


def damaged_file(folder: Path, seed: int, number: int) -> Path:
    """The damaged file of that number, named after it and its whole original."""
    whole = list(seeds().items())
    name, content = whole[number % len(whole)]
    path = folder / f"{number}-{name}"
    path.write_bytes(mutated(content, seed, number))
    return path


def _read_together(files: list[Path], tally: Tally) -> None:
    sampling = {"every": 1, "chunk": 1}
    with closing(confined_frames(files, sampling, LIMITS, WALL_SECONDS)) as found:
        for file, seen in zip(files, found, strict=True):
            _judged(file, tally, lambda seen=seen: _frames_of(seen))


def _frames_of(seen: Iterable[object]) -> int:
    return sum(1 for _ in seen)


def _judged(file: Path, tally: Tally, read: Callable[[], int]) -> None:
    """Reads one file and notes what came of it."""
    began = time.monotonic()
    try:
        read()
        came = "read"
    except InputError as error:
        came = _refusal(str(error), file, tally)
    except Exception as error:
        came = "error"
        tally.faults.append(f"{file.name}: {error!r}")
    took = time.monotonic() - began
    if took > WALL_SECONDS + 5:
        tally.faults.append(f"{file.name} took {took:.0f} s")
    tally.note(file.name, came, took)


def _refusal(sentence: str, file: Path, tally: Tally) -> str:
    """What kind of refusal a sentence is; a fault when it is no sentence about the file."""
    ended = ENDED.search(sentence)
    if ended and int(ended[1]) >= 0:
        tally.faults.append(f"{file.name}: an error of our own ended the child: {sentence}")
    if file.name not in sentence and "clip" not in sentence.lower():
        tally.faults.append(f"{file.name}: a sentence that does not name it: {sentence}")
    if "\n" in sentence or not sentence.endswith("."):
        tally.faults.append(f"{file.name}: no sentence: {sentence}")
    if ended:
        return "crashed in the child"
    return "stopped at the time limit" if "takes longer" in sentence else "refused"
