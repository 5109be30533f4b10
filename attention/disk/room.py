"""Room on the disk: asked for before, and told of in one sentence when it runs out."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attention.errors import InputError, is_full_disk

SPARE = 16_000_000  # bytes left free on purpose: a disk without any breaks other programs


def check_room(folder: Path, needed: int, what: str) -> None:
    """Raises InputError when `folder`'s disk lacks room for `needed` bytes. what: for the sentence."""
    free = shutil.disk_usage(folder).free
    if needed + SPARE > free:
        raise InputError(
            f"{what} takes {size_text(needed)} and {folder} has {size_text(free)} free: free some "
            "space, or give another folder."
        )


@contextmanager
def telling_of_a_full_disk(folder: Path, outcome: str) -> Iterator[None]:
    """Turns a full or unwritable disk into an InputError. outcome: what became of the work."""
    try:
        yield
    except OSError as error:
        if is_full_disk(error):
            raise InputError(
                f"The disk of {folder} is full: {outcome}; free some space and run this again."
            ) from None
        raise InputError(
            f"{folder} cannot be written to ({error.strerror or error}): give another folder."
        ) from None


def size_text(size: int | None) -> str:
    """Bytes as people read them: "114 kB", "6.93 GB"; "of unknown size" for None."""
    if size is None:
        return "of unknown size"
    for unit, per in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= per:
            return f"{size / per:.3g} {unit}"
    return f"{size} bytes"
