"""What is said of what was brought and is not learned from, or otherwise than its owner may think."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from attention.catalogue.catalogue import say
from attention.media.suffixes import CLIP_SUFFIXES
from training.data.folders import listed
from training.own.records import Brought, Read, SeenClip, Unreadable

MOST = 3  # sentences of a kind; of more, their number


def without_twins(
    things: Sequence[Brought], names: Mapping[int, str]
) -> tuple[list[Brought], list[str]]:
    """What lies in one box only, and a sentence on what lies in two."""
    boxes = defaultdict(set)
    for thing in things:
        boxes[thing.digest].add(thing.box)
    twins = {t.digest: t for t in things if len(boxes[t.digest]) > 1}
    notes = [
        say("own.twin", name=twin.name, concepts=", ".join(names[b] for b in sorted(boxes[digest])))
        for digest, twin in list(twins.items())[:MOST]
    ]
    if len(twins) > MOST:
        notes.append(say("own.twins", files=len(twins) - MOST))
    return [thing for thing in things if thing.digest not in twins], notes


def unreadable(things: Sequence[Brought], seen: Mapping[str, Read]) -> list[str]:
    """What cannot be read, each in its own sentence; of many, how many more."""
    bad = [found for t in things if isinstance(found := seen[t.key], Unreadable)]
    notes = [found.why for found in bad[:MOST]]
    if len(bad) > MOST:
        notes.append(say("own.unread", files=len(bad) - MOST))
    return notes


def without_stills(
    names: Mapping[int, str], boxes: Sequence[int], clips: Mapping[int, list[Brought]]
) -> list[str]:
    """Concepts with clips alone, which a head cannot learn from."""
    lone = [names[box] for box in names if box not in boxes and clips.get(box)]
    if not lone:
        return []
    return [say("own.no_still", concepts=listed(lone))]


def clips_among_stills(
    things: Sequence[Brought], seen: Mapping[str, Read], names: Mapping[int, str]
) -> list[str]:
    """Says of clips that are not named like clips what became of them."""
    moved = [t for t in things if isinstance(seen[t.key], SeenClip) and not _is_named_clip(t)]
    return [say("own.is_video", name=t.name, concept=names[t.box]) for t in moved[:MOST]]


def _is_named_clip(thing: Brought) -> bool:
    return Path(thing.name).suffix.casefold() in CLIP_SUFFIXES
