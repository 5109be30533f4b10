"""Reads untrusted uploads: the frames of frames.FrameReader, decoded in a child with hard limits.

A hostile file can take over the decoder. So the decoder runs in a child process, `python -m
attention.confined.process FILE SPEC`: it sees no secret of the parent's environment, has limited memory
and time, sits in a cage (cage/) in which it can read that file and reach nothing else, and is always
ended by its parent. protocol.py defines its answers and checks them.
"""

import json
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from attention.confined.cage.layers import shut
from attention.confined.protocol import AnswersReader, answer, answering, end
from attention.disk.home import ROOT
from attention.media.frames import Clip, Frames, Limits, check_sampling, load_readers

# The only variables that the child inherits: Python needs them to start.
INHERITED = ("LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT")
# One malloc arena and one BLAS thread leave more of the limited address space to the frames.
ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
OPEN_FILES = 64


class SandboxedReader(AnswersReader):
    """FrameReader for untrusted files: same interface, same frames, same sentences.

    The constructor starts the child at once, so that it loads while the caller does other work.
    wall_seconds: total time spent waiting for the child (not the time the caller spends on frames) ·
    cpu_seconds: the child's CPU time on all cores together · memory_bytes: its address space. Raises
    InputError for a file that cannot be used, exceeds a limit, or ends the child.
    """

    def __init__(
        self,
        path: str | Path,
        every: int = 5,
        limits: Limits = Limits(),
        chunk: int = 8,
        *,
        wall_seconds: float = 120.0,
        cpu_seconds: int = 240,
        memory_bytes: int = 4 << 30,
    ) -> None:
        check_sampling(every, chunk)
        path = Path(path)
        spec = {"every": every, "chunk": chunk, "limits": asdict(limits)}
        bounds = {"cpu_seconds": cpu_seconds, "memory_bytes": memory_bytes}
        child = start_bare(
            "attention.confined.process", [str(path.absolute()), json.dumps(spec | bounds)]
        )
        # Runs once: when called, when the reader is garbage-collected, or when Python ends.
        self.close: Callable[[], object] = weakref.finalize(self, end, child)
        super().__init__(
            child, path, limits, chunk, wall_seconds=wall_seconds, cpu_seconds=cpu_seconds
        )

    @property
    def clip(self) -> Clip:
        """The properties that the file states; waits for the child. Raises InputError."""
        try:
            return super().clip
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[Frames]:
        try:
            yield from super().__iter__()
        finally:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start_bare(module: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    """Starts `python -m module` with piped stdin and stdout and only INHERITED of this environment."""
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-s", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment | ENVIRONMENT,
        start_new_session=True,
    )


def main(path: str, spec: dict[str, Any]) -> int:
    """In the child: sends the answers for one file; returns the exit status."""
    with answering() as answers:
        confine(spec["cpu_seconds"], spec["memory_bytes"])
        load_readers([path])
        enter_cage([path])
        answer(answers, path, spec)
    return 0


def enter_cage(readable: Sequence[str | Path]) -> None:
    """In the child, before its first thread: from now on it reads these files and reaches nothing else.

    A folder stands for all that lies below it. No module can be imported any more.
    """
    shut(readable)
    leave_with_parent()


def leave_with_parent() -> None:
    """In the child: ends this process when its stdin closes, also when the parent is killed."""

    def wait() -> None:
        os.read(0, 1)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def confine(cpu_seconds: int, memory_bytes: int) -> None:
    """Limits this process permanently. Windows has no such limits: only the parent's timer remains."""
    try:
        import resource
    except ImportError:  # Windows
        return
    bounds = {
        resource.RLIMIT_CPU: (cpu_seconds, cpu_seconds + 1),
        resource.RLIMIT_AS: (memory_bytes, memory_bytes),
        resource.RLIMIT_FSIZE: (0, 0),
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_NOFILE: (OPEN_FILES, OPEN_FILES),
    }
    if sys.platform == "darwin":  # macOS refuses this limit
        del bounds[resource.RLIMIT_AS]
    for limit, (soft, hard) in bounds.items():
        _, inherited = resource.getrlimit(limit)
        highest = sys.maxsize if inherited == resource.RLIM_INFINITY else inherited
        resource.setrlimit(limit, (min(soft, highest), min(hard, highest)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.loads(sys.argv[2])))
