"""A zip that somebody sends, looked at without trust: no path, link or list of files that does harm."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from attention.disk.room import size_text
from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import LITTER

ARCHIVES = frozenset({".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar", ".zst"})
# The others may ask for gigabytes to unpack a few bytes, and no system's own tool writes them.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LIST_OF_FILES = 4_000_000  # bytes a zip's list of files may have: 20,000 files of long names


@dataclass(frozen=True)
class ZipLimits:
    """What is accepted of a zip on a page that anyone may open; sizes in bytes."""

    files: int = 5_000  # a check-up reads each: two minutes on two cores
    total: int = 400_000_000  # twice the largest upload: pictures and clips hardly compress
    still: int = 20_000_000  # what a camera's largest JPEG has
    clip: int = 100_000_000  # a minute in full HD
    table: int = 2_000_000  # splits.csv with a line for each of 5,000 clips, ten times over
    times: int = 50  # unpacked over zipped, where it grows beyond `small`
    small: int = 20_000_000
    name: int = 100  # characters of a file's or folder's name
    path: int = 240  # characters of a path: what every system can open


@dataclass(frozen=True)
class Entry:
    """A file of a zip and where it goes."""

    path: PurePosixPath
    info: zipfile.ZipInfo


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip, to plan and write from. Raises InputError for one that is damaged or none at all."""
    name = label(path)
    try:
        with _SmallReads(path) as file, zipfile.ZipFile(file) as zipped:
            yield zipped
    except InputError:
        raise
    except UnicodeDecodeError as error:
        told = bytes(error.object).decode("utf-8", "replace")
        raise InputError(_odd_name(name, told)) from None
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        OverflowError,
        RuntimeError,
        ValueError,
    ):
        raise InputError(
            f"{name} is damaged or not a zip: zip the folders again and upload the new file."
        ) from None


def entries_of(zipped: zipfile.ZipFile, name: str, limits: ZipLimits) -> list[Entry]:
    """The files in a zip, folders and litter aside. name: the zip's, for sentences.

    Raises InputError in one sentence that names the file, the limit and what to do.
    """
    found = [
        Entry(path, info)
        for info in zipped.infolist()
        if (path := _safe_path(name, info)) is not None
    ]
    if len(found) > limits.files:
        raise InputError(
            f"{name} holds {len(found):,} files, at most {limits.files:,} are accepted: leave some "
            "out, or learn from a folder of your own in the terminal."
        )
    _check_names(name, found, limits)
    return found


class _SmallReads(io.BufferedReader):
    """A zip whose list of files, read in one piece, cannot fill the memory."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._shown = label(path)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LIST_OF_FILES:
            raise InputError(
                f"{self._shown} lists more files than are accepted here "
                f"({size_text(size)} of names, at most {size_text(LIST_OF_FILES)}): leave some out."
            )
        return super().read(size)


def _safe_path(name: str, info: zipfile.ZipInfo) -> PurePosixPath | None:
    """Where a file would lie, for certain within the folder; None for folders and litter."""
    text = _text(name, info).replace("\\", "/")
    told = shown(text)
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise InputError(
            f"{name} holds a path that leaves its folder ({told}) and is not unpacked: zip the "
            "folders web and video themselves."
        )
    if not text.isprintable():
        raise InputError(
            f"{name} holds a name with unprintable characters ({told}): rename that file."
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InputError(
            f"{name} holds a link or device ({told}) and is not unpacked: put the file itself there."
        )
    if text.endswith("/") or not path.parts or any(map(_is_litter, path.parts)):
        return None
    if info.flag_bits & 0x1:
        raise InputError(f"{name} is encrypted ({told}): zip the folders without a password.")
    if info.compress_type not in METHODS:
        raise InputError(
            f"{told} in {name} is packed by a method not read here: zip the folders in the usual way "
            "(deflate)."
        )
    if path.suffix.casefold() in ARCHIVES:
        raise InputError(
            f"{name} holds another archive ({told}): unpack that one, or take it out, and zip the "
            "folders again."
        )
    return path


def _text(name: str, info: zipfile.ZipInfo) -> str:
    """A file's name as its maker wrote it: many write UTF-8 and forget to say so."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(_odd_name(name, info.orig_filename)) from None


def _odd_name(name: str, odd: str) -> str:
    return (
        f"{name} holds a name that is not in UTF-8 ({shown(odd)}): rename that file with plain letters, or "
        "zip the folders with a tool that writes UTF-8 names."
    )


def _is_litter(part: str) -> bool:
    return part.startswith(".") or part.casefold() in LITTER


def _check_names(name: str, found: Sequence[Entry], limits: ZipLimits) -> None:
    for entry in found:
        longest = max(entry.path.parts, key=len)
        if len(longest) > limits.name or len(longest.encode()) > 255:
            raise InputError(
                f"{name} holds a name of {len(longest)} characters ({shown(longest)}), at most "
                f"{limits.name} are accepted: rename it."
            )
        if len(str(entry.path)) > limits.path:
            raise InputError(
                f"{name} holds a path of {len(str(entry.path))} characters ({shown(longest)} is in "
                f"it), at most {limits.path} are accepted: use fewer or shorter folders."
            )


def shown(text: str, most: int = 90) -> str:
    """A path as people may see it: printable, and not too long."""
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= most else f"{plain[: most - 31]}…{plain[-30:]}"
