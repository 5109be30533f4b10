"""Sets that a user chooses by name: the drawn set that ships, and uploaded zips."""

import json
from pathlib import Path

from attention.disk.home import ASSETS, home
from attention.errors import InputError
from attention.gate.owners import may_change, may_see, owned
from attention.gate.visitors import asking
from attention.media.frames import label
from training.data.content import files_in, opened
from training.data.folders import fault_of_frames
from training.data.naming import DRAWN
from training.data.records import Source

DRAWN_FOLDER = ASSETS / "drawn"
LEFT_OUT = "left_out"  # in a set's folder: the files left out, which can be put back
NOTES = "notes.json"


def sets_folder() -> Path:
    """The folder of uploaded sets, each in its own folder."""
    return home() / "sets"


def sets() -> dict[str, Path]:
    """Name → folder of the sets that the asking visitor may see: the drawn one first, then by name."""
    visitor = asking()
    return {
        name: folder
        for name, folder in every_set().items()
        if folder == DRAWN_FOLDER or may_see(owned(folder), visitor)
    }


def every_set() -> dict[str, Path]:
    """Name → folder of all sets, whoever may see them."""
    found = {DRAWN: DRAWN_FOLDER} if DRAWN_FOLDER.is_dir() else {}
    if sets_folder().is_dir():
        own = [f for f in sets_folder().iterdir() if f.is_dir() and not f.name.startswith(".")]
        found |= {folder.name: folder for folder in sorted(own, key=lambda f: f.name.casefold())}
    return found


def set_folder(name: str) -> Path:
    """The folder of a set. Raises InputError for a name that is not in sets(), such as a path."""
    known = sets()
    if name not in known:
        raise InputError(f"There is no set {label(str(name))!r}: choose one of {', '.join(known)}.")
    return known[name]


def source_of(name: str) -> Source:
    """The stills, clips and folds of a set. Raises InputError."""
    return opened(set_folder(name).resolve())


def left_out(name: str) -> tuple[str, ...]:
    """The stills and clips that leave_out moved away, as paths within the set."""
    away = set_folder(name) / LEFT_OUT
    clips = {_clip_of(file, away) for file in files_in(away)}
    return tuple(sorted(clip.relative_to(away).as_posix() for clip in clips))


def _clip_of(file: Path, away: Path) -> Path:
    """The folder of frames that a file of video/<Class>/ is in, or the file."""
    half, *within = file.relative_to(away).parts
    framed = half == "video" and len(within) > 2 and not fault_of_frames(file.parent)
    return file.parent if framed else file


def notes_of(name: str) -> tuple[str, ...]:
    """Sentences about the files that were left out when the set was uploaded."""
    try:
        notes = json.loads((set_folder(name) / NOTES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple(map(str, notes)) if isinstance(notes, list) else ()


def may_change_set(name: str) -> bool:
    """Whether the asking visitor may change and remove a set; nobody the drawn one."""
    folder = set_folder(name)
    return folder != DRAWN_FOLDER and may_change(owned(folder), asking())


def own_set(name: str) -> Path:
    """The folder of a set that the asking visitor may change. InputError for any other."""
    folder = set_folder(name)
    if folder == DRAWN_FOLDER:
        raise InputError(
            "The drawn set ships with the app and stays as it is: add one of your own."
        )
    if not may_change_set(name):
        raise InputError(
            f"The set {label(name)!r} is shared by somebody else and stays as it is: add one of your own."
        )
    return folder
