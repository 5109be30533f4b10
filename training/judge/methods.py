"""The methods of §4.3 fitted and judged: one function from labelled views to each fitted part."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from attention.concepts import concept_vectors
from attention.energynet import EnergyNet
from attention.networks.cnn import Backbone, renew_head
from attention.networks.zoo import load_backbone
from training.cache.maps import FrameMaps, frame_maps
from training.data.recordings import deal, lacking
from training.fit.cnn import fit_cnn
from training.fit.energynet import fit_energynet
from training.fit.mining import MapSet
from training.fit.prepared import Clips, Stills
from training.fit.settings import VIDEO, WEB, WORKING, EnergyNetSettings, FitSettings
from training.judge.metrics import (
    ClipScores,
    cnn_scores,
    energynet_scores,
    logistic_scores,
    mean_scores,
    svm_scores,
    unatt_scores,
)
from training.listener import NOBODY, Epoch, Listener


@dataclass(frozen=True)
class Fitted:
    """The parts of a model as far as they were trained; an EnergyNet comes with V_c and a tuned CNN."""

    web: Backbone
    tuned: Backbone | None = None
    energynet: EnergyNet | None = None
    V_c: Tensor | None = None


def new_cnn(name: str, num_classes: int, seed: int) -> Backbone:
    """An ImageNet-trained CNN with a fresh last layer, the same for the same seed."""
    backbone = load_backbone(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        renew_head(backbone, num_classes)
        last = backbone.head.last
        torch.nn.init.normal_(last.weight, 0, 0.01)  # type: ignore[union-attr,arg-type]
        torch.nn.init.zeros_(last.bias)  # type: ignore[union-attr,arg-type]
    return backbone


def fit_web(
    name: str,
    concepts: Sequence[str],
    web: Stills,
    validation: Stills | None,
    seed: int,
    settings: FitSettings = WEB,
    listener: Listener = NOBODY,
    checkpoint: Path | None = None,
) -> tuple[Backbone, list[Epoch]]:
    """The Web stage (§4.2): from ImageNet to the concepts, on Web images."""
    listener.stage("Web CNN")
    backbone = new_cnn(name, len(concepts), seed)
    held_out = (validation.views, validation.labels) if validation else None
    history = fit_cnn(
        backbone, web.views, web.labels, settings, seed,
        validation=held_out, checkpoint=checkpoint, listener=listener,
    )  # fmt: skip
    return backbone, history


def fit_tuned(
    web: Backbone,
    clips: Clips,
    seed: int,
    settings: FitSettings = VIDEO,
    listener: Listener = NOBODY,
) -> Backbone:
    """The video stage (§4.3, finetune): the Web CNN goes on, on all frames of labelled clips."""
    tuned = copy.deepcopy(web)
    fit_cnn(tuned, clips.views, clips.frame_labels, settings, seed, listener=listener)
    return tuned


def fit_energy(
    web: Backbone,
    tuned: Backbone,
    clips: Clips,
    concepts: Sequence[str],
    seed: int,
    settings: EnergyNetSettings = WORKING,
    video: FitSettings = VIDEO,
    listener: Listener = NOBODY,
) -> tuple[EnergyNet, Tensor]:
    """EnergyNet (§3.4) on maps of the labelled clips; returns it and V_c.

    With settings.out_of_fold each clip's maps are made by a CNN fine-tuned on other recordings only.
    InputError when the clips cannot make a triplet.
    """
    V_c = torch.from_numpy(concept_vectors(concepts, how=settings.words)[0])
    maps = _maps_to_learn_from(web, tuned, clips, seed, settings.out_of_fold, video, listener)
    shape = EnergyNet(tuned.map_size, V_c.shape[1], 1, map_scale=settings.map_scale)
    seen = MapSet(shape.scaled(maps.L), V_c, clips.labels[maps.owners], maps.owners)
    listener.stage("EnergyNet")
    return fit_energynet(seen, tuned.map_size, settings, seed, listener), V_c


def _maps_to_learn_from(
    web: Backbone,
    tuned: Backbone,
    clips: Clips,
    seed: int,
    parts: int,
    video: FitSettings,
    listener: Listener,
) -> FrameMaps:
    if parts < 2:
        return frame_maps(tuned, clips.views)
    sides = deal(clips.clips, parts, seed)
    if lacking(sides):
        listener.note(
            f"A class has fewer than {parts} labelled recordings, so EnergyNet learns from maps of the "
            "CNN that was tuned on these very clips, not from maps made out of fold."
        )
        return frame_maps(tuned, clips.views)
    L: list[Tensor] = []
    owners: list[Tensor] = []
    for part, side in enumerate(sides, 1):
        listener.stage("out of fold", f"{part} of {parts}")
        held_out = set(side)
        others = [clip for clip in clips.clips if clip not in held_out]
        other = fit_tuned(web, clips.only(others), seed, video, listener)
        rows = [number for number, clip in enumerate(clips.clips) if clip in held_out]
        seen = frame_maps(other, clips.views.of(rows))
        L.append(seen.L)
        owners.append(torch.tensor(rows)[seen.owners])
    nothing = torch.empty(0)
    return FrameMaps(torch.cat(L), nothing, nothing, torch.cat(owners))


def judge_web(maps: FrameMaps, clips: int) -> list[ClipScores]:
    """CNN by vote and by mean, and UnAtt, by the Web CNN's maps: what needs no labelled video."""
    return _by_frames("", maps, clips)


def judge_features(
    train: FrameMaps, labels: Tensor, test: FrameMaps, clips: int, seed: int
) -> list[ClipScores]:
    """SVM and a fresh logistic head on the Web CNN's features; labels: int [F], of the training frames."""
    return [
        svm_scores("SVM", train, labels, test, clips, seed),
        logistic_scores("Logistic", train, labels, test, clips),
    ]


def judge_tuned(fitted: Fitted, maps: FrameMaps, count: int) -> list[ClipScores]:
    """finetune+CNN by vote and by mean, finetune+UnAtt and, with one, finetune+EnergyNet on `count` clips.

    maps: what the tuned CNN sees.
    """
    judged = _by_frames("finetune+", maps, count)
    if fitted.energynet is not None and fitted.V_c is not None:
        net, V_c = fitted.energynet, fitted.V_c
        judged.append(energynet_scores("finetune+EnergyNet", net, V_c, maps, count))
    return judged


def judge_no_image(
    name: str,
    concepts: Sequence[str],
    train: Clips,
    test: Clips,
    seed: int,
    listener: Listener = NOBODY,
) -> ClipScores:
    """NoImage+CNN (Table 3): from ImageNet straight to the labelled clips, no Web images."""
    backbone = new_cnn(name, len(concepts), seed)
    fit_cnn(backbone, train.views, train.frame_labels, WEB, seed, listener=listener)
    return cnn_scores("NoImage+CNN", frame_maps(backbone, test.views), len(test))


def _by_frames(prefix: str, maps: FrameMaps, count: int) -> list[ClipScores]:
    return [
        cnn_scores(f"{prefix}CNN", maps, count),
        mean_scores(f"{prefix}CNN mean", maps.scores, maps, count),
        unatt_scores(f"{prefix}UnAtt", maps, count),
    ]
