"""What was removed lies in a bin for a day: ATTENTION_HOME/bin/<kind>/<token>/<name>."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from attention.disk.home import home
from attention.disk.room import disk_bytes

KEPT = 24 * 3600  # seconds
MOST = 2_000_000_000  # bytes of everything in the bin; beyond it the oldest goes first


@dataclass(frozen=True)
class Removed:
    """A folder in the bin, and the second since 1970 when it was removed."""

    folder: Path
    when: float

    @property
    def name(self) -> str:
        """What it was called."""
        return self.folder.name


def throw_away(folder: Path, kind: str) -> None:
    """Moves a folder into the bin, at once; where that cannot be, as on a full disk, it is deleted."""
    try:
        place = home() / "bin" / kind / secrets.token_hex(8)
        place.mkdir(parents=True)
        os.replace(folder, place / folder.name)
    except OSError:
        gone = folder.with_name(f".removed-{secrets.token_hex(8)}")
        os.replace(folder, gone)  # first, so that nobody sees what is half deleted
        shutil.rmtree(gone, ignore_errors=True)
    sweep()


def removed(kind: str) -> list[Removed]:
    """What of a kind is in the bin, the last first."""
    return sorted(_all(kind), key=lambda thing: -thing.when)


def bring_back(thing: Removed, folder: Path) -> None:
    """Moves what was removed to `folder`, which must not exist. Raises OSError."""
    os.replace(thing.folder, folder)
    with suppress(OSError):
        thing.folder.parent.rmdir()


def sweep() -> None:
    """Deletes what was removed longer ago than KEPT, and the oldest of more than MOST bytes."""
    left = MOST
    for thing in sorted(_all("*"), key=lambda thing: -thing.when):
        left -= disk_bytes(thing.folder)
        if left < 0 or time.time() - thing.when > KEPT:
            shutil.rmtree(thing.folder.parent, ignore_errors=True)


def free_bytes(disk: Path, needed: int) -> int:
    """Free bytes of a disk; the bin is emptied first when they are fewer than needed."""
    if shutil.disk_usage(disk).free < needed:
        shutil.rmtree(home() / "bin", ignore_errors=True)
    return shutil.disk_usage(disk).free


def _all(kind: str) -> Iterator[Removed]:
    for folder in (home() / "bin").glob(f"{kind}/*/*"):
        with suppress(FileNotFoundError):  # deleted, or brought back, meanwhile
            yield Removed(folder, folder.parent.stat().st_mtime)
