"""Figure 1 as pages to leaf through: Web stills beside clips, class by class, and what is known of each."""

import base64
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from attention.catalogue.catalogue import say
from attention.media.frames import label
from training.data.records import LabelledClip, Source, Still
from training.data.thumbnails import Thumbnail

PER_PAGE = 12  # of each side: three rows of four beside each other, six of two on a phone
Item = TypeVar("Item", Still, LabelledClip)


@dataclass(frozen=True)
class Page:
    """What is side by side: page `number` of `pages`, from 0."""

    stills: tuple[Still, ...]
    clips: tuple[LabelledClip, ...]
    number: int
    pages: int

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file on it."""
        return (*(still.path for still in self.stills), *(clip.path for clip in self.clips))


def page_of(source: Source, concept: str | None, seed: int, number: int) -> Page:
    """A page of a class, or of all by turns so that both sides show the same ones (concept None).

    seed: of the order; the same seed gives the same pages. A number beyond the last is the last.
    """
    only = source.concepts.index(concept) if concept in source.concepts else None
    stills = _ordered(source.stills, only, seed)
    clips = _ordered(source.clips, only, seed)
    pages = max(1, math.ceil(max(len(stills), len(clips)) / PER_PAGE))
    number = min(max(number, 0), pages - 1)
    shown = slice(number * PER_PAGE, (number + 1) * PER_PAGE)
    return Page(tuple(stills[shown]), tuple(clips[shown]), number, pages)


def _ordered(items: Sequence[Item], only: int | None, seed: int) -> list[Item]:
    """Each class in an order drawn by the seed; classes by turns."""
    classes: dict[int, list[Item]] = {}
    for item in items:
        if only is None or item.label == only:
            classes.setdefault(item.label, []).append(item)
    drawn = []
    for place, own in sorted(classes.items()):
        order = np.random.default_rng([seed, place]).permutation(len(own))
        drawn.append([own[number] for number in order])
    return [item for turn in zip_longest(*drawn) for item in turn if item is not None]


def figure1(
    page: Page,
    source: Source,
    pictures: Mapping[Path, Thumbnail],
    about: Callable[[Still | LabelledClip, Thumbnail], str],
) -> str:
    """The page as HTML: two grids of buttons, and under each what is known of the pressed one.

    about: the HTML said of a picture, shown when it is pressed.
    """
    splits = {path: ", ".join(told) for path, told in splits_of(source).items()}
    stills = "".join(_tile(still, source, pictures[still.path], "", about) for still in page.stills)
    clips = "".join(
        _tile(
            clip, source, pictures[clip.path], splits.get(clip.path, say("data.figure.clip")), about
        )
        for clip in page.clips
    )
    return (
        "<div class='figure1'>"
        f"{_side(say('data.figure.web'), stills, say('data.figure.no_stills'))}"
        f"{_side(say('data.figure.video'), clips, say('data.figure.no_clips'))}"
        "</div>"
    )


def _side(title: str, tiles: str, empty: str) -> str:
    if not tiles:
        return f"<section><h3>{title}</h3><p class='hint'>{empty}</p></section>"
    return (
        f"<section><h3>{title}</h3><ul class='tiles'>{tiles}</ul><div class='about' role='status'>"
        f"<p class='hint'>{say('data.figure.choose')}</p></div></section>"
    )


def _tile(
    item: Item,
    source: Source,
    thumbnail: Thumbnail,
    kind: str,
    about: Callable[[Still | LabelledClip, Thumbnail], str],
) -> str:
    concept = source.concepts[item.label]
    named = f"{concept}, {kind or say('data.figure.still')}: {label(item.path)}"
    # of several folds each has its say below, when the picture is pressed
    side = f"<span class='kind'>{escape(kind)}</span>" if kind and len(source.folds) == 1 else ""
    return (
        f"<li><button type='button'>{picture(thumbnail, named)}"
        f"<span class='name'>{escape(concept)}</span>{side}"
        f"</button><div class='fact' hidden>{about(item, thumbnail)}</div></li>"
    )


def picture(thumbnail: Thumbnail, named: str) -> str:
    """A thumbnail as an image, or why there is none. named: its text for those who do not see it."""
    if thumbnail.why:
        return f"<span class='missing'>{escape(thumbnail.why)}</span>"
    data = base64.b64encode(thumbnail.jpeg).decode()
    return f"<img src='data:image/jpeg;base64,{data}' alt='{escape(named)}' loading='lazy'>"


def splits_of(source: Source) -> dict[Path, list[str]]:
    """Clip → the sides it is on: "train", or "fold 2 test" where there are several folds."""
    found: dict[Path, list[str]] = {}
    for path, name, side in _sides(source):
        word = say(f"checkup.{side}")
        told = word if len(source.folds) == 1 else say("data.figure.fold", fold=name, side=word)
        found.setdefault(path, []).append(told)
    return found


def _sides(source: Source) -> Iterator[tuple[Path, str, str]]:
    for fold in source.folds:
        for side in ("train", "dev", "test"):
            for clip in getattr(fold, side):
                yield clip.path, fold.name, side


RECORDS = "clips.jsonl"
# knobs of training.drawn.shift, in the order in which people read them
KNOBS = (
    "scale", "off_centre", "darkness", "grade", "blur", "noise", "clutter", "occlusion", "extras",
    "compression", "viewpoint",
)  # fmt: skip


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
        rows = [(say("data.about.class"), self._source.concepts[item.label])]
        if isinstance(item, LabelledClip):
            sides = self._splits.get(item.path, [say("data.about.none")])
            rows.append((say("data.about.split"), ", ".join(sides)))
        if item.path in self._splits and not thumbnail.why:
            when = say(
                "data.about.frame_of" if thumbnail.frames else "data.about.frame",
                frame=thumbnail.index + 1,
                frames=thumbnail.frames,
                seconds=f"{thumbnail.seconds:.2f}",
            )
            rows.append((say("data.about.shown"), when))
        if not thumbnail.why:
            size = say("data.about.pixels", width=thumbnail.width, height=thumbnail.height)
            rows.append((say("data.about.size"), size))
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
    when = say(
        "data.about.when",
        start=f"{first / fps:.2f}",
        end=f"{after / fps:.2f}",
        length=f"{frames / fps:.2f}",
        first=first + 1,
        last=after,
        frames=frames,
    )
    knobs = [
        (say(f"data.knobs.{knob}"), say(f"data.knobs.{knob}_is", value=record["shift"][knob]))
        for knob in KNOBS
        if knob in record["shift"]
    ]
    rows = [
        (say("data.about.act"), when),
        (say("data.about.shift"), str(record["level"])),
    ]
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
