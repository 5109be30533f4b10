"""Saves the networks of each cell of a run as a model folder, so that judged clips can be opened."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attention.disk.whole import whole_file
from attention.model.folder import save_model
from training.data.records import Source
from training.data.splitting import nested_fractions
from training.fit.card import Story, card_of, drawn_here
from training.fit.prepared import Prepared
from training.fit.settings import PRESETS
from training.judge.methods import Fitted
from training.listener import NOBODY, Cell, Listener
from training.runs.folder import Run, disk_bytes, networks_folder
from training.runs.records import Spec
from training.runs.words import repeat
from training.sweep.grid import web_path

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
