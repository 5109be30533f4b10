"""What other programs may give /start_run, /cancel_run and /curves; /runs takes nothing."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from attention.errors import InputError, short
from attention.networks.known.registry import networks_on_page
from training.runs.records import PAGE_HOURS, PAGE_SEEDS, Spec

Name = Annotated[str, Field(max_length=400)]


class StartRun(Spec):
    """The settings of a run as a page takes them: fractions and seeds as text, such as "0.2,1"."""

    seeds: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1, max_length=PAGE_SEEDS)
    ] = (0,)
    hours: Annotated[float, Field(gt=0, le=PAGE_HOURS)] = PAGE_HOURS

    @field_validator("fractions", "seeds", mode="before")
    @classmethod
    def _split(cls, given: Any) -> Any:
        return given.split(",") if isinstance(given, str) else given

    @field_validator("backbone")
    @classmethod
    def _on_page(cls, backbone: str) -> str:
        names = networks_on_page()
        if backbone not in names:
            raise InputError(
                f"The network '{short(backbone)}' is not offered; choose one of {', '.join(names)}."
            )
        return backbone


class CancelRun(BaseModel):
    """run: its name, as /runs lists it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Name


class Curves(BaseModel):
    """run: a run or a sweep that ships · measure: "accuracy", "top3" or "mAP"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: Name
    measure: Name = "accuracy"
