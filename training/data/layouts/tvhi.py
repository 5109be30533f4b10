"""TVHI, television clips of four interactions (Section 4.1.1), with its published splits."""

import re
from pathlib import Path

from attention.concepts import INTERACTIONS, ConceptSet
from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import child, clips_among, count, files_below, listed
from training.data.layouts.layout import Layout
from training.data.layouts.official import Listed, holds, officially
from training.data.layouts.own import own_splits, split_table
from training.data.records import VideoHalf

TVHI_FOLDER = "tv_human_interactions_videos"
TVHI_CLIP = re.compile(r"(handShake|highFive|hug|kiss|negative)_\d{4}", re.IGNORECASE)

# TVHI's page divides the 50 clips of each interaction into two sets of 25. These are the numbers of
# set 1; set 2 has the others. Taken from independent public copies of that page, which agree.
TVHI_SET_1: dict[str, tuple[int, ...]] = {
    "handShake": (2, *range(14, 17), *range(18, 22), *range(24, 29), 32, *range(40, 51)),
    "highFive": (1, *range(6, 14), *range(23, 26), *range(27, 36), 44, 45, 47, 48),
    "hug": (2, 3, 4, 11, 12, *range(15, 19), 20, 21, 27, *range(29, 37), 42, 44, 46, 49, 50),
    "kiss": (1, *range(7, 15), 16, 17, 18, 22, 23, 24, 26, 29, 31, 35, 36, *range(38, 43)),
}
TVHI_CLIPS = 50  # of each interaction, Section 4.1.1


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
    clips, _, _ = clips_among(folder, files_below(folder, root))
    files = [path for path in clips if path.parent == folder]
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
    if split_table(folder):
        half = own_splits(half, folder)
    else:
        half = officially(half, tuple(TVHI_SET_1), tvhi_splits(), "TVHI's published split")
    named = {interaction_of(name): paths for name, paths in half.clips.items()}
    return VideoHalf(half.name, named, half.splits, half.groups, half.notes)


def find_tvhi(root: Path) -> Path | None:
    """The folder of TVHI's clips in `root`, or `root` itself; None when neither is."""
    outer = child(root, TVHI_FOLDER)
    inner = child(outer, TVHI_FOLDER) if outer else None
    return next((p for p in (inner, outer, root) if p and holds(p, "*", TVHI_CLIP)), None)


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


def interaction_of(name: str) -> str:
    """The paper's name of a TVHI class: "handShake" → "Handshake". Raises InputError."""
    return INTERACTIONS[ConceptSet(INTERACTIONS).index(name)]


LAYOUTS = (
    Layout(
        "TVHI", "clips", 10, lambda root: bool(find_tvhi(root)), lambda root, _: read_tvhi(root)
    ),
)
