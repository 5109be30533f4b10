"""The records of a clip, and the sentences for a clip that is refused or damaged."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError, short

Picture = NDArray[np.uint8]
USUAL = 25.0  # frames per second where a file does not say


@dataclass(frozen=True)
class Limits:
    """What is accepted: a clip beyond `trim_*` is shortened with a note, beyond `max_*` refused."""

    trim_seconds: float | None = None
    trim_frames: int | None = None  # counts the frames kept
    max_seconds: float = 2 * 3600.0
    max_clip_pixels: int = 4096 * 4096  # DCI 4K (4096×2160) passes, 8K (7680×4320) does not
    max_image_pixels: int = 64_000_000
    max_bytes: int | None = None


@dataclass(frozen=True)
class Clip:
    """The properties that a file states; sizes in pixels, of the upright picture."""

    path: Path
    name: str
    kind: Literal["video", "image"]
    width: int
    height: int
    fps: float  # 0 for an image, or when the file does not say
    seconds: float | None  # 0 for an image; None when the file does not say
    frame_count: int | None  # as the file states it, or estimated as seconds × fps
    codec: str

    def middle_step(self, latest: float) -> int:
        """The sampling step whose second frame is the middle one, or that at `latest` seconds."""
        middle = (self.frame_count or 1) // 2 if self.kind == "video" else 0
        return max(1, min(middle, int(latest * (self.fps or USUAL))))


@dataclass(frozen=True)
class Frames:
    """Sampled frames: rgb uint8 [n,H,W,3], their indices in the clip [n], their seconds [n].

    Seconds are presentation times relative to the clip's first frame.
    """

    rgb: Picture
    indices: NDArray[np.int64]
    seconds: NDArray[np.float64]


def label(path: str | Path) -> str:
    """Returns a file's name for a sentence: without folders, printable, at most 80 characters."""
    return short(Path(path).name or Path(path), unprintable="?")  # "." and "/" have no name


def check_pixels(name: str, width: int, height: int, most: int) -> None:
    """Raises InputError when a picture has more than `most` pixels."""
    if width * height > most:
        raise InputError(too_large(name, f"{width}×{height}", most))


def too_large(name: str, size: str, most: int) -> str:
    """The sentence for a picture with too many pixels."""
    return f"{name} has {size} pixels, at most {most:,} are accepted; scale it down."


def too_long(name: str, seconds: float, limits: Limits) -> str:
    """The sentence for a clip that is too long."""
    return (
        f"{name} lasts {seconds:.0f} s, at most {limits.max_seconds:.0f} s are accepted; cut out"
        " the part that matters."
    )


def unreadable_still(name: str) -> str:
    """The sentence for an image that is damaged or cut short."""
    return (
        f"{name} is not an image that can be read: it is damaged or cut short; copy or download"
        " it again, or save it as JPEG or PNG."
    )


def damaged(lost: int, total: int) -> str:
    """The sentence for a clip with frames that could not be read."""
    many = "one" if lost == 1 else str(lost)
    left_out = "is left out" if lost == 1 else "are left out"
    return f"Some of the clip is damaged: about {many} of {total} frames could not be read and {left_out}."


class Source(Protocol):
    """A file or folder that is open: positions() moves from frame to frame, picture() is the current one."""

    clip: Clip
    notes: list[str]

    def positions(self) -> Generator[tuple[int, float], None, None]:
        """Yields the index and seconds of every frame that can be read, in order of time."""

    def picture(self) -> Picture:
        """The current frame, upright, uint8 [H,W,3]."""

    def close(self) -> None:
        """Closes what is open; safe to call again."""


class Reading(Protocol):
    """A clip that is open: iterating it, once, gives its frames in chunks."""

    @property
    def clip(self) -> Clip:
        """What the file says of itself."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, complete after iteration."""

    def __iter__(self) -> Iterator[Frames]: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


Reader = Callable[..., Reading]
