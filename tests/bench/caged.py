"""What the cage costs and changes: `python -m tests.bench.caged FOLDER …`.

Prints how much computing shutting it takes, and a child that reads a still or a clip, with and without it;
and how many of the folders' files are read alike by this process and by a caged child.
"""

import hashlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from attention.confined.process import ENVIRONMENT, SandboxedReader
from attention.disk.home import ASSETS, ROOT
from attention.errors import InputError
from attention.media.clip import Reading
from attention.media.frames import FrameReader, Limits
from training.progress import Bars

CHILDREN, EVERY = 20, 10
SHUTS = """
import sys, time
from attention.confined.cage.layers import shut
began = time.process_time()
shut(sys.argv[1:])
print(time.process_time() - began)
"""
READS = """
import json, sys
from attention.confined import process
if sys.argv[1] == "uncaged":
    process.shut = lambda files: None
process.main(sys.argv[2], json.loads(sys.argv[3]))
"""


def main(folders: Iterable[str]) -> int:
    """Prints the figures; returns 1 when a file is not read alike."""
    still = next((ASSETS / "drawn" / "web").rglob("*.jpg"))
    clip = next((ASSETS / "drawn" / "video").rglob("*.mp4"))
    shut = [float(_said(SHUTS, [str(clip)])) * 1e3 for _ in range(CHILDREN)]
    print(f"shutting the cage: {_spread(shut)} ms")
    for file in (still, clip):
        seconds: dict[str, list[float]] = {"uncaged": [], "caged": []}
        for _ in range(CHILDREN):  # in turns: what others do on the machine falls on both
            for kind, found in seconds.items():
                found.append(_seconds_of_a_child(kind, file) * 1e3)
        for kind, found in seconds.items():
            print(f"a child that reads {file.name}, {kind}: {_spread(found)} ms")
    return _compare([file for folder in folders for file in sorted(Path(folder).rglob("*"))])


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def _said(program: str, arguments: list[str]) -> bytes:
    return subprocess.run(
        [sys.executable, "-s", "-c", program, *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
    ).stdout


def _seconds_of_a_child(kind: str, file: Path) -> float:
    spec = {"every": 1, "chunk": 8, "limits": asdict(Limits(trim_frames=8))}
    spec |= {"cpu_seconds": 60, "memory_bytes": 4 << 30}
    child = [sys.executable, "-s", "-c", READS, kind, str(file), json.dumps(spec)]
    with tempfile.TemporaryFile() as pixels:
        began = _computed_by_children()
        with subprocess.Popen(
            child, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as started:
            assert started.stdout is not None
            pixels.write(started.stdout.read())
        return _computed_by_children() - began


def _computed_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _compare(files: list[Path]) -> int:
    files = [file for file in files if file.is_file()]
    others: list[str] = []
    refused = 0
    with Bars("file") as bars:
        for number, file in enumerate(files, 1):
            direct, caged = _content(FrameReader, file), _content(SandboxedReader, file)
            refused += direct.endswith(".")
            if direct != caged:
                others.append(f"  {file.name}: {direct} / {caged}")
            bars.show("comparing", number, len(files))
    alike = len(files) - len(others)
    print(f"{alike} of {len(files)} files alike, {refused} of them refused", *others, sep="\n")
    return 1 if others else 0


def _content(reader: Callable[..., Reading], file: Path) -> str:
    """A hash of all that is read of a file, or the sentence that refuses it."""
    digest = hashlib.sha256()
    try:
        with reader(file, EVERY) as opened:
            digest.update(repr(opened.clip).encode())
            for frames in opened:
                for array in (frames.rgb, frames.indices, frames.seconds):
                    digest.update(array.tobytes())
            digest.update(repr(opened.notes).encode())
    except InputError as error:
        return str(error)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
