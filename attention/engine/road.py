"""What the two roads of looking have in common: OpenVINO's and torch's."""

from typing import Protocol

from torch import Tensor

from attention.engine.overlap import Clock
from attention.engine.seen import Seen

BATCH = 8  # frames a CPU passes at a time


class Refused(Exception):  # noqa: N818 - not an error of the program's
    """Why a network cannot be looked through on this road, as the end of a sentence."""


class Road(Protocol):
    """A network on one of them."""

    name: str  # what computes, where and how exactly
    batch: int  # frames to give at a time

    def see(self, x: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """What the network sees in inputs x [N,3,224,224]; Refused where it cannot."""

    def see_views(self, z: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """The same of inputs z of its last stage."""

    def views(self, x: Tensor) -> Tensor:
        """z of inputs x, float32 on the CPU."""

    def maps(self, x: Tensor) -> Tensor:
        """A of inputs x, float32 on the CPU."""
