"""What computes a network: OpenVINO or torch, through one door."""

import sys
from typing import Protocol

from torch import Tensor

from attention.engine.overlap import Clock
from attention.engine.seen import Seen

# OpenVINO reports that it was imported to a service for analytics; None stands for "not to be found", and
# it goes on without. Whoever imports OpenVINO has this module first.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

BATCH = 8  # frames to give a CPU at a time


class Refused(Exception):  # noqa: N818 - not an error of the program's
    """Why a network cannot be computed by this backend, as the end of a sentence."""


class Backend(Protocol):
    """A network, computed by one of them."""

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
