"""Reads untrusted uploads: the frames of frames.FrameReader, decoded in a child with hard limits.

A decoder is what a hostile file can break into. Here it runs as `python -m attention.sandbox FILE`:
nothing of the parent's secrets in its environment, no file it can write, memory and time bounded,
and always ended by its parent. It answers on stdout with one JSON line per message: the clip, then
any number of frames, their pixels behind the line, then the notes; or an error, a sentence for
people. The parent checks whatever it is told.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

import numpy as np

from attention.errors import InputError
from attention.frames import Clip, FrameReader, Frames, Limits, Picture, check_sampling, label

ROOT = Path(__file__).resolve().parents[1]
# All the child sees of its parent's environment: what Python needs to start.
INHERITED = ("LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "PYTHONPATH", "SYSTEMROOT")
# One arena and one thread per library leave the limited address space to the frames.
ENVIRONMENT = {"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
LONGEST_LINE = 1 << 20  # bytes of a message without its pixels
OPEN_FILES = 64


class SandboxedReader:
    """FrameReader for files nobody vouches for: same interface, same frames, same sentences.

    The child starts at once, so its start overlaps with whatever comes before `clip` is asked for.
    `wall_seconds` bounds the waiting for it (not the time its frames are worked on), `cpu_seconds`
    its computing on all cores together, `memory_bytes` its address space. Raises InputError for a
    file that cannot be used, that passes a limit, or that ends its reader.
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
        self._path, self._name, self._limits, self._chunk = Path(path), label(path), limits, chunk
        self._wall_seconds, self._cpu_seconds = wall_seconds, cpu_seconds
        self._waited, self._late, self._iterated = 0.0, False, False
        self._clip: Clip | None = None
        self.notes: tuple[str, ...] = ()
        spec = {"every": every, "chunk": chunk, "limits": asdict(limits)}
        bounds = {"cpu_seconds": cpu_seconds, "memory_bytes": memory_bytes}
        self._child, self._answers = _start(Path(path).absolute(), spec | bounds)
        # Runs once: when called, when the reader is dropped, or when Python ends.
        self.close: Callable[[], object] = weakref.finalize(self, _end, self._child)

    @property
    def clip(self) -> Clip:
        """What the file says of itself; waits for the child. Raises InputError."""
        if self._clip is None:
            try:
                self._clip = self._checked_clip(self._message())
            except BaseException:
                self.close()
                raise
        return self._clip

    def __iter__(self) -> Iterator[Frames]:
        if self._iterated:
            raise RuntimeError("A reader is read once; open another to read the clip again.")
        self._iterated = True
        try:
            clip = self.clip
            while "notes" not in (message := self._message()):
                yield self._checked_frames(message, clip)
            self.notes = tuple(map(str, message["notes"]))
        finally:
            self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _message(self) -> dict[str, Any]:
        """Returns the child's next message; its pixels, if any, are still to be read."""
        with self._deadline():
            line = self._answers.readline(LONGEST_LINE)
        try:
            message = dict(json.loads(line))
        except (TypeError, ValueError, RecursionError):
            raise self._ended() from None
        if "error" in message:
            raise InputError(str(message["error"]))
        return message

    def _checked_clip(self, message: dict[str, Any]) -> Clip:
        try:
            said = message["clip"]
            clip = Clip(
                path=self._path,
                name=self._name,
                kind="image" if said["kind"] == "image" else "video",
                width=int(said["width"]),
                height=int(said["height"]),
                fps=float(said["fps"]),
                seconds=None if said["seconds"] is None else float(said["seconds"]),
                frame_count=None if said["frame_count"] is None else int(said["frame_count"]),
                codec=str(said["codec"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._ended() from None
        limits = self._limits
        most = limits.max_image_pixels if clip.kind == "image" else limits.max_clip_pixels
        if min(clip.width, clip.height) < 1 or clip.width * clip.height > most:
            raise self._ended()
        return clip

    def _checked_frames(self, message: dict[str, Any], clip: Clip) -> Frames:
        try:
            indices = np.array(message["indices"], np.int64)
            seconds = np.array(message["seconds"], np.float64)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._ended() from None
        paired = indices.ndim == 1 and indices.shape == seconds.shape
        if not paired or not 1 <= len(indices) <= self._chunk:
            raise self._ended()
        rgb = np.empty((len(indices), clip.height, clip.width, 3), np.uint8)
        with self._deadline():
            read = self._answers.readinto(rgb.data.cast("B"))
        if read != rgb.nbytes:
            raise self._ended()
        return Frames(rgb, indices, seconds)

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Kills the child when the waiting inside, and all before it, lasts too long."""
        timer = threading.Timer(max(0.0, self._wall_seconds - self._waited), self._kill_late)
        timer.daemon = True
        started = time.monotonic()
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._waited += time.monotonic() - started

    def _kill_late(self) -> None:
        self._late = True
        self._child.kill()

    def _ended(self) -> InputError:
        """Returns the sentence for a child that ended, or answered nonsense, before its time."""
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=1.0)
        self.close()
        if self._late:
            limit = f"{self._wall_seconds:g} s"
            return InputError(f"{self._name} takes longer than {limit} to read; cut it shorter.")
        if self._child.returncode == -getattr(signal, "SIGXCPU", 0):
            limit = f"{self._cpu_seconds:g} s of computing"
            return InputError(f"{self._name} takes more than {limit} to read; cut it shorter.")
        return InputError(
            f"{self._name} could not be read: it stopped the decoder"
            f" (status {self._child.returncode}); convert it to MP4 (H.264) and try again."
        )


def _start(path: Path, spec: dict[str, Any]) -> tuple[subprocess.Popen[bytes], BufferedReader]:
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    child = subprocess.Popen(
        [sys.executable, "-s", "-m", "attention.sandbox", str(path), json.dumps(spec)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env=environment | ENVIRONMENT,
        start_new_session=True,
    )
    assert child.stdout is not None
    return child, cast(BufferedReader, child.stdout)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()


def main(path: str, spec: dict[str, Any]) -> int:
    """Answers for one file, as the child; returns the exit status."""
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is no answer
        threading.Thread(target=_leave_with_parent, daemon=True).start()
        _confine(spec["cpu_seconds"], spec["memory_bytes"])
        with suppress(BrokenPipeError):
            try:
                _answer(answers, path, spec)
            except InputError as error:
                _say(answers, {"error": str(error)})
            except MemoryError:
                allowed = f"{spec['memory_bytes'] / 2**30:.1f} GB"
                sentence = f"{label(path)} needs more memory than {allowed}; scale it down."
                _say(answers, {"error": sentence})
    return 0


def _answer(answers: BinaryIO, path: str, spec: dict[str, Any]) -> None:
    limits = Limits(**spec["limits"])
    with FrameReader(path, spec["every"], limits, spec["chunk"]) as reader:
        _say(answers, {"clip": asdict(reader.clip) | {"path": path}})
        for frames in reader:
            times = {"indices": frames.indices.tolist(), "seconds": frames.seconds.tolist()}
            _say(answers, times, frames.rgb)
    _say(answers, {"notes": reader.notes})


def _say(answers: BinaryIO, message: dict[str, Any], pixels: Picture | None = None) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    if pixels is not None:
        answers.write(pixels.data.cast("B"))
    answers.flush()


def _leave_with_parent() -> None:
    """Ends the child when its stdin closes, which a parent killed in mid-air does too."""
    os.read(0, 1)
    os._exit(1)


def _confine(cpu_seconds: int, memory_bytes: int) -> None:
    """Bounds this process for good; where there are no such limits, the parent's clock remains."""
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
    if sys.platform == "darwin":  # which refuses this one
        del bounds[resource.RLIMIT_AS]
    for limit, (soft, hard) in bounds.items():
        _, inherited = resource.getrlimit(limit)
        highest = sys.maxsize if inherited == resource.RLIM_INFINITY else inherited
        resource.setrlimit(limit, (min(soft, highest), min(hard, highest)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.loads(sys.argv[2])))
