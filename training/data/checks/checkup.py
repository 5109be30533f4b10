"""Reads every file of a source: finds unreadable files, copies, tell-tale sources, small classes."""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from training.data.checks.advice import advice_on
from training.data.checks.copies import copies
from training.data.checks.findings import Checkup, FoldCount, Giveaway, Twins, Unreadable
from training.data.checks.giveaways import giveaways
from training.data.checks.histograms import twins
from training.data.checks.reading import Seen, see_clip, see_still
from training.data.records import Source, Still

Progress = Callable[[int, int], None]
SECONDS = 300.0  # from the start; clips seen later are not compared with others


def check(source: Source, on_progress: Progress | None = None) -> Checkup:
    """Opens every still and clip of a source, and looks for copies among them.

    on_progress(files done, files in all) is called after each file. The memory holds the histograms of
    one class at a time, 18 kB per still, and hashes of 0.5 kB of each picture. Clips that come after
    SECONDS are opened, and not compared.
    """
    total = len(source.stills) + len(source.clips)
    step = _counter(on_progress, total)
    until = time.monotonic() + SECONDS
    seen: list[Seen] = []
    alike: list[Twins] = []
    with _threads() as threads:
        for label, of_class in _by_label(source.stills):
            concept = source.concepts[label]
            stills = list(step(threads.map(partial(see_still, concept=concept), of_class)))
            alike += _twins_among(stills)
            seen += [replace(still, histogram=None) for still in stills]
        clips = source.clips
        named = [source.concepts[clip.label] for clip in clips]
        see = partial(see_clip, until=until)
        seen += step(threads.map(see, [clip.path for clip in clips], named))
    return _summary(source, seen, alike)


def without(source: Source, paths: Iterable[Path]) -> Source:
    """The source without some of its files, such as unreadable ones."""
    gone = set(paths)
    folds = tuple(
        replace(
            fold,
            train=tuple(clip for clip in fold.train if clip.path not in gone),
            test=tuple(clip for clip in fold.test if clip.path not in gone),
            dev=tuple(clip for clip in fold.dev if clip.path not in gone),
        )
        for fold in source.folds
    )
    stills = tuple(still for still in source.stills if still.path not in gone)
    return replace(source, stills=stills, folds=folds)


def _summary(every: Source, seen: list[Seen], alike: list[Twins]) -> Checkup:
    """The checkup of a source of which all files were seen."""
    faults = tuple(Unreadable(file.path, file.why) for file in seen if file.why)
    source = without(every, (fault.path for fault in faults))
    found, complete = copies(source, {file.path: file.hashes for file in seen})
    number = len(source.concepts)
    folds = tuple(
        FoldCount(
            fold.name,
            _tally((clip.label for clip in fold.train), number),
            _tally((clip.label for clip in fold.dev), number),
            _tally((clip.label for clip in fold.test), number),
        )
        for fold in source.folds
    )
    checkup = Checkup(
        name=source.name,
        concepts=source.concepts,
        stills=_tally((still.label for still in source.stills), number),
        clips=_tally((clip.label for clip in source.clips), number),
        folds=folds,
        unreadable=faults,
        twins=tuple(alike),
        notes=source.skipped,
        advice=(),
        copies=found,
        compared=complete and all(file.compared for file in seen),
        giveaways=tuple(_giveaways(source, seen)),
    )
    return replace(checkup, advice=advice_on(checkup))


def _giveaways(source: Source, seen: list[Seen]) -> Iterator[Giveaway]:
    facts = {file.path: file.facts for file in seen}
    for kind, items in (("stills", source.stills), ("clips", source.clips)):
        yield from giveaways(kind, [(i.label, facts[i.path]) for i in items], source.concepts)


def _twins_among(stills: list[Seen]) -> list[Twins]:
    readable = [(still.path, still.histogram) for still in stills if still.histogram is not None]
    if len(readable) < 2:
        return []
    paths, histograms = zip(*readable, strict=True)
    return [
        Twins(paths[i], paths[j], round(alike, 4)) for i, j, alike in twins(np.stack(histograms))
    ]


def _by_label(stills: Sequence[Still]) -> list[tuple[int, list[Path]]]:
    classes: dict[int, list[Path]] = defaultdict(list)
    for still in stills:
        classes[still.label].append(still.path)
    return sorted(classes.items())


def _tally(labels: Iterable[int], number: int) -> tuple[int, ...]:
    counted = Counter(labels)
    return tuple(counted[label] for label in range(number))


def _counter(
    on_progress: Progress | None, total: int
) -> Callable[[Iterable[Seen]], Iterator[Seen]]:
    done = 0

    def step(results: Iterable[Seen]) -> Iterator[Seen]:
        nonlocal done
        for result in results:
            done += 1
            if on_progress:
                on_progress(done, total)
            yield result

    return step


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Decoding threads, one per core, at most 8; after an interruption, waiting files are dropped."""
    threads = ThreadPoolExecutor(min(8, os.cpu_count() or 1))
    try:
        yield threads
    finally:
        threads.shutdown(wait=True, cancel_futures=True)
