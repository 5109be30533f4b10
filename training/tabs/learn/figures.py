"""What the lesson shows beside clips: stills (Figure 1), Figure 5's numbers, maps of forgotten weights."""

import base64
from typing import Any

import numpy as np

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.methods.registry import plain_name
from training.classroom.shipped import DATA_SETS
from training.report.known_sweeps import known_sweeps, results_of
from training.report.numbers import percent, spread
from training.tabs.learn.facts import (
    Accuracies,
    accuracies,
    by_curve,
    clip_of,
    fact,
    probe_rows,
)

STILLS = ASSETS / "drawn" / "web"
EACH = 4  # stills of a class
# what uses no labels, then what uses them
METHODS = (
    "CNN", "UnAtt", "finetune+CNN", "finetune+UnAtt", "finetune+EnergyNet", "SVM", "Logistic", "Fresh head",
    "Web+video head",
)  # fmt: skip
NOT_MEASURED = np.empty(0)
FORGOTTEN = "rank correlation, from "


def stills(clips: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Class → {clip: the sample of it, pictures: the first Web stills as data: addresses}."""
    found = {}
    for key in clips:
        sample, _ = clip_of(key)
        files = sorted((STILLS / str(sample.truth)).glob("*.jpg"))[:EACH]
        jpegs = (base64.b64encode(file.read_bytes()).decode() for file in files)
        pictures = [f"data:image/jpeg;base64,{jpeg}" for jpeg in jpegs]
        found[str(sample.truth)] = {"clip": key, "pictures": pictures}
    return found


def sweeps() -> list[dict[str, Any]]:
    """Figure 5 as tables, {name, title, shares, rows}: of sweeps that ship and of one's newest run."""
    shown = [
        _figure5(say(f"lesson.sweeps.{name}"), accuracies(name), fact(f"clips {name}"))
        for name in DATA_SETS
    ]
    own = next((sweep for sweep in known_sweeps() if sweep.run), None)
    results = results_of(own) if own else None
    if own and results:
        clips = sum(results.clip_counts.values())
        shown.append(_figure5(own.title, by_curve(results.rows), str(clips)))
    return shown


def _figure5(name: str, measured: Accuracies, clips: str) -> dict[str, Any]:
    shares = sorted({0.0, *(share for _, share in measured)})
    rows = []
    for method in METHODS:
        seeds = [measured.get((method, share), NOT_MEASURED) for share in shares]
        if any(map(len, seeds)):
            rows.append([plain_name(method), *map(spread, seeds)])
    return {
        "name": name,
        "title": say("lesson.sweeps.caption", title=name, clips=clips),
        "shares": [percent(share) if share else say("lesson.sweeps.none") for share in shares],
        "rows": rows,
    }


def forgotten() -> list[dict[str, Any]]:
    """How alike maps stay when weights are drawn anew from the head back: {layer, mean, low, high}."""
    return [
        {
            "layer": row["measure"].removeprefix(FORGOTTEN).removeprefix("trunk."),
            **{column: float(row[column]) for column in ("mean", "low", "high")},
        }
        for row in probe_rows()
        if row["cnn"] == "web" and row["measure"].startswith(FORGOTTEN)
    ]
