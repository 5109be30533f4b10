"""Class folders on disk: lists their stills or clips, and the files left out."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

from attention.concepts import ConceptSet
from attention.errors import InputError
from attention.media.frames import label
from attention.media.sequences.animation import states_animation
from attention.media.sequences.numbered import frames_in
from attention.media.suffixes import CLIP_SUFFIXES, MAY_MOVE, STILL_SUFFIXES, is_litter
from training.data.naming import one_form

ENDINGS = {"clips": ".mp4, .mov, .avi, .mkv", "stills": ".jpg, .png, .webp, .avif"}
LEFT_OUT = "Left out: "  # begins a note on a folder that is no clip
NAMED = 3  # files named in a sentence; the others are only counted

RECORDING = re.compile(r"_(g\d+)_c\d+$")  # UCF101: v_<Class>_g08_c02 is part 2 of recording 8


def child(folder: Path, name: str) -> Path | None:
    """The subfolder `name` of `folder`, whatever its case and Unicode form; None when there is none."""
    if (folder / name).is_dir():
        return folder / name
    wanted = one_form(name).casefold()
    return next((f for f in subfolders(folder) if one_form(f.name).casefold() == wanted), None)


def subfolders(folder: Path) -> list[Path]:
    """The visible folders in a folder, by name."""
    return sorted(f for f in folder.iterdir() if f.is_dir() and not is_litter(f.name))


def files_of(
    folder: Path, kind: Literal["stills", "clips"], within: Path | None = None
) -> tuple[dict[str, tuple[Path, ...]], list[str]]:
    """Class name → its stills or clips, also in subfolders; and notes on files left out.

    A clip is a file, or a folder of numbered frames. Empty files are left out; `data check` tests whether
    the others can be read. Links are followed within the set, the folder `within` (`folder` unless it is
    given). Raises InputError when two class names are too similar, for a link that leads elsewhere, and for
    a class that holds pictures where clips are wanted.
    """
    within = within or folder
    checked_place(folder, within)
    classes = [(one_form(place.name), place) for place in subfolders(folder)]
    if classes:
        ConceptSet(tuple(name for name, _ in classes))
    found: dict[str, tuple[Path, ...]] = {}
    empty: list[Path] = []
    others: list[Path] = []
    moving: list[Path] = []
    notes: list[str] = []
    for name, place in classes:
        inside = files_below(place, within)
        if kind == "clips":
            wanted, rest, faults = clips_among(place, inside)
            _check_no_loose_frames(name, wanted, rest, faults)
            notes += [f"{LEFT_OUT}{fault}" for fault in faults]
        else:
            stills, rest = _stills_among(inside)
            wanted, animated = _parted(stills, _moves)
            moving += animated
        filled = [path for path in wanted if path.is_dir() or path.stat().st_size]
        empty += sorted({*wanted} - {*filled})
        others += rest
        found[name] = tuple(filled)
    if empty:
        notes.append(f"{count(len(empty), 'file')} of 0 bytes left out: {listed(empty)}.")
    if others:
        notes.append(
            f"{count(len(others), 'file')} left out, not {kind} by their names ({ENDINGS[kind]} and "
            f"others): {listed(others)}."
        )
    if moving:
        notes.append(
            f"{count(len(moving), 'animation')} left out of the stills: {listed(moving)}; save a picture of "
            "each as JPEG or PNG."
        )
    return found, notes


def _moves(path: Path) -> bool:
    """Whether a still's file says that it is animated."""
    return path.suffix.casefold() in MAY_MOVE and states_animation(path)


