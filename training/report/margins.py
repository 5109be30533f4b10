"""The clips of a sweep by how far a method puts their truth ahead: its best and its worst."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from attention.errors import InputError
from training.judge.paper import Curve
from training.judge.results import clips_table
from training.report.curves import cell_of, curve_name
from training.report.known_sweeps import Sweep, stamp

SCORE = "score: "  # before a class's name, in the heads of clips.csv


@dataclass(frozen=True)
class ClipMargin:
    """clip: "Class/file" · said: what the method says · margin: score of the truth − the highest other."""

    clip: str
    fold: str
    truth: str
    said: str
    margin: float


def best_and_worst(sweep: Sweep, curve: Curve, seed: int) -> tuple[ClipMargin, ClipMargin]:
    """The judged clips whose truth a method with one seed puts farthest ahead, and farthest behind.

    Of equal margins the first. InputError where that cell holds no clip.
    """
    cell = cell_of(_scored(clips_table(sweep.folder), stamp(sweep)), curve, seed)
    if cell.empty:
        raise InputError(f"{curve_name(curve)} was not measured with seed {seed}; choose another.")
    columns = [column for column in cell.columns if column.startswith(SCORE)]
    scores = cell[columns].to_numpy(np.float64)
    true = cell["truth"].to_numpy()[:, None] == [name.removeprefix(SCORE) for name in columns]
    margins = scores[true] - np.where(true, -np.inf, scores).max(axis=1)
    best, worst = (cell.iloc[place] for place in (margins.argmax(), margins.argmin()))
    return (
        ClipMargin(best["clip"], best["fold"], best["truth"], best["prediction"], margins.max()),
        ClipMargin(
            worst["clip"], worst["fold"], worst["truth"], worst["prediction"], margins.min()
        ),
    )


@lru_cache(maxsize=2)
def _scored(path: Path, _at: object) -> pd.DataFrame:
    text = dict.fromkeys(("fold", "method", "clip", "truth", "prediction"), str)
    try:
        return pd.read_csv(path, dtype=text, keep_default_na=False)
    except (OSError, ValueError):
        raise InputError(f"{path.name} cannot be read; sweep again.") from None
