"""Opens an untrusted zip and lists its files: paths, links, names, and the length of its file list."""

import encodings.cp437  # noqa: F401 - of names that are not in UTF-8: a cage lets no module be imported
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
from attention.media.suffixes import is_litter

ARCHIVES = frozenset({".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar", ".zst"})
# Other methods may need gigabytes to unpack a few bytes, and no system's own tool uses them.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LIST_OF_FILES = 4_000_000  # most bytes of a zip's file list: 20,000 files with long names


@dataclass(frozen=True)
class ZipLimits:
    """The limits for a zip uploaded to a public page; sizes in bytes."""

    files: int = 5_000  # a check-up reads them all in two minutes on two cores
    total: int = 400_000_000  # twice the largest upload: pictures and clips hardly compress
    still: int = 20_000_000  # a camera's largest JPEG
    clip: int = 100_000_000  # a minute in full HD
    table: int = 2_000_000  # ten times a splits.csv of 5,000 clips
    times: int = 50  # unpacked ÷ zipped size, checked above `small`
    small: int = 20_000_000
    name: int = 100  # characters of a file's or folder's name
    path: int = 240  # characters of a path: every system can open it


@dataclass(frozen=True)
class Entry:
    """A file of a zip: its path, its unpacked size in bytes, and its number in the zip's own list."""

    path: PurePosixPath
    size: int
    number: int


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Opens a zip. Raises InputError when it is damaged or not a zip."""
    name = label(path)
    try:
        with _SmallReads(path) as file, zipfile.ZipFile(file) as zipped:
            yield zipped
    except InputError:
        raise
    except UnicodeDecodeError as error:
        text = bytes(error.object).decode("utf-8", "replace")
        raise InputError(_odd_name(name, text)) from None
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
        raise damaged(name) from None


def damaged(name: str) -> InputError:
    """The error for a zip that cannot be read."""
    return InputError(
        f"{name} is damaged or not a zip: zip the folders again and upload the new file."
    )


def entries_of(zipped: zipfile.ZipFile, name: str, limits: ZipLimits) -> list[Entry]:
    """The files in a zip, without folders and litter. name: the zip's name, for sentences.

    Raises InputError, which names the file, the limit and what to do.
    """
    found = [
        Entry(path, info.file_size, number)
        for number, info in enumerate(zipped.infolist())
        if (path := _safe_path(name, info)) is not None
    ]
    check_entries(found, name, limits)
    return found


def check_entries(found: Sequence[Entry], name: str, limits: ZipLimits) -> None:
    """Raises InputError when a zip has too many files, or one with too long a name."""
    if len(found) > limits.files:
        raise InputError(
            f"{name} holds {len(found):,} files, at most {limits.files:,} are accepted: leave some "
            "out, or train from a folder of your own in the terminal."
        )
    _check_names(name, found, limits)


def is_inside(path: PurePosixPath) -> bool:
    """Whether a path stays in the folder that it is unpacked into."""
    return bool(path.parts) and not (
        path.is_absolute() or ".." in path.parts or ":" in path.parts[0]
    )


class _SmallReads(io.BufferedReader):
    """A file that refuses very long reads: zipfile reads a zip's file list in one piece."""

    def __init__(self, path: Path) -> None:
        super().__init__(io.FileIO(path))
        self._label = label(path)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LIST_OF_FILES:
            raise InputError(
                f"{self._label} lists more files than are accepted here "
                f"({size_text(size)} of names, at most {size_text(LIST_OF_FILES)}): leave some out."
            )
        return super().read(size)


def _safe_path(name: str, info: zipfile.ZipInfo) -> PurePosixPath | None:
    """A file's path, checked to stay in the folder; None for folders and litter."""
    text = _text(name, info).replace("\\", "/")
    printed = printable(text)
    path = PurePosixPath(text)
    if path.parts and not is_inside(path):
        raise InputError(
            f"{name} holds a path that leaves its folder ({printed}) and is not unpacked: zip the "
            "folders web and video themselves."
        )
    if not text.isprintable():
        raise InputError(
            f"{name} holds a name with unprintable characters ({printed}): rename that file."
        )
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise InputError(
            f"{name} holds a link or device ({printed}) and is not unpacked: put the file itself there."
        )
    if text.endswith("/") or not path.parts or any(map(is_litter, path.parts)):
        return None
    if info.flag_bits & 0x1:
        raise InputError(f"{name} is encrypted ({printed}): zip the folders without a password.")
    if info.compress_type not in METHODS:
        raise InputError(
            f"{printed} in {name} is packed by a method not read here: zip the folders in the usual way "
            "(deflate)."
        )
    if path.suffix.casefold() in ARCHIVES:
        raise InputError(
            f"{name} holds another archive ({printed}): unpack that one, or take it out, and zip the "
            "folders again."
        )
    return path


def _text(name: str, info: zipfile.ZipInfo) -> str:
    """A file's name; many programs write UTF-8 without setting the flag for it."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(_odd_name(name, info.orig_filename)) from None


def _odd_name(name: str, odd: str) -> str:
    return (
        f"{name} holds a name that is not in UTF-8 ({printable(odd)}): rename that file with plain "
        "letters, or zip the folders with a tool that writes UTF-8 names."
    )


def _check_names(name: str, found: Sequence[Entry], limits: ZipLimits) -> None:
    for entry in found:
        longest = max(entry.path.parts, key=len)
        if len(longest) > limits.name or len(longest.encode()) > 255:
            raise InputError(
                f"{name} holds a name of {len(longest)} characters ({printable(longest)}), at most "
                f"{limits.name} are accepted: rename it."
            )
        if len(str(entry.path)) > limits.path:
            raise InputError(
                f"{name} holds a path of {len(str(entry.path))} characters ({printable(longest)} is in "
                f"it), at most {limits.path} are accepted: use fewer or shorter folders."
            )


def printable(text: str, most: int = 90) -> str:
    """A path for a sentence: printable, at most `most` characters."""
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain if len(plain) <= most else f"{plain[: most - 31]}…{plain[-30:]}"
