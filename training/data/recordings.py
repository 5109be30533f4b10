"""Recordings: clips of one recording stay on one side of every split, and classes stay balanced.

All splits of clips use `order` or `deal`: halves, development clips, out-of-fold parts and label
fractions. A clip without a named recording counts as a recording of its own.
"""

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
    """The clip's recording, or its path when no recording is named."""
    return clip.group or str(clip.path)


def known_recordings(clips: Sequence[LabelledClip]) -> Known:
    """Whether all, some or none of the clips have a named recording."""
    named = sum(bool(clip.group) for clip in clips)
    return "unknown" if not named else "known" if named == len(clips) else "mixed"


def order(clips: Sequence[LabelledClip], seed: int = 0) -> dict[str, float]:
    """Recording → its place in 0 … 1: a random order whose every prefix has balanced classes.

    The n clips of a class are in a random order of recordings; clip k of 0 … n−1 has the place
    (k+0.5)/n, and a recording has the mean place of its clips, over all classes. Each class has its own
    random stream, so that other classes do not change its order.
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
    """Deals the clips to `parts` sides: recordings stay whole, classes as balanced as they allow.

    The largest recording is dealt first, each to the side with the fewest clips of its classes; the
    clips keep their order. A class with fewer recordings than sides is missing on some side: see
    `lacking`.
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
    """The labels that are missing on some side."""
    within = [{clip.label for clip in side} for side in sides]
    return sorted(label for label in set().union(*within) if any(label not in w for w in within))


def _overlap(filled: Counter[int], content: Counter[int]) -> float:
    """The growth of Σ count² over a side's classes when a recording is added: small keeps balance."""
    return sum(count * (2 * filled[label] + count) for label, count in content.items())


def _by_class(clips: Sequence[LabelledClip]) -> dict[int, dict[str, int]]:
    """Label → recording, ordered by path → number of its clips with that label."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for clip in sorted(clips, key=lambda clip: clip.path):
        recordings = found[clip.label]
        recordings[recording_of(clip)] = recordings.get(recording_of(clip), 0) + 1
    return found
