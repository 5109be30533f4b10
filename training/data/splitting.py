"""Splits of clips and stills: halves, label fractions (§4.5), validation stills (§4.2)."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from attention.errors import InputError
from training.data.folders import count, listed
from training.data.recordings import deal, lacking, order, recording_of
from training.data.records import Fold, LabelledClip, Still
from training.settings import DATA

FRACTIONS = DATA.label_fractions
DEV_PARTS = 4  # without development clips, one in so many parts of the training clips is used
Item = TypeVar("Item", Still, LabelledClip)


def half_split(clips: Sequence[LabelledClip], concepts: Sequence[str]) -> dict[Path, str]:
    """Half of each class's clips for training, half for testing; recordings stay whole.

    The same clips give the same halves. Raises InputError for a class with one recording.
    """
    halves = deal(clips, 2)
    short = lacking(halves)
    for name, of_class in _by_class([c for c in clips if c.label in short], concepts).items():
        raise InputError(
            f"The clips of {name} are {'all of one recording' if len(of_class) > 1 else 'one'},"
            " which cannot be halved into training and test: add clips, or write splits.csv."
        )
    return {
        clip.path: side
        for side, half in zip(("train", "test"), halves, strict=True)
        for clip in half
    }


def with_dev(fold: Fold, concepts: Sequence[str]) -> tuple[Fold, str]:
    """The fold with development clips: its own, or a quarter of its training clips with a note.

    Recordings stay whole. Raises InputError when a class has too few recordings for that.
    """
    if fold.dev:
        return fold, ""
    dev = deal(fold.train, DEV_PARTS)[0]
    held_back = frozenset(dev)
    train = tuple(clip for clip in fold.train if clip not in held_back)
    short = lacking((dev, train))
    if short:
        raise InputError(
            f"Fold {fold.name} has no development clips, and there are too few recordings of "
            f"{listed([concepts[c] for c in short])} to use training clips: add clips, or a split 'dev' "
            "in splits.csv."
        )
    note = (
        f"Fold {fold.name} has no development clips: {len(dev)} of its {len(fold.train)} training clips "
        "are used instead, recordings kept whole where they are known."
    )
    return Fold(fold.name, train, fold.test, dev), note


def nested_fractions(
    clips: Sequence[LabelledClip],
    fractions: Iterable[float] = FRACTIONS,
    seed: int = 0,
    concepts: Sequence[str] = (),
) -> dict[float, tuple[LabelledClip, ...]]:
    """Label fraction in (0, 1] → clips of every class; smaller fractions lie within larger ones (§4.5).

    A class of n clips gives round(fraction · n) of them, or as near as whole recordings allow, at least
    one recording; `seed` draws them, and the clips keep their order. concepts: names of the labels, for
    sentences. Raises InputError for a fraction outside (0, 1], or one that leaves a class without clips.
    """
    fractions = tuple(fractions)
    for fraction in fractions:
        if not 0 < fraction <= 1:
            raise InputError(f"The label fraction {fraction:g} is not above 0 and at most 1.")
    classes = _by_class(clips, concepts)
    if not classes:
        raise InputError(
            "There are no clips to take a fraction of: give a fold with training clips."
        )
    absent = [name for name in concepts if name not in classes]
    if absent:
        raise InputError(
            f"{listed(absent)} {'has' if len(absent) == 1 else 'have'} no training clip, so no "
            "fraction works: add clips of it, or another split."
        )
    _check_smallest(classes, min(fractions, default=1.0))
    place = order(clips, seed)
    firsts = {min(map(recording_of, own), key=place.__getitem__) for own in classes.values()}
    return {
        fraction: tuple(
            clip
            for clip in clips
            if place[recording_of(clip)] <= fraction + 1e-9 or recording_of(clip) in firsts
        )
        for fraction in fractions
    }


def uneven_share(
    clips: Sequence[LabelledClip],
    chosen: Sequence[LabelledClip],
    fraction: float,
    concepts: Sequence[str],
) -> str:
    """A sentence on classes whose number of clips differs from the fraction, to keep recordings whole.

    "" when there is no such class.
    """
    taken = {name: len(own) for name, own in _by_class(chosen, concepts).items()}
    missed = [
        f"{taken[name]} of {name} instead of {_share(fraction, len(own))}"
        for name, own in _by_class(clips, concepts).items()
        if taken[name] != _share(fraction, len(own))
    ]
    if not missed:
        return ""
    return (
        f"Recordings are kept whole, so {fraction:.0%} of the training clips are "
        f"{', '.join(missed)}."
    )


def smallest_fraction(clips: Sequence[LabelledClip]) -> float:
    """The smallest whole percentage of labels with a clip of every class, as a fraction."""
    return least_fraction(min(map(len, _by_class(clips, ()).values()), default=0))


def least_fraction(size: int) -> float:
    """The smallest whole percentage of `size` clips with at least one clip, as a fraction; else 1."""
    return next((p / 100 for p in range(1, 101) if _share(p / 100, size)), 1.0)


def _check_smallest(classes: dict[str, list[LabelledClip]], fraction: float) -> None:
    lacking = {name: len(own) for name, own in classes.items() if not _share(fraction, len(own))}
    if lacking:
        name = min(lacking, key=lambda name: lacking[name])
        works = smallest_fraction([clip for own in classes.values() for clip in own])
        raise InputError(
            f"{fraction:.0%} of the {count(lacking[name], 'training clip')} of {name} is less than one clip: "
            f"take {works:.0%} or more, or add clips."
        )


def _share(fraction: float, size: int) -> int:
    """`fraction` of `size`, rounded to the nearest whole number, halves up; 0.33 · 3 gives 1."""
    return math.floor(fraction * size + 0.5 + 1e-9)


def split_stills(
    stills: Sequence[Still],
    share: float = DATA.validation_share,
    seed: int = 0,
    concepts: Sequence[str] = (),
) -> tuple[tuple[Still, ...], tuple[Still, ...]]:
    """Training and validation stills: `share` in (0, 1) of each class is for validation (§4.2).

    Of each class at least one still is on either side. concepts: names of the labels, for sentences.
    Raises InputError when a class cannot be divided.
    """
    if not 0 < share < 1:
        raise InputError(f"The validation share {share:g} is not between 0 and 1.")
    validating: set[Path] = set()
    for name, of_class in _by_class(stills, concepts).items():
        paths = sorted(still.path for still in of_class)
        if len(paths) < 2:
            raise InputError(
                f"{name} has {count(len(paths), 'still')}, and both training and validation need "
                "one: add stills."
            )
        target = max(1, _share(share, len(paths)))
        # a random stream for each class: other classes do not change its draws
        order = np.random.default_rng([seed, of_class[0].label]).permutation(len(paths))
        validating |= {paths[place] for place in order[: min(target, len(paths) - 1)]}
    return (
        tuple(still for still in stills if still.path not in validating),
        tuple(still for still in stills if still.path in validating),
    )


def _by_class(items: Sequence[Item], concepts: Sequence[str]) -> dict[str, list[Item]]:
    classes: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: item.label):
        named = item.label < len(concepts)
        name = concepts[item.label] if named else f"class {item.label + 1}"
        classes.setdefault(name, []).append(item)
    return classes
