"""UCF101, clips of 101 actions (Section 4.1.2), with its official splits."""

import re
from pathlib import Path

from attention.concepts import ConceptSet
from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import child, files_of, recording_groups
from training.data.layouts.layout import Layout
from training.data.layouts.official import Listed, holds, officially
from training.data.layouts.own import own_splits, split_table
from training.data.records import VideoHalf

UCF101_LISTS = "ucfTrainTestlist"
UCF101_CLIP = re.compile(r"v_\w+_g\d+_c\d+")


def read_ucf101(root: Path) -> VideoHalf:
    """UCF101 (Section 4.1.2): `UCF-101/<Class>/v_<Class>_gNN_cNN.avi` and `ucfTrainTestlist/`.

    The lists lie beside or in the folder of clips; a `splits.csv` there goes first. Raises
    InputError when either is not found, or when a listed clip of a class that is there is missing.
    """
    clips = find_ucf101(root)
    if clips is None:
        raise InputError(
            f"{label(root)} has no clips named as UCF101's, such as "
            "UCF-101/Archery/v_Archery_g01_c01.avi: give the folder that UCF-101 is in."
        )
    found, notes = files_of(clips, "clips", root)
    half = VideoHalf("UCF101", found, {}, recording_groups(found), tuple(notes))
    if split_table(clips):
        return own_splits(half, clips)
    lists = _ucf101_lists(clips, root)
    if lists is None:
        raise InputError(
            f"{label(clips)} has no {UCF101_LISTS} beside it: get UCF101's official splits with "
            "'python -m training data fetch UCF101', or write splits.csv."
        )
    classes = ucf101_classes(lists)
    return officially(half, classes, ucf101_splits(lists, classes), f"{UCF101_LISTS}/")


def find_ucf101(root: Path) -> Path | None:
    """The folder of UCF101's class folders in `root`, or `root` itself; None when neither is."""
    places = [child(root, "UCF-101"), child(root, "UCF101"), root]
    inner = [child(place, "UCF-101") for place in places[1:2] if place]
    return next((p for p in [*inner, *places] if p and holds(p, "*/*", UCF101_CLIP)), None)


def _ucf101_lists(clips: Path, root: Path) -> Path | None:
    for base in dict.fromkeys((root, clips.parent, clips)):
        for folder in (base, *base.glob(UCF101_LISTS), *base.glob(f"*/{UCF101_LISTS}")):
            if any(folder.glob("trainlist0?.txt")):
                return folder
    return None


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


LAYOUTS = (
    Layout(
        "UCF101",
        "clips",
        20,
        lambda root: bool(find_ucf101(root)),
        lambda root, _: read_ucf101(root),
    ),
)
