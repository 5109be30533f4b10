"""What is known of a clip beside what it shows: its concept, when it happens, and where.

`clips.jsonl` beside the folder `video/` of a data set has a line for each clip, as the drawn set has it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from attention.errors import InputError, short
from attention.probe.hide import Box

FILE = "clips.jsonl"
DEPTH = 3  # of a clip below its set: video/<Class>/<file>


@dataclass(frozen=True)
class Record:
    """concept: what happens · interval: its first frame, and the first after it, by index in the clip.

    boxes: of each frame of the clip where it happens, in pixels of the frame; None in the others.
    """

    concept: str
    interval: tuple[int, int]
    boxes: tuple[Box | None, ...]

    def happens(self, number: int) -> bool:
        """Whether it happens in that frame."""
        return self.interval[0] <= number < self.interval[1]

    def box(self, number: int) -> Box | None:
        """Where it happens in that frame; None where that is not known, or it does not."""
        return self.boxes[number] if 0 <= number < len(self.boxes) else None


def record_of(clip: Path) -> Record:
    """The record of a clip. InputError where there is none, and for a line that cannot be read."""
    folder = clip.resolve().parents[DEPTH - 1] if len(clip.resolve().parents) >= DEPTH else None
    file = folder and folder / FILE
    lines = _lines(file, file.stat().st_mtime_ns) if file and file.is_file() else {}
    line = lines.get(clip.resolve().relative_to(folder).as_posix()) if folder else None
    if line is None:
        raise InputError(
            f"Where and when it truly happens is not known of {short(clip.name)}, only of drawn clips; "
            "choose one of those."
        )
    try:
        first, after = map(int, line["interval"])
        boxes = tuple(map(_box, line["boxes"]))
        return Record(str(line["concept"]), (first, after), boxes)
    except (KeyError, TypeError, ValueError):
        raise _unreadable(clip.name) from None


def _box(corners: Any) -> Box | None:
    if corners is None:
        return None
    x0, y0, x1, y1 = map(float, corners)
    return x0, y0, x1, y1


@lru_cache(maxsize=2)
def _lines(file: Path, _changed_at: int) -> Mapping[str, Mapping[str, Any]]:
    try:
        with file.open(encoding="utf-8") as lines:
            return {line["clip"]: line for line in map(json.loads, filter(str.strip, lines))}
    except (OSError, ValueError, KeyError, TypeError):
        raise _unreadable("its clips") from None


def _unreadable(what: str) -> InputError:
    return InputError(
        f"What {FILE} says of {short(what)} cannot be read; a line needs clip, concept, interval and boxes."
    )
