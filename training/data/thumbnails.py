"""Thumbnails of stills and clips (a clip's middle frame), made on request and cached by content.

For untrusted files a confined child runs `python -m training.data.thumbnails FILE …`: it writes a JSON
line and the JPEG for each file.
"""

import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import Any, cast

from attention.confined.batch import end, start_confined
from attention.disk.home import home
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.media.frames import FrameReader, Limits, label, probe

SIDE = 224  # pixels, longest side: twice a tile's size on the page, for high-density screens
QUALITY = 80
LARGEST = 100_000  # bytes of a thumbnail
LATEST = 5.0  # seconds; a later frame is not used, because all frames before it must be decoded
CPU_SECONDS = 60  # for a page of pictures
WALL_SECONDS = 20.0
TRIES = 4  # child processes per page; a file may end its child
KEPT = 20_000  # files: 160 MB
LIMITS = Limits(max_clip_pixels=4096 * 4096)


@dataclass(frozen=True)
class Thumbnail:
    """A small JPEG, its frame's index and time, and the clip's size; or why there is no JPEG."""

    jpeg: bytes = b""
    index: int = 0
    seconds: float = 0.0
    frames: int = 1
    width: int = 0
    height: int = 0
    why: str = ""


def thumbnails(paths: Iterable[Path], *, trusted: bool = False) -> dict[Path, Thumbnail]:
    """The thumbnail of each file. trusted: whether the files ship with the app; read in this process."""
    wanted = list(dict.fromkeys(paths))
    found = {path: kept for path in wanted if (kept := _kept(path))}
    missing = [path for path in wanted if path not in found]
    if trusted:
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            made = dict(zip(missing, threads.map(thumbnail_of, missing), strict=True))
    else:
        made = _confined(missing)
    for path, thumbnail in made.items():
        _keep(path, thumbnail)
    return {path: found.get(path) or made[path] for path in wanted}


def thumbnail_of(path: Path) -> Thumbnail:
    """Makes a file's thumbnail; for a clip, of the middle frame or of the one at LATEST seconds."""
    from attention.media.jpeg import jpeg  # imports cv2, which is slow: only when needed

    try:
        clip = probe(path, LIMITS)
        middle = (clip.frame_count or 1) // 2 if clip.kind == "video" else 0
        step = max(1, min(middle, int(LATEST * (clip.fps or 25.0))))
        with FrameReader(path, every=step, limits=LIMITS, chunk=1) as reader:
            frames = iter(reader)
            chosen = next(frames)
            if middle:
                chosen = next(frames, chosen)  # the file may have fewer frames than it states
    except InputError as error:
        return Thumbnail(why=str(error))
    return Thumbnail(
        jpeg(chosen.rgb[0], SIDE, QUALITY),
        int(chosen.indices[0]),
        round(float(chosen.seconds[0]), 3),
        clip.frame_count or 0,
        clip.width,
        clip.height,
    )


def _confined(paths: Sequence[Path]) -> dict[Path, Thumbnail]:
    """Makes thumbnails in child processes; after a file that ends its child, a new child continues."""
    made: dict[Path, Thumbnail] = {}
    for _ in range(TRIES):
        left = [path for path in paths if path not in made]
        if not left:
            break
        answers = _batch(left)
        made |= dict(zip(left, answers, strict=False))
        if len(answers) < len(left):
            ended = left[len(answers)]
            made[ended] = Thumbnail(why=f"{label(ended)} stops the decoder; save it again.")
    return {path: made.get(path, Thumbnail(why="This page takes too long.")) for path in paths}


def _batch(paths: Sequence[Path]) -> list[Thumbnail]:
    """The thumbnails of the first files, up to the child's end."""
    process = start_confined(
        "training.data.thumbnails", list(map(str, paths)), cpu_seconds=CPU_SECONDS
    )
    timer = threading.Timer(WALL_SECONDS, process.kill)
    timer.daemon = True
    timer.start()
    made: list[Thumbnail] = []
    try:
        answers = cast(BufferedReader, process.stdout)
        while len(made) < len(paths) and (line := answers.readline(1 << 16)):
            made.append(_answered(line, answers))
    except (KeyError, TypeError, ValueError, OverflowError):
        pass  # an invalid answer counts as the child's end
    finally:
        timer.cancel()
        end(process)
    return made


def _answered(line: bytes, answers: BufferedReader) -> Thumbnail:
    """One answer of the child, checked. Raises KeyError, TypeError, ValueError or OverflowError."""
    record = _record(line)
    size = int(record["bytes"])
    if not 0 <= size <= LARGEST:
        raise ValueError(size)
    jpeg = answers.read(size)
    if len(jpeg) != size or (size and jpeg[:3] != b"\xff\xd8\xff"):
        raise ValueError(size)
    return _thumbnail(record, jpeg)


def _record(line: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except RecursionError:
        raise ValueError from None


def _thumbnail(record: dict[str, Any], jpeg: bytes) -> Thumbnail:
    index, frames, width, height = (
        int(record[key]) for key in ("index", "frames", "width", "height")
    )
    seconds, why = float(record["seconds"]), str(record["why"])
    return Thumbnail(jpeg, index, seconds, frames, width, height, why)


def _line(thumbnail: Thumbnail) -> bytes:
    record = asdict(thumbnail) | {"bytes": len(thumbnail.jpeg)}
    del record["jpeg"]
    return json.dumps(record).encode() + b"\n" + thumbnail.jpeg


def _file(path: Path) -> Path:
    state = path.stat()
    content = _content(path, state.st_size, state.st_mtime_ns)
    return home() / "cache" / "thumbnails" / f"{content}-{SIDE}.thumb"


@lru_cache(maxsize=KEPT)
def _content(path: Path, *_state: int) -> str:
    """A hash of a file's content; computed again only when its size or time changes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def _kept(path: Path) -> Thumbnail | None:
    try:
        line, _, jpeg = _file(path).read_bytes().partition(b"\n")
        return _thumbnail(_record(line), jpeg)
    except (OSError, KeyError, TypeError, ValueError):
        return None


def _keep(path: Path, thumbnail: Thumbnail) -> None:
    """Caches a thumbnail; when the disk is full it is made again next time."""
    if thumbnail.why:
        return
    with suppress(OSError):
        file = _file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as partial:
            partial.write_bytes(_line(thumbnail))


def sweep() -> None:
    """Deletes the oldest cached thumbnails beyond KEPT."""
    with suppress(OSError):
        kept = list((home() / "cache" / "thumbnails").glob("*.thumb"))
        for old in sorted(kept, key=lambda file: file.stat().st_mtime)[: max(0, len(kept) - KEPT)]:
            old.unlink(missing_ok=True)


def main(paths: Sequence[str]) -> int:
    """In the child: makes the thumbnails of the files; returns the exit status."""
    for path in paths:
        try:
            made = thumbnail_of(Path(path))
        except MemoryError:
            made = Thumbnail(why=f"{label(path)} needs more memory than there is; scale it down.")
        sys.stdout.buffer.write(_line(made))
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
