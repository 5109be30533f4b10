"""Clips as their authors and people lay them out, read into clips by class and their splits."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from attention.concepts import ConceptSet
from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import (
    CLIP_SUFFIXES,
    child,
    count,
    files_of,
    listed,
    place_in,
    recording_groups,
)
from training.data.layouts.published import (
    TVHI_SET_1,
    assign,
    interaction_of,
    tvhi_splits,
    ucf101_classes,
    ucf101_splits,
)
from training.data.layouts.split_table import read_splits
from training.data.records import VideoHalf

SPLITS = "splits.csv"
UCF101_LISTS = "ucfTrainTestlist"
TVHI_FOLDER = "tv_human_interactions_videos"
TVHI_CLIP = re.compile(r"(handShake|highFive|hug|kiss|negative)_\d{4}", re.IGNORECASE)
UCF101_CLIP = re.compile(r"v_\w+_g\d+_c\d+")


def read_own_clips(root: Path) -> VideoHalf:
    """`video/<Class>/*.mp4` with `splits.csv` beside `video/`, where there is one."""
    video = child(root, "video")
    if video is None:
        raise InputError(f"{label(root)} has no folder video/ with a folder of clips per class.")
    found, notes = files_of(video, CLIP_SUFFIXES, "clips")
    return _own_splits(
        VideoHalf(root.name, found, {}, recording_groups(found), tuple(notes)), video
    )


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
    found, notes = files_of(clips, CLIP_SUFFIXES, "clips")
    half = VideoHalf("UCF101", found, {}, recording_groups(found), tuple(notes))
    if (clips.parent / SPLITS).is_file() or (clips / SPLITS).is_file():
        return _own_splits(half, clips)
    lists = _ucf101_lists(clips, root)
    if lists is None:
        raise InputError(
            f"{label(clips)} has no {UCF101_LISTS} beside it: get UCF101's official splits with "
            "'python -m training data fetch UCF101', or write splits.csv."
        )
    classes = ucf101_classes(lists)
    return _officially(half, classes, ucf101_splits(lists, classes), f"{UCF101_LISTS}/")


def find_ucf101(root: Path) -> Path | None:
    """The folder of UCF101's class folders in `root`, or `root` itself; None when neither is."""
    places = [child(root, "UCF-101"), child(root, "UCF101"), root]
    inner = [child(place, "UCF-101") for place in places[1:2] if place]
    return next((p for p in [*inner, *places] if p and _holds(p, "*/*", UCF101_CLIP)), None)


def _ucf101_lists(clips: Path, root: Path) -> Path | None:
    for base in dict.fromkeys((root, clips.parent, clips)):
        for folder in (base, *base.glob(UCF101_LISTS), *base.glob(f"*/{UCF101_LISTS}")):
            if any(folder.glob("trainlist0?.txt")):
                return folder
    return None


def read_tvhi(root: Path) -> VideoHalf:
    """TVHI (Section 4.1.1): `tv_human_interactions_videos/handShake_0001.avi` and so on.

    Its two published sets make two folds; a `splits.csv` beside the clips goes first. The negative
    clips are left out, as in the paper. Raises InputError when there are no such clips.
    """
    folder = find_tvhi(root)
    if folder is None:
        raise InputError(
            f"{label(root)} has no clips named as TVHI's, such as handShake_0001.avi: give the "
            f"folder that {TVHI_FOLDER} is in."
        )
    files = sorted(p for p in folder.iterdir() if p.suffix.casefold() in CLIP_SUFFIXES)
    kinds = {path: match[1] for path in files if (match := TVHI_CLIP.fullmatch(path.stem))}
    notes = []
    negative = [path for path, kind in kinds.items() if kind.casefold() == "negative"]
    odd = [path for path in files if path not in kinds]
    if negative:
        notes.append(
            f"{count(len(negative), 'negative clip')} left out, as in Section 4.1.1 of the paper."
        )
    if odd:
        notes.append(
            f"{count(len(odd), 'clip')} left out because of names unlike handShake_0001: "
            f"{listed(odd)}."
        )
    found = {
        name: tuple(path for path, kind in kinds.items() if kind.casefold() == name.casefold())
        for name in TVHI_SET_1
    }
    half = VideoHalf("TVHI", found, {}, {}, tuple(notes))
    if (folder.parent / SPLITS).is_file() or (folder / SPLITS).is_file():
        half = _own_splits(half, folder)
    else:
        half = _officially(half, tuple(TVHI_SET_1), tvhi_splits(), "TVHI's published split")
    clips = {interaction_of(name): paths for name, paths in half.clips.items()}
    return VideoHalf(half.name, clips, half.splits, half.groups, half.notes)


def find_tvhi(root: Path) -> Path | None:
    """The folder of TVHI's clips in `root`, or `root` itself; None when neither is."""
    outer = child(root, TVHI_FOLDER)
    inner = child(outer, TVHI_FOLDER) if outer else None
    return next((p for p in (inner, outer, root) if p and _holds(p, "*", TVHI_CLIP)), None)


def _holds(folder: Path, pattern: str, name: re.Pattern[str]) -> bool:
    return any(
        path.suffix.casefold() in CLIP_SUFFIXES and name.fullmatch(path.stem)
        for path in folder.glob(pattern)
    )


def _officially(
    half: VideoHalf,
    classes: tuple[str, ...],
    published: dict[str, dict[tuple[str, str], str]],
    named: str,
) -> VideoHalf:
    """The clips under published splits; classes and clips that these do not know are left out."""
    concepts = ConceptSet(classes)
    strange = [name for name in half.clips if place_in(concepts, name) is None]
    if strange:
        raise InputError(
            f"The folder {label(strange[0])!r} is no class of {half.name}: move it elsewhere."
        )
    clips = {concepts.names[concepts.index(name)]: own for name, own in half.clips.items() if own}
    absent = [name for name in classes if name not in clips]
    notes = list(half.notes)
    if absent:
        notes.append(
            f"{count(len(absent), 'class')} of {half.name} without a clip left out "
            f"({listed(absent)}): figures are not comparable with those on all {len(classes)}."
        )
    splits = assign(published, clips, named)
    unlisted = [
        p for own in clips.values() for p in own if not any(p in f for f in splits.values())
    ]
    if unlisted:
        notes.append(
            f"{count(len(unlisted), 'clip')} left out because {named} does not name them: "
            f"{listed(unlisted)}."
        )
    ordered = {name: clips[name] for name in classes if name in clips}
    return VideoHalf(half.name, ordered, splits, half.groups, tuple(notes))


def _own_splits(half: VideoHalf, root: Path) -> VideoHalf:
    """The clips under the splits.csv in or beside `root`, where there is one."""
    table = next((t for t in (root.parent / SPLITS, root / SPLITS) if t.is_file()), None)
    if table is None:
        return half
    splits, groups, notes = read_splits(table, root, half.clips)
    return VideoHalf(half.name, half.clips, splits, half.groups | groups, (*half.notes, *notes))


VIDEO_LAYOUTS: dict[str, Callable[[Path], VideoHalf]] = {"UCF101": read_ucf101, "TVHI": read_tvhi}
