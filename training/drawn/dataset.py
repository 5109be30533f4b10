"""The drawn set: which stills and clips it has, and how they get onto the disk."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from attention.errors import InputError
from training.drawn.clip import ClipPlan, draw_frames, plan_clip
from training.drawn.seeds import CONCEPTS, concept_index, generator
from training.drawn.shift import LEVELS, Shift
from training.drawn.still import draw_still
from training.drawn.timeline import FPS
from training.drawn.video import write_video

# Items per concept. Seeds are split base + concept · 10,000 + number: no two splits can meet.
PER_CONCEPT = {"web": 300, "noisy": 75, "train": 25, "dev": 25, "test": 60}
_SEED_BASE = {
    "web": 1_000_000,
    "noisy": 2_000_000,
    "train": 3_000_000,
    "dev": 4_000_000,
    "test": 5_000_000,
}
STILLS, CLIPS = ("web", "noisy"), ("train", "dev", "test")
SPLITS = STILLS + CLIPS
_JPEG_QUALITY = 84

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Item:
    """One still or clip of the drawn set."""

    split: str
    concept: str
    number: int

    @property
    def seed(self) -> int:
        """The seed the item is drawn from, fixed by its place in the table."""
        return _SEED_BASE[self.split] + concept_index(self.concept) * 10_000 + self.number

    @property
    def level(self) -> str | None:
        """The shift level of a clip, in turn mild, medium, hard; None for a still."""
        if self.split in STILLS:
            return None
        return LEVELS[(self.number + concept_index(self.concept)) % len(LEVELS)]

    @property
    def shift(self) -> Shift:
        """The knobs of a clip; raises InputError for a still."""
        if self.level is None:
            raise InputError(f"{self.path} is a still and has no shift: ask a clip.")
        return Shift.level(self.level, generator(self.seed, self.concept, "shift"))

    @property
    def path(self) -> str:
        """Where the item lies inside the data folder."""
        stem = self.concept.lower().replace(" ", "_")
        if self.split in STILLS:
            return f"{self.split}/{self.concept}/{stem}_{self.number:04d}.jpg"
        return f"video/{self.concept}/{stem}_{self.split}_{self.number:03d}.mp4"


def drawn_items(split: str, limit: int | None = None) -> list[Item]:
    """The items of a split, concepts in turn; `limit` keeps the first so many of each concept.

    Raises InputError for an unknown split.
    """
    if split not in PER_CONCEPT:
        raise InputError(f"The drawn set has no split {split!r}: choose from {', '.join(SPLITS)}.")
    count = PER_CONCEPT[split] if limit is None else min(limit, PER_CONCEPT[split])
    return [Item(split, concept, n) for n in range(count) for concept in CONCEPTS]


def write_drawn_set(
    folder: Path | str,
    what: Sequence[str] = SPLITS,
    progress: Progress | None = None,
    workers: int = 2,
    limit: int | None = None,
) -> list[Path]:
    """Draws the splits `what` into `folder` and returns the paths of their items.

    Layout: `web/<Class>/*.jpg`, `noisy/<Class>/*.jpg`, `video/<Class>/*.mp4`, `splits.csv`
    (clip, split, fold) and `clips.jsonl` (interval, boxes and shift of every clip). Items that exist
    are left alone, so a stopped run goes on where it was; every file appears only when complete.
    `progress(done, total)` is called after each item; `limit` keeps the first items of each concept.
    Raises InputError for an unknown split or a folder that cannot be written.
    """
    folder = Path(folder)
    items = [item for split in what for item in drawn_items(split, limit)]
    try:
        for item in items:
            (folder / item.path).parent.mkdir(parents=True, exist_ok=True)
        missing = [item for item in items if not (folder / item.path).exists()]
        done = len(items) - len(missing)
        if progress:
            progress(done, len(items))
        for _ in _each(folder, missing, workers):
            done += 1
            if progress:
                progress(done, len(items))
        _write_lists(folder)
    except OSError as error:
        raise InputError(
            f"The drawn set cannot be written to {str(folder)!r} ({error.strerror}): "
            "choose a folder you may write to, with room for 30 MB."
        ) from error
    return [folder / item.path for item in items]


def _each(folder: Path, items: list[Item], workers: int) -> Iterator[Item]:
    if workers <= 1 or len(items) < 2:
        for item in items:
            yield _draw(folder, item)
        return
    context = multiprocessing.get_context("spawn")
    # One thread each: as many processes draw as were asked for, and no more.
    with ProcessPoolExecutor(workers, context, cv2.setNumThreads, (1,)) as pool:
        yield from pool.map(_draw, [folder] * len(items), items)


def _draw(folder: Path, item: Item) -> Item:
    """Draws one item to its place."""
    path = folder / item.path
    if item.split in STILLS:
        still = draw_still(item.seed, item.concept, noisy=item.split == "noisy")
        _, coded = cv2.imencode(".jpg", still[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        _replace(path, coded.tobytes())
    else:
        plan = plan_clip(item.seed, item.concept, item.shift)
        write_video(path, draw_frames(plan), FPS, plan.shift.compression)
    return item


def _replace(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)


def clip_record(item: Item, plan: ClipPlan) -> dict[str, Any]:
    """What is known of a clip: its knobs, the interval of the act, and the box of every frame."""
    frames = len(plan.timeline.seconds)
    return {
        "clip": item.path,
        "concept": item.concept,
        "split": item.split,
        "level": item.level,
        "seed": item.seed,
        "fps": FPS,
        "frames": frames,
        "interval": list(plan.timeline.interval),
        "boxes": [plan.box(i) for i in range(frames)],
        "shift": plan.shift.to_json(),
    }


def _write_lists(folder: Path) -> None:
    """Writes splits.csv and clips.jsonl for the clips that are in the folder."""
    items = [i for split in CLIPS for i in drawn_items(split) if (folder / i.path).exists()]
    known = {line["clip"]: line for line in read_clip_records(folder)}
    records = []
    for item in items:
        record = known.get(item.path)
        if record is None:
            record = clip_record(item, plan_clip(item.seed, item.concept, item.shift))
        records.append(record)
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["clip", "split", "fold", "group"])
    # each clip is drawn on its own: a recording of its own
    rows.writerows([item.path, item.split, 1, Path(item.path).stem] for item in items)
    _replace(folder / "splits.csv", table.getvalue().encode())
    lines = "".join(json.dumps(record) + "\n" for record in records)
    _replace(folder / "clips.jsonl", lines.encode())


def read_clip_records(folder: Path | str) -> Iterable[dict[str, Any]]:
    """The records of `clips.jsonl` in a data folder; none when there is no such file."""
    path = Path(folder) / "clips.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line]
