"""torch at work: on a GPU, and on the CPU for what OpenVINO cannot take."""

from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import version
from typing import TypeVar

import torch
from torch import Tensor

from attention.engine.backend import BATCH, Refused
from attention.engine.overlap import Clock
from attention.engine.seen import Seen, joined, seen_of
from attention.networks.cnn import Backbone
from attention.networks.stages import Stages

GPU_BATCH = 64  # frames at a time, fewer where its memory is full
WHERE = {"cpu": "the CPU", "cuda": "a CUDA GPU", "mps": "an Apple GPU"}
Given = TypeVar("Given")


class Eager:
    """A network on a device of torch's; backbone: in eval mode and float32, and there.

    batch: frames at a time, halved whenever a GPU's memory is full; Refused when it is for one frame.
    """

    def __init__(
        self, backbone: Backbone, stages: Stages, device: torch.device, precision: str
    ) -> None:
        self.device = device
        self.name = f"torch {version('torch').split('+')[0]} on {WHERE[device.type]}, {precision}"
        self.batch = BATCH if device.type == "cpu" else GPU_BATCH
        self._backbone = backbone
        self._stages = stages
        self._precision = precision

    def see(self, x: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """What it sees in inputs x [N,3,224,224]."""
        return self._seen(x, self._maps, window, features, clock)

    def see_views(self, z: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """The same of inputs z of its last stage."""
        return self._seen(z, self._stages.last, window, features, clock)

    def views(self, x: Tensor) -> Tensor:
        """z, the inputs of its last stage, of inputs x."""
        return torch.cat(self._in_batches(x, lambda some: self._stages.frozen(some).float().cpu()))

    def maps(self, x: Tensor) -> Tensor:
        """A of inputs x."""
        return torch.cat(self._in_batches(x, lambda some: self._maps(some).float().cpu()))

    def _maps(self, x: Tensor) -> Tensor:
        return self._backbone.features(x)

    def _seen(
        self,
        given: Tensor,
        maps: Callable[[Tensor], Tensor],
        window: int,
        features: bool,
        clock: Clock,
    ) -> Seen:
        def look(some: Tensor) -> Seen:
            with clock.during("forward"):
                A = maps(some)
            with torch.autocast(self.device.type, enabled=False):
                return seen_of(self._backbone, A.float(), window, features, clock)

        return joined(self._in_batches(given, look))

    def _in_batches(self, x: Tensor, look: Callable[[Tensor], Given]) -> list[Given]:
        found: list[Given] = []
        at = 0
        while at < len(x) or not found:
            some = x[at : at + self.batch]
            try:
                with self._computing():
                    found.append(look(self._there(some)))
                at += max(1, len(some))
            except RuntimeError as error:
                if "out of memory" not in str(error):
                    raise
                if self.batch == 1:
                    raise Refused("the GPU's memory is full") from error
                self.batch //= 2
        return found

    def _there(self, x: Tensor) -> Tensor:
        layout = torch.channels_last if x.ndim == 4 else torch.preserve_format
        return x.to(self.device, torch.float32, memory_format=layout)

    def _computing(self) -> ExitStack:
        stack = ExitStack()
        stack.enter_context(torch.inference_mode())
        if self.device.type == "cuda":  # its convolutions would round to ten bits by default
            stack.enter_context(torch.backends.cudnn.flags(enabled=True, allow_tf32=False))
        if self._precision == "bf16":
            stack.enter_context(torch.autocast(self.device.type, torch.bfloat16))
        return stack


class Behind(Eager):
    """A network whose A the engine of another computes; its head is torch's, on the CPU.

    name: of that engine · trunk: its inputs x → A.
    """

    def __init__(
        self, name: str, trunk: Callable[[Tensor], Tensor], backbone: Backbone, stages: Stages
    ) -> None:
        super().__init__(backbone, stages, torch.device("cpu"), "fp32")
        self.name = name
        self._trunk = trunk

    def _maps(self, x: Tensor) -> Tensor:
        return self._trunk(x)
