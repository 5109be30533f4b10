"""A person's own folders: web/<Class>/, noisy/<Class>/ and video/<Class>/ with splits.csv."""

from pathlib import Path

from attention.errors import InputError
from attention.media.frames import label
from training.data.folders import checked_place, child, files_of, recording_groups
from training.data.layouts.split_table import read_splits
from training.data.layouts.stills import together
from training.data.records import VideoHalf, WebHalf

SPLITS = "splits.csv"


def read_own_stills(root: Path, noisy: bool = False) -> WebHalf:
    """`web/<Class>/*.jpg` and, when `noisy`, those of `noisy/<Class>/` besides.

    Raises InputError when there is no such folder.
    """
    web = child(root, "web")
    if web is None:
        raise InputError(f"{label(root)} has no folder web/ with a folder of stills per class.")
    found, notes = files_of(web, "stills", root)
    if noisy:
        more = child(root, "noisy")
        if more is None:
            raise InputError(f"{label(root)} has no folder noisy/: leave the noisy stills out.")
        added, more_notes = files_of(more, "stills", root)
        found = together(found, added)
        notes += more_notes
    return WebHalf(root.name, found, tuple(notes))


def read_own_clips(root: Path) -> VideoHalf:
    """`video/<Class>/*.mp4` with `splits.csv` beside `video/`, where there is one."""
    video = child(root, "video")
    if video is None:
        raise InputError(f"{label(root)} has no folder video/ with a folder of clips per class.")
    found, notes = files_of(video, "clips", root)
    return own_splits(VideoHalf(root.name, found, {}, recording_groups(found), tuple(notes)), video)


def split_table(root: Path) -> Path | None:
    """The splits.csv beside or in the folder of clips `root`, in any case; None where there is none.

    Raises InputError for one that is a link out of the set, or to nowhere.
    """
    there = (file for place in (root.parent, root) for file in sorted(place.iterdir()))
    for file in there:
        if file.name.casefold() == SPLITS and checked_place(file, root.parent).is_file():
            return file
    return None


def own_splits(half: VideoHalf, root: Path) -> VideoHalf:
    """The clips under the splits.csv in or beside `root`, where there is one."""
    table = split_table(root)
    if table is None:
        return half
    splits, groups, notes = read_splits(table, root, half.clips, half.notes)
    return VideoHalf(half.name, half.clips, splits, half.groups | groups, (*half.notes, *notes))
