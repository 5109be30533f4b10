"""A model on disk: its card, the Web CNN, and when it has them the tuned CNN and EnergyNet (§4.3)."""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from attention.concepts import ConceptSet, concept_vectors
from attention.disk.whole import replace_folder
from attention.energynet import EnergyNet
from attention.errors import InputError, is_full_disk, short
from attention.methods.method import Learned
from attention.methods.registry import methods_for
from attention.model.card import (
    Card,
    PixelsCard,
    folder_of,
    name_of,
    read_card,
)
from attention.model.checks import built_energynet, check_parts, of_model, pixels_of
from attention.model.learned import of_concepts, read_learned, save_heads, with_learned
from attention.networks.cnn import Backbone, feature_width
from attention.networks.known.registry import on_imagenet
from attention.networks.zoo import load_backbone
from attention.words.table import load_words

NOTHING: Mapping[str, Learned] = {}


@dataclass(frozen=True)
class Model:
    """A named model ready to look: web CNN always, tuned CNN and EnergyNet when it has them.

    V_c: float32 [C,word_dim], the concepts' word vectors, when there is an EnergyNet. InputError for an
    EnergyNet without a tuned CNN: it learned from that one's maps (§4.3), and says nothing of others.
    learned: by method, what it has learned, a row per concept.
    """

    name: str
    card: Card
    web: Backbone
    tuned: Backbone | None = None
    energynet: EnergyNet | None = None
    V_c: NDArray[np.float32] | None = None
    learned: Mapping[str, Learned] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.energynet is not None and self.tuned is None:
            raise InputError(
                f"Model '{short(self.name)}' has an EnergyNet but no tuned CNN, on whose maps it "
                "learned; give it that, or leave EnergyNet out."
            )

    @property
    def concepts(self) -> tuple[str, ...]:
        """The concepts C in the order of the class scores."""
        return self.card.concepts

    def learned_of(self, rows: list[int], window: int) -> dict[str, Learned]:
        """What its methods have learned of some concepts, for windows of side s."""
        return of_concepts(self.learned, rows, window)

    def has_readers_of_features(self, cnn: str) -> bool:
        """Whether a method of a look reads the features before that CNN's last layer."""
        return any(
            "features" in row.reads and (row.fit is None or row.name in self.learned)
            for row in methods_for("everywhere")
            if row.cnn == cnn
        )

    @cached_property
    def concept_set(self) -> ConceptSet:
        """The same, to be found by name."""
        return ConceptSet(self.concepts)


def load_model(name_or_path: str | Path) -> Model:
    """A model by shipped name, by the name of an ImageNet backbone, or from its folder.

    InputError, one sentence, when there is no such model, a file is missing or damaged or does not fit
    the card, or weights cannot be downloaded.
    """
    name = str(name_or_path)
    card = read_card(name)
    if name in on_imagenet():
        return Model(name, card, load_backbone(card.backbone, target=card.target))
    folder = folder_of(name)
    model = short(name_of(folder))
    tuned = folder / "tuned.safetensors"
    with of_model(model):
        ConceptSet(card.concepts)
        stock = card.weights == "default"
        web = _stock(card) if stock else _backbone(card, folder / card.weights, card.flags)
        two = card.tells_of_tuned or tuned.exists()
        second = _backbone(card, tuned, web.flags) if two else None
        learned = read_learned(folder, card, feature_width(web) if card.heads else 0)
        if card.energynet is None:
            return Model(name_of(folder), card, web, second, learned=learned)
        V_c, _ = concept_vectors(card.concepts, load_words(), how=card.energynet.words)
        energynet = built_energynet(card.energynet, web.map_size, V_c.shape[1])
        _fill(energynet, folder / "energynet.safetensors")
        return Model(name_of(folder), card, web, second, energynet.eval(), V_c, learned)


