"""A model on disk: its card, the Web CNN, and when it has them the tuned CNN and EnergyNet (§4.3)."""

import json
import secrets
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from attention.backbone import load_backbone
from attention.cnn import Backbone
from attention.concepts import concept_vectors, imagenet_concepts
from attention.energynet import EnergyNet
from attention.errors import InputError
from attention.whole import replace_folder
from attention.words.table import load_words

SHIPPED = Path(__file__).resolve().parent.parent / "assets" / "models"
ON_IMAGENET = ("resnet18", "resnet50", "resnet101", "vgg16", "mobilenet_v2", "mobilenet_v3_large")


class EnergyNetCard(BaseModel):
    """How a model's EnergyNet is built, and which word vectors V_c it was trained with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int
    dim: int = 64
    map_scale: Literal["none", "frame"] = "none"
    words: str = "mean"


class Card(BaseModel):
    """model.json: what a model is and what a person should know before trusting it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    about: str
    concepts: tuple[str, ...]
    backbone: str
    target: str | None = None
    weights: str = "web.safetensors"
    energynet: EnergyNetCard | None = None
    trained_on: str = ""
    drawn: bool = False
    how_good: str = ""
    stages: tuple[dict[str, Any], ...] = ()
    settings: dict[str, Any] = {}
    data: dict[str, Any] = {}
    seed: int | None = None
    metrics: dict[str, Any] = {}
    versions: dict[str, str] = {}
    command: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Model:
    """A named model ready to look: web CNN always, tuned CNN and EnergyNet when it has them.

    V_c: float32 [C,word_dim], the concepts' word vectors, when there is an EnergyNet.
    """

    name: str
    card: Card
    web: Backbone
    tuned: Backbone | None = None
    energynet: EnergyNet | None = None
    V_c: NDArray[np.float32] | None = None

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts C in the order of the class scores."""
        return self.card.concepts


def shipped_models() -> list[str]:
    """Names of the models that come with the project and need no network."""
    return sorted(card.parent.name for card in SHIPPED.glob("*/model.json"))


def read_card(name_or_path: str | Path) -> Card:
    """The card alone, without reading any weights; InputError when there is none or it is damaged."""
    name = str(name_or_path)
    if name in ON_IMAGENET:
        return _imagenet_card(name)
    folder = _folder(name)
    try:
        stored = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if stored.get("concepts") == "imagenet":
            stored["concepts"] = imagenet_concepts()
        return Card(**stored)
    except FileNotFoundError as error:
        raise InputError(
            f"The folder '{folder.name}' holds no model.json; name a model folder, or one of "
            f"{', '.join([*shipped_models(), *ON_IMAGENET])}."
        ) from error
    except (OSError, UnicodeDecodeError, AttributeError, TypeError, ValueError) as error:
        what = _first_fault(error)
        raise InputError(
            f"The card of model '{folder.name}' is damaged ({what}); save the model again."
        ) from error


def load_model(name_or_path: str | Path) -> Model:
    """A model by shipped name, by the name of an ImageNet backbone, or from its folder.

    InputError, one sentence, when there is no such model, a file is missing or damaged, or weights
    cannot be downloaded.
    """
    name = str(name_or_path)
    card = read_card(name)
    if name in ON_IMAGENET or card.weights == "default":
        return Model(Path(name).name, card, load_backbone(card.backbone, target=card.target))
    folder = _folder(name)
    tuned = folder / "tuned.safetensors"
    model = Model(
        name=folder.name,
        card=card,
        web=_backbone(card, folder / card.weights),
        tuned=_backbone(card, tuned) if tuned.exists() else None,
    )
    if card.energynet is None:
        return model
    V_c, _ = concept_vectors(card.concepts, load_words(), how=card.energynet.words)
    energynet = _energynet(card.energynet, model.web.map_size, V_c.shape[1])
    _fill(energynet, folder / "energynet.safetensors")
    return Model(model.name, card, model.web, model.tuned, energynet.eval(), V_c)


def save_model(
    folder: str | Path,
    card: Card,
    web: Backbone,
    tuned: Backbone | None = None,
    energynet: EnergyNet | None = None,
    half: bool = False,
) -> Path:
    """Writes a model folder whole or not at all; half: floats as fp16, half the size on disk.

    An existing model of that name is replaced only once the new one is complete. InputError when
    something else is there.
    """
    folder = Path(folder)
    check_model_place(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.parent / f".{folder.name}.{secrets.token_hex(4)}"
    try:
        partial.mkdir()
        parts: dict[str, nn.Module | None] = {"web": web, "tuned": tuned, "energynet": energynet}
        for part, module in parts.items():
            if module is not None:
                save_file(_tensors(module, half), partial / f"{part}.safetensors")
                (partial / f"{part}.safetensors").chmod(0o644)
        (partial / "model.json").write_text(card.model_dump_json(indent=1), encoding="utf-8")
        replace_folder(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def check_model_place(folder: Path) -> None:
    """Raises InputError where a model would replace what is no model: nothing of a person's is deleted."""
    if folder.is_dir():
        if (folder / "model.json").exists() or not any(folder.iterdir()):
            return
        raise InputError(f"{folder} holds files that are no model; give a new or an empty folder.")
    if folder.exists() or folder.is_symlink():
        raise InputError(f"{folder} is a file; give a folder for the model.")


def _folder(name: str) -> Path:
    shipped = SHIPPED / name
    folder = shipped if (shipped / "model.json").exists() else Path(name)
    if not folder.is_dir():
        known = ", ".join([*shipped_models(), *ON_IMAGENET])
        raise InputError(f"There is no model '{name}'; choose one of {known}, or a model folder.")
    return folder


def _backbone(card: Card, weights: Path) -> Backbone:
    if not weights.exists():
        raise InputError(
            f"Model '{weights.parent.name}' lacks its file {weights.name}; save the model again."
        )
    return load_backbone(card.backbone, len(card.concepts), weights, card.target)


def _energynet(card: EnergyNetCard, map_size: tuple[int, int], word_dim: int) -> EnergyNet:
    return EnergyNet(map_size, word_dim, card.hidden, card.dim, card.map_scale)


def _fill(energynet: EnergyNet, path: Path) -> None:
    try:
        energynet.load_state_dict({k: v.float() for k, v in load_file(path).items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise InputError(
            f"EnergyNet's file {path.name} in model '{path.parent.name}' is missing, damaged or does "
            "not fit its card; save the model again."
        ) from error


def _tensors(module: nn.Module, half: bool) -> dict[str, torch.Tensor]:
    return {
        name: (t.half() if half and t.is_floating_point() else t).contiguous()
        for name, t in module.state_dict().items()
    }


@lru_cache(maxsize=8)
def _imagenet_card(name: str) -> Card:
    return Card(
        title=f"ImageNet, {name}",
        about="1000 everyday things, as photographed on the Web. Weights are torchvision's and are "
        "downloaded at first use.",
        concepts=imagenet_concepts(),
        backbone=name,
        weights="default",
        trained_on="ImageNet-1k photographs",
        how_good="See torchvision's model page for its validation accuracy.",
        licence="torchvision weights, BSD-3-Clause; ImageNet's own terms apply to its photographs",
    )


def _first_fault(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors()[0]
        return f"{'.'.join(map(str, fault['loc']))} is {fault['input']!r:.80}: {fault['msg']}"
    return str(error).splitlines()[0] if str(error) else type(error).__name__
