"""Where the page keeps what it made, while somebody may still look at it."""

import atexit
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

KEPT_FOR = 6 * 3600  # seconds a finished analysis stays on disk
PREFIX = "attention-room-"


class Workroom:
    """A folder of this process for packs and exports, gone when the process ends.

    What is older than KEPT_FOR is swept away, save lasting folders, and so is what a process left that
    was killed.
    """

    def __init__(self) -> None:
        _sweep_abandoned()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self._lasting: set[Path] = set()
        _open.append(self)

    def new_folder(self) -> Path:
        """A fresh folder inside, kept for KEPT_FOR."""
        self.sweep()
        return Path(tempfile.mkdtemp(dir=self.folder))

    def lasting_folder(self, name: str) -> Path:
        """A folder of that name inside, kept as long as the process."""
        folder = self.folder / name
        self._lasting.add(folder)
        folder.mkdir(exist_ok=True)
        return folder

    def sweep(self) -> None:
        """Removes what was made longer ago than KEPT_FOR; safe to call from several threads."""
        for folder in set(self.folder.glob("*")) - self._lasting:
            if _age(folder) > KEPT_FOR:
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Removes everything."""
        if self in _open:
            _open.remove(self)
        shutil.rmtree(self.folder, ignore_errors=True)


_open: list[Workroom] = []


@atexit.register
def close_rooms() -> None:
    """Removes every room of this process."""
    for room in list(_open):
        room.close()


def _sweep_abandoned() -> None:
    """Removes old rooms whose process has gone without removing them."""
    for room in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = room.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)) and _age(room) > KEPT_FOR:
            shutil.rmtree(room, ignore_errors=True)


def _age(folder: Path) -> float:
    """Seconds since it was changed; 0 for one that another thread has just removed."""
    with suppress(FileNotFoundError):
        return time.time() - folder.stat().st_mtime
    return 0.0
