"""A network by OpenVINO on the CPU: tried once against torch, and kept only where both say the same."""

from collections.abc import Callable
from functools import cached_property
from weakref import WeakKeyDictionary

import openvino as ov
import torch
from torch import Tensor

from attention.energy import best_window
from attention.engine.backend import BATCH, Backend, Refused
from attention.engine.compiled import Compiled
from attention.engine.eager import Eager
from attention.engine.graph import MAPS, VIEWS, graph_of, is_kept, only, seeing, seeing_both
from attention.engine.overlap import Clock
from attention.engine.seen import Seen, seen_of
from attention.networks.cnn import Backbone, noise_for
from attention.networks.heads import LinearHead
from attention.networks.inference import tensors
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
        self._pairs: WeakKeyDictionary[OpenVINO, Compiled | None] = WeakKeyDictionary()

    def see(self, x: Tensor, window: int, features: bool, clock: Clock) -> Seen:
        """What it sees in inputs x [N,3,224,224]; Refused where OpenVINO cannot tell."""
        if not isinstance(self._backbone.head, LinearHead):
            with clock.during("forward"):
                A = self.maps(x)
            return seen_of(self._backbone, A, window, features, clock)
        with clock.during("forward"):
            found = self._seeing(x)
        return _seen(found, window, features, clock)

    def see_both(
        self, other: Backend, x: Tensor, window: int, features: tuple[bool, bool], clock: Clock
    ) -> tuple[Seen, Seen] | None:
        """What both see in inputs x, the layers that they share computed once; None where they share none."""
        if not isinstance(other, OpenVINO) or (both := self._both(other)) is None:
            return None
        with clock.during("forward"):
            found = both(x)
        first, second = features
        return _seen(found[:3], window, first, clock), _seen(found[3:], window, second, clock)

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
        head = self._backbone.head
        return self._tried(lambda model: seeing(model, head), self._expected)  # type: ignore[arg-type]

    def _both(self, other: "OpenVINO") -> Compiled | None:
        """The graph of what both see; None where they share no layers, or OpenVINO cannot tell."""
        if other not in self._pairs:
            self._pairs[other] = self._paired(other) if self._shares_layers(other) else None
        return self._pairs[other]

    def _paired(self, other: "OpenVINO") -> Compiled | None:
        heads = self._backbone.head, other._backbone.head

        def cut(model: ov.Model) -> ov.Model:
            return seeing_both(model, heads[0], graph_of(other._stages), heads[1])  # type: ignore[arg-type]

        try:
            return self._tried(cut, lambda x: self._expected(x) + other._expected(x))
        except Refused:
            return None

    def _shares_layers(self, other: "OpenVINO") -> bool:
        """Whether their heads are linear and their layers up to z the same, weights and all."""
        mine, theirs = self._stages.frozen, other._stages.frozen
        return (
            isinstance(self._backbone.head, LinearHead)
            and isinstance(other._backbone.head, LinearHead)
            and self._precision == other._precision
            and str(mine) == str(theirs)
            and all(map(torch.equal, tensors(mine), tensors(theirs)))
        )

    def _expected(self, x: Tensor) -> list[Tensor]:
        seen = self._torch.see(x, 1, True, Clock())
        return [seen.scores, seen.maps, seen.features]  # type: ignore[list-item]

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


def _seen(found: list[Tensor], window: int, features: bool, clock: Clock) -> Seen:
    scores, L, pooled = found
    with clock.during("energies"):
        energies, windows = best_window(L, window)
    return Seen(scores, energies, windows, L, pooled if features else None)


def _near(found: list[Tensor], wanted: list[Tensor], off: float) -> bool:
    """Whether all are within a share of the largest value; of what is small beside all others, of theirs."""
    least = 1e-3 * max(float(value.abs().max()) for value in wanted)
    return all(
        one.shape == other.shape
        and float((one - other).abs().max()) <= off * max(least, float(other.abs().max()))
        for one, other in zip(found, wanted, strict=True)
    )
