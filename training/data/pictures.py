"""The frames of many stills and clips, one file after the other; uploaded ones in a confined child.

Nobody vouches for what lies in an uploaded set, so what decodes it is a process with hard limits
(attention.confined.batch). One goes through a whole list, since starting it takes longer than reading
a still, and reads ahead as far as its pipe takes. `python -m training.data.pictures SPEC FILE…` is
that child's part.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from attention.confined.batch import MEMORY, end, start_confined
from attention.confined.protocol import AnswersReader, answer, answering
from attention.disk.home import home
from attention.errors import InputError
from attention.media.frames import FrameReader, Limits, Picture, label

WALL_SECONDS = 120.0  # of waiting for one file, as on the page
CPU_SECONDS = 480  # of one child, which leaves half of them to its last file
FILES = 256  # of one child: their paths fit every system's command line
FRAMES = 100_000  # kept of one file; two hours at 25 a second, one in five, are 36,000

Pictures = Iterator[Picture]


def pictures(files: Sequence[Path], every: int, chunk: int) -> Generator[Pictures, None, None]:
    """For each file in order its frames, one in `every`: chunks uint8 [≤chunk,H,W,3].

    A file's chunks are there until the next file's are asked for; InputError comes out of them when
    it cannot be read, and the next file is read all the same. Files of an uploaded set are decoded
    in a child of their own, which is ended with this iterator: close it when you stop early.
    """
    for uploaded, group in groupby(files, uploaded_set):
        read = confined_pictures if uploaded else _own_pictures
        yield from read(list(group), every, chunk)


def uploaded_set(file: Path) -> str | None:
    """The name of the uploaded set a file lies in; None for one that whoever runs this put there."""
    sets, place = (home() / "sets").resolve(), file.resolve()
    return place.relative_to(sets).parts[0] if sets in place.parents else None


def _own_pictures(files: Sequence[Path], every: int, chunk: int) -> Generator[Pictures, None, None]:
    return (_pictures_of(file, every, chunk) for file in files)


def _pictures_of(file: Path, every: int, chunk: int) -> Pictures:
    with FrameReader(file, every, chunk=chunk) as reader:
        for frames in reader:
            yield frames.rgb


def confined_pictures(
    files: Sequence[Path], every: int, chunk: int, *, wall_seconds: float = WALL_SECONDS
) -> Generator[Pictures, None, None]:
    """What `pictures` says, every file decoded in a confined child, whoever put it there.

    A file that ends the child, or is waited for longer than wall_seconds, is an InputError naming
    it, and a fresh child goes on with the next.
    """
    decoder = _Decoder(files, every, chunk, wall_seconds)
    try:
        for number in range(len(files)):
            chunks = decoder.pictures_of(number)
            yield chunks
            with suppress(InputError):
                for _ in chunks:  # what nobody wanted stands in the pipe before the next file
                    pass
    finally:
        decoder.close()


class _Decoder:
    """The child at work on a list of files, and its successors."""

    def __init__(self, files: Sequence[Path], every: int, chunk: int, wall_seconds: float) -> None:
        self._files, self._chunk, self._wall_seconds = files, chunk, wall_seconds
        sampling = {"every": every, "chunk": chunk, "limits": asdict(Limits())}
        self._spec = json.dumps(sampling | {"memory_bytes": MEMORY})
        self._child: subprocess.Popen[bytes] | None = None

    def pictures_of(self, number: int) -> Pictures:
        """The chunks of a file; all those before it must have been taken. Raises InputError."""
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
                yield frames.rgb
        except GeneratorExit:
            self.close()  # it is in the middle of the file
            raise

    def close(self) -> None:
        """Ends the child; safe to call again."""
        if self._child is not None:
            end(self._child)
            self._child = None

    def _reader(self, number: int) -> AnswersReader:
        """A file's reader, in a fresh child where the one before left, or was ended, before it."""
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
        paths = [str(file.absolute()) for file in self._files[number : number + FILES]]
        return start_confined(
            "training.data.pictures",
            [self._spec, *paths],
            cpu_seconds=CPU_SECONDS,
            memory_bytes=MEMORY,
        )

    def _answers(self, child: subprocess.Popen[bytes], number: int) -> AnswersReader:
        return AnswersReader(
            child,
            self._files[number],
            Limits(),
            self._chunk,
            wall_seconds=self._wall_seconds,
            cpu_seconds=CPU_SECONDS,
        )


def main(spec: str, files: Sequence[str]) -> None:
    """As the child: answers for the files in order, until one takes too much of what it may use."""
    told = json.loads(spec)
    with answering() as answers:
        for file in files:
            if not answer(answers, file, told) or time.process_time() > CPU_SECONDS / 2:
                return


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
