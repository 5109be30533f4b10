"""A model's card, model.json: what is written in it, where it lies, what is said of a damaged one."""

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from attention.concepts import imagenet_concepts
from attention.disk.home import ASSETS
from attention.errors import InputError, short
from attention.networks.known.registry import on_imagenet

SHIPPED = ASSETS / "models"
WIDEST = 65536  # units of a layer of EnergyNet: 500 times what is used, and still a few MB


class EnergyNetCard(BaseModel):
    """How a model's EnergyNet is built, and which word vectors V_c it was trained with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hidden: int = Field(ge=1, le=WIDEST)
    dim: int = Field(default=64, ge=1, le=WIDEST)
    map_scale: Literal["none", "frame"] = "none"
    words: str = "mean"


class PixelsCard(BaseModel):
    """How a model's CNNs want their pixels: side × side of (rgb/255 - mean) / std, red, green and blue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean: tuple[float, float, float]
    std: tuple[
        Annotated[float, Field(gt=0)],
        Annotated[float, Field(gt=0)],
        Annotated[float, Field(gt=0)],
    ]
    side: int = Field(default=224, ge=32, le=640)


class Card(BaseModel):
    """model.json: what a model is and what a person should know before trusting it.

    flags: what its CNNs' constructor is given beside the name, such as transform_input of inception_v3;
    save_model writes those of the Web CNN · pixels: in place of those its backbone's ImageNet weights want;
    save_model writes them too · statistics: method → array → a number per concept · heads: the
    methods whose arrays lie in head.safetensors; save_model writes both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    about: str
    concepts: tuple[str, ...]
    backbone: str
    target: str | None = None
    flags: dict[str, bool] = {}
    pixels: PixelsCard | None = None
    weights: str = "web.safetensors"
    energynet: EnergyNetCard | None = None
    statistics: dict[str, dict[str, tuple[float, ...]]] = {}
    heads: tuple[str, ...] = ()
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

    @property
    def tells_of_tuned(self) -> bool:
        """Whether the model must have a tuned CNN: for its EnergyNet (§4.3), or as a second CNN stage.

        A CNN's stage has epochs, EnergyNet's has steps; cards written by hand need no stages.
        """
        return self.energynet is not None or sum("epochs" in stage for stage in self.stages) > 1


def shipped_models() -> list[str]:
    """Names of the models that come with the project and need no network."""
    return sorted(card.parent.name for card in SHIPPED.glob("*/model.json"))


def read_card(name_or_path: str | Path) -> Card:
    """The card alone, without reading any weights; InputError when there is none or it is damaged."""
    name = str(name_or_path)
    if name in on_imagenet():
        return _imagenet_card(name)
    folder = folder_of(name)
    try:
        stored = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if not isinstance(stored, dict):
            raise TypeError("it holds no fields such as title and concepts")
        if stored.get("concepts") == "imagenet":
            stored["concepts"] = imagenet_concepts()
        return Card(**stored)
    except FileNotFoundError as error:
        raise InputError(
            f"The folder '{short(name_of(folder))}' holds no model.json; name a model folder, or one "
            f"of {_known()}."
        ) from error
    except (OSError, TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"The card of model '{short(name_of(folder))}' is damaged ({_fault(error)}); save the "
            "model again."
        ) from error


def folder_of(name: str) -> Path:
    """The folder of a shipped model or of a person's own; InputError when there is none."""
    if not name.strip():
        raise InputError(f"No model is named; choose one of {_known()}, or a model folder.")
    try:
        shipped = SHIPPED / name
        folder = shipped if (shipped / "model.json").exists() else Path(name)
        there = folder.is_dir()
    except OSError:  # a name too long for any file
        there = False
    if not there:
        raise InputError(
            f"There is no model '{short(name)}'; choose one of {_known()}, or a model folder."
        )
    return folder


def name_of(folder: Path) -> str:
    """The name of a model folder, also of "." and of one that ends in ".."."""
    # not resolved: a link to a model goes by its own name
    return Path(os.path.abspath(folder)).name or str(folder)  # noqa: PTH100


def _known() -> str:
    return ", ".join([*shipped_models(), *on_imagenet()])


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


def _fault(error: Exception) -> str:
    match error:
        case ValidationError():
            return _first_fault(error)
        case RecursionError():
            return "its brackets are nested too deeply"
        case UnicodeDecodeError():
            return "it is not text"
        case json.JSONDecodeError():
            return f"it is no JSON: {error.msg} in line {error.lineno}"
        case OSError():
            return str(error.strerror or error)
    return short(error)


def _first_fault(error: ValidationError) -> str:
    """The first field that is wrong, and how, in plain words."""
    fault = error.errors()[0]
    field = short(".".join(map(str, fault["loc"])))
    if fault["type"] == "missing":
        return f"the field {field} is missing"
    if fault["type"] == "extra_forbidden":
        return f"there is no field {field}"
    wanted = fault["msg"].removeprefix("Input should be ").replace("valid tuple", "list of names")
    return f"{field} is {short(repr(fault['input']))}, not {wanted}"
