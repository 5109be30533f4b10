"""A run's metrics as rows: loss, accuracy and pool size of each stage, and how they are smoothed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from attention.catalogue.catalogue import say
from training.report.numbers import percent

COLUMNS = ["stage", "cell", "at", "quantity", "value"]
# as a run's lines name them → as the catalogue does
STAGES: Mapping[str, str] = {"Web CNN": "web", "tuned CNN": "tuned", "EnergyNet": "energynet"}
LOSS, ACCURACY, POOL = "loss", "accuracy", "pool"
# panel → its quantities; accuracies are written as shares, 0 … 1
PANELS: Mapping[str, tuple[str, ...]] = {
    LOSS: ("loss", "energy_loss", "triplet_loss"),
    ACCURACY: ("accuracy", "validation"),
    POOL: ("pool",),
}
SHARES = {"accuracy", "validation"}


def panel_title(stage: str, panel: str) -> str:
    """Such as: Web CNN (§4.2): loss."""
    return f"{say(f'charts.stages.{STAGES[stage]}')}: {say(f'charts.panels.{panel}')}"


def log_rows(metrics: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """COLUMNS, a row per number of a line of metrics.jsonl; `at` is the epoch or the step.

    cell: the fold, seed and share of labels it was told of. Where a resumed run told something again,
    the last word counts; lines that tell none of these are left out.
    """
    known = [quantity for panel in PANELS.values() for quantity in panel]
    rows = []
    for line in metrics:
        stage, at = line.get("stage"), line.get("epoch", line.get("step"))
        if stage not in STAGES or not _number(at):
            continue
        rows += [
            (stage, cell_name(line), float(at), quantity, _shown(quantity, line[quantity]))
            for quantity in known
            if _number(line.get(quantity))
        ]
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.drop_duplicates(COLUMNS[:-1], keep="last", ignore_index=True)


def cell_name(line: Mapping[str, Any]) -> str:
    """Such as: fold 1, seed 0, 20 % of the labels."""
    parts = [
        said
        for key, said in (
            ("fold", say("charts.fold", fold=line.get("fold"))),
            ("seed", say("charts.seed", seed=line.get("seed"))),
        )
        if line.get(key) is not None
    ]
    if _number(line.get("fraction")) and line["fraction"] > 0:
        parts.append(say("curves.labels.some", share=percent(line["fraction"])))
    if line.get("part"):
        parts.append(str(line["part"]))
    return ", ".join(parts)


def smoothed(values: Sequence[float] | NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Exponential moving average, freed of its start: s ← w·s + (1−w)·x, shown as s / (1 − wᵗ).

    weight: 0 (as it is) … below 1. ValueError beyond.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"a smoothing of {weight} is not in 0 … 1")
    return pd.Series(values, dtype=float).ewm(alpha=1 - weight).mean().to_numpy()


def _number(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))
    )


def _shown(quantity: str, value: float) -> float:
    return 100.0 * value if quantity in SHARES else float(value)
