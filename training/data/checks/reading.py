"""What a check-up reads of one file: why it cannot be used, its histogram, its hashes, and its facts."""

import math
import time
from dataclasses import dataclass, field
from pathlib import Path

from attention.concepts import ConceptSet
from attention.errors import InputError
from attention.media.frames import Clip, FrameReader, Limits, probe
from attention.media.sequences.numbered import files_of_clip
from attention.media.still import camera
from training.data.checks.giveaways import Facts, first_word
from training.data.checks.hashes import Hashes, hashes
from training.data.checks.histograms import Histogram, colour_histogram
from training.data.folders import place_in

FRAMES = 6  # of a clip, evenly over its first minute: 40 ms to decode for a clip of 7 s
LIMITS = Limits(trim_seconds=60.0, trim_frames=FRAMES)


@dataclass(frozen=True)
class Seen:
    """A file's path, with "" or why it cannot be used; the rest is there when it can.

    hashes: of the pictures that are not flat · compared: whether there was time to decode them.
    """

    path: Path
    why: str = ""
    histogram: Histogram | None = None
    hashes: tuple[Hashes, ...] = ()
    facts: Facts = field(default_factory=dict)
    compared: bool = True


def see_still(path: Path, concept: str) -> Seen:
    """What there is to see of a still of a class."""
    try:
        with FrameReader(path) as reader:
            clip = reader.clip
            if clip.kind != "image":
                return Seen(path, f"{clip.name} holds moving pictures; save one as JPEG or PNG.")
            rgb = next(iter(reader)).rgb[0]
    except InputError as error:
        return Seen(path, str(error))
    facts = _facts(clip, concept) | {"camera": camera(path)}
    found = hashes(rgb)
    return Seen(path, "", colour_histogram(rgb), () if found is None else (found,), facts)


def see_clip(path: Path, concept: str, until: float = math.inf) -> Seen:
    """What there is to see of a clip of a class; after the time `until`, only its first frame."""
    try:
        clip = probe(path)
        if clip.kind == "image":
            return Seen(path, f"{clip.name} is an image, not a clip.")
        facts = _facts(clip, concept) | _facts_of_clip(clip)
        if time.monotonic() > until:
            return Seen(path, facts=facts, compared=False)
        return Seen(path, hashes=_hashes_of(clip), facts=facts)
    except InputError as error:
        return Seen(path, str(error))


def _hashes_of(clip: Clip) -> tuple[Hashes, ...]:
    seconds = min(clip.seconds or math.inf, LIMITS.trim_seconds or math.inf)
    count = min(clip.frame_count or math.inf, seconds * (clip.fps or 25.0))
    every = max(1, math.ceil(count / FRAMES)) if count < math.inf else 25
    with FrameReader(clip.path, every, LIMITS, chunk=1) as reader:
        found = [hashes(frames.rgb[0]) for frames in reader]
    return tuple(of_frame for of_frame in found if of_frame is not None)


def _facts_of_clip(clip: Clip) -> dict[str, str]:
    from attention.media.containers import maker_and_program  # FFmpeg: not before there is a clip

    framed = clip.path.is_dir()
    maker, program = ("", "") if framed else maker_and_program(clip.path)
    return {
        "frame rate": f"{clip.fps:.0f} per second" if clip.fps and not framed else "",
        "camera": camera(files_of_clip(clip.path)[0]) if framed else maker,
        "program that wrote the file": program,
    }


def _facts(clip: Clip, concept: str) -> dict[str, str]:
    folder = clip.path.parent.name
    return {
        "folder": "" if place_in(ConceptSet((concept,)), folder) == 0 else folder,
        "size": f"{clip.width}×{clip.height}",
        "kind of file": "folder of frames" if clip.path.is_dir() else clip.path.suffix.casefold(),
        "first word in the file name": first_word(clip.path, concept),
    }
