"""The messages of a decoding child, and the reader that checks each of them.

The child writes one JSON line per message to its stdout: the clip, then any number of frames, each
line followed by its pixels, then the notes; or an error, which is a sentence for the user.
"""

import json
import math
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError
from attention.media.frames import (
    Clip,
    FrameReader,
    Frames,
    Limits,
    Picture,
    label,
    probe,
)

LONGEST_LINE = 1 << 20  # bytes of a message without its pixels
LONGEST_SENTENCE = 1000  # characters


class AnswersReader:
    """Reads the frames of one file from a child, with FrameReader's interface, frames and sentences.

    wall_seconds: total time spent waiting for the child (not the time the caller spends on frames) ·
    cpu_seconds: the CPU limit that the child was started with, for the error sentence. Raises
    InputError for a file that cannot be used, exceeds a limit, or ends the child. A child that is late
    or sends an invalid message is killed.
    """

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        path: Path,
        limits: Limits,
        chunk: int,
        *,
        wall_seconds: float,
        cpu_seconds: int,
    ) -> None:
        self._child, self._answers = child, cast(BufferedReader, child.stdout)
        self._path, self._name, self._limits, self._chunk = path, label(path), limits, chunk
        self._wall_seconds, self._cpu_seconds = wall_seconds, cpu_seconds
        self._waited, self._late, self._heard, self._iterated = 0.0, False, False, False
        self._clip: Clip | None = None
        self._read, self._index, self._seconds = 0, -1, 0.0  # frames so far, and the last of them
        self.notes: tuple[str, ...] = ()

    @property
    def clip(self) -> Clip:
        """The properties that the file states; waits for the child. Raises InputError."""
        if self._clip is None:
            self._clip = self._checked_clip(self._message())
        return self._clip

    @property
    def deserted(self) -> bool:
        """Whether the child ended before it sent any message about this file."""
        return self._child.returncode is not None and not (self._heard or self._late)

    def __iter__(self) -> Iterator[Frames]:
        if self._iterated:
            raise RuntimeError("A reader is read once; open another to read the clip again.")
        self._iterated = True
        clip = self.clip
        while "notes" not in (message := self._message()):
            yield self._checked_frames(message, clip)
        self.notes = self._checked_notes(message)

    def _message(self) -> dict[str, Any]:
        """Returns the child's next message, without reading the pixels that may follow it."""
        with self._deadline():
            line = self._answers.readline(LONGEST_LINE)
        self._heard = self._heard or bool(line)
        try:
            message = dict(json.loads(line))
        except (TypeError, ValueError, RecursionError):
            raise self._ended() from None
        if "error" in message:
            raise InputError(sentence(message["error"]))
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
                codec=sentence(said["codec"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._ended() from None
        limits = self._limits
        most = limits.max_image_pixels if clip.kind == "image" else limits.max_clip_pixels
        if min(clip.width, clip.height) < 1 or clip.width * clip.height > most:
            raise self._ended()
        if not (math.isfinite(clip.fps) and math.isfinite(clip.seconds or 0.0)):
            raise self._ended()
        return clip

    def _checked_frames(self, message: dict[str, Any], clip: Clip) -> Frames:
        try:
            indices = np.array(message["indices"], np.int64)
            seconds = np.array(message["seconds"], np.float64)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise self._ended() from None
        paired = indices.ndim == 1 and indices.shape == seconds.shape
        if not paired or not 1 <= len(indices) <= self._chunk or not self._follow(indices, seconds):
            raise self._ended()
        rgb = np.empty((len(indices), clip.height, clip.width, 3), np.uint8)
        with self._deadline():
            read = self._answers.readinto(rgb.data.cast("B"))
        if read != rgb.nbytes:
            raise self._ended()
        return Frames(rgb, indices, seconds)

    def _follow(self, indices: NDArray[np.int64], seconds: NDArray[np.float64]) -> bool:
        """Says whether frames fit those before: indices and times in order, within the limits."""
        limits = self._limits
        ordered = (np.diff(indices, prepend=self._index) > 0).all()
        timed = np.isfinite(seconds).all() and (np.diff(seconds, prepend=self._seconds) >= 0).all()
        self._read += len(indices)
        self._index, self._seconds = int(indices[-1]), float(seconds[-1])
        few = limits.trim_frames is None or self._read <= limits.trim_frames
        early = limits.trim_seconds is None or self._seconds < limits.trim_seconds
        return bool(ordered and timed and few and early and self._seconds <= limits.max_seconds)

    def _checked_notes(self, message: dict[str, Any]) -> tuple[str, ...]:
        if not isinstance(message["notes"], list):
            raise self._ended()
        return tuple(map(sentence, message["notes"]))

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Kills the child when this wait and all earlier ones together exceed wall_seconds."""
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
        """Returns the error for a child that ended too early or sent an invalid message."""
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(timeout=1.0)
        end(self._child)
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


def sentence(value: object) -> str:
    """Text from the child as one printable line of at most LONGEST_SENTENCE characters."""
    text = str(value)[:LONGEST_SENTENCE]
    return "".join(c if c.isprintable() else "?" for c in text)


def end(child: subprocess.Popen[bytes]) -> None:
    """Kills a child and closes its pipes; safe to call again."""
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):  # closing flushes data that the dead child cannot read
                pipe.close()


@contextmanager
def answering() -> Iterator[BinaryIO]:
    """In the child: the pipe to the parent; what libraries print to stdout goes to stderr instead."""
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        with suppress(BrokenPipeError):
            yield answers


def answer(answers: BinaryIO, path: str, spec: dict[str, Any]) -> bool:
    """In the child: sends all messages about one file; returns False when the memory ran out.

    spec: every, chunk and limits of FrameReader, and memory_bytes, the limit on the child's memory;
    middle, where it is given: of the steps of Clip.middle_step for so many seconds, the first two frames.
    """
    limits, every, most = Limits(**spec["limits"]), spec["every"], None
    try:
        if spec.get("middle"):
            every, most = probe(path, limits).middle_step(spec["middle"]), 2
        with FrameReader(path, every, limits, spec["chunk"]) as reader:
            _say(answers, {"clip": asdict(reader.clip) | {"path": path}})
            for frames in islice(reader, most):
                times = {"indices": frames.indices.tolist(), "seconds": frames.seconds.tolist()}
                _say(answers, times, frames.rgb)
        _say(answers, {"notes": reader.notes})
    except InputError as error:
        _say(answers, {"error": str(error)})
    except MemoryError:
        allowed = f"{spec['memory_bytes'] / 2**30:.1f} GB"
        sentence = f"{label(path)} needs more memory than {allowed}; scale it down."
        _say(answers, {"error": sentence})
        return False
    return True


def _say(answers: BinaryIO, message: dict[str, Any], pixels: Picture | None = None) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    if pixels is not None:
        answers.write(pixels.data.cast("B"))
    answers.flush()
