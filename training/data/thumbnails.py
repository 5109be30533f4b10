"""Thumbnails of stills and clips (a clip's middle frame), made on request and cached by content."""

import json
import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from attention.disk.home import home
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.media.frames import Clip, FrameReader, Frames, Limits, probe
from attention.media.sequences.numbered import content_hash, files_of_clip
from training.data.pictures import confined_frames

SIDE = 224  # pixels, longest side: twice a tile's size on the page, for high-density screens
QUALITY = 80
LATEST = 5.0  # seconds; a later frame is not used, because all frames before it must be decoded
WALL_SECONDS, PAGE_SECONDS = 20.0, 80.0  # of waiting for a file, and for a page of pictures
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
    try:
        every = probe(path, LIMITS).middle_step(LATEST)
        with FrameReader(path, every=every, limits=LIMITS, chunk=1) as reader:
            return _drawn((reader.clip, frames) for frames in islice(reader, 2))
    except InputError as error:
        return Thumbnail(why=str(error))


def _confined(paths: Sequence[Path]) -> dict[Path, Thumbnail]:
    made: dict[Path, Thumbnail] = {}
    began = time.monotonic()
    sampling = {"every": 1, "chunk": 1, "middle": LATEST}
    with closing(confined_frames(paths, sampling, LIMITS, WALL_SECONDS)) as found:
        for path, seen in zip(paths, found, strict=False):
            made[path] = _drawn(seen)
            if time.monotonic() - began > PAGE_SECONDS:
                break
    return {path: made.get(path, Thumbnail(why="This page takes too long.")) for path in paths}


def _drawn(seen: Iterable[tuple[Clip, Frames]]) -> Thumbnail:
    """The thumbnail of the last frame; a file may have fewer of them than it states."""
    from attention.media.jpeg import jpeg  # imports cv2, which is slow: only when needed

    try:
        *_, (clip, chosen) = seen
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


def _file(path: Path) -> Path:
    states = [file.stat() for file in files_of_clip(path)]
    content = _content(path, *((state.st_size, state.st_mtime_ns) for state in states))
    return home() / "cache" / "thumbnails" / f"{content}-{SIDE}.thumb"


@lru_cache(maxsize=KEPT)
def _content(path: Path, *_state: tuple[int, int]) -> str:
    """A hash of a clip's content; computed again only when the size or time of one of its files changes."""
    return content_hash(path)[:32]


def _kept(path: Path) -> Thumbnail | None:
    try:
        line, _, jpeg = _file(path).read_bytes().partition(b"\n")
        return Thumbnail(jpeg, **json.loads(line))
    except (OSError, TypeError, ValueError):
        return None


def _keep(path: Path, thumbnail: Thumbnail) -> None:
    """Caches a thumbnail; when the disk is full it is made again next time."""
    if thumbnail.why:
        return
    with suppress(OSError):
        file = _file(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as partial:
            record = {k: v for k, v in asdict(thumbnail).items() if k != "jpeg"}
            partial.write_bytes(json.dumps(record).encode() + b"\n" + thumbnail.jpeg)


def sweep() -> None:
    """Deletes the oldest cached thumbnails beyond KEPT."""
    with suppress(OSError):
        kept = list((home() / "cache" / "thumbnails").glob("*.thumb"))
        for old in sorted(kept, key=lambda file: file.stat().st_mtime)[: max(0, len(kept) - KEPT)]:
            old.unlink(missing_ok=True)
