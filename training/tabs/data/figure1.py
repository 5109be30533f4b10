"""Figure 1 as pages to leaf through: Web stills beside the middle frames of clips, class by class."""

import base64
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

import numpy as np

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
        _tile(clip, source, pictures[clip.path], splits.get(clip.path, "clip"), about)
        for clip in page.clips
    )
    return (
        "<div class='figure1'>"
        f"{_side('Web stills', stills, 'No more stills: this set has fewer of them than clips.')}"
        f"{_side('Video: the middle frame of each clip', clips, 'No more clips: there are fewer.')}"
        "</div>"
    )


def _side(title: str, tiles: str, empty: str) -> str:
    if not tiles:
        return f"<section><h3>{title}</h3><p class='hint'>{empty}</p></section>"
    return (
        f"<section><h3>{title}</h3><ul class='tiles'>{tiles}</ul><div class='about' role='status'>"
        "<p class='hint'>Choose a picture to read what it is; ← → move among them.</p></div></section>"
    )


def _tile(
    item: Item,
    source: Source,
    thumbnail: Thumbnail,
    kind: str,
    about: Callable[[Still | LabelledClip, Thumbnail], str],
) -> str:
    concept = source.concepts[item.label]
    named = f"{concept}, {kind or 'Web still'}: {label(item.path)}"
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
        told = side if len(source.folds) == 1 else f"fold {name} {side}"
        found.setdefault(path, []).append(told)
    return found


def _sides(source: Source) -> Iterator[tuple[Path, str, str]]:
    for fold in source.folds:
        for side in ("train", "dev", "test"):
            for clip in getattr(fold, side):
                yield clip.path, fold.name, side
