"""The result of a run: the model of its first fold and seed with the most labels, and its card."""

from __future__ import annotations

from typing import Any

import pandas as pd

from attention.methods.registry import methods
from attention.model.folder import load_model, save_model
from training.data.records import Source
from training.fit.card import card_of
from training.fit.prepared import Prepared
from training.fit.settings import PRESETS
from training.runs.folder import Run, networks_folder
from training.runs.networks import story_of
from training.runs.plan import chosen_folds
from training.runs.records import Spec
from training.sweep.grid import SweepSettings
from training.sweep.table import read_rows


def settings_of(spec: Spec) -> SweepSettings:
    """The sweep settings of a spec."""
    return SweepSettings(
        backbone=spec.backbone,
        fractions=spec.fractions,
        seeds=spec.seeds,
        energynet=PRESETS[spec.preset],
        part=spec.part,
        until=spec.until,
        no_image=False,
    )


def keep_model(run: Run, source: Source, ready: Prepared) -> None:
    """Writes model/ whole or not at all: the networks of the first fold and seed, most labels."""
    spec = run.spec()
    fold = chosen_folds(spec, source)[0].name
    fraction = 0.0 if spec.until == "web" else spec.most
    kept = load_model(networks_folder(run, fold, spec.seeds[0], fraction))
    card = card_of(
        story_of(spec, source, ready, spec.seeds[0], fraction), _measured(run, fold, spec)
    )
    save_model(run.model, card, kept.web, kept.tuned, kept.energynet, learned=kept.learned)


def _measured(run: Run, fold: str, spec: Spec) -> dict[str, Any]:
    """Accuracy and mAP of the kept model's methods, and the Web CNN's validation accuracy."""
    web = pd.read_csv(run.sweep / "web.csv", dtype={"fold": str})
    rows = read_rows(run.sweep)
    mine = rows[(rows["fold"] == fold) & (rows["seed"] == spec.seeds[0])]
    mine = mine[mine["fraction"].isin([0.0, spec.most])]
    validation = web[(web["fold"] == fold) & (web["seed"] == spec.seeds[0])]["validation"]
    found: dict[str, Any] = {"web validation accuracy": round(float(validation.iloc[0]), 1)}
    controls = {method.name for method in methods() if method.role == "control"}
    for _, row in mine[~mine["method"].isin(controls)].iterrows():
        found[f"{row['part']} {row['method']}"] = {
            "accuracy": round(float(row["accuracy"]), 1),
            "mAP": round(float(row["mAP"]), 1),
        }
    return found
