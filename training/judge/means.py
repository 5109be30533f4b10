"""What a sweep ends with: the mean of every measure, its spread over seeds, and its 95 % interval."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.judge.bootstrap import Measured, accuracies, difference, mean_average_precisions
from training.judge.comparison import draws_of
from training.judge.results import SweepResults

DRAWS = 1000  # of recordings and seeds
MOST = 20_000  # clips × classes up to which intervals of mAP take seconds
LEGEND = "Mean ± standard deviation over {seeds} [95 % interval over recordings and seeds], in %."


def means_text(results: SweepResults) -> str:
    """means_table as text, with a line that says what its numbers are."""
    seeds = len(results.seeds)
    legend = LEGEND.format(seeds=f"{seeds} seeds" if seeds > 1 else "one seed")
    if not _affordable(results):
        legend += " Intervals of mAP: python -m training report."
    return f"{means_table(results).to_string(index=False)}\n{legend}"


def means_table(results: SweepResults) -> pd.DataFrame:
    """A row for each share of labels and method: labels, method, accuracy, top3 (without interval), mAP."""
    draws = draws_of(results, DRAWS)
    rows = []
    for curve, judged in results.judged.items():
        row = {"labels": f"{100 * curve.fraction:g} %", "method": curve.method}
        row["accuracy"] = _with_interval(accuracies(judged, draws), draws.seed)
        row["top3"] = _spread(results.per_seed(curve, "top3"))
        row["mAP"] = _spread(results.per_seed(curve, "mAP"))
        if _affordable(results):
            row["mAP"] = _with_interval(mean_average_precisions(judged, draws), draws.seed)
        rows.append(row)
    return pd.DataFrame(rows)


def _affordable(results: SweepResults) -> bool:
    return sum(results.clip_counts.values()) * len(results.concepts) <= MOST


def _with_interval(measured: Measured, seed: int) -> str:
    """Such as: 71.2 ± 1.3 [66.0, 76.1]; without an interval for clips of one recording."""
    nothing = replace(measured, values=np.zeros_like(measured.values))
    found = difference(measured, nothing, seed)
    text = _spread(measured.values[:, 0])
    if found is None or np.isnan(found.low):
        return text
    return f"{text} [{max(0.0, found.low):.1f}, {min(100.0, found.high):.1f}]"


def _spread(values: NDArray[np.float64]) -> str:
    spread = f" ± {values.std(ddof=1):.1f}" if len(values) > 1 else ""
    return f"{values.mean():.1f}{spread}"
