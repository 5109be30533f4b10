"""Recordings: clips cut from one recording stay on one side of every split, and classes stay even.

Every split of clips goes through `order` or `deal`: halves, development clips, out-of-fold parts and
shares of the labels. A clip whose recording nobody named counts as a recording of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Literal

import numpy as np

from training.data.records import LabelledClip

Known = Literal["known", "mixed", "unknown"]
HOW_TO_NAME = (
    "name files <name>_g01_c01 (g01 the recording), or give splits.csv a column group that names "
    "each clip's recording"
)


def recording_of(clip: LabelledClip) -> str:
    """The recording a clip is cut from; the clip itself where nobody named one."""
    return clip.group or str(clip.path)


def known_recordings(clips: Sequence[LabelledClip]) -> Known:
    """Whether the recordings of all, some or none of the clips are named."""
    named = sum(bool(clip.group) for clip in clips)
    return "unknown" if not named else "known" if named == len(clips) else "mixed"


def order(clips: Sequence[LabelledClip], seed: int = 0) -> dict[str, float]:
    """Recording → its place in 0 … 1, a random order in which every beginning has the classes even.

    Within a class of n clips a recording stands where the middle of its clips does: of single clips
    the first at 0.5/n, the last at (n−0.5)/n. One with clips of several classes stands at the mean of its
    clips. Each class draws from a stream of its own, so other classes do not change its order.
    """
    middles: dict[str, list[float]] = defaultdict(list)
    for label, recordings in _by_class(clips).items():
        total, before = sum(recordings.values()), 0
        names = list(recordings)
        for at in np.random.default_rng([seed, label]).permutation(len(names)):
            count = recordings[names[at]]
            middles[names[at]] += [(before + count / 2) / total] * count
            before += count
    return {name: float(np.mean(found)) for name, found in middles.items()}


def deal(
    clips: Sequence[LabelledClip], parts: int, seed: int = 0
) -> tuple[tuple[LabelledClip, ...], ...]:
    """The clips dealt out to `parts` sides: recordings whole, every class as even as they allow.

    The largest recordings go first, each to the side that has least of its classes; the clips keep
    their order. A side lacks a class that has fewer recordings than there are sides: see `lacking`.
    """
    place = order(clips, seed)
    contents: dict[str, Counter[int]] = defaultdict(Counter)
    for clip in clips:
        contents[recording_of(clip)][clip.label] += 1
    filled: list[Counter[int]] = [Counter() for _ in range(parts)]
    side: dict[str, int] = {}
    for name in sorted(contents, key=lambda name: (-contents[name].total(), place[name])):
        least = min(range(parts), key=lambda n: _overlap(filled[n], contents[name]))
        filled[least].update(contents[name])
        side[name] = least
    return tuple(tuple(c for c in clips if side[recording_of(c)] == n) for n in range(parts))


def lacking(sides: Sequence[Sequence[LabelledClip]]) -> list[int]:
    """The labels that some side has no clip of."""
    within = [{clip.label for clip in side} for side in sides]
    return sorted(label for label in set().union(*within) if any(label not in w for w in within))


def _overlap(filled: Counter[int], content: Counter[int]) -> float:
    """How much fuller than even a side becomes: the growth of Σ count² over the classes."""
    return sum(count * (2 * filled[label] + count) for label, count in content.items())


def _by_class(clips: Sequence[LabelledClip]) -> dict[int, dict[str, int]]:
    """Label → its recordings, ordered by path → how many of the clips they hold."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for clip in sorted(clips, key=lambda clip: clip.path):
        recordings = found[clip.label]
        recordings[recording_of(clip)] = recordings.get(recording_of(clip), 0) + 1
    return found
