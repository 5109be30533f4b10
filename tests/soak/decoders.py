"""kill -9 of the child that reads a stranger's file: a sentence, or all of it, and nothing left behind."""

import os
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from attention.confined.process import SandboxedReader
from attention.disk.home import home
from attention.errors import InputError
from tests.clips import numbered_frames, write_clip
from tests.fuzz.tally import left_behind
from tests.soak.report import Report
from tests.zips import good, zipped
from training.data.own_sets import add_set, remove_set
from training.data.pictures import confined_pictures
from training.data.sets import set_folder

KILLS = 100
SEED = 0
FILES = 4  # of a set
MARK = "attention.confined"


@dataclass(frozen=True)
class Work:
    """What a child is for: done once, as a person would have it done."""

    name: str
    act: Callable[[], object]


def main() -> bool:
    """Kills, compares; prints the table. Returns whether all went well."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATTENTION_HOME"] = str(Path(folder) / "home")
        return _soak(Path(folder))


def _soak(folder: Path) -> bool:
    report = Report(f"{KILLS} kills of a decoding child, seed {SEED}")
    drawn, came = random.Random(SEED), Counter[str]()
    works = [(work, *_unbroken(work)) for work in _works(folder)]
    before = left_behind(home())
    while sum(count for what, count in came.items() if what.startswith("killed")) < KILLS:
        work, result, taken = drawn.choice(works)
        killed, said = _killed(work.act, drawn.uniform(0, taken))
        what = "went on" if not isinstance(said, str) else "a sentence"
        came[f"{'killed' if killed else 'ended before'} while {work.name} was read: {what}"] += 1
        report.add(_faults(work, result, said, killed))
        left = {path for path in left_behind(home()) - before if path.name != ".lock"}
        report.add(f"{work.name} left {path.name}" for path in left)
    for what, count in sorted(came.items()):
        report.line(what, count)
    report.add(f"a child is left: {pid}" for pid in _children())
    return report.close()


def _works(folder: Path) -> list[Work]:
    clip = write_clip(folder / "clip.mp4", numbered_frames(60))
    files = [write_clip(folder / f"{n}.mp4", numbered_frames(20 + n)) for n in range(FILES)]
    archive = zipped(folder / "set.zip", good())

    def one_clip() -> object:
        with SandboxedReader(clip, every=1) as reader:
            return [int(frames.rgb.sum()) for frames in reader]

    def a_set() -> object:
        return [_sum(chunks) for chunks in confined_pictures(files, 1, 4)]

    def a_zip() -> object:
        name = add_set(archive, "mine")
        found = {
            path: (set_folder(name) / path).read_bytes() == whole for path, whole in good().items()
        }
        remove_set(name)
        shutil.rmtree(home() / "bin")
        return found

    return [
        Work("a clip", one_clip),
        Work("a set", a_set),
        Work("a zip", a_zip),
    ]


def _sum(chunks: Iterable[np.ndarray]) -> int | None:
    """Of all pixels of a file; None for one that cannot be read."""
    try:
        return sum(int(rgb.sum()) for rgb in chunks)
    except InputError:
        return None


def _unbroken(work: Work) -> tuple[object, float]:
    """What comes of it, and the seconds that takes."""
    work.act()
    began = time.monotonic()
    return work.act(), time.monotonic() - began


def _killed(act: Callable[[], object], moment: float) -> tuple[bool, object]:
    """Whether a child was killed at that moment, and the result, or the sentence."""
    killed = list[int]()

    def kill() -> None:
        for pid in _children():
            with suppress(psutil.Error):
                psutil.Process(pid).kill()
                killed.append(pid)

    timer = threading.Timer(moment, kill)
    timer.start()
    said: object
    try:
        said = act()
    except InputError as error:
        said = str(error)
    timer.cancel()
    timer.join()
    return bool(killed), said


def _faults(work: Work, result: object, said: object, killed: bool) -> Iterable[str]:
    if isinstance(said, str):
        if not said.endswith(".") or "\n" in said:
            yield f"{work.name}: no sentence: {said}"
        if not killed:
            yield f"{work.name}: {said}"
    elif work.name == "a set" and isinstance(said, list) and isinstance(result, list):
        kept = [pair for pair in zip(said, result, strict=True) if pair[0] is not None]
        if len(kept) < len(said) - 1 or any(one != two for one, two in kept):
            yield f"{work.name}: more than one file is lost, or another result"
    elif said != result:
        yield f"{work.name}: another result"


def _children() -> list[int]:
    found = []
    for child in psutil.Process().children(recursive=True):
        try:
            if any(MARK in word for word in child.cmdline()):
                found.append(child.pid)
        except psutil.Error:
            continue
    return found
