"""Reads every file of a source: finds unreadable files, near-duplicates, and classes that are too small."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from attention.errors import InputError
from attention.media.frames import FrameReader, probe
from training.data.checks.advice import advice_on
from training.data.checks.findings import Checkup, FoldCount, Twins, Unreadable
from training.data.checks.histograms import Histogram, colour_histogram, twins
from training.data.records import Source, Still

Progress = Callable[[int, int], None]


def check(source: Source, on_progress: Progress | None = None) -> Checkup:
    """Opens every still and clip of a source, and compares the stills of each class.

    on_progress(files done, files in all) is called after each file. The memory holds the histograms of
    one class at a time, 18 kB per still.
    """
    total = len(source.stills) + len(source.clips)
    step = _counter(on_progress, total)
    unreadable: list[Unreadable] = []
    alike: list[Twins] = []
    with _threads() as threads:
        for of_class in _by_label(source.stills):
            readable: list[tuple[Path, Histogram]] = []
            for path, seen in step(threads.map(_look_at, of_class)):
                if isinstance(seen, str):
                    unreadable.append(Unreadable(path, seen))
                else:
                    readable.append((path, seen))
            alike += _twins_among(readable)
        clip_paths = [clip.path for clip in source.clips]
        for path, why in step(threads.map(_fault_of, clip_paths)):
            if why:
                unreadable.append(Unreadable(path, why))
    return _summary(without(source, (u.path for u in unreadable)), unreadable, alike)


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


def _summary(source: Source, unreadable: list[Unreadable], alike: list[Twins]) -> Checkup:
    """The checkup of a source that has only readable files."""
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
    seen = Checkup(
        name=source.name,
        concepts=source.concepts,
        stills=_tally((still.label for still in source.stills), number),
        clips=_tally((clip.label for clip in source.clips), number),
        folds=folds,
        unreadable=tuple(unreadable),
        twins=tuple(alike),
        notes=source.skipped,
        advice=(),
    )
    return replace(seen, advice=advice_on(seen))


def _look_at(path: Path) -> tuple[Path, Histogram | str]:
    """A still's path with its colour histogram, or with a sentence why it cannot be read."""
    try:
        with FrameReader(path) as reader:
            if reader.clip.kind != "image":
                return path, f"{reader.clip.name} holds moving pictures; save one as JPEG or PNG."
            return path, colour_histogram(next(iter(reader)).rgb[0])
    except InputError as error:
        return path, str(error)


def _fault_of(path: Path) -> tuple[Path, str]:
    """A clip's path with a sentence why it cannot be read, or with ""."""
    try:
        clip = probe(path)
    except InputError as error:
        return path, str(error)
    return path, f"{clip.name} is an image, not a clip." if clip.kind == "image" else ""


def _twins_among(readable: list[tuple[Path, Histogram]]) -> list[Twins]:
    if len(readable) < 2:
        return []
    paths, histograms = zip(*readable, strict=True)
    return [
        Twins(paths[i], paths[j], round(alike, 4)) for i, j, alike in twins(np.stack(histograms))
    ]


def _by_label(stills: Sequence[Still]) -> list[list[Path]]:
    classes: dict[int, list[Path]] = defaultdict(list)
    for still in stills:
        classes[still.label].append(still.path)
    return [classes[label] for label in sorted(classes)]


def _tally(labels: Iterable[int], number: int) -> tuple[int, ...]:
    counted = Counter(labels)
    return tuple(counted[label] for label in range(number))


def _counter(
    on_progress: Progress | None, total: int
) -> Callable[[Iterable[tuple[Path, Any]]], Iterator[tuple[Path, Any]]]:
    done = 0

    def step(results: Iterable[tuple[Path, Any]]) -> Iterator[tuple[Path, Any]]:
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
