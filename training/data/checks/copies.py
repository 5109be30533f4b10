"""Copies across classes, across the sides of a split, and between stills and clips' frames."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np

from attention.media.sequences.numbered import content_hash, files_of_clip
from training.data.checks.findings import Between, Copy
from training.data.checks.hashes import BLOCK, Hashes, pairs_alike
from training.data.records import LabelledClip, Source, Still

SECONDS = 120.0  # of comparing; 100,000 pictures take about a minute on two cores
MOST = 2000  # pairs
SIDES = ("train", "dev", "test")  # of a copy across two of them, the clip on the earlier goes


@dataclass
class _Match:
    """How two files match: the most similar pictures, and which pictures of either have a like."""

    similarity: float = 0.0
    of_one: set[int] = field(default_factory=set)
    of_other: set[int] = field(default_factory=set)


class _Files:
    """The stills and clips of a source, what is known of each, and what two of them may have in common."""

    def __init__(self, source: Source) -> None:
        self.all: list[Still | LabelledClip] = [*source.stills, *source.clips]
        self._sides: dict[Path, dict[str, str]] = defaultdict(dict)  # of each fold
        for fold in source.folds:
            for side in SIDES:
                for clip in getattr(fold, side):
                    self._sides[clip.path][fold.name] = side

    def between(self, one: int, other: int) -> Between | None:
        """What lies between two files that are copies; None for two stills of a class."""
        a, b = self.all[one], self.all[other]
        if a.label != b.label:
            return "classes"
        if isinstance(a, Still) or isinstance(b, Still):
            return None if isinstance(a, Still) and isinstance(b, Still) else "stills and clips"
        return "train and test" if any(self._apart(a.path, b.path)) else "clips"

    def same_recording(self, one: int, other: int) -> bool:
        """Whether both are clips of one named recording: these may look alike."""
        a, b = self.all[one], self.all[other]
        if isinstance(a, Still) or isinstance(b, Still):
            return False
        return bool(a.group) and a.group == b.group

    def copy(self, one: int, other: int, between: Between, similarity: float, same: bool) -> Copy:
        """The record of two copies: the still goes, or the clip that trains, or the second."""
        a, b = self.all[one], self.all[other]
        gone = b.path
        if isinstance(a, Still):
            gone = b.path if isinstance(b, Still) else a.path
        elif between == "train and test":
            first, second = next(self._apart(a.path, b.path))
            gone = a.path if SIDES.index(first) < SIDES.index(second) else b.path
        return Copy(a.path, b.path, round(similarity, 4), same, between, gone)

    def _apart(self, one: Path, other: Path) -> Iterator[tuple[str, str]]:
        """The sides of two clips in every fold that has them on two."""
        both = ((side, self._sides[other].get(fold)) for fold, side in self._sides[one].items())
        return ((side, beside) for side, beside in both if beside and beside != side)


def copies(
    source: Source, seen: Mapping[Path, Sequence[Hashes]], seconds: float = SECONDS
) -> tuple[tuple[Copy, ...], bool]:
    """The copies in a source, the most alike first, at most MOST; and whether all were compared.

    seen: of each file the hashes of its pictures. A clip is a copy of another when half of its pictures
    are like some of the other's; a still is one of a clip when one picture is like it. Not listed are:
    two stills of a class (`histograms.twins`), clips of one named recording, and clips of one class on
    one side unless they are the same file.
    """
    files = _Files(source)
    found: dict[tuple[int, int], Copy] = {}
    for one, other in _same_bytes([item.path for item in files.all]):
        between = files.between(one, other)
        if between:
            found[one, other] = files.copy(one, other, between, 1.0, True)
    matches, complete = _matches(files, seen, seconds)
    for (one, other), match in matches.items():
        between = files.between(one, other)
        if between in (None, "clips") or (one, other) in found:
            continue
        if _enough(match, *(len(seen[files.all[at].path]) for at in (one, other))):
            found[one, other] = files.copy(one, other, between, match.similarity, False)
    ordered = sorted(found.values(), key=lambda copy: (-copy.similarity, copy.one, copy.other))
    return tuple(ordered[:MOST]), complete and len(ordered) <= MOST


def _same_bytes(paths: Sequence[Path]) -> Iterator[tuple[int, int]]:
    """Pairs of files with the same content; only files of equal size are read."""
    sizes: dict[int, list[int]] = defaultdict(list)
    for place, path in enumerate(paths):
        sizes[sum(file.stat().st_size for file in files_of_clip(path))].append(place)
    for places in sizes.values():
        contents: dict[str, list[int]] = defaultdict(list)
        for place in places if len(places) > 1 else ():
            contents[content_hash(paths[place])].append(place)
        for same in contents.values():
            yield from combinations(same, 2)


def _matches(
    files: _Files, seen: Mapping[Path, Sequence[Hashes]], seconds: float
) -> tuple[dict[tuple[int, int], _Match], bool]:
    """Every two files with pictures alike, but of one recording; and whether the time was enough."""
    owners = [place for place, item in enumerate(files.all) for _ in seen.get(item.path, ())]
    every = [row for item in files.all for row in seen.get(item.path, ())]
    rows = (
        np.stack(every, axis=1).astype(np.float32) if every else np.empty((2, 0, 255), np.float32)
    )
    matches: dict[tuple[int, int], _Match] = defaultdict(_Match)
    began = time.monotonic()
    for start in range(0, len(every), BLOCK):
        if time.monotonic() - began > seconds:
            return matches, False
        for i, j, similarity in pairs_alike(rows, start):
            one, other = owners[i], owners[j]
            if one == other or files.same_recording(one, other):
                continue
            match = matches[one, other]
            match.similarity = max(match.similarity, similarity)
            match.of_one.add(i)
            match.of_other.add(j)
    return matches, True


def _enough(match: _Match, of_one: int, of_other: int) -> bool:
    return 2 * len(match.of_one) >= of_one or 2 * len(match.of_other) >= of_other
