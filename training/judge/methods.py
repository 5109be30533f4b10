"""The networks of §4.3 fitted: one function from labelled views to each part of a model."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from attention.concepts import concept_vectors
from attention.energynet import EnergyNet
from attention.methods.method import Learned
from attention.networks.cnn import Backbone, renew_head
from attention.networks.zoo import load_backbone
from training.cache.maps import FrameMaps, frame_maps
from training.data.recordings import deal, lacking
from training.fit.cnn import fit_cnn
from training.fit.energynet import fit_energynet
from training.fit.mining import MapSet
from training.fit.prepared import Clips, Stills
from training.fit.settings import VIDEO, WEB, WORKING, EnergyNetSettings, FitSettings
from training.listener import NOBODY, Epoch, Listener


@dataclass(frozen=True)
class Fitted:
    """The parts of a model as far as they were trained; an EnergyNet comes with V_c and a tuned CNN.

    learned: by method, what it has learned from clips and stills.
    """

    web: Backbone
    tuned: Backbone | None = None
    energynet: EnergyNet | None = None
    V_c: Tensor | None = None
    learned: Mapping[str, Learned] = field(default_factory=dict)


def new_cnn(name: str, num_classes: int, seed: int) -> Backbone:
    """An ImageNet-trained CNN with a fresh last layer, the same for the same seed."""
    backbone = load_backbone(name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        renew_head(backbone, num_classes)
        last = backbone.head.last
        torch.nn.init.normal_(last.weight, 0, 0.01)  # type: ignore[union-attr,arg-type]
        if last.bias is not None:  # type: ignore[union-attr]
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
    vectors, notes = concept_vectors(concepts, how=settings.words)
    for note in notes:
        listener.note(note)
    V_c = torch.from_numpy(vectors)
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
