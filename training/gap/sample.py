"""Which stills and clips stand for the Web and for video: as many of either in each class."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from attention.errors import InputError
from training.data.folders import count, listed
from training.data.recordings import known_recordings, recording_of
from training.data.records import Fold, LabelledClip, Source, Still
from training.data.splitting import split_stills
from training.settings import Frozen

Domain = Literal["still", "frame"]
LATEST = 5.0  # seconds: of a longer clip the frame there, as on the page's thumbnails
EACH = 40  # most stills, and most frames, of a class
MOST = 600  # most pictures in all: t-SNE takes seconds, and a browser draws them at once
LEAST = 4  # fewest stills, and frames: below it a picture is a handful of points
WANTED = 10  # of each: with fewer held out, what networks learned from is taken as well
Item = Still | LabelledClip


@dataclass(frozen=True)
class Picked:
    """A still, or a clip that stands for its middle frame; group: what it shares a recording with."""

    path: Path
    label: int
    domain: Domain
    group: str

    @property
    def name(self) -> str:
        """Class folder and file name, as LabelledClip has it."""
        return f"{self.path.parent.name}/{self.path.name}"


class Note(Frozen):
    """Something a reader should know: a key of the catalogue, below gap.note, and its values."""

    key: str
    values: dict[str, str | int] = {}


@dataclass(frozen=True)
class Sample:
    """The pictures, class by class, stills before clips; notes: what was chosen."""

    picked: tuple[Picked, ...]
    notes: tuple[Note, ...]


def sample_of(
    source: Source, fold: str | None = None, each: int = EACH, most: int = MOST, seed: int = 0
) -> Sample:
    """Stills and clips that no network of the fold learned from, where there are enough of them.

    As many of either in each class, so that a classifier that knows nothing is right in half of them.
    fold: its name, by default the first. InputError for a set without stills or clips, or with too few.
    """
    if not source.stills or not source.folds:
        half, other = ("stills", "clips") if source.folds else ("clips", "stills")
        raise InputError(
            f"{source.name} has no {half}, so there is no gap to see: add {half} of the same classes as its "
            f"{other}."
        )
    stills, clips, notes = _held_out(source, _fold(source, fold))
    shares = _shares(stills, clips, len(source.concepts), min(each, most // 2))
    if len(shares) > most // 2:
        drawn = np.random.default_rng(seed).permutation(list(shares))[: most // 2]
        shares = dict.fromkeys(sorted(map(int, drawn)), 1)
        notes += (Note(key="classes", values={"drawn": len(shares), "all": len(source.concepts)}),)
    each = min(each, max(1, most // (2 * len(shares)))) if shares else each
    taken = {label: min(number, each) for label, number in shares.items()}
    if sum(taken.values()) < LEAST:
        raise InputError(
            f"{source.name} has {count(len(stills), 'still')} and {count(len(clips), 'clip')}, from which "
            f"{sum(taken.values())} of either can be taken class by class; the picture needs {LEAST}: add "
            "stills or clips."
        )
    picked: list[Picked] = []
    sides: dict[Domain, Sequence[Item]] = {"still": stills, "frame": clips}
    for label, number in taken.items():
        for domain, items in sides.items():
            own = _drawn([item for item in items if item.label == label], number, seed)
            picked += [Picked(i.path, i.label, domain, _group(i)) for i in own]
    return Sample(tuple(picked), (*notes, *_chosen(source, taken, each, clips)))


def _fold(source: Source, name: str | None) -> Fold:
    known = {fold.name: fold for fold in source.folds}
    if name is not None and name not in known:
        raise InputError(f"{source.name} has no fold '{name}'; choose one of {', '.join(known)}.")
    return source.folds[0] if name is None else known[name]


def _held_out(
    source: Source, fold: Fold
) -> tuple[Sequence[Still], Sequence[LabelledClip], tuple[Note, ...]]:
    """Validation stills and development clips, or else test clips; all of them where these are few."""
    stills: Sequence[Still] = ()
    with suppress(InputError):  # a class with one still, which no training could hold out
        _, stills = split_stills(source.stills, concepts=source.concepts)
    clips, kind = (fold.dev, "dev") if fold.dev else (fold.test, "test")
    if sum(_shares(stills, clips, len(source.concepts), EACH).values()) >= WANTED:
        return stills, clips, (Note(key=kind),)
    return source.stills, fold.clips, (Note(key="learned"),)


def _shares(
    stills: Sequence[Still], clips: Sequence[LabelledClip], classes: int, each: int
) -> dict[int, int]:
    """Label → how many of either there are, at most `each`; classes without one or the other left out."""
    of_stills, of_clips = (Counter(item.label for item in items) for items in (stills, clips))
    found = {c: min(of_stills[c], of_clips[c], each) for c in range(classes)}
    return {label: number for label, number in found.items() if number}


def _drawn(items: Sequence[Item], number: int, seed: int) -> list[Item]:
    """So many of a class by chance, from as many recordings as there are."""
    order = np.random.default_rng([seed, len(items)]).permutation(len(items))
    before: Counter[str] = Counter()
    turns: list[tuple[int, int, Item]] = []
    for place in order:
        turns.append((before[_group(items[place])], len(turns), items[place]))
        before[_group(items[place])] += 1
    return [item for *_, item in sorted(turns, key=lambda turn: turn[:2])[:number]]


def _group(item: Item) -> str:
    return recording_of(item) if isinstance(item, LabelledClip) else str(item.path)


def _chosen(
    source: Source, taken: dict[int, int], each: int, clips: Sequence[LabelledClip]
) -> tuple[Note, ...]:
    said = [Note(key="each", values={"most": each})]
    absent = [name for label, name in enumerate(source.concepts) if label not in taken]
    if absent and len(taken) < MOST // 2:
        said.append(Note(key="absent", values={"names": listed(absent)}))
    if known_recordings(clips) != "known":
        said.append(Note(key="recordings"))
    return tuple(said)
