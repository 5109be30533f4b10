"""What a run leaves: the model of its first fold and seed with the most labels, and its card."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from safetensors.torch import load_file, save_file

from attention.backbone import load_backbone, load_tensors
from attention.concepts import concept_vectors
from attention.energynet import EnergyNet
from attention.model import save_model
from attention.whole import whole_folder
from training.card import Story, card_of, drawn_here
from training.data.records import Source
from training.fit_energynet import PRESETS
from training.listener import Cell
from training.methods import Fitted
from training.prepared import Prepared
from training.runs.folder import Run
from training.runs.plan import chosen_folds
from training.runs.records import Spec
from training.runs.words import repeat
from training.sources import nested_fractions
from training.sweep import SweepSettings, web_path
from training.sweep_tables import read_rows

PARTS = "parts"  # the folder of the fitted parts until the model is whole


def _parts(run: Run, fold: str) -> Path:
    return run.folder / PARTS / fold


def settings_of(spec: Spec) -> SweepSettings:
    """The sweep a spec asks for."""
    return SweepSettings(
        backbone=spec.backbone,
        fractions=spec.fractions,
        seeds=spec.seeds,
        energynet=PRESETS[spec.preset],
        part=spec.part,
        until=spec.until,
        no_image=False,
    )


def keep_parts(run: Run, cell: Cell, fitted: Fitted) -> None:
    """Writes what a cell has fitted, when it is the one whose model is kept."""
    spec = run.spec()
    if cell.seed != spec.seeds[0] or cell.fraction != spec.most:
        return
    # an attempt killed here may have left one file of two: they are written again, to the same content
    with whole_folder(_parts(run, cell.fold)) as room:
        save_file(_tensors(fitted.tuned), room / "tuned.safetensors")
        if fitted.energynet is not None:
            save_file(_tensors(fitted.energynet), room / "energynet.safetensors")


def keep_model(run: Run, source: Source, ready: Prepared) -> None:
    """Writes model/, whole or not at all, from the parts of the first fold and seed."""
    spec = run.spec()
    fold = chosen_folds(spec, source)[0]
    concepts = len(source.concepts)
    web = load_backbone(spec.backbone, concepts, weights=None)
    load_tensors(web, web_path(run.sweep, fold.name, spec.seeds[0]))
    tuned = net = None
    if spec.until != "web":
        tuned = load_backbone(spec.backbone, concepts, weights=None)
        load_tensors(tuned, _parts(run, fold.name) / "tuned.safetensors")
    settings = PRESETS[spec.preset] if spec.until == "energynet" else None
    if settings:
        V_c = concept_vectors(source.concepts, how=settings.words)[0]
        net = EnergyNet(
            web.map_size, V_c.shape[1], settings.hidden, settings.dim, settings.map_scale
        )
        net.load_state_dict(load_file(_parts(run, fold.name) / "energynet.safetensors"))
    story = Story(
        title=spec.title or source.name,
        source=source.name,
        drawn=drawn_here(source),
        noisy=spec.noisy,
        concepts=source.concepts,
        backbone=spec.backbone,
        stills=len(ready.web.labels),
        clips=_labelled(spec, ready),
        fraction=spec.most,
        every=spec.every,
        seed=spec.seeds[0],
        energynet=settings,
        command=repeat(spec),
    )
    card = card_of(story, _measured(run, fold.name, spec))
    save_model(run.model, card, web, tuned, net, half=True)


def _labelled(spec: Spec, ready: Prepared) -> int:
    if spec.until == "web":
        return 0
    shares = nested_fractions(ready.train.clips, (spec.most,), spec.seeds[0], ready.concepts)
    return len(shares[spec.most])


def _measured(run: Run, fold: str, spec: Spec) -> dict[str, Any]:
    """Accuracy and mAP of the kept model's methods, and the Web CNN's validation accuracy."""
    web = pd.read_csv(run.sweep / "web.csv", dtype={"fold": str})
    rows = read_rows(run.sweep)
    mine = rows[(rows["fold"] == fold) & (rows["seed"] == spec.seeds[0])]
    mine = mine[mine["fraction"].isin([0.0, spec.most])]
    validation = web[(web["fold"] == fold) & (web["seed"] == spec.seeds[0])]["validation"]
    found: dict[str, Any] = {"web validation accuracy": round(float(validation.iloc[0]), 1)}
    for _, row in mine.iterrows():
        found[f"{row['part']} {row['method']}"] = {
            "accuracy": round(float(row["accuracy"]), 1),
            "mAP": round(float(row["mAP"]), 1),
        }
    return found


def _tensors(module: Any) -> dict[str, Any]:
    return {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
