"""The settings (Spec) and the state (Status) of a run, both stored in its folder."""

import math
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from attention.records import validated
from training.settings import DATA, Frozen

State = Literal["queued", "running", "finished", "cancelled", "failed", "interrupted"]
UNDER_WAY: tuple[State, ...] = ("queued", "running")
Until = Literal["web", "video", "energynet"]

Share = Annotated[float, Field(gt=0, le=1)]


# the limits for runs started on the page, which may be public
PAGE_SEEDS = 5
PAGE_HOURS = 1.0


class Spec(Frozen):
    """spec.json: the data and settings of a run; the same spec gives the same weights.

    source: "drawn", the name of an uploaded set, or a path (only in the terminal) · until: the last
    stage trained. The run's model is that of the first fold and seed with the most labels.
    """

    title: Annotated[str, Field(max_length=80)] = ""
    source: Annotated[str, Field(min_length=1, max_length=400)] = "drawn"
    noisy: bool = False
    backbone: str = "efficientnet_lite0"
    every: Annotated[int, Field(ge=1, le=1000)] = DATA.frame_step
    until: Until = "energynet"
    preset: Literal["working", "margin", "paper"] = "working"
    fractions: Annotated[tuple[Share, ...], Field(min_length=1, max_length=20)] = (
        DATA.label_fractions
    )
    seeds: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1, max_length=20)
    ] = (0,)
    folds: tuple[str, ...] = ()  # names; () for all
    part: Literal["test", "dev"] = "test"
    threads: Annotated[int, Field(ge=1, le=64)] = 2
    hours: Annotated[float, Field(gt=0, le=1000)] = 6.0  # limit on the time of all attempts
    gigabytes: Annotated[float, Field(gt=0, le=10_000)] = 4.0  # limit on the run's folder

    @field_validator("fractions")
    @classmethod
    def _ordered(cls, fractions: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(sorted(set(fractions)))

    @field_validator("seeds")
    @classmethod
    def _distinct(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(seeds))

    @property
    def most(self) -> float:
        """The largest label fraction."""
        return max(self.fractions)


def spec_of(given: dict[str, Any]) -> Spec:
    """A Spec from plain values. Raises InputError, which names the first impossible value."""
    return validated(Spec, given, "The run's")


class Status(Frozen):
    """status.json: the state of a run. Times but `born` are in seconds since 1970.

    pid, born: number and start of its process (disk/process.py), which together identify it · told: time of
    the last report · left: seconds left at that time · done: share of the work, 0 … 1.
    """

    state: State
    submitted: float
    pid: int | None = None
    born: float | None = None
    began: float | None = None
    ended: float | None = None
    told: float = 0.0
    seconds: float = 0.0  # of work so far, in all attempts
    attempts: int = 0
    doing: str = ""
    done: Annotated[float, Field(ge=0, le=1)] = 0.0
    left: float | None = None
    message: str = ""

    @field_validator("left")
    @classmethod
    def _finite(cls, left: float | None) -> float | None:
        return left if left is None or math.isfinite(left) else None
