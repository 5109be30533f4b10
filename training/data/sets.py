"""Sets that a user chooses by name: the drawn set that ships, and uploaded zips."""

import errno
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from attention.disk.home import ASSETS, home
from attention.disk.room import SPARE, size_text
from attention.errors import InputError
from attention.gate.owners import may_change, may_see, own, owned, share
from attention.gate.visitors import asking
from attention.media.frames import label
from training.data.archive.unpack import Progress
from training.data.archive.upload import Plan, plan_of, write_plan
from training.data.archive.zips import ZipLimits, opened_zip
from training.data.content import files_in, opened, size_of
from training.data.folders import listed
from training.data.naming import DRAWN, checked_name, proposed_name
from training.data.records import Source
from training.data.sources import open_source

DRAWN_FOLDER = ASSETS / "drawn"
MOST_SETS = 50
ALL_TOGETHER = 4_000_000_000  # bytes; the disk of a free Space also needs room for runs and caches
ABANDONED = 6 * 3600  # seconds; an older half-written set was left by a killed server
LEFT_OUT = "left_out"  # in a set's folder: the files left out, which can be put back
NOTES = "notes.json"
PATIENCE = 20.0  # seconds to wait for the lock


def sets_folder() -> Path:
    """The folder of uploaded sets, each in its own folder."""
    return home() / "sets"


def sets() -> dict[str, Path]:
    """Name → folder of the sets that the asking visitor may see: the drawn one first, then by name."""
    visitor = asking()
    return {
        name: folder
        for name, folder in every_set().items()
        if folder == DRAWN_FOLDER or may_see(owned(folder), visitor)
    }


def every_set() -> dict[str, Path]:
    """Name → folder of all sets, whoever may see them."""
    found = {DRAWN: DRAWN_FOLDER} if DRAWN_FOLDER.is_dir() else {}
    if sets_folder().is_dir():
        own = [f for f in sets_folder().iterdir() if f.is_dir() and not f.name.startswith(".")]
        found |= {folder.name: folder for folder in sorted(own, key=lambda f: f.name.casefold())}
    return found


def set_folder(name: str) -> Path:
    """The folder of a set. Raises InputError for a name that is not in sets(), such as a path."""
    known = sets()
    if name not in known:
        raise InputError(f"There is no set {label(name)!r}: choose one of {', '.join(known)}.")
    return known[name]


def source_of(name: str) -> Source:
    """The stills, clips and folds of a set. Raises InputError."""
    return opened(set_folder(name).resolve())


def add_set(
    zip_path: str | Path,
    name: str = "",
    limits: ZipLimits = ZipLimits(),
    on_progress: Progress | None = None,
    shared: bool | None = None,
) -> str:
    """Unpacks a zip of web/<Class>/ and video/<Class>/ into a set of the asking visitor's; its name.

    shared: whether others may look at it; None: as the page is used.
    A name that is in use gets a number; without a name the set is named after the zip.
    on_progress(bytes done, bytes in all). Raises InputError when the zip cannot be used or the disk is
    full; then nothing is left of it.
    """
    zip_path = Path(zip_path)
    wanted = checked_name(name.strip() or proposed_name(zip_path.name))
    folder = sets_folder()
    partial = folder / f".new-{secrets.token_hex(8)}"
    with _disk_error_as_input_error(label(zip_path)):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        try:
            plan = _unpacked(zip_path, partial / wanted, limits, on_progress)
            (partial / wanted / NOTES).write_text(json.dumps(plan.notes), encoding="utf-8")
            open_source(partial / wanted)
            own(partial / wanted, shared)
            with _alone(folder):
                final = _free_name(wanted)
                os.replace(partial / wanted, folder / final)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return final


def share_set(name: str, shared: bool) -> None:
    """Lets others look at a set and train on it, or no longer."""
    share(own_set(name), shared)


def remove_set(name: str) -> None:
    """Deletes an uploaded set. Raises InputError for the drawn set and unknown names."""
    folder = own_set(name)
    gone = folder.with_name(f".removed-{secrets.token_hex(8)}")
    with _alone(folder.parent):
        os.replace(folder, gone)  # first, so that nobody sees a half-deleted set
    shutil.rmtree(gone, ignore_errors=True)


def leave_out(name: str, files: Iterable[str]) -> int:
    """Moves stills and clips of an uploaded set to its left_out/; returns their number.

    files: paths within the set, such as "web/Hug/2.jpg". Raises InputError, and changes nothing, for an
    unknown file and when the remaining files are not enough for training.
    """
    folder = own_set(name)
    wanted = list(dict.fromkeys(files))
    with _alone(folder.parent):
        source = open_source(folder)
        paths = [*(still.path for still in source.stills), *(clip.path for clip in source.clips)]
        there = {path.relative_to(folder.resolve()).as_posix() for path in paths}
        strange = [file for file in wanted if file not in there]
        if strange:
            raise InputError(
                f"{name} has no file {listed(strange)}: look at the set again, it has changed."
            )
        _move(folder, folder / LEFT_OUT, wanted)
        try:
            open_source(folder)
        except InputError as error:
            _move(folder / LEFT_OUT, folder, wanted)
            raise InputError(f"Nothing was left out, because otherwise: {error}") from None
    return len(wanted)


