"""Accuracy against labelled training data (§4.5, Figure 5): fractions × folds × seeds × methods."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pandas as pd
import torch
from safetensors.torch import save_file

from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.methods.method import Labels
from attention.methods.registry import methods
from attention.networks.cnn import Backbone
from attention.networks.zoo import load_backbone, load_tensors
from training.cache.maps import frame_maps
from training.data.splitting import FRACTIONS, nested_fractions, uneven_share
from training.fit.prepared import Clips, Prepared
from training.fit.settings import VIDEO, WEB, WORKING, EnergyNetSettings, FitSettings
from training.judge.learning import Learning
from training.judge.methods import Fitted, fit_energy, fit_tuned, fit_web
from training.judge.metrics import ClipScores
from training.judge.verdicts import judge, judge_no_image, judge_tuned, side_of
from training.listener import NOBODY, Cell, Listener
from training.ranks import is_first, wait_for_all
from training.sweep.table import append_cell, append_web, cells_done, read_rows, web_validation


@dataclass(frozen=True)
class SweepSettings:
    """What a sweep runs through, and how each stage is fitted."""

    backbone: str
    fractions: tuple[float, ...] = FRACTIONS
    seeds: tuple[int, ...] = (0, 1, 2)
    web: FitSettings = WEB
    video: FitSettings = VIDEO
    energynet: EnergyNetSettings = WORKING
    part: str = "test"  # the clips judged: "test", or "dev" while anything is still being chosen
    until: Literal["web", "video", "energynet"] = "energynet"  # the last stage trained
    no_image: bool = True  # NoImage+CNN of Table 3, with all labels only


OnFitted = Callable[[Cell, Fitted], None]


def sweep(
    folds: Sequence[tuple[str, Prepared]],
    settings: SweepSettings,
    folder: Path,
    listener: Listener = NOBODY,
    on_fitted: OnFitted | None = None,
) -> pd.DataFrame:
    """Fits and judges every cell that `folder` does not hold yet; returns all its rows.

    folds: (name, prepared) · rows.csv has a line per cell and method: accuracy, top3, mAP, one
    accuracy per class; clips.csv a line per clip. Each cell is appended whole, so a stopped sweep
    goes on. Fraction 0 is what needs no labels · on_fitted is given what a cell has fitted, before
    its rows are written. InputError when a fraction has too few clips, and for a folder whose rows
    judge other clips.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shares = (0.0,) if settings.until == "web" else (0.0, *settings.fractions)
    cells = [
        (name, seed, share) for name, _ in folds for seed in settings.seeds for share in shares
    ]
    done = cells_done(folder, settings.part)
    stills_of = _first_with_these_stills(folds)
    wait_for_all()  # all have read what is done before the first writes
    count = sum(cell in done for cell in cells)
    for name, prepared in folds:
        for seed in settings.seeds:
            wanted = [c for c in cells if c[:2] == (name, seed) and c not in done]
            if not wanted:
                continue
            listener.cell(Cell(*wanted[0], count, len(cells)))
            web = _web(prepared, settings, name, stills_of[name], seed, folder, listener)
            one = _Seed(prepared, settings, web, seed, listener)
            for key in wanted:
                cell = Cell(*key, count, len(cells))
                listener.cell(cell)
                scores, fitted = one.fitted_and_judged(cell.fraction)
                if on_fitted:
                    on_fitted(cell, fitted)
                append_cell(folder, key, settings.part, one.judged, prepared.concepts, scores)
                wait_for_all()
                count += 1
    return read_rows(folder)


def _web(
    prepared: Prepared,
    settings: SweepSettings,
    fold: str,
    first: str,
    seed: int,
    folder: Path,
    listener: Listener,
) -> Backbone:
    """The Web CNN of a fold and seed; web.csv gets its validation accuracy (Table 1).

    It is fitted once for `first`, the first fold with the same stills, and kept for all of them.
    """
    concepts = len(prepared.concepts)
    path = web_path(folder, fold, seed)
    if first != fold and not path.exists() and web_path(folder, first, seed).exists():
        append_web(folder, fold, seed, web_validation(folder, first, seed))
        if is_first():
            with whole_file(path) as partial:
                shutil.copyfile(web_path(folder, first, seed), partial)
        wait_for_all()
    if path.exists():
        backbone = load_backbone(settings.backbone, concepts, weights=None)
        load_tensors(backbone, path)
        return backbone.eval()
    checkpoint = path.with_suffix(".checkpoint")
    backbone, history = fit_web(
        settings.backbone, prepared.concepts, prepared.web, prepared.validation, seed,
        settings.web, listener, checkpoint,
    )  # fmt: skip
    validation = 100 * (history[-1].validation or 0.0)
    append_web(folder, fold, seed, validation)
    if is_first():
        with whole_file(path) as partial:
            save_file({k: v.contiguous() for k, v in backbone.state_dict().items()}, partial)
        shutil.rmtree(checkpoint, ignore_errors=True)
    wait_for_all()
    return backbone


