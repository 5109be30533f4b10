"""Advice on a data set: one sentence for each fault that a checkup finds."""

from collections.abc import Iterator, Mapping

from attention.media.frames import label
from training.data.checks.findings import Between, Checkup, Copy, FoldCount, Giveaway
from training.data.folders import count, listed
from training.data.splitting import least_fraction
from training.settings import DATA

UNBALANCED = 2.0  # largest class ÷ smallest; from this ratio on, a CNN prefers the largest class
FEW_STILLS = 100  # Section 4.1.2: BU101 has at least 100 images of each class


def advice_on(seen: Checkup) -> tuple[str, ...]:
    """Sentences, each on one fault and what to do; none when there is no fault."""
    return (
        *_about_files(seen),
        *_about_copies(seen),
        *map(_about_giveaway, seen.giveaways),
        *_about_stills(seen),
        *_about_clips(seen),
        *(sentence for fold in seen.folds for sentence in _about_fold(fold, seen.concepts)),
        *_about_halves(seen),
    )


def _about_files(seen: Checkup) -> Iterator[str]:
    if seen.unreadable:
        yield (
            f"{count(len(seen.unreadable), 'file')} cannot be read and will be left out: replace or "
            "remove what is listed."
        )
    if seen.twins:
        yield (
            f"Stills that look alike: {count(len(seen.twins), 'pair')} (colour histograms at least "
            f"{DATA.twin_similarity:g} alike), copies or one scene twice; look at them and keep one "
            "of each, or the validation stills come out too easy."
        )


# between → how the pairs are named, and what to do
COPIES: Mapping[Between, tuple[str, str]] = {
    "classes": (
        "Copies in two classes",
        "keep the one whose class is right, and leave the other out",
    ),
    "train and test": (
        "Copies of training and test clips",
        "leave the one out that is listed, or name both in one group of splits.csv; else the test comes "
        "out too easy",
    ),
    "stills and clips": (
        "Stills that are a frame of a clip",
        "leave the stills out, or the Web images hold what is to be recognised",
    ),
    "clips": ("Clips that are there twice", "leave one of each out"),
}


def _about_copies(seen: Checkup) -> Iterator[str]:
    for between, (title, todo) in COPIES.items():
        found = [copy for copy in seen.copies if copy.between == between]
        if found:
            yield f"{title}: {count(len(found), 'pair')}, such as {_named(found[0])}: {todo}."
    if not seen.compared:
        yield (
            "There was no time to compare all files, so there may be more copies: check the classes "
            "one by one in folders of their own."
        )


def _named(copy: Copy) -> str:
    one, other = (f"{label(path.parent)}/{label(path)}" for path in (copy.one, copy.other))
    return f"{one} and {other}"


def _about_giveaway(found: Giveaway) -> str:
    values = "; ".join(f"{value}: {listed(names)}" for value, names in found.values.items())
    return (
        f"The {found.fact} of {found.kind} tells classes apart ({values}): they may come from other "
        "cameras or sites, which is learned in place of the classes; give every class all sources."
    )


def _about_stills(seen: Checkup) -> Iterator[str]:
    if not any(seen.stills):
        return
    yield from _about_balance(seen.stills, seen.concepts, "still")
    few = [name for name, n in zip(seen.concepts, seen.stills, strict=True) if 0 < n < FEW_STILLS]
    if few:
        yield (
            f"Fewer than {FEW_STILLS} stills of {listed(few)}: add some; the paper's sets have "
            f"{FEW_STILLS} (BU101) and 550 (HII) of each class at least."
        )


def _about_clips(seen: Checkup) -> Iterator[str]:
    if any(seen.clips):
        yield from _about_balance(seen.clips, seen.concepts, "clip")


def _about_balance(numbers: tuple[int, ...], concepts: tuple[str, ...], noun: str) -> Iterator[str]:
    most, fewest = max(numbers), min(numbers)
    large, small = concepts[numbers.index(most)], concepts[numbers.index(fewest)]
    if fewest == 0:
        yield f"No {noun} of {small} can be used: add some."
    elif most >= UNBALANCED * fewest:
        yield (
            f"{count(most, noun)} of {large} against {fewest} of {small} ({most / fewest:.1f} to "
            f"1): train with class-balanced sampling, or add {noun}s of {small}."
        )


def _about_fold(fold: FoldCount, concepts: tuple[str, ...]) -> Iterator[str]:
    for side, numbers in (("training", fold.train), ("test", fold.test)):
        lacking = [name for name, n in zip(concepts, numbers, strict=True) if not n]
        if lacking:
            yield f"Fold {fold.name} has no {side} clip of {listed(lacking)}: add some."
    fewest = min(fold.train)
    least = least_fraction(fewest)
    if fewest and least > min(DATA.label_fractions):
        yield (
            f"Fold {fold.name} has {count(fewest, 'training clip')} of "
            f"{concepts[fold.train.index(fewest)]}: label fractions below {least:.0%} leave it none; "
            "start there, or add clips."
        )


def _about_halves(seen: Checkup) -> Iterator[str]:
    if not any(seen.clips):
        yield (
            "These are stills alone: enough to train the Web CNN; pair them with clips for the "
            "rest, such as BU101:<folder>,UCF101:<folder>."
        )
    if not any(seen.stills):
        yield (
            "These are clips alone: pair them with stills of the same classes, such as "
            "HII:<folder>,TVHI:<folder>."
        )
