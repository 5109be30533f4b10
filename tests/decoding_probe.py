"""training.data.pictures with a decoder that hostile files break, each in the way its name says."""

import ctypes
import os
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from attention.confined import protocol as answers
from attention.media.frames import FrameReader, Frames
from training.data import pictures

CLIP = b'{"clip": {"kind": "video", "width": 4, "height": 2, "fps": 5.0, "seconds": null, '
CLIP += b'"frame_count": null, "codec": "h264"}}\n'
FRAMES = b'{"indices": [%d], "seconds": [0.0]}\n'


class Broken(FrameReader):
    """Kills, hangs or overwhelms before the first frame of a file; kills or burns after it."""

    def __init__(self, path: str, *sampling: object) -> None:
        self.name = Path(path).stem
        if self.name == "kills":
            ctypes.string_at(0)
        if self.name == "hangs":
            time.sleep(600)
        for index in count() if self.name == "overwhelms" else ():
            os.write(pictures_pipe, FRAMES % index + bytes(24))
        super().__init__(path, *sampling)  # type: ignore[arg-type]

    def __iter__(self) -> Iterator[Frames]:
        for frames in super().__iter__():
            yield frames
            if self.name == "kills later":
                ctypes.string_at(0)
            while self.name == "burns":
                pass


def main(options: Sequence[str], files: Sequence[str]) -> int:
    """In the child, in place of pictures.main."""
    if any(Path(file).stem == "overwhelms" for file in files[:1]):
        os.write(pictures_pipe, CLIP)
    answers.FrameReader = Broken  # type: ignore[misc]
    return pictures.main(options, files)


pictures_pipe = os.dup(1)
