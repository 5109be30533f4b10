"""Published splits on the clips that are there."""

import re
from pathlib import Path

from attention.concepts import ConceptSet
from attention.errors import InputError
from attention.media.frames import label
from attention.media.suffixes import CLIP_SUFFIXES
from training.data.folders import count, listed, place_in
from training.data.records import Splits, VideoHalf

# fold name → (class key, stem) → split; classes and stems compared without case
Listed = dict[str, dict[tuple[str, str], str]]


def officially(
    half: VideoHalf,
    classes: tuple[str, ...],
    published: Listed,
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


def holds(folder: Path, pattern: str, name: re.Pattern[str]) -> bool:
    """Whether clips of such names lie there."""
    return any(
        name.fullmatch(path.stem) and (path.suffix.casefold() in CLIP_SUFFIXES or path.is_dir())
        for path in folder.glob(pattern)
    )
