"""What one open page brought: stills and short clips in boxes, and what was learned from them."""

import hashlib
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from attention.errors import InputError
from attention.gate.temporary.store import Store
from attention.gate.visitors import Visitor
from attention.media.frames import label
from attention.media.suffixes import SUFFIXES
from training.own.records import BOXES, LARGEST, Brought, Learnt, Read

MOST_IN_A_BOX = 200  # stills and clips
ALL_TOGETHER = 200_000_000  # bytes of a session
STEP = 5_000_000  # bytes that the store is asked for at a time
NOT_LEARNT = "Nothing is learnt yet: fill two boxes and press Learn first."
GONE = "What you brought is no longer kept here: reload the page and bring it again."


@dataclass(eq=False)
class Session:
    """One page's; what lies on the disk lies in `folder` and beside `looks`, and goes when it is forgotten.

    read: by key, what came of a file, so that each is decoded once · used: by time.monotonic().
    """

    token: str
    visitor: Visitor
    store: Store
    folder: Path
    brought: dict[str, Brought] = field(default_factory=dict)
    read: dict[str, Read] = field(default_factory=dict)
    learnt: Learnt | None = None
    looks: list[Path] = field(default_factory=list)
    used: float = field(default_factory=time.monotonic)
    _bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def begun(cls, store: Store, visitor: Visitor) -> "Session":
        """A new one. NoRoomError where the store has none for it."""
        return cls(secrets.token_urlsafe(18), visitor, store, store.new_folder(visitor))

    def add(self, box: int, name: str, content: bytes, take: int, camera: bool) -> Brought:
        """Keeps a file in a box, and returns what names it. InputError where it cannot be taken.

        The same file twice in one box is one still; of two boxes, learning says what becomes of it.
        """
        with self._lock:
            self._check(box, name, content)
            if self._bytes // STEP != (self._bytes + len(content)) // STEP or not self._bytes:
                self.store.make_room(self.visitor, max(STEP, len(content)))
            digest = hashlib.sha256(content).hexdigest()
            twin = self._twin(box, digest)
            if twin:
                return twin
            key = secrets.token_hex(8)
            ending = Path(name).suffix.casefold()
            path = self.folder / f"{key}{ending if ending in SUFFIXES else ''}"
            with self.store.held(self.folder):
                path.write_bytes(content)
            self._bytes += len(content)
            made = Brought(key, box, label(name), take, camera, digest, path)
            self.brought[key] = made
            return made

    def remove(self, keys: set[str]) -> None:
        """Deletes some of what was brought; keys that there are not mean nothing."""
        with self._lock:
            for key in keys & set(self.brought):
                gone = self.brought.pop(key)
                self.read.pop(key, None)
                self._bytes -= gone.path.stat().st_size if gone.path.exists() else 0
                for path in (gone.path, gone.path.with_suffix(".npy")):
                    path.unlink(missing_ok=True)

    def forget(self) -> None:
        """Deletes everything, on the disk and in memory."""
        with self._lock:
            self.store.remove(self.folder, *self.looks)
            self.brought.clear()
            self.read.clear()
            self.looks.clear()
            self.learnt, self._bytes = None, 0

    def _twin(self, box: int, digest: str) -> Brought | None:
        there = (each for each in self.brought.values() if each.box == box)
        return next((each for each in there if each.digest == digest), None)

    def _check(self, box: int, name: str, content: bytes) -> None:
        if not self.folder.is_dir():
            raise InputError(GONE)
        if not 0 <= box < BOXES:
            raise InputError(
                f"There are {BOXES} boxes at most; put {label(name)} into one of them."
            )
        if not content:
            raise InputError(f"{label(name)} is empty (0 bytes); copy or download it again.")
        if len(content) > LARGEST:
            raise InputError(
                f"{label(name)} has {len(content) / 1e6:.0f} MB, at most {LARGEST / 1e6:.0f} MB are taken "
                "here; bring a smaller or shorter one."
            )
        if Counter(each.box for each in self.brought.values())[box] >= MOST_IN_A_BOX:
            raise InputError(
                f"A box holds {MOST_IN_A_BOX} stills and clips, which is enough to learn from: "
                f"{label(name)} is left out."
            )
        if self._bytes + len(content) > ALL_TOGETHER:
            raise InputError(
                f"All boxes together hold {ALL_TOGETHER / 1e6:.0f} MB, which are used up: {label(name)} is "
                "left out."
            )
