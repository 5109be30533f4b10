"""A video or an image → sampled RGB frames, streamed; the paper keeps one frame in five (§4.3).

FFmpeg (PyAV) decodes clips and GIFs in order; only the frames that are kept become RGB. Pillow reads
stills, other animations and folders of frames: it knows a picture's size before it decodes it and reports
one that is cut short. Every picture is upright (rotation and EXIF flags are applied) and transparent pixels
lie on white. Only the named file is opened, or the frames in the named folder: no playlist, no other file,
no network.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Self

import numpy as np

from attention.errors import InputError
from attention.media.clip import Clip, Frames, Limits, Picture, Source, label, too_long
from attention.media.sequences.animation import Animation, is_animated
from attention.media.sequences.numbered import NumberedFrames, files_of_clip
from attention.media.still import Still, is_camera_stream, is_still, load_formats

__all__ = [
    "Clip",
    "FrameReader",
    "Frames",
    "Limits",
    "Picture",
    "check_sampling",
    "label",
    "load_readers",
    "probe",
]

HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def probe(path: str | Path, limits: Limits = Limits()) -> Clip:
    """Decodes a file's first frame and returns its properties. Raises InputError."""
    with FrameReader(path, limits=limits) as reader:
        return reader.clip


def load_readers(paths: Iterable[str | Path]) -> None:
    """Imports all that reading these files takes: in a cage, no module can be imported any more.

    Their first bytes say whether FFmpeg is needed; for a folder it is.
    """
    load_formats()
    for path in map(Path, paths):
        if path.is_dir() or (path.is_file() and not _is_picture(path, _first_bytes(path))):
            from attention.media.video import load_library

            load_library()
            return


class FrameReader:
    """Reads every `every`-th frame of a clip in order of time; an image is one frame.

    path: a file, or a folder of numbered frames. Iterating (once) yields Frames of at most `chunk` frames
    and never holds more. Afterwards `notes` says in sentences what was left out and why. Raises InputError
    for a file that cannot be used.
    """

    def __init__(
        self, path: str | Path, every: int = 5, limits: Limits = Limits(), chunk: int = 8
    ) -> None:
        check_sampling(every, chunk)
        if not str(path):  # Path("") would be the current folder
            raise InputError("No file is named; give one video or image.")
        path = Path(path)
        self._source = _source(path, limits)
        self.clip = self._source.clip
        self._every, self._limits, self._chunk = every, limits, chunk
        self._iterated = False

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each thing left out, and why; complete after iteration."""
        return tuple(self._source.notes)

    def __iter__(self) -> Iterator[Frames]:
        if self._iterated:
            raise RuntimeError("A reader is read once; open another to read the clip again.")
        self._iterated = True
        kept: list[tuple[int, float, Picture]] = []
        try:
            for sample in self._kept():
                kept.append(sample)
                if len(kept) == self._chunk:
                    yield _together(kept)
                    kept.clear()
            if kept:
                yield _together(kept)
        finally:
            self.close()

    def _kept(self) -> Iterator[tuple[int, float, Picture]]:
        """Yields (index, seconds, rgb) of every sampled frame until the clip or a limit ends."""
        name, limits = self.clip.name, self._limits
        longest, most = limits.trim_seconds, limits.trim_frames
        with closing(self._source.positions()) as positions:
            for index, seconds in positions:
                if seconds > limits.max_seconds:
                    raise InputError(too_long(name, seconds, limits))
                if longest is not None and seconds >= longest:
                    return self._note_trim(f"{longest:g} s are", "to keep the wait short")
                if index % self._every:
                    continue
                if most is not None and index // self._every >= most:
                    extent = f"{most} sampled frames ({seconds:.1f} s) are"
                    return self._note_trim(extent, "as many as fit; a larger step reaches further")
                yield index, seconds, self._source.picture()

    def _note_trim(self, extent: str, why: str) -> None:
        seconds = self.clip.seconds
        length = f"{self.clip.name} lasts {seconds:.1f} s" if seconds else "The clip is longer"
        self._source.notes.append(f"{length}; only its first {extent} analysed, {why}.")

    def close(self) -> None:
        """Closes the file; safe to call again."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _is_picture(path: Path, head: bytes) -> bool:
    """Says whether a file is one picture: a camera's stream begins like a JPEG."""
    return is_still(head) and not (head.startswith(b"\xff\xd8") and is_camera_stream(path))


def _source(path: Path, limits: Limits) -> Source:
    """What reads a file or folder, by what it holds. Raises InputError."""
    if path.is_dir():
        _check_bytes(path, limits)
        return NumberedFrames(path, limits)
    head = _head_of(path, limits)
    if not _is_picture(path, head):
        from attention.media.video import Video  # FFmpeg: not before there is a clip to decode

        return Video(path, head, limits)
    return Animation(path, limits) if is_animated(path) else Still(path, limits)


def _check_bytes(path: Path, limits: Limits) -> None:
    size = sum(file.stat().st_size for file in files_of_clip(path))
    if limits.max_bytes is not None and size > limits.max_bytes:
        raise InputError(
            f"{label(path)} has {size / 1e6:.1f} MB, at most {limits.max_bytes / 1e6:.1f} MB are accepted;"
            " give a shorter or smaller one."
        )


def check_sampling(every: int, chunk: int) -> None:
    """Raises InputError for a step below 1, ValueError for a chunk below 1."""
    if every < 1:
        raise InputError(f"One frame in every {every} cannot be taken; give a step of 1 or more.")
    if chunk < 1:
        raise ValueError(f"chunk must be at least 1, not {chunk}")


def _head_of(path: Path, limits: Limits) -> bytes:
    """Returns a file's first 16 bytes. InputError when it is missing, empty, too large or HEIC."""
    name = label(path)
    if not path.is_file():
        raise InputError(f"{name} does not exist or is not a file; check its name and folder.")
    if path.stat().st_size == 0:
        raise InputError(f"{name} is empty (0 bytes); copy or download it again.")
    _check_bytes(path, limits)
    try:
        head = _first_bytes(path)
    except OSError as error:
        raise InputError(f"{name} cannot be opened: {error.strerror}; check its rights.") from None
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise InputError(f"{name} is a HEIC photo, which is not read here; save it as JPEG or PNG.")
    return head


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _together(kept: list[tuple[int, float, Picture]]) -> Frames:
    indices, seconds, pictures = zip(*kept, strict=True)
    # Rotated pictures are views with negative or swapped strides; the stack is C-contiguous.
    rgb = np.stack(pictures, out=np.empty((len(pictures), *pictures[0].shape), np.uint8))
    return Frames(rgb, np.array(indices, np.int64), np.array(seconds, np.float64))
