"""A clip as a folder of numbered frames, such as img_1.jpg, img_2.jpg: which folder is one, and its frames.

A folder is a clip when it holds two stills or more whose names differ in one number alone, and neither
clips nor folders beside them; other files, such as a table, are passed over. The numbers give the order
of the frames and no times: 25 per second are assumed.
"""

import hashlib
import re
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

from attention.errors import InputError
from attention.media.clip import USUAL, Clip, Limits, Picture, label, too_long
from attention.media.sequences.animation import states_animation
from attention.media.still import read_still, stated_size
from attention.media.suffixes import CLIP_SUFFIXES, STILL_SUFFIXES, is_litter

LAST_NUMBER = re.compile(r"([0-9]+)[^0-9]*$")


def frames_in(folder: Path) -> tuple[Path, ...]:
    """The frames of a folder that is a clip, in order. Raises InputError for any other, and says why."""
    name = label(folder)
    inside = visible(folder)
    stills = [path.name for path in inside if path.suffix.casefold() in STILL_SUFFIXES]
    if not stills:
        raise InputError(
            f"{name} is a folder without frames; give one video or image, or a folder of frames such as"
            " img_0001.jpg, img_0002.jpg."
        )
    beside = next((p for p in inside if p.is_dir() or p.suffix.casefold() in CLIP_SUFFIXES), None)
    if beside is not None:
        raise InputError(
            f"{name} holds pictures and {label(beside)}, so it is no folder of one clip's frames; keep "
            "the frames alone there."
        )
    frames = tuple(folder / frame for frame in in_order(name, stills))
    moving = next((frame for frame in (frames[0], frames[-1]) if states_animation(frame)), None)
    if moving is not None:
        raise InputError(
            f"{name} holds animations ({label(moving)}), and a clip's frames are stills; name the files "
            "themselves, each is a clip."
        )
    return frames


def in_order(folder: str, names: Iterable[str]) -> list[str]:
    """The names of a clip's frames, by their numbers. folder: its name, for sentences.

    Raises InputError for one name alone, and for names that differ in more than one number or in suffix.
    """
    names = sorted(names)
    if len(names) == 1:
        raise InputError(
            f"{folder} holds one picture ({label(names[0])}), and a clip has two frames or more; add "
            "frames, or remove it."
        )
    alike = {_without_number(name): name for name in reversed(names)}
    if len(alike) > 1:
        one, other = sorted(alike.values())[:2]
        kinds = {Path(name).suffix.casefold() for name in (one, other)}
        what = "suffix" if len(kinds) > 1 else "more than one number"
        raise InputError(
            f"{folder} holds pictures whose names differ in {what} ({label(one)}, "
            f"{label(other)}), so they are not the frames of one clip; keep those of one clip there."
        )
    numbered = {number_of(name): name for name in names}
    if len(numbered) < len(names):
        twice = next(name for name in names if numbered[number_of(name)] != name)
        raise InputError(
            f"{folder} holds two frames of one number ({label(twice)}, "
            f"{label(numbered[number_of(twice)])}); remove one of them."
        )
    return [numbered[number] for number in sorted(numbered)]


def number_of(name: str) -> int:
    """The last number in a file's name, before its suffix; 0 where there is none."""
    found = LAST_NUMBER.search(Path(name).stem)
    return int(found[1]) if found else 0


def _without_number(name: str) -> tuple[str, str, str]:
    stem, suffix = Path(name).stem, Path(name).suffix.casefold()
    found = LAST_NUMBER.search(stem)
    return (stem[: found.start(1)], stem[found.end(1) :], suffix) if found else (name, "", "")


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, by name, without litter. Raises InputError when it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if not is_litter(path.name))
    except OSError as error:
        raise InputError(
            f"{label(folder)} cannot be opened: {error.strerror}; check its rights."
        ) from None


def of_two_sizes(
    frames: Sequence[Path], most: int = Limits().max_clip_pixels
) -> tuple[Path, Path] | None:
    """The first frame and the first of another size by their headers; None where all have one.

    most: pixels. Raises InputError for one that is larger, or damaged.
    """
    size = stated_size(frames[0], most)
    other = next((frame for frame in frames[1:] if stated_size(frame, most) != size), None)
    return None if other is None else (frames[0], other)


def files_of_clip(path: Path) -> Sequence[Path]:
    """The files that a clip is read from: itself, or, of a folder, what lies in it."""
    return [file for file in visible(path) if file.is_file()] if path.is_dir() else [path]


def content_hash(path: Path) -> str:
    """A SHA-256 of a clip's content: of its bytes; of a folder, of its files' hashes and names' order."""
    if path.is_dir():
        files = sorted(files_of_clip(path), key=lambda file: (number_of(file.name), file.name))
        content = "\n".join(["frames", *map(content_hash, files)])
        return hashlib.sha256(content.encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class NumberedFrames:
    """An open folder of frames, with the interface of Video. Raises InputError for one that is no clip."""

    def __init__(self, path: Path, limits: Limits) -> None:
        name = label(path)
        self._frames = frames_in(path)
        self._most, self._at = limits.max_clip_pixels, 0
        count = len(self._frames)
        if count / USUAL > limits.max_seconds:
            raise InputError(too_long(name, count / USUAL, limits))
        if two := of_two_sizes(self._frames, self._most):
            raise InputError(_other_size(name, *two))
        first, codec, _ = read_still(self._frames[0], self._most)
        self._shape = first.shape
        height, width, _ = first.shape
        self.clip = Clip(path, name, "video", width, height, USUAL, count / USUAL, count, codec)
        self.notes = [self._said()]

    def positions(self) -> Generator[tuple[int, float], None, None]:
        """Yields the index and seconds of every frame, in order of their numbers."""
        for index in range(len(self._frames)):
            self._at = index
            yield index, index / USUAL

    def picture(self) -> Picture:
        """The current frame, upright, in sRGB on white, uint8 [H,W,3]."""
        frame = self._frames[self._at]
        rgb, _, said = read_still(frame, self._most)
        if rgb.shape != self._shape:  # turned by its EXIF as others are not
            raise InputError(_other_size(self.clip.name, self._frames[0], frame))
        note = f"{label(frame)} {said}"
        if said and not any(note.endswith(said) for note in self.notes):
            self.notes.append(note)
        return rgb

    def close(self) -> None:
        """Does nothing: no file is open."""

    def _said(self) -> str:
        """How the folder is read: nothing in it says that it is a clip, or how fast."""
        numbers = [number_of(frame.name) for frame in self._frames]
        absent = numbers[-1] - numbers[0] + 1 - len(numbers)
        gaps = (
            f"; {absent:,} numbers between them are absent, which leaves no gap" if absent else ""
        )
        return (
            f"The folder is read as one clip: its {len(numbers):,} pictures in order of their numbers,"
            f" {USUAL:g} per second{gaps}."
        )


def _other_size(name: str, one: Path, other: Path) -> str:
    return (
        f"{name} holds pictures of more than one size ({label(one)}, {label(other)}), and a clip's frames"
        " have one; make them alike, or name the files themselves as stills."
    )