def left_out(name: str) -> tuple[str, ...]:
    """The files that leave_out moved away, as paths within the set."""
    away = set_folder(name) / LEFT_OUT
    return tuple(sorted(file.relative_to(away).as_posix() for file in files_in(away)))


def put_back(name: str) -> int:
    """Moves all files in left_out/ back to their places; returns their number."""
    folder = own_set(name)
    with _alone(folder.parent):
        away = left_out(name)
        _move(folder / LEFT_OUT, folder, away)
        shutil.rmtree(folder / LEFT_OUT, ignore_errors=True)
    return len(away)


def notes_of(name: str) -> tuple[str, ...]:
    """Sentences about the files that were left out when the set was uploaded."""
    try:
        notes = json.loads((set_folder(name) / NOTES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple(map(str, notes)) if isinstance(notes, list) else ()


def may_change_set(name: str) -> bool:
    """Whether the asking visitor may change and remove a set; nobody the drawn one."""
    folder = set_folder(name)
    return folder != DRAWN_FOLDER and may_change(owned(folder), asking())


def own_set(name: str) -> Path:
    """The folder of a set that the asking visitor may change. InputError for any other."""
    folder = set_folder(name)
    if folder == DRAWN_FOLDER:
        raise InputError(
            "The drawn set ships with the app and stays as it is: add one of your own."
        )
    if not may_change_set(name):
        raise InputError(
            f"The set {label(name)!r} is shared by somebody else and stays as it is: add one of your own."
        )
    return folder


def _free_name(wanted: str) -> str:
    taken = {name.casefold() for name in every_set()} | {DRAWN}
    if len(taken) > MOST_SETS:
        raise InputError(f"There are {MOST_SETS} sets already: remove one before adding another.")
    numbers = (f"{wanted}-{number}" for number in range(2, MOST_SETS + 3))
    return next(name for name in (wanted, *numbers) if name.casefold() not in taken)


def _unpacked(
    zip_path: Path, folder: Path, limits: ZipLimits, on_progress: Progress | None
) -> Plan:
    with opened_zip(zip_path) as zipped:
        plan = plan_of(zip_path, zipped, limits)
        _check_room(label(zip_path), plan.size)
        write_plan(zipped, plan, folder, on_progress)
    return plan


def _check_room(zip_name: str, size: int) -> None:
    used = size_of(sets_folder())
    if used + size > ALL_TOGETHER:
        raise InputError(
            f"{zip_name} takes {size_text(size)} unpacked, and all sets together may take "
            f"{size_text(ALL_TOGETHER)}, of which {size_text(used)} are taken: remove a set first."
        )
    free = shutil.disk_usage(sets_folder()).free
    if size + SPARE > free:
        raise InputError(
            f"{zip_name} takes {size_text(size)} unpacked and the disk has {size_text(free)} free: "
            "remove a set, or upload a smaller one."
        )


def _sweep(folder: Path) -> None:
    """Deletes the half-written and half-deleted sets of killed servers."""
    for stray in (*folder.glob(".new-*"), *folder.glob(".removed-*")):
        with suppress(FileNotFoundError):  # another process has just deleted it
            if time.time() - stray.stat().st_mtime > ABANDONED:
                shutil.rmtree(stray, ignore_errors=True)


def _move(start: Path, end: Path, files: Iterable[str]) -> None:
    for file in files:
        (end / file).parent.mkdir(parents=True, exist_ok=True)
        os.replace(start / file, end / file)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the lock of the sets: no other process adds, deletes or changes a set meanwhile."""
    try:
        with FileLock(folder / ".lock", timeout=PATIENCE):
            yield
    except Timeout:
        raise InputError(
            "Somebody else is changing the sets just now: try again in a minute."
        ) from None


@contextmanager
def _disk_error_as_input_error(zip_name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise InputError(
                f"The disk is full: {zip_name} is not added and nothing of it is kept; remove a set, or "
                "upload a smaller one."
            ) from None
        if error.errno in (errno.EINVAL, None):
            raise InputError(
                f"{zip_name} is damaged or not a zip: zip the folders again and upload the new file."
            ) from None
        raise InputError(
            f"{zip_name} cannot be added ({error.strerror or error}): the folder for uploaded sets "
            "cannot be written to; tell the person who runs this page."
        ) from None
