"""What people do to sets of their own: add them as a zip, leave files out, share and remove them."""

import errno
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from attention.disk import bin
from attention.disk.process import has_gone, signature
from attention.disk.room import SPARE, size_text
from attention.errors import InputError
from attention.gate.owners import may_change, own, owned, share
from attention.gate.quotas import used
from attention.gate.visitors import asking
from attention.media.frames import label
from training.data.archive.caged import planned_zip, write_plan
from training.data.archive.unpack import Progress
from training.data.archive.upload import Plan
from training.data.archive.zips import ZipLimits
from training.data.content import files_in, size_of
from training.data.folders import count, listed
from training.data.naming import DRAWN, checked_name, proposed_name
from training.data.sets import (
    DRAWN_FOLDER,
    LEFT_OUT,
    NOTES,
    every_set,
    left_out,
    own_set,
    sets_folder,
)
from training.data.sources import open_source

MOST_SETS = 50
ALL_TOGETHER = 4_000_000_000  # bytes; the disk of a free Space also needs room for runs and caches
PATIENCE = 20.0  # seconds to wait for the lock
KIND = "sets"  # in the bin


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
    partial = folder / f".new-{signature()}-{secrets.token_hex(4)}"
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
    """Moves a set of the asking visitor's into the bin, where it lies for a day. Raises InputError."""
    folder = own_set(name)
    with _alone(folder.parent):
        bin.throw_away(folder, KIND)


def removed_sets() -> list[str]:
    """The names of the sets in the bin that the asking visitor may bring back, the last first."""
    return [thing.name for thing in _removed()]


def restore_set(name: str) -> str:
    """Brings a set back from the bin; the name it has then. InputError when it is not there any more."""
    with _alone(sets_folder()):
        thing = next((thing for thing in _removed() if thing.name == name), None)
        if thing is None:
            raise InputError(
                f"No set {label(name)!r} was removed in the last day; add it again as a zip."
            )
        check_quota(name, size_of(thing.folder))
        final = _free_name(name)
        bin.bring_back(thing, sets_folder() / final)
    return final


def _removed() -> list[bin.Removed]:
    return [thing for thing in bin.removed(KIND) if may_change(owned(thing.folder), asking())]


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


def put_back(name: str) -> int:
    """Moves all files in left_out/ back to their places; returns the number of stills and clips."""
    folder = own_set(name)
    with _alone(folder.parent):
        away = left_out(name)
        files = files_in(folder / LEFT_OUT)
        _move(
            folder / LEFT_OUT, folder, (f.relative_to(folder / LEFT_OUT).as_posix() for f in files)
        )
        shutil.rmtree(folder / LEFT_OUT, ignore_errors=True)
    return len(away)


def check_quota(name: str, size: int) -> None:
    """Raises InputError when the asking visitor has as many sets, or bytes of them, as one may have."""
    own = [(owned(folder), folder) for folder in every_set().values() if folder != DRAWN_FOLDER]
    for sets in used((thing, 1) for thing, _ in own):
        if sets.amount >= sets.quota.sets:
            raise InputError(
                f"{sets.subject} {count(int(sets.amount), 'set')} here, which is the most: remove one first."
            )
    for bytes_ in used((thing, size_of(folder)) for thing, folder in own):
        if bytes_.amount + size > bytes_.quota.set_bytes:
            raise InputError(
                f"{label(name)} takes {size_text(size)}, and {bytes_.subject.lower()} "
                f"{size_text(int(bytes_.amount))} of sets here, of {size_text(int(bytes_.quota.set_bytes))} "
                "at most: remove a set first."
            )


def _free_name(wanted: str) -> str:
    taken = {name.casefold() for name in every_set()} | {DRAWN}
    if len(taken) > MOST_SETS:
        raise InputError(f"There are {MOST_SETS} sets already: remove one before adding another.")
    numbers = (f"{wanted}-{number}" for number in range(2, MOST_SETS + 3))
    return next(name for name in (wanted, *numbers) if name.casefold() not in taken)


def _unpacked(
    zip_path: Path, folder: Path, limits: ZipLimits, on_progress: Progress | None
) -> Plan:
    with planned_zip(zip_path, limits) as (plan, content):
        check_quota(zip_path.name, plan.size)
        _check_room(label(zip_path), plan.size)
        write_plan(content, plan, folder, on_progress)
    return plan


def _check_room(zip_name: str, size: int) -> None:
    taken = size_of(sets_folder())
    if taken + size > ALL_TOGETHER:
        raise InputError(
            f"{zip_name} takes {size_text(size)} unpacked, and all sets together may take "
            f"{size_text(ALL_TOGETHER)}, of which {size_text(taken)} are taken: remove a set first."
        )
    free = bin.free_bytes(sets_folder(), size + SPARE)
    if size + SPARE > free:
        raise InputError(
            f"{zip_name} takes {size_text(size)} unpacked and the disk has {size_text(free)} free: "
            "remove a set, or upload a smaller one."
        )


def _sweep(folder: Path) -> None:
    """Deletes the half-written and half-deleted sets of killed servers."""
    left = (path for path in folder.glob(".new-*") if has_gone(path.name.removeprefix(".new-")))
    for stray in (*left, *folder.glob(".removed-*")):
        shutil.rmtree(stray, ignore_errors=True)


def _move(start: Path, end: Path, files: Iterable[str]) -> None:
    files = list(files)
    for file in files:  # all of them before the first is moved: the disk may be full
        (end / file).parent.mkdir(parents=True, exist_ok=True)
    for file in files:
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
        raise InputError(
            f"{zip_name} cannot be added ({error.strerror or error}): the folder for uploaded sets "
            "cannot be written to; tell the person who runs this page."
        ) from None
