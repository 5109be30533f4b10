"""The networks of each cell of a run as model folders, and the run's model: its first fold and seed."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from attention.disk.room import disk_bytes
from attention.disk.whole import whole_file
from attention.methods.registry import methods
from attention.model.folder import load_model, save_model
from training.data.records import Source
from training.data.sources import chosen_folds
from training.data.splitting import nested_fractions
from training.fit.card import Story, card_of, drawn_here
from training.fit.prepared import Prepared
from training.fit.settings import PRESETS
from training.judge.methods import Fitted
from training.listener import NOBODY, Cell, Listener
from training.runs.folder import Run, networks_folder
from training.runs.records import Spec
from training.runs.words import repeat
from training.sweep.grid import SweepSettings, web_path
from training.sweep.table import read_rows

MOST_BYTES = 1_000_000_000  # per run: 70 cells of EfficientNet-Lite0, 5 of ResNet101


class NetworkKeeper:
    """Saves the networks of each cell of a run, up to MOST_BYTES; those of the run's model always."""

    def __init__(
        self, run: Run, source: Source, folds: Mapping[str, Prepared], listener: Listener = NOBODY
    ) -> None:
        self.run, self.spec, self.source, self.folds = run, run.spec(), source, folds
        self.listener = listener

    def keep(self, cell: Cell, fitted: Fitted) -> None:
        """Saves a cell's networks; sends a note instead when MOST_BYTES is reached."""
        folder = networks_folder(self.run, cell.fold, cell.seed, cell.fraction)
        size = _bytes(fitted)
        if not self._of_the_model(cell) and disk_bytes(folder.parent) + size > MOST_BYTES:
            self.listener.note(
                f"The networks of later cells are not kept: those of a run may take {MOST_BYTES / 1e9:g} GB."
                " Their clips are listed, and cannot be opened with maps."
            )
            return
        story = story_of(self.spec, self.source, self.folds[cell.fold], cell.seed, cell.fraction)
        save_model(
            folder, card_of(story, {}), fitted.web, fitted.tuned, fitted.energynet,
            learned=fitted.learned,
        )  # fmt: skip
        _share_web(web_path(self.run.sweep, cell.fold, cell.seed), folder / "web.safetensors")

    def _of_the_model(self, cell: Cell) -> bool:
        first = (next(iter(self.folds)), self.spec.seeds[0], self.spec.most)
        return (cell.fold, cell.seed, cell.fraction) == first or self.spec.until == "web"


def story_of(spec: Spec, source: Source, ready: Prepared, seed: int, fraction: float) -> Story:
    """The facts for a cell's model card: data, settings, command."""
    clips = 0
    if fraction:
        shares = nested_fractions(ready.train.clips, (fraction,), seed, ready.concepts)
        clips = len(shares[fraction])
    return Story(
        title=spec.title or source.name,
        source=source.name,
        drawn=drawn_here(source),
        noisy=spec.noisy,
        concepts=source.concepts,
        backbone=spec.backbone,
        stills=len(ready.web.labels),
        clips=clips,
        fraction=fraction,
        every=spec.every,
        layers="last",
        seed=seed,
        energynet=PRESETS[spec.preset] if fraction and spec.until == "energynet" else None,
        command=repeat(spec),
    )


def _bytes(fitted: Fitted) -> int:
    """The size of a cell's networks without the Web CNN, which its fold's cells share."""
    networks: list[Any] = [net for net in (fitted.tuned, fitted.energynet) if net is not None]
    return sum(t.numel() * t.element_size() for net in networks for t in net.state_dict().values())


def _share_web(kept: Path, place: Path) -> None:
    """Replaces a cell's copy of the Web CNN by a hard link to the copy of its fold and seed."""
    try:
        with whole_file(place) as partial:
            partial.unlink(missing_ok=True)
            os.link(kept, partial)
    except OSError:
        return  # a file system without links keeps its copy


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
    fold = chosen_folds(source, spec.folds, spec.part)[0].name
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
