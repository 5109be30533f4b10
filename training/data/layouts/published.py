"""The splits that UCF101's and TVHI's authors publish (Sections 4.1.1 and 4.1.2)."""

from __future__ import annotations

from pathlib import Path

from attention.concepts import INTERACTIONS, ConceptSet
from attention.errors import InputError
from training.data.folders import count, listed
from training.data.records import Splits

# fold name → (class key, stem) → split; classes and stems compared without case
Listed = dict[str, dict[tuple[str, str], str]]

# TVHI's page divides the 50 clips of each interaction into two sets of 25. These are the numbers of
# set 1; set 2 has the others. Taken from independent public copies of that page, which agree.
TVHI_SET_1: dict[str, tuple[int, ...]] = {
    "handShake": (2, *range(14, 17), *range(18, 22), *range(24, 29), 32, *range(40, 51)),
    "highFive": (1, *range(6, 14), *range(23, 26), *range(27, 36), 44, 45, 47, 48),
    "hug": (2, 3, 4, 11, 12, *range(15, 19), 20, 21, 27, *range(29, 37), 42, 44, 46, 49, 50),
    "kiss": (1, *range(7, 15), 16, 17, 18, 22, 23, 24, 26, 29, 31, 35, 36, *range(38, 43)),
}
TVHI_CLIPS = 50  # of each interaction, Section 4.1.1


def tvhi_splits() -> Listed:
    """TVHI's two sets as two folds: train on set 1 and test on set 2, and the other way round.

    The paper trains on 100 clips and tests on 100 (Section 4.4) and does not say which set is
    which.
    """
    first: dict[tuple[str, str], str] = {}
    second: dict[tuple[str, str], str] = {}
    for name, numbers in TVHI_SET_1.items():
        for number in range(1, TVHI_CLIPS + 1):
            clip = name.casefold(), f"{name}_{number:04d}".casefold()
            in_first = number in numbers
            first[clip] = "train" if in_first else "test"
            second[clip] = "test" if in_first else "train"
    return {"set 1 to set 2": first, "set 2 to set 1": second}


def ucf101_classes(lists: Path) -> tuple[str, ...]:
    """The classes in classInd.txt, in its order. Raises InputError when it is not as published."""
    path = lists / "classInd.txt"
    rows = [line.split() for line in _lines(path)]
    if any(len(row) != 2 or not row[0].isdigit() for row in rows) or not rows:
        raise InputError(
            f"{path.name} is not a list of numbers and classes, such as '1 ApplyEyeMakeup': "
            "unpack UCF101's splits again."
        )
    return ConceptSet(tuple(name for _, name in sorted(rows, key=lambda row: int(row[0])))).names


def ucf101_splits(lists: Path, classes: tuple[str, ...]) -> Listed:
    """UCF101's official splits in trainlist01 to 03 and testlist01 to 03, as far as they are there.

    Raises InputError when a list lacks its other half or a line names no class of classInd.txt.
    """
    splits: Listed = {}
    for number in ("01", "02", "03"):
        pair = {s: lists / f"{s}list{number}.txt" for s in ("train", "test")}
        present = [path.is_file() for path in pair.values()]
        if not any(present):
            continue
        if not all(present):
            lacking = next(path.name for path in pair.values() if not path.is_file())
            raise InputError(f"{lacking} is missing in {lists.name}: unpack UCF101's splits again.")
        splits[str(int(number))] = {
            clip: split for split, path in pair.items() for clip in _clips_in(path, classes)
        }
    return splits


def _clips_in(path: Path, classes: tuple[str, ...]) -> list[tuple[str, str]]:
    """The (class key, stem) of each line: 'Hug/v_Hug_g01_c01.avi', in train lists ' 7' follows."""
    known = {name.casefold(): place for place, name in enumerate(classes, start=1)}
    clips = []
    for number, line in enumerate(_lines(path), start=1):
        clip, *index = line.split()
        name, _, file = clip.rpartition("/")
        place = known.get(name.casefold())
        if place is None or (index and index != [str(place)]):
            raise InputError(
                f"Line {number} of {path.name} ({line[:60]!r}) does not fit classInd.txt: "
                "unpack UCF101's splits again."
            )
        clips.append((name.casefold(), Path(file).stem.casefold()))
    return clips


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            f"{path.name} is missing in {path.parent.name}: unpack UCF101's splits again."
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not text: unpack UCF101's splits again.") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def assign(published: Listed, clips: dict[str, tuple[Path, ...]], named: str) -> Splits:
    """Published splits on the clips that are there, whatever their suffix.

    Of classes without any clip the lists are passed over: a part of the classes is a set too.
    named: what lists the clips, for the sentence. Raises InputError when a class that is there
    lacks clips that are listed.
    """
    there = {
        (name.casefold(), path.stem.casefold()): path
        for name, paths in clips.items()
        for path in paths
    }
    present = {name for name, _ in there}
    wanted = {clip for fold in published.values() for clip in fold if clip[0] in present}
    missing = sorted(stem for name, stem in wanted - there.keys())
    if missing:
        raise InputError(
            f"Not found: {count(len(missing), 'clip')} that {named} names ({listed(missing)}); "
            "unpack the clips again."
        )
    return {
        name: {there[clip]: split for clip, split in fold.items() if clip in there}
        for name, fold in published.items()
    }


def interaction_of(name: str) -> str:
    """The paper's name of a TVHI class: "handShake" → "Handshake". Raises InputError."""
    return INTERACTIONS[ConceptSet(INTERACTIONS).index(name)]
