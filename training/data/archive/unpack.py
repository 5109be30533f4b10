"""Unpacks untrusted archives: never outside the folder, and no decompression bomb."""

import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from attention.disk.room import check_room, disk_error_as_input_error, size_text
from attention.errors import InputError
from attention.media.frames import label

SUFFIXES = (".zip", ".tar.gz", ".tgz", ".tar")
MOST_FILES = 1_000_000
# Pictures and clips hardly compress; text files do, but are small.
MOST_TIMES = 50  # unpacked size ÷ archive size, checked above SMALL
SMALL = 100_000_000  # bytes
CHUNK = 1 << 20

Progress = Callable[[int, int], None]
Member = tuple[PurePosixPath, int, Callable[[], IO[bytes] | None]]


def is_archive(path: Path) -> bool:
    """Says whether a file name has a supported archive suffix."""
    return path.name.casefold().endswith(SUFFIXES)


def unpacked_folder(archive: Path) -> Path:
    """The target folder of an archive: beside it, with its name without suffix."""
    suffix = next(s for s in SUFFIXES if archive.name.casefold().endswith(s))
    return archive.with_name(archive.name[: -len(suffix)])


def unpack(archive: Path, on_progress: Progress | None = None) -> Path:
    """Unpacks a zip or tar into `unpacked_folder`, whole or not at all; returns the folder.

    An existing folder is left as it is. Raises InputError for an archive that is damaged or encrypted,
    has links or paths outside the folder, or would become out of proportion, and when the disk lacks
    room.
    """
    target = unpacked_folder(archive)
    if target.exists():
        return target
    partial = target.with_name(f".{target.name}.unpacking")
    full = disk_error_as_input_error(archive.parent, f"{archive.name} is not unpacked")
    try:
        with full, _readable(archive), _members(archive) as members:
            shutil.rmtree(partial, ignore_errors=True)  # left by a killed run
            total = sum(size for _, size, _ in members)
            check_room(archive.parent, total, f"The content of {archive.name}")
            write_members(members, partial, total, on_progress)
            os.replace(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return target


def write_members(
    members: Iterable[Member], folder: Path, total: int, on_progress: Progress | None = None
) -> None:
    """Writes files into the new folder `folder`; on_progress(bytes done, `total`).

    Raises EOFError for a file that is shorter or longer than its archive says.
    """
    done = 0
    folder.mkdir(parents=True)
    for name, size, opened in members:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        source = opened()
        if source is None:
            continue
        with source, new_file(path) as file:
            while chunk := source.read(CHUNK):
                file.write(chunk)
                done += len(chunk)
                if on_progress:
                    on_progress(done, total)
        if path.stat().st_size != size:
            raise EOFError(name)


def new_file(path: Path) -> BinaryIO:
    """Opens a new file for writing; it must not exist."""
    return path.open("xb")


@contextmanager
def _readable(archive: Path) -> Iterator[None]:
    """Turns the errors of a damaged archive into an InputError."""
    try:
        yield
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError):
        raise InputError(
            f"{label(archive)} is damaged or not an archive of its kind: remove it and fetch it "
            "again."
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise _unsafe(archive, "two files of one name") from None


@contextmanager
def _members(archive: Path) -> Iterator[list[Member]]:
    """Yields the files in an archive as (path, size, function that opens it). Raises InputError."""
    if archive.name.casefold().endswith(".zip"):
        with zipfile.ZipFile(archive) as zipped:
            files = (info for info in zipped.infolist() if not info.is_dir())
            yield _in_proportion(archive, (_zip_member(archive, zipped, info) for info in files))
    else:
        with tarfile.open(archive) as tar:
            entries = (info for info in tar if not info.isdir())
            yield _in_proportion(archive, (_tar_member(archive, tar, info) for info in entries))


def _in_proportion(archive: Path, members: Iterable[Member]) -> list[Member]:
    """The members as a list. Raises InputError when they are too many or too large (a bomb).

    The check is made member by member: to find the next member of a tar, this one is decompressed.
    """
    most = max(SMALL, MOST_TIMES * archive.stat().st_size)
    kept: list[Member] = []
    total = 0
    for member in members:
        kept.append(member)
        total += member[1]
        if len(kept) > MOST_FILES or total > most:
            raise InputError(
                f"{label(archive)} would grow to {size_text(total)} or more in {len(kept):,} files,"
                " out of all proportion to its size: it is not unpacked; look into it yourself."
            )
    return kept


def _zip_member(archive: Path, zipped: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _unsafe(archive, f"a link ({label(info.filename)})")
    if info.flag_bits & 0x1:
        raise InputError(f"{label(archive)} is encrypted: unpack it yourself.")
    return _inside(archive, info.filename), info.file_size, lambda: zipped.open(info)


def _tar_member(archive: Path, tar: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    if not info.isreg():
        raise _unsafe(archive, f"a link or device ({label(info.name)})")
    return _inside(archive, info.name), info.size, lambda: tar.extractfile(info)


def _inside(archive: Path, name: str) -> PurePosixPath:
    """A member's path. Raises InputError when it leaves the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise _unsafe(archive, f"a path that leaves its folder ({label(name)})")
    return path


def _unsafe(archive: Path, what: str) -> InputError:
    return InputError(
        f"{label(archive)} holds {what} and is not unpacked: do not trust it, or unpack it yourself."
    )
