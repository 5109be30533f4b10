"""What is known of one still or clip, as HTML: its name and split; of a drawn clip, the whole truth."""

import json
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from attention.media.frames import label
from training.data.records import LabelledClip, Source, Still
from training.data.thumbnails import Thumbnail
from training.tabs.data.figure1 import splits_of

RECORDS = "clips.jsonl"
# knob of training.drawn.shift → what it is called, its value as people read it
KNOBS: dict[str, tuple[str, str]] = {
    "scale": ("framing", "{:.2f} × a Web image's"),
    "off_centre": ("off centre by", "{:.0%} of the frame"),
    "darkness": ("light missing", "{:.0%}"),
    "grade": ("colour grade", "{:.2f} of 1"),
    "blur": ("blur", "{:.1f} px"),
    "noise": ("noise", "{:.3f} of 1"),
    "clutter": ("clutter", "{:.2f} of 1"),
    "occlusion": ("hidden in front", "{:.0%} of the width"),
    "extras": ("other people", "{:d}"),
    "compression": ("compression (CRF)", "{:d}"),
    "viewpoint": ("camera turned by", "{:.2f} rad"),
}


class Facts:
    """Says of a set's stills and clips what is known; drawn: with the records it was drawn from."""

    def __init__(self, source: Source, folder: Path, *, drawn: bool) -> None:
        self._source, self._folder = source, folder.resolve()
        self._splits = splits_of(source)
        table = folder / RECORDS
        self._records = _records(table, table.stat().st_mtime_ns) if drawn else {}

    def about(self, item: Still | LabelledClip, thumbnail: Thumbnail) -> str:
        """One file's facts."""
        record = self._records.get(item.path.relative_to(self._folder).as_posix())
        rows = [("Class", self._source.concepts[item.label])]
        if isinstance(item, LabelledClip):
            rows.append(("Split", ", ".join(self._splits.get(item.path, ["none"]))))
        if item.path in self._splits and not thumbnail.why:
            frames = f" of {thumbnail.frames}" if thumbnail.frames else ""
            when = f"frame {thumbnail.index + 1}{frames}, at {thumbnail.seconds:.2f} s"
            rows.append(("Shown", when))
        if not thumbnail.why:
            rows.append(("Size", f"{thumbnail.width} × {thumbnail.height} pixels"))
        name = f"<h4>{escape(label(item.path))}</h4>"
        return name + _list(rows) + (_truth(record, thumbnail.index) if record else "")


def _list(rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f"<div><dt>{escape(t)}</dt><dd>{escape(d)}</dd></div>" for t, d in rows)
    return f"<dl>{lines}</dl>"


def _truth(record: dict[str, Any], shown: int) -> str:
    """When the act happens, as words and as a strip of the clip, and how the clip was shifted."""
    first, after = record["interval"]
    frames, fps = record["frames"], record["fps"]
    start, width = 100 * first / frames, 100 * (after - first) / frames
    strip = (
        f"<div class='strip' aria-hidden='true'><i style='left:{start:.1f}%;width:{width:.1f}%'></i>"
        f"<b style='left:{100 * (shown + 0.5) / frames:.1f}%'></b></div>"
    )
    when = (
        f"{first / fps:.2f} s to {after / fps:.2f} s of {frames / fps:.2f} s "
        f"(frames {first + 1} to {after} of {frames})"
    )
    knobs = [
        (called, told.format(record["shift"][knob]))
        for knob, (called, told) in KNOBS.items()
        if knob in record["shift"]
    ]
    rows = [("The act happens", when), ("Shift from a Web image", str(record["level"]))]
    return f"{_list(rows)}{strip}<div class='knobs'>{_list(knobs)}</div>"


@lru_cache(maxsize=2)
def _records(table: Path, _changed: int) -> dict[str, dict[str, Any]]:
    lines = table.read_text(encoding="utf-8").splitlines()
    found = {}
    for line in filter(None, lines):
        told = json.loads(line)
        told.pop("boxes", None)  # three quarters of the file, and not shown
        found[told["clip"]] = told
    return found
