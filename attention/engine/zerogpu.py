"""A GPU that Hugging Face lends for the time of one call (ZeroGPU).

The call runs in a process that `spaces` forks and hands a GPU: what it takes and gives is pickled, so the
network goes along each time. Used only where `spaces` is installed and SPACES_ZERO_GPU is set.
"""

import logging
import os
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor

from attention.engine.eager import GPU_BATCH, Eager
from attention.engine.overlap import Clock
from attention.engine.seen import Seen
from attention.networks.cnn import Backbone
from attention.networks.inference import eval_copy
from attention.networks.stages import stages_of

LENT_FOR = 15  # seconds at most; who asks for less waits less


def is_lent() -> bool:
    """Whether this is a Space on ZeroGPU."""
    asked = os.environ.get("SPACES_ZERO_GPU", "").lower() in {"1", "t", "true"}
    return asked and find_spec("spaces") is not None


def computed(device: str, backbone: Backbone, precision: str, what: str, *given: Any) -> Any:
    """What the method `what` of Eager on `device` gives for `given`, without a clock."""
    there = eval_copy(backbone, device).to(memory_format=torch.channels_last)
    method = getattr(Eager(there, stages_of(there), torch.device(device), precision), what)
    return method(*given, Clock()) if what.startswith("see") else method(*given)


if is_lent():  # at the app's start: ZeroGPU stops a Space in which nothing is decorated by then
    import spaces

    on_lent_gpu = spaces.GPU(computed, duration=LENT_FOR)
else:
    on_lent_gpu = computed


class Lent:
    """A network, which stays on the CPU; where no GPU is to be had, the CPU computes this one call."""

    def __init__(self, backbone: Backbone, precision: str) -> None:
        self.name = f"torch {version('torch').split('+')[0]} on a lent GPU, {precision}"
        self.batch = GPU_BATCH
        self._backbone = backbone
        self._precision = precision

    def see(self, x: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """What it sees in inputs x [N,3,224,224]."""
        with clock.during("forward"):
            return self._computed("see", x, window, features)

    def see_views(self, z: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """The same of inputs z of its last stage."""
        with clock.during("forward"):
            return self._computed("see_views", z, window, features)

    def views(self, x: Tensor) -> Tensor:
        """z of inputs x."""
        return self._computed("views", x)

    def maps(self, x: Tensor) -> Tensor:
        """A of inputs x."""
        return self._computed("maps", x)

    def _computed(self, *asked: Any) -> Any:
        try:
            return on_lent_gpu("cuda", self._backbone, self._precision, *asked)
        except (
            Exception
        ) as error:  # gradio's own kinds: no GPU is free, a visitor's share is used up
            logging.getLogger(__name__).warning("no GPU was lent, the CPU computes: %s", error)
            return computed("cpu", self._backbone, self._precision, *asked)
