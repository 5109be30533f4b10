"""How often a winner is named between two methods that do not differ: `python -m tests.bench verdicts`.

Simulated sweeps of four classes. A clip's scores are its class, what its recording and it itself do to
both methods, what they do to each method, and what a seed adds; the second method's are then stretched
by exp, as methods score on unlike scales. Both follow one law, so each named winner is false. With
several seeds each network also leans towards some classes; with one seed such a network would differ.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.judge.bootstrap import LEVEL, difference, draw_recordings
from training.judge.comparison import MEASURED, P
from training.judge.paper import Measure
from training.judge.results import Judged, JudgedFold

TABLE = Path(__file__).parents[2] / "assets" / "results" / "verdicts.csv"
CLIPS, EACH, SEEDS, TRIALS = (12, 18, 50, 240), (1, 2, 4, 8), (1, 5), 2000
CLASSES = 4
SWAPS, DRAWS = 200, 400  # 10 of 201 is the largest share below 5 %, as near to it as 99 of 2000
RECORDING, CLIP, SEED, LEANING = 0.7, 0.5, 0.5, 0.3  # standard deviations, beside a skill of 1
MOST = 6.0  # % of the trials
Floats = NDArray[np.float64]


def rows() -> Iterator[str]:
    """Simulates every row and writes the table that ships; a line for each on the way."""
    every = [(n, each, seeds) for n in CLIPS for each in EACH for seeds in SEEDS]
    found = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for (n, each, seeds), shares in zip(every, pool.map(_row, every), strict=True):
            for measure, share in shares.items():
                found.append((n, each, seeds, measure, TRIALS, round(100 * share, 2)))
                judged = "met" if 100 * share <= MOST else "MISSED"
                yield (
                    f"{n:>4} clips, {each} a recording, {seeds} seeds, {measure:<9}"
                    f"{100 * share:6.2f} %   ≤ {MOST:g} % {judged}"
                )
    names = ["clips", "each", "seeds", "measure", "trials", "declared"]
    pd.DataFrame(found, columns=names).to_csv(TABLE, index=False)


def equal_methods(
    rng: np.random.Generator, clips: int, each: int, seeds: int
) -> tuple[Judged, Judged]:
    """Two methods of one law on the same clips, `each` of them a recording."""
    recordings = np.arange(clips) // each
    truth = recordings % CLASSES
    count = recordings[-1] + 1
    shared = _normal(rng, RECORDING, count)[recordings] + _normal(rng, CLIP, clips)
    methods = []
    for stretch in (lambda x: x, np.exp):
        own = _normal(rng, RECORDING, count)[recordings] + _normal(rng, CLIP, clips)
        leaning = LEANING * rng.normal(size=(seeds, 1, CLASSES)) * (seeds > 1)
        by_seed = SEED * rng.normal(size=(seeds, clips, CLASSES)) + leaning
        scores = np.eye(CLASSES)[truth] + shared + own + by_seed
        fold = JudgedFold(truth, scores.argmax(2), stretch(scores), recordings)
        methods.append(Judged(tuple(range(seeds)), (fold,)))
    return methods[0], methods[1]


def is_told_apart(a: Judged, b: Judged, measure: Measure, seed: int) -> tuple[bool, bool]:
    """Whether p is below 0.05, and whether a winner is named: the interval is asked for only then."""
    p = P[measure](a, b, SWAPS, seed)
    if p >= LEVEL:
        return False, False
    draws = draw_recordings([fold.recordings for fold in a.folds], DRAWS, seed)
    found = difference(*(MEASURED[measure](judged, draws) for judged in (a, b)), seed)
    assert found is not None
    low, high = round(found.low, 1), round(found.high, 1)
    return True, low > 0 or high < 0


def _row(key: tuple[int, int, int]) -> dict[Measure, float]:
    named: dict[Measure, int] = {"accuracy": 0, "mAP": 0}
    for trial in range(TRIALS):
        a, b = equal_methods(np.random.default_rng([trial, *key]), *key)
        for measure in named:
            named[measure] += is_told_apart(a, b, measure, trial)[1]
    return {measure: count / TRIALS for measure, count in named.items()}


def _normal(rng: np.random.Generator, spread: float, count: int) -> Floats:
    return spread * rng.normal(size=(count, CLASSES))
