"""A network by OpenVINO on the CPU: tried once against torch, and kept only where both say the same."""

from collections.abc import Callable
from functools import cached_property

import openvino as ov
from torch import Tensor

from attention.energy import best_window
from attention.engine.backend import BATCH, Refused
from attention.engine.compiled import Compiled
from attention.engine.eager import Eager
from attention.engine.graph import MAPS, VIEWS, graph_of, is_kept, only, seeing
from attention.engine.overlap import Clock
from attention.engine.seen import Seen, seen_of
from attention.networks.cnn import Backbone, noise_for
from attention.networks.heads import LinearHead
from attention.networks.stages import Stages

OFF = {"fp32": 1e-3, "bf16": 0.2}  # of the largest value: far more than rounding leaves (LOG.md)


class OpenVINO:
    """One network; by_torch: the same network by torch on the CPU, against which it is tried.

    Each graph is compiled when it is first needed.
    """

    def __init__(self, backbone: Backbone, stages: Stages, by_torch: Eager, precision: str) -> None:
        self.name = f"OpenVINO {ov.__version__.split('-')[0]} on the CPU, {precision}"
        self.batch = BATCH
        self._backbone = backbone
        self._stages = stages
        self._torch = by_torch
        self._precision = precision

    def see(self, x: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """What it sees in inputs x [N,3,224,224]; Refused where OpenVINO cannot tell."""
        if not isinstance(self._backbone.head, LinearHead):
            with clock.during("forward"):
                A = self.maps(x)
            return seen_of(self._backbone, A, window, features, clock)
        with clock.during("forward"):
            scores, L, pooled = self._seeing(x)
        with clock.during("energies"):
            energies, windows = best_window(L, window)
        return Seen(scores, energies, windows, L, pooled if features else None)

    def see_views(self, z: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """The same of inputs z of the last stage: by torch, as that is what a training changes."""
        return self._torch.see_views(z, window, features, clock)

    def views(self, x: Tensor) -> Tensor:
        """z of inputs x."""
        return self._views(x)[0]

    def maps(self, x: Tensor) -> Tensor:
        """A of inputs x."""
        return self._maps(x)[0]

    @cached_property
    def _seeing(self) -> Compiled:
        def expected(x: Tensor) -> list[Tensor]:
            seen = self._torch.see(x, 1, True, Clock())
            return [seen.scores, seen.maps, seen.features]  # type: ignore[list-item]

        head = self._backbone.head
        return self._tried(lambda model: seeing(model, head), expected)  # type: ignore[arg-type]

    @cached_property
    def _views(self) -> Compiled:
        return self._tried(lambda model: only(model, VIEWS), lambda x: [self._torch.views(x)])

    @cached_property
    def _maps(self) -> Compiled:
        return self._tried(lambda model: only(model, MAPS), lambda x: [self._torch.maps(x)])

    def _tried(
        self,
        cut: Callable[[ov.Model], ov.Model],
        expected: Callable[[Tensor], list[Tensor]],
    ) -> Compiled:
        """The graph at work, if it makes of noise what torch expects."""
        noise = noise_for(self._backbone)
        wanted = expected(noise)
        if not all(bool(value.isfinite().all()) for value in wanted):
            raise Refused("its weights are damaged")
        why = ""
        # a graph kept on disk may be damaged, or of other layers that look the same
        for anew in (False, True) if is_kept(self._stages) else (True,):
            try:
                compiled = Compiled(cut(graph_of(self._stages, anew)), self._precision)
                found = compiled(noise)
            except Exception as error:  # exports fail in as many ways as there are networks
                why = f"OpenVINO cannot take it ({type(error).__name__})"
                continue
            if _near(found, wanted, OFF[self._precision]):
                return compiled
            why = "OpenVINO computes it otherwise"
        raise Refused(why)


def _near(found: list[Tensor], wanted: list[Tensor], off: float) -> bool:
    """Whether all are within a share of the largest value; of what is small beside all others, of theirs."""
    least = 1e-3 * max(float(value.abs().max()) for value in wanted)
    return all(
        one.shape == other.shape
        and float((one - other).abs().max()) <= off * max(least, float(other.abs().max()))
        for one, other in zip(found, wanted, strict=True)
    )