def save_model(
    folder: str | Path,
    card: Card,
    web: Backbone,
    tuned: Backbone | None = None,
    energynet: EnergyNet | None = None,
    half: bool = False,
    learned: Mapping[str, Learned] = NOTHING,
) -> Path:
    """Writes a model folder whole or not at all; half: networks as fp16, half the size on disk.

    The Web CNN's flags and pixels are written to its card, and what methods have learned to the card and
    head.safetensors, but for methods of sweeps only.
    An existing model of that name is replaced only once the new one is complete. InputError when
    something else is there, nothing can be written there, or card and parts do not fit each other:
    such a model could not be loaded again.
    """
    folder = Path(folder)
    check_model_place(folder)
    card = with_learned(card.model_copy(update=_beside_tensors(web)), learned)
    check_parts(short(name_of(folder)), card, web, tuned, energynet)
    partial = folder.parent / f".{folder.name}.{secrets.token_hex(4)}"
    try:
        _make(partial, folder)
        parts: dict[str, nn.Module | None] = {"web": web, "tuned": tuned, "energynet": energynet}
        for part, module in parts.items():
            if module is not None:
                save_file(_tensors(module, half), partial / f"{part}.safetensors")
                (partial / f"{part}.safetensors").chmod(0o644)
        save_heads(partial, card, learned)
        (partial / "model.json").write_text(card.model_dump_json(indent=1), encoding="utf-8")
        replace_folder(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def check_model_place(folder: Path) -> None:
    """Raises InputError where a model would replace what is no model: nothing of a person's is deleted."""
    if folder.name in {"", ".."}:
        raise InputError(f"'{folder}' is no name for a model; give a new folder.")
    try:
        if folder.is_dir():
            if (folder / "model.json").exists() or not any(folder.iterdir()):
                return
            raise InputError(
                f"{folder} holds files that are no model; give a new or an empty folder."
            )
        if folder.exists() or folder.is_symlink():
            raise InputError(f"{folder} is a file; give a folder for the model.")
    except OSError as error:
        raise _no_place(folder, error) from error


def _make(partial: Path, folder: Path) -> None:
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
    except OSError as error:
        if is_full_disk(error):
            raise
        raise _no_place(folder, error) from error


def _no_place(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"The model cannot be written to {short(folder)} ({error.strerror or error}); give another "
        "folder."
    )


def _stock(card: Card) -> Backbone:
    """The backbone with its ImageNet weights, if the card has a name for each of its classes."""
    backbone = load_backbone(card.backbone, target=card.target, pixels=pixels_of(card))
    if backbone.num_classes != len(card.concepts):
        raise InputError(
            f"its card names {len(card.concepts)} concepts, the weights of {backbone.name} have "
            f"{backbone.num_classes}; name these in order, or train a CNN on the others."
        )
    return backbone


def _backbone(card: Card, weights: Path, flags: Mapping[str, bool]) -> Backbone:
    if not weights.is_file():
        raise InputError(f"it lacks its file {short(weights.name)}; save the model again.")
    return load_backbone(
        card.backbone, len(card.concepts), weights, card.target, flags, pixels_of(card)
    )


def _fill(energynet: EnergyNet, path: Path) -> None:
    try:
        energynet.load_state_dict({k: v.float() for k, v in load_file(path).items()})
    except (OSError, SafetensorError, RuntimeError) as error:
        raise InputError(
            f"EnergyNet's file {path.name} is missing, damaged or does not fit its card; save the "
            "model again."
        ) from error


def _beside_tensors(web: Backbone) -> dict[str, object]:
    """Fields of a card: what the Web CNN was built with and no tensor tells."""
    pixels = PixelsCard(mean=web.pixels.mean, std=web.pixels.std, side=web.pixels.side)
    return {"flags": web.flags, "pixels": pixels}


def _tensors(module: nn.Module, half: bool) -> dict[str, torch.Tensor]:
    return {
        name: (t.half() if half and t.is_floating_point() else t).contiguous()
        for name, t in module.state_dict().items()
    }
