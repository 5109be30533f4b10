"""Reads an upload for as long as it may hold up others: by its header, and by the clock."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any, Self

from attention.confined.process import SandboxedReader
from attention.errors import InputError
from attention.media.clip import Clip, Frames

PIXELS_PER_SECOND = 400e6  # decoded, at best
WHILE_OTHERS_WAIT = 30.0  # seconds
ALONE = 120.0


class BoundedReader:
    """A SandboxedReader that ends early, with a note, when its time is over.

    others_wait: whether anybody waits for this reading to end · while_others_wait, alone: seconds, from the
    start of reading. Before anything is decoded the header says what must take longer: fewer frames are
    read then, and a clip of which not one frame can be read in time is refused (InputError). pause: called
    after what was read has been used; returns the seconds it lasted, which do not count.
    """

    def __init__(
        self,
        path: str | Path,
        *arguments: Any,
        others_wait: Callable[[], bool],
        pause: Callable[[], float] = lambda: 0.0,
        while_others_wait: float = WHILE_OTHERS_WAIT,
        alone: float = ALONE,
        every: int = 5,
        **options: Any,
    ) -> None:
        self._reader = SandboxedReader(path, every, *arguments, **options)
        self._every = every
        self._others_wait = others_wait
        self._pause = pause
        self._while_others_wait = while_others_wait
        self._alone = alone
        self._note: tuple[str, ...] = ()

    @property
    def clip(self) -> Clip:
        """The properties that the file states."""
        return self._reader.clip

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of the clip."""
        return (*self._reader.notes, *self._note)

    def __iter__(self) -> Iterator[Frames]:
        most = frames_within(self.clip, self._every, self._seconds)
        if most < 1:
            size = f"{self.clip.width}×{self.clip.height}"
            raise InputError(
                f"{self.clip.name} has frames of {size}, of which every {self._every}th cannot be read in "
                f"{self._seconds:g} s, the page's limit; bring a smaller one, or sample more densely."
            )
        started, seen = monotonic(), 0
        for frames in self._reader:
            late = monotonic() - started > self._seconds
            kept = 0 if late and seen else min(len(frames.rgb), most - seen)
            if kept:
                yield _first(frames, kept)
                seen += kept
                started += self._pause()
            if kept < len(frames.rgb):
                why = "others wait" if self._others_wait() else "the page has a limit"
                self._note = (
                    f"Only the first {seen} sampled frames were looked at: more take longer than "
                    f"{self._seconds:g} s, and {why}.",
                )
                break

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    @property
    def _seconds(self) -> float:
        return self._while_others_wait if self._others_wait() else self._alone


def frames_within(clip: Clip, every: int, seconds: float) -> int:
    """How many sampled frames of a clip can be decoded in so many seconds, by its header; of a still, one."""
    if clip.kind == "image":
        return 1
    return int(seconds * PIXELS_PER_SECOND / (clip.width * clip.height * every))


def _first(frames: Frames, count: int) -> Frames:
    if count == len(frames.rgb):
        return frames
    return replace(
        frames,
        rgb=frames.rgb[:count],
        indices=frames.indices[:count],
        seconds=frames.seconds[:count],
    )