def files_below(folder: Path, within: Path, above: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """Every visible file below a folder, by name; links that stay in the set `within` are followed.

    above: the real places of the folders that `folder` lies in. Raises InputError for a link that leads
    out of the set, nowhere, or back to a folder that it lies in.
    """
    place = checked_place(folder, within)
    if place in above:
        raise InputError(f"{_shown(folder, within)} is a link to a folder it lies in: remove it.")
    for path in sorted(folder.iterdir()):
        if is_litter(path.name):
            continue
        if path.is_dir():
            yield from files_below(path, within, above | {place})
            continue
        if path.is_symlink():
            checked_place(path, within)
        if path.is_file():
            yield path


def checked_place(path: Path, within: Path) -> Path:
    """Where a file or folder of the set `within` really lies. Raises InputError when that is elsewhere."""
    place = Path(os.path.realpath(path))
    if not place.exists():
        raise InputError(f"{_shown(path, within)} is a link that leads nowhere: mend or remove it.")
    if not place.is_relative_to(os.path.realpath(within)):
        raise InputError(
            f"{_shown(path, within)} is a link that leads out of {label(within)}: put what it links to "
            "there itself."
        )
    return place


def _shown(path: Path, within: Path) -> str:
    return "/".join(map(label, path.relative_to(within).parts)) or label(within)


def _stills_among(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """The stills among files, and the others."""
    others, stills = _parted(paths, lambda path: path.suffix.casefold() in STILL_SUFFIXES)
    return stills, others


def _parted(paths: Iterable[Path], chosen: Callable[[Path], bool]) -> tuple[list[Path], list[Path]]:
    """The paths that are not chosen, and those that are; each is asked once."""
    found: tuple[list[Path], list[Path]] = ([], [])
    for path in paths:
        found[chosen(path)].append(path)
    return found


def _check_no_loose_frames(
    name: str, clips: list[Path], rest: list[Path], faults: list[str]
) -> None:
    """Raises InputError for a class of pictures alone, which says why they are no clips."""
    if clips:
        return
    if faults:
        raise InputError(faults[0])
    stills, _ = _stills_among(rest)
    if stills:
        raise InputError(
            f"{label(name)} holds pictures ({listed(stills)}) and no clips: put the frames of each clip "
            "into a folder of its own, numbered as img_0001.jpg."
        )


def clips_among(place: Path, paths: Iterable[Path]) -> tuple[list[Path], list[Path], list[str]]:
    """The clips below a folder, the files left out, and a sentence on each folder of stills that is no clip.

    Clips are files with names of such, animated pictures, and folders of numbered frames below `place`.
    """
    clips: list[Path] = []
    rest: list[Path] = []
    faults: list[str] = []
    stills: dict[Path, list[Path]] = defaultdict(list)
    for path in paths:
        if path.suffix.casefold() in CLIP_SUFFIXES:
            clips.append(path)
        elif path.suffix.casefold() in STILL_SUFFIXES:
            stills[path.parent].append(path)
        else:
            rest.append(path)
    beside_clips = {place, *(clip.parent for clip in clips)}
    for folder, pictures in stills.items():
        fault = "" if folder in beside_clips else fault_of_frames(folder)
        if folder not in beside_clips and not fault:
            clips.append(folder)
            continue
        stills_there, moving = _parted(pictures, _moves)
        clips += moving
        if fault and not moving:
            faults.append(fault)
        else:
            rest += stills_there
    return sorted(clips), rest, faults


def fault_of_frames(folder: Path) -> str:
    """Why a folder of stills is no clip; "" when it is one."""
    try:
        frames_in(folder)
    except InputError as error:
        return str(error)
    return ""


def with_left_out(error: InputError, notes: Iterable[str]) -> InputError:
    """The error of clips that lack, with the first note on one that was left out, which may be why."""
    note = next((note for note in notes if note.startswith(LEFT_OUT)), "")
    return InputError(f"{str(error)[:-1]}; {note[0].lower()}{note[1:]}") if note else error


def recording_groups(clips: dict[str, tuple[Path, ...]]) -> dict[Path, str]:
    """Clip → its recording, for names that end in _gNN_cNN as in UCF101."""
    return {
        path: f"{name}/{match[1]}"
        for name, paths in clips.items()
        for path in paths
        if (match := RECORDING.search(path.stem))
    }


def class_roots(root: Path, concepts: ConceptSet, depth: int) -> list[Path]:
    """Folders of stills, at most `depth` levels below `root`, with class folders named like `concepts`.

    Half of the subfolders must have such names, so that a few other folders do no harm.
    """
    within = subfolders(root)
    known = [folder for folder in within if place_in(concepts, folder.name) is not None]
    if known and 2 * len(known) >= len(within):
        files = (path for folder in known for path in folder.rglob("*"))
        return [root] if any(f.suffix.casefold() in STILL_SUFFIXES for f in files) else []
    if depth == 0:
        return []
    return [found for folder in within for found in class_roots(folder, concepts, depth - 1)]


def place_in(concepts: ConceptSet, name: str) -> int | None:
    """The place of a class name among concepts, in any spelling; None when it is unknown."""
    try:
        return concepts.index(name)
    except InputError:
        return None


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 file", "2 files", "2 classes"."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun}{'es' if noun.endswith('s') else 's'}"


def listed(paths: Iterable[Path | str], most: int = NAMED) -> str:
    """The first `most` names of the files, and the number of the others."""
    names = [label(path) for path in paths]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