def web_path(folder: Path, fold: str, seed: int) -> Path:
    """Where a sweep keeps the Web CNN of a fold and seed."""
    return folder / f"web-{quote(fold, safe='')}-{seed}.safetensors"


def _first_with_these_stills(folds: Sequence[tuple[str, Prepared]]) -> dict[str, str]:
    """Fold → the first one that learns from the same stills: their Web CNNs are the same."""
    first: dict[str, str] = {}
    for name, prepared in folds:
        same = (
            other
            for other, found in folds
            if torch.equal(found.web.labels, prepared.web.labels)
            and torch.equal(found.web.views.z, prepared.web.views.z)
        )
        first[name] = next(same)
    return first


class _Seed:
    """One fold and seed: the Web CNN and what it sees, shared by all fractions."""

    def __init__(
        self,
        prepared: Prepared,
        settings: SweepSettings,
        web: Backbone,
        seed: int,
        listener: Listener,
    ) -> None:
        self.prepared, self.settings, self.web, self.seed = prepared, settings, web, seed
        self.listener = listener
        self.judged = judged_clips(prepared, settings)
        listener.stage("maps")
        self.learning = Learning(
            methods(), web, prepared.train, prepared.web, seed, listener=listener
        )
        self.statistics = self.learning.without_labels()
        self.seen = side_of("web", frame_maps(web, self.judged.views, listener=listener))

    def fitted_and_judged(self, fraction: float) -> tuple[list[ClipScores], Fitted]:
        """Every method with this share of the training clips labelled, and what was fitted for it."""
        if fraction == 0:
            fitted = Fitted(self.web, learned=self.statistics)
            return self._judged("none", fitted), fitted
        everything, seed = self.prepared.train, self.seed
        chosen = nested_fractions(everything.clips, self.settings.fractions, seed)[fraction]
        uneven = uneven_share(everything.clips, chosen, fraction, self.prepared.concepts)
        if uneven:
            self.listener.note(uneven)
        train = everything.only(chosen)
        self.listener.stage("SVM")
        learned = {**self.statistics, **self.learning.with_labels(chosen)}
        fitted = replace(self._fitted(train), learned=learned)
        self.listener.stage("judging")
        scores = self._judged("some", fitted)
        if fraction == max(self.settings.fractions) and self.settings.no_image:
            scores += self._no_image(train)
        return scores, fitted

    def _judged(self, labels: Labels, fitted: Fitted) -> list[ClipScores]:
        """What the methods that need so many labels say of the judged clips."""
        rows = [row for row in methods() if row.labels == labels]
        concepts, views = self.prepared.concepts, self.judged.views
        scores = judge(rows, self.seen, views.owners, concepts, fitted.learned)
        if fitted.tuned is not None:
            scores += judge_tuned(rows, fitted, frame_maps(fitted.tuned, views), concepts)
        return scores

    def _fitted(self, train: Clips) -> Fitted:
        settings, seed, listener = self.settings, self.seed, self.listener
        listener.stage("tuned CNN")
        tuned = fit_tuned(self.web, train, seed, settings.video, listener)
        if settings.until == "video":
            return Fitted(self.web, tuned)
        net, V_c = fit_energy(
            self.web, tuned, train, self.prepared.concepts, seed,
            settings.energynet, settings.video, listener,
        )  # fmt: skip
        return Fitted(self.web, tuned, net, V_c)

    def _no_image(self, train: Clips) -> list[ClipScores]:
        self.listener.stage("NoImage")
        rows = [row for row in methods() if row.labels == "all"]
        name, concepts = self.settings.backbone, self.prepared.concepts
        return judge_no_image(rows, name, concepts, train, self.judged, self.seed, self.listener)


def judged_clips(prepared: Prepared, settings: SweepSettings) -> Clips:
    """The test clips, or the development clips while anything is still being chosen.

    InputError where there are no development clips: test clips never stand in for them.
    """
    if settings.part == "test":
        return prepared.test
    if prepared.dev is None:
        raise InputError("There are no development clips; set some aside, or judge the test clips.")
    return prepared.dev
