"""The card of a model that was trained here: on what, how, and how good it turned out."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import torch

from attention.model.card import Card, EnergyNetCard
from attention.networks.zoo import LITE0
from training.data.records import Source
from training.fit.settings import VIDEO, WEB, EnergyNetSettings


@dataclass(frozen=True)
class Story:
    """How a model came about: stills and labelled clips it learned from, settings, the command.

    energynet: its settings, None when there is none · fraction: share of the training clips labelled ·
    layers: "last" stage or "all".
    """

    title: str
    source: str
    drawn: bool
    noisy: bool
    concepts: tuple[str, ...]
    backbone: str
    stills: int
    clips: int
    fraction: float
    every: int
    layers: str
    seed: int
    energynet: EnergyNetSettings | None
    command: str


def drawn_here(source: Source) -> bool:
    """Whether a set is of this project's renderer, which leaves clips.jsonl beside its clips."""
    return any((clip.path.parents[2] / "clips.jsonl").exists() for clip in source.clips[:1])


def card_of(story: Story, measured: Mapping[str, Any]) -> Card:
    """model.json; measured: "test CNN" → {accuracy, mAP}, and whatever else was found."""
    net, shared = story.energynet, set(EnergyNetCard.model_fields)
    stages = [WEB, *([VIDEO] if story.clips else []), *([net] if net else [])]
    return Card(
        title=story.title or story.source,
        about=_about(story),
        concepts=story.concepts,
        backbone=story.backbone,
        energynet=EnergyNetCard(**net.model_dump(include=shared)) if net else None,
        trained_on=_trained_on(story),
        drawn=story.drawn,
        how_good=_how_good(measured, story.drawn),
        stages=tuple(stage.model_dump(mode="json") for stage in stages),
        settings={"every": story.every, "fraction": story.fraction, "layers": story.layers},
        data={"source": story.source, "noisy": story.noisy, "stills": story.stills},
        seed=story.seed,
        metrics=dict(measured),
        versions={
            "python": platform.python_version(),
            "torch": torch.__version__,
            "timm": version("timm"),
        },
        command=story.command,
        licence="Apache-2.0; its start is EfficientNet-Lite0's ImageNet weights (Apache-2.0)"
        if story.backbone == LITE0
        else "Apache-2.0; its start is the backbone's ImageNet weights",
    )


def _about(story: Story) -> str:
    parts = ["a CNN trained on Web images"]
    if story.clips:
        parts.append("the same CNN fine-tuned on labelled clips")
    if story.energynet:
        parts.append("EnergyNet on its attention maps")
    return f"Tells {', '.join(story.concepts)} apart in short clips: {', and '.join(parts)}."


def _trained_on(story: Story) -> str:
    share = f" ({story.fraction:.0%} of the training clips)" if story.clips else ""
    return (
        f"{story.stills} stills and {story.clips or 'no'} labelled clips{share} of {story.source}"
        + (", all drawn by this project" if story.drawn else "")
        + "; before that ImageNet photographs"
    )


def _how_good(measured: Mapping[str, Any], drawn: bool) -> str:
    said = [
        f"{key.removeprefix('test ')} {value['accuracy']:g} %"
        for key, value in measured.items()
        if key.startswith("test ")
    ]
    where = "drawn test clips" if drawn else "test clips"
    ending = " Expect nothing of it on real video." if drawn else ""
    return f"Accuracy on the {where}: {', '.join(said)}.{ending}" if said else ""
