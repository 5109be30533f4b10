"""Zips as people and as attackers make them, of real small stills and clips."""

import stat
import struct
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from tests.clips import Picture, numbered_frames, write_clip


@lru_cache
def still(seed: int = 0) -> bytes:
    """A small JPEG of coloured squares, another for each seed."""
    file = BytesIO()
    Image.fromarray(_squares(seed)).save(file, "JPEG", quality=92)
    return file.getvalue()


def _squares(seed: int) -> Picture:
    colours = np.random.default_rng(seed).integers(0, 256, (5, 6, 3)).astype(np.uint8)
    return colours.repeat(16, 0).repeat(16, 1)


@lru_cache
def clip(frames: int = 6, seed: int | None = None) -> bytes:
    """A small H.264 clip of numbered frames, or of other coloured squares for each seed."""
    pictures = numbered_frames(frames) if seed is None else [_squares(seed)] * frames
    with TemporaryDirectory() as folder:
        return write_clip(Path(folder) / "clip.mp4", pictures).read_bytes()


def good(prefix: str = "", classes: tuple[str, ...] = ("Hug", "Kiss")) -> dict[str, bytes]:
    """The files of a set that can be learned from: per class three stills and two clips."""
    files = {}
    for place, name in enumerate(classes):
        for number in range(3):
            files[f"{prefix}web/{name}/{number}.jpg"] = still(10 * place + number)
        for number in range(2):
            files[f"{prefix}video/{name}/{number}.mp4"] = clip(seed=100 + 10 * place + number)
    return files


def zipped(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def with_kind(path: Path, name: str, kind: int) -> Path:
    """A good zip with a file of a special kind, such as stat.S_IFLNK."""
    zipped(path, good())
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    return path


def link(path: Path) -> Path:
    """A good zip with a symbolic link among its stills."""
    return with_kind(path, "web/Hug/link.jpg", stat.S_IFLNK)


def encrypted(path: Path) -> Path:
    """A good zip whose first file says that it is encrypted."""
    content = bytearray(zipped(path, good()).read_bytes())
    content[6] |= 1  # the flag in the file's own header, and in the list of files
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def renamed(path: Path, old: bytes, new: bytes, *, utf8: bool = False) -> Path:
    """A good zip in which one name is other bytes of the same length, said to be UTF-8 or not."""
    content = zipped(path, good() | {f"web/Hug/{old.decode()}": still(77)}).read_bytes()
    content = bytearray(content.replace(old, new))
    if utf8:
        for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = -1
            while (place := content.find(mark, place + 1)) >= 0:
                (flags,) = struct.unpack_from("<H", content, place + at)
                struct.pack_into("<H", content, place + at, flags | 0x800)
    path.write_bytes(content)
    return path


def claiming(path: Path, size: int) -> Path:
    """A good zip whose list of files is `size` bytes long."""
    content = zipped(path, good()).read_bytes()
    start, end = content.index(b"PK\x01\x02"), content.rindex(b"PK\x05\x06")
    tail = bytearray(content[end:])
    struct.pack_into("<I", tail, 12, size)
    path.write_bytes(content[:start] + bytes(size - (end - start)) + content[start:end] + tail)
    return path
