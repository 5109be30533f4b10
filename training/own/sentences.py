"""What is said of what was brought and is not learned from, or otherwise than its owner may think."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from training.data.folders import listed
from training.own.records import Brought, Read, SeenClip, Unreadable

ONE_TAKE = (
    "The stills of {} come from one recording. Pictures of one recording are much alike, so that the "
    "accuracy says little of others: record it again, in another place or light."
)


def without_twins(
    things: Sequence[Brought], names: Mapping[int, str]
) -> tuple[list[Brought], list[str]]:
    """What lies in one box only, and a sentence on what lies in two."""
    boxes = defaultdict(set)
    for thing in things:
        boxes[thing.digest].add(thing.box)
    twins = {t.digest: t for t in things if len(boxes[t.digest]) > 1}
    notes = [
        f"{twin.name} lies in {' and in '.join(names[box] for box in sorted(boxes[digest]))}: it is left out "
        "of both; keep it in one."
        for digest, twin in list(twins.items())[:3]
    ]
    if len(twins) > 3:
        notes.append(f"So are {len(twins) - 3} others that lie in two boxes.")
    return [thing for thing in things if thing.digest not in twins], notes


def unreadable(things: Sequence[Brought], seen: Mapping[str, Read]) -> list[str]:
    """What cannot be read, each in its own sentence; of many, how many more."""
    bad = [found for t in things if isinstance(found := seen[t.key], Unreadable)]
    notes = [found.why for found in bad[:3]]
    if len(bad) > 3:
        notes.append(f"So are {len(bad) - 3} others that cannot be read, or are too many.")
    return notes


def without_stills(
    names: Mapping[int, str], boxes: Sequence[int], clips: Mapping[int, list[Brought]]
) -> list[str]:
    """Concepts with clips alone, which a head cannot learn from."""
    lone = [names[box] for box in names if box not in boxes and clips.get(box)]
    if not lone:
        return []
    return [f"{listed(lone)} has clips and no still, and is left out: add a still to learn from."]


def clips_among_stills(
    things: Sequence[Brought], seen: Mapping[str, Read], names: Mapping[int, str]
) -> list[str]:
    """Says of clips that are named like stills, or came among them, what became of them."""
    moved = [t for t in things if isinstance(seen[t.key], SeenClip)]
    return [
        f"{t.name} is a video, so that it counts as a labelled clip of {names[t.box]}, not as a still."
        for t in moved[:3]
        if not t.camera
    ]
