"""The frames of many stills and clips, one file after the other; uploaded ones in a confined child.

The files of an uploaded set are untrusted, so a process with hard limits decodes them
(attention.confined.batch). One child decodes many files, because its start takes longer than reading a
still; it reads ahead until its pipe is full. `main` is the child's work.
"""

import json
import subprocess
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from attention.confined.batch import MEMORY, end, start_confined
from attention.confined.protocol import AnswersReader, answer, answering
from attention.disk.home import home
from attention.errors import InputError
from attention.media.frames import Clip, FrameReader, Frames, Limits, Picture, label, probe

WALL_SECONDS = 120.0  # of waiting for one file, as on the page
CPU_SECONDS = 480  # of one child; it takes no new file after half of them
FILES = 256  # per child, so that the paths fit every system's command line
FRAMES = 100_000  # most frames of a file; two hours at 25 per second, one in five, are 36,000

Pictures = Iterator[Picture]


def pictures(files: Sequence[Path], every: int, chunk: int) -> Generator[Pictures, None, None]:
    """Yields for each file, in order, an iterator of its frames, one in `every`: uint8 [≤chunk,H,W,3].

    A file's iterator is valid until the next file is requested. It raises InputError when the file
    cannot be read; the next file is read all the same. A child process decodes the files of an uploaded
    set and ends with this generator: close the generator when you stop early.
    """
    for uploaded, group in groupby(files, uploaded_set):
        read = confined_pictures if uploaded else _own_pictures
        yield from read(list(group), every, chunk)


def middles(files: Sequence[Path], latest: float) -> Generator[Picture | InputError, None, None]:
    """One picture uint8 [H,W,3] per file, in order: a still, or a clip's middle frame; or why there is none.

    Of a clip that is longer than twice `latest` seconds the frame there. Decoded as by `pictures`; close the
    generator when you stop early.
    """
    for uploaded, group in groupby(files, uploaded_set):
        read = _confined_middles if uploaded else _own_middles
        yield from read(list(group), latest)


def uploaded_set(file: Path) -> str | None:
    """The name of the uploaded set that contains a file; None for other, trusted files."""
    sets, place = (home() / "sets").resolve(), file.resolve()
    return place.relative_to(sets).parts[0] if sets in place.parents else None


def _own_pictures(files: Sequence[Path], every: int, chunk: int) -> Generator[Pictures, None, None]:
    return (_pictures_of(file, every, chunk) for file in files)


def _pictures_of(file: Path, every: int, chunk: int) -> Pictures:
    with FrameReader(file, every, chunk=chunk) as reader:
        for frames in reader:
            yield frames.rgb


def _own_middles(
    files: Sequence[Path], latest: float
) -> Generator[Picture | InputError, None, None]:
    for file in files:
        try:
            with FrameReader(file, probe(file).middle_step(latest), chunk=1) as reader:
                *_, chosen = islice(reader, 2)
            yield chosen.rgb[0]
        except InputError as error:
            yield error


def _confined_middles(
    files: Sequence[Path], latest: float
) -> Generator[Picture | InputError, None, None]:
    sampling = {"every": 1, "chunk": 1, "middle": latest}
    with closing(confined_frames(files, sampling)) as found:
        for seen in found:
            try:
                *_, (_, chosen) = seen
                yield chosen.rgb[0]
            except InputError as error:
                yield error


def confined_pictures(
    files: Sequence[Path], every: int, chunk: int, *, wall_seconds: float = WALL_SECONDS
) -> Generator[Pictures, None, None]:
    """Like `pictures`, but decodes every file in a confined child, also a trusted one."""
    sampling = {"every": every, "chunk": chunk}
    with closing(confined_frames(files, sampling, wall_seconds=wall_seconds)) as found:
        for seen in found:
            yield (frames.rgb for _, frames in seen)


def confined_frames(
    files: Sequence[Path],
    sampling: dict[str, Any],
    limits: Limits = Limits(),
    wall_seconds: float = WALL_SECONDS,
) -> Generator[Iterator[tuple[Clip, Frames]], None, None]:
    """Yields for each file, in order, an iterator of its clip and frames, decoded in a confined child.

    sampling: every and chunk, or middle, of `attention.confined.protocol.answer`. A file that ends the
    child or takes longer than wall_seconds raises an InputError that names it; a new child continues
    with the next file.
    """
    decoder = _Decoder(files, sampling, limits, wall_seconds)
    try:
        for number in range(len(files)):
            chunks = decoder.frames_of(number)
            yield chunks
            with suppress(InputError):
                for _ in chunks:  # unread frames are in the pipe before the next file
                    pass
    finally:
        decoder.close()


class _Decoder:
    """The current child for a list of files; starts a new one when it ends."""

    def __init__(
        self, files: Sequence[Path], sampling: dict[str, Any], limits: Limits, wall_seconds: float
    ) -> None:
        self._files, self._limits, self._wall_seconds = files, limits, wall_seconds
        self._chunk = sampling["chunk"]
        self._spec = json.dumps(sampling | {"limits": asdict(limits), "memory_bytes": MEMORY})
        self._child: subprocess.Popen[bytes] | None = None

    def frames_of(self, number: int) -> Iterator[tuple[Clip, Frames]]:
        """Yields the chunks of a file; call it only after all earlier files. Raises InputError."""
        try:
            reader, kept = self._reader(number), 0
            for frames in reader:
                kept += len(frames.rgb)
                if kept > FRAMES:
                    self.close()
                    raise InputError(
                        f"{label(self._files[number])} has more than {FRAMES:,} frames to learn"
                        " from; cut it shorter."
                    )
                yield reader.clip, frames
        except GeneratorExit:
            self.close()  # the child is in the middle of the file
            raise

    def close(self) -> None:
        """Ends the child; safe to call again."""
        if self._child is not None:
            end(self._child)
            self._child = None

    def _reader(self, number: int) -> AnswersReader:
        """The reader of a file; in a new child when the last one ended before this file."""
        if self._child is not None and self._child.returncode is None:
            reader = self._answers(self._child, number)
            try:
                _ = reader.clip
            except InputError:
                if not reader.deserted:
                    raise
            else:
                return reader
        self.close()
        self._child = self._start(number)
        return self._answers(self._child, number)

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        return start_confined(
            "training.data.pictures",
            [self._spec],
            self._files[number : number + FILES],
            cpu_seconds=CPU_SECONDS,
            memory_bytes=MEMORY,
        )

    def _answers(self, child: subprocess.Popen[bytes], number: int) -> AnswersReader:
        return AnswersReader(
            child,
            self._files[number],
            self._limits,
            self._chunk,
            wall_seconds=self._wall_seconds,
            cpu_seconds=CPU_SECONDS,
        )


def main(options: Sequence[str], files: Sequence[str]) -> int:
    """In the child: answers for the files in order; stops when memory or half the CPU time is used.

    options: one, the spec of `attention.confined.protocol.answer` as JSON.
    """
    (spec,) = map(json.loads, options)
    with answering() as answers:
        for file in files:
            if not answer(answers, file, spec) or time.process_time() > CPU_SECONDS / 2:
                break
    return 0
