"""One owner of every temporary byte: what people upload, and what the page makes for them."""

import atexit
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import psutil

from attention.disk.process import born, lives
from attention.disk.room import SPARE
from attention.errors import InputError, short
from attention.gate.temporary.quotas import NOBODY, Entry, Quotas, to_remove
from attention.gate.visitors import Visitor

KEPT_FOR = 6 * 3600  # seconds that something stays after its last use
PREFIX = "attention-store-"
USUAL = 4_000_000_000  # bytes; less where the disk has less than twice as much
NUMBER = re.compile(r"\d+(\.\d+)?")
LEAST = 1_000_000  # bytes that a folder counts for at least: a disk is full of small ones, too


@dataclass
class _Known:
    """What is known of a folder, or of an upload that comes in. used: by time.monotonic()."""

    owner: Visitor = NOBODY
    used: float = field(default_factory=time.monotonic)
    users: int = 0
    lasting: bool = False
    announced: int = 0


class Store:
    """A folder of this process alone; what lies in it is counted, and goes when its room is needed.

    Its folders are named by chance: who knows a path may read it. What was used longest ago goes first,
    never what is read or written, and never lasting folders. All of it goes with the process; what a killed
    one left goes when the next one starts.
    """

    def __init__(self, parent: Path | None = None, quotas: Quotas | None = None) -> None:
        """parent: the system's temporary folder by default · quotas: by default as `usual_quotas` says."""
        parent = Path(parent or tempfile.gettempdir()).resolve()
        _sweep(parent)
        prefix = f"{PREFIX}{os.getpid()}-{born():.0f}-"
        self.folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))  # its owner's alone
        self.quotas = quotas or usual_quotas(self.folder)
        self._known: dict[str, _Known] = {}
        self._lock = threading.RLock()
        atexit.register(self.close)

    def new_folder(self, visitor: Visitor = NOBODY) -> Path:
        """A fresh folder for a visitor; NoRoomError when there is no room for one."""
        with self._lock:
            self.make_room(visitor, LEAST)
            name = secrets.token_hex(16)
            self._known[name] = _Known(visitor)
            return self._made(name)

    def lasting_folder(self, name: str) -> Path:
        """A folder of that name, kept as long as the process."""
        with self._lock:
            self._known.setdefault(name, _Known()).lasting = True
            return self._made(name)

    def make_room(self, visitor: Visitor, needed: int) -> None:
        """Removes what is old, and what has to go for `needed` bytes more. Raises NoRoomError."""
        with self._lock:
            self.clear_loose(empty_only=True)
            entries = self.entries()
            old = time.monotonic() - KEPT_FOR
            idle = [entry for entry in entries if entry.used < old and not entry.stays]
            self._remove(idle)
            entries = [entry for entry in entries if entry not in idle]
            here = sum(e.size for e in entries if not self._known[e.name].announced)
            most = here + shutil.disk_usage(self.folder).free - SPARE
            quotas = replace(self.quotas, total=max(0, min(self.quotas.total, most)))
            self._remove(to_remove(entries, visitor, needed, quotas))

    def entries(self) -> list[Entry]:
        """All that lies here, and the uploads that come in."""
        with self._lock, os.scandir(self.folder) as found:
            folders = [item for item in found if item.is_dir(follow_symlinks=False)]
            sizes = {folder.name: _size(folder.path) for folder in folders}
            for name in sizes:
                self._known.setdefault(name, _Known())
            for name in set(self._known) - set(sizes):
                if not self._known[name].users:
                    del self._known[name]
            return [
                Entry(
                    name,
                    known.owner,
                    max(LEAST, sizes.get(name, 0), known.announced),
                    known.used,
                    known.lasting or known.users > 0,
                )
                for name, known in self._known.items()
            ]

    @contextmanager
    def held(self, *paths: Path) -> Iterator[None]:
        """Keeps the folders that these paths lie in while they are in use; paths elsewhere do not count."""
        names = [name for path in paths if (name := self.folder_of(path))]
        self._count(names, 1)
        try:
            yield
        finally:
            self._count(names, -1)

    def announce(self, visitor: Visitor, size: int) -> str:
        """Keeps room for an upload that comes in, until `end` is given what this returns. NoRoomError."""
        with self._lock:
            self.make_room(visitor, size)
            name = f"upload {secrets.token_hex(8)}"
            self._known[name] = _Known(visitor, users=1, announced=size)
            return name

    def end(self, announced: str) -> None:
        """The upload is here, or will never be."""
        with self._lock:
            self._known.pop(announced, None)

    def adopt(self, visitor: Visitor, paths: Iterable[str]) -> None:
        """The folders of these files are this visitor's: they have just sent them."""
        with self._lock:
            for path in paths:
                if name := self.folder_of(path):
                    self._known[name] = _Known(visitor, users=self._users(name))

    def remove(self, *paths: Path) -> None:
        """Removes the folders that these paths lie in, at once; paths elsewhere do not count."""
        with self._lock:
            for name in filter(None, map(self.folder_of, paths)):
                self._known.pop(name, None)
                shutil.rmtree(self.folder / name, ignore_errors=True)

    def folder_of(self, path: str | Path) -> str:
        """The name of the folder here that a path is, or lies in; empty for a path elsewhere."""
        with suppress(ValueError, OSError):
            name = next(iter(Path(path).resolve().relative_to(self.folder).parts), "")
            return "" if (self.folder / name).is_file() else name
        return ""

    def clear_loose(self, empty_only: bool = False, even_open: bool = False) -> None:
        """Removes files beside the folders that nobody writes any more: of uploads that were broken off.

        An upload is renamed at the moment it is closed: only the thread that does so may ask for more than
        the empty ones. even_open: also what is only open because it is not collected yet.
        """
        loose = [path for path in self.folder.iterdir() if path.is_file()]
        if not loose:
            return
        being_written = (
            {file.path for file in psutil.Process().open_files()} if not even_open else set()
        )
        for path in loose:
            if str(path) not in being_written and not (empty_only and _size_of(path)):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Removes everything."""
        atexit.unregister(self.close)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _count(self, names: list[str], more: int) -> None:
        with self._lock:
            for name in names:
                known = self._known.setdefault(name, _Known())
                known.users += more
                known.used = time.monotonic()

    def _users(self, name: str) -> int:
        return self._known[name].users if name in self._known else 0

    def _remove(self, entries: list[Entry]) -> None:
        for entry in entries:
            self._known.pop(entry.name, None)
            shutil.rmtree(self.folder / entry.name, ignore_errors=True)


@lru_cache(maxsize=1)
def store() -> Store:
    """The store of this process, made at the first call."""
    return Store()


def close_store() -> None:
    """Removes the store of this process, if there is one."""
    if store.cache_info().currsize:
        store().close()


def usual_quotas(folder: Path) -> Quotas:
    """ATTENTION_STORE_GB in all, else USUAL; not more than half of what the disk has free."""
    said = os.environ.get("ATTENTION_STORE_GB", "").strip()
    wanted: float = USUAL
    if said:
        wanted = float(said) * 1e9 if NUMBER.fullmatch(said) else 0.0
        if not wanted:
            raise InputError(
                f"ATTENTION_STORE_GB={short(said)} is no size in GB: give one, such as 4."
            )
    return Quotas.of(int(min(wanted, shutil.disk_usage(folder).free / 2)))


def _sweep(parent: Path) -> None:
    """Removes the stores whose process has gone without removing them."""
    for left in parent.glob(f"{PREFIX}*"):
        pid, _, rest = left.name.removeprefix(PREFIX).partition("-")
        birth = rest.partition("-")[0]
        if pid.isdigit() and birth.isdigit() and not lives(int(pid), float(birth)):
            shutil.rmtree(left, ignore_errors=True)


def _size(folder: str) -> int:
    """Bytes of all files in a folder."""
    found = (os.path.join(inside, name) for inside, _, names in os.walk(folder) for name in names)  # noqa: PTH118
    return sum(map(_size_of, found))


def _size_of(path: str | Path) -> int:
    """Bytes of a file; none of one that has gone meanwhile."""
    with suppress(OSError):
        return Path(path).lstat().st_size
    return 0
