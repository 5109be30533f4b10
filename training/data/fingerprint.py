"""A hash that identifies a data set and its splits, independent of the folder's location."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.data.records import LabelledClip, Source


def fingerprint(source: Source) -> str:
    """A hash of 16 hex digits of its files' names, sizes, labels, recordings and splits."""
    stills = sorted(
        [f"{still.path.parent.name}/{still.path.name}", _size(still.path), still.label]
        for still in source.stills
    )
    folds = [
        [fold.name, _clips(fold.train), _clips(fold.dev), _clips(fold.test)]
        for fold in source.folds
    ]
    content = json.dumps([source.concepts, stills, folds])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _clips(clips: Iterable[LabelledClip]) -> list[Any]:
    return sorted([clip.name, _size(clip.path), clip.label, clip.group] for clip in clips)


def _size(path: Path) -> int:
    return path.stat().st_size
