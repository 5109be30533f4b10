"""Free disk space: a check before writing, and one clear sentence when the disk is full."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

from attention.errors import InputError, is_full_disk

SPARE = 16_000_000  # bytes that stay free: a full disk breaks other programs


def check_room(folder: Path, needed: int, what: str) -> None:
    """Raises InputError when `folder`'s disk lacks `needed` bytes. what: subject of the sentence."""
    free = shutil.disk_usage(folder).free
    if needed + SPARE > free:
        raise InputError(
            f"{what} takes {size_text(needed)} and {folder} has {size_text(free)} free: free some "
            "space, or give another folder."
        )


@contextmanager
def disk_error_as_input_error(folder: Path, outcome: str) -> Iterator[None]:
    """Turns a full disk, and any OSError, into an InputError. outcome: what became of the work."""
    try:
        yield
    except Exception as error:
        if is_full_disk(error):
            raise InputError(
                f"The disk of {folder} is full: {outcome}; free some space and run this again."
            ) from None
        if not isinstance(error, OSError):
            raise
        raise InputError(
            f"{folder} cannot be written to ({error.strerror or error}): give another folder."
        ) from None


def disk_bytes(folder: Path) -> int:
    """The size in bytes of all files below a folder; one with several hard links counts once."""
    found = {}
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):  # moved or deleted meanwhile
            about = file.stat()
            if S_ISREG(about.st_mode):
                found[about.st_dev, about.st_ino] = about.st_size
    return sum(found.values())


def size_text(size: int | None) -> str:
    """A size in readable units: "114 kB", "6.93 GB"; "of unknown size" for None."""
    if size is None:
        return "of unknown size"
    for unit, per in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= per:
            return f"{size / per:.3g} {unit}"
    return f"{size} bytes"
