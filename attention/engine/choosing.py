"""The engine of a network: OpenVINO on a CPU where it says the same as torch, torch everywhere else."""

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from attention.engine.backend import Backend, Refused
from attention.engine.devices import check_precision, device_named
from attention.engine.eager import Behind, Eager
from attention.engine.overlap import Clock
from attention.engine.seen import Seen
from attention.engine.zerogpu import Lent, is_lent
from attention.networks.cnn import Backbone, imprint
from attention.networks.inference import eval_copy, tensors
from attention.networks.stages import stages_of

# Exporting a smaller network takes longer than OpenVINO would ever save.
SMALL = 1 << 20  # bytes of weights
MAPS, LAST_STAGE = "maps", "last stage"  # where a trunk can end
Found = TypeVar("Found")
State = tuple[object, ...]


class Engine:
    """How a network is looked through, made by engine_of. What it gives is float32 on the CPU.

    notes: a sentence each time something else computes than one would expect.
    """

    def __init__(self, backends: list[Backend], network: str, notes: list[str]) -> None:
        self.notes = notes
        self._network = network
        self._roads = backends

    @property
    def name(self) -> str:
        """What computes, where and how exactly."""
        return self._roads[0].name

    @property
    def batch(self) -> int:
        """How many frames to give at a time."""
        return self._roads[0].batch

    def see(
        self, x: Tensor, window: int = 3, features: bool = False, clock: Clock | None = None
    ) -> Seen:
        """What it sees in inputs x [N,3,224,224], with windows of side `window`; features: those too."""
        clock = clock or Clock()
        return self._first(lambda backend: backend.see(x, window, features, clock))

    def see_both(
        self, other: "Engine", x: Tensor, window: int, features: tuple[bool, bool], clock: Clock
    ) -> tuple[Seen, Seen]:
        """What this and another see in inputs x [N,3,224,224]; layers that the two share are computed once.

        features: whether each keeps its pooled ones.
        """
        see_both = getattr(self._roads[0], "see_both", None)
        both = see_both and see_both(other._roads[0], x, window, features, clock)
        return both or (
            self.see(x, window, features[0], clock),
            other.see(x, window, features[1], clock),
        )

    def see_views(self, z: Tensor, window: int = 3, features: bool = False) -> Seen:
        """The same of inputs z of the last stage, as trunk(x, LAST_STAGE) gives them."""
        return self._first(lambda backend: backend.see_views(z, window, features, Clock()))

    def trunk(self, x: Tensor, until: str = MAPS) -> Tensor:
        """A [N,K,h,w] of inputs x, or until LAST_STAGE what the last stage takes."""
        if until == LAST_STAGE:
            return self._first(lambda backend: backend.views(x))
        return self._first(lambda backend: backend.maps(x))

    def _first(self, look: Callable[[Backend], Found]) -> Found:
        """By the first backend that takes it; one that refuses is never asked again."""
        while True:
            try:
                return look(self._roads[0])
            except Refused as refused:
                self._roads = self._roads[
                    1:
                ]  # the last backend, torch on the CPU, takes everything
                self.notes.append(_note(self._network, self._roads[0], str(refused)))


_kept: WeakKeyDictionary[Backbone, tuple[State, dict[State, Engine]]] = WeakKeyDictionary()
_trunks: WeakKeyDictionary[Backbone, Backbone] = WeakKeyDictionary()


def share_trunk(backbone: Backbone, other: Backbone) -> None:
    """From now on the engine of `other`, which has the same trunk, computes that of `backbone` too.

    So many heads on one trunk need one graph. ValueError where the trunks are two.
    """
    if backbone.trunk is not other.trunk:
        raise ValueError(f"{backbone.name} does not stand on the trunk of {other.name}")
    _trunks[backbone] = other


def engine_of(backbone: Backbone, device: str = "auto", precision: str = "fp32") -> Engine:
    """The engine that looks through a network in eval mode and float32, whatever its own mode and type.

    device: auto, cpu, cuda or mps · precision: fp32, or bf16, which is faster and puts energies off by
    some percent. Kept until one of the network's tensors, or its head, is another. InputError for a device
    that is not there.
    """
    where = device_named(device)
    state = (backbone.head, backbone.num_classes, *map(imprint, tensors(backbone)))
    kept = _kept.get(backbone)
    if kept is None or kept[0] != state:
        kept = _kept[backbone] = (state, {})
    how = (where, check_precision(precision), torch.get_num_threads())
    if how not in kept[1]:
        kept[1][how] = _engine(backbone, where, precision)
    return kept[1][how]


def _engine(backbone: Backbone, device: torch.device, precision: str) -> Engine:
    # never the backbone itself: one that is kept beside it would never be let go
    network = eval_copy(backbone, "cpu")
    stages = stages_of(network)
    if backbone in _trunks:
        trunk = engine_of(_trunks[backbone], device.type, precision)
        return Engine(
            [Behind(trunk.name, trunk.trunk, network, stages)], backbone.name, trunk.notes
        )
    by_torch = Eager(network, stages, torch.device("cpu"), precision)
    backends: list[Backend] = [by_torch]
    notes: list[str] = []
    if sum(tensor.nbytes for tensor in tensors(stages)) >= SMALL:
        try:
            from attention.engine.openvino import OpenVINO

            backends.insert(0, OpenVINO(network, stages, by_torch, precision))
        except ImportError:
            notes.append(_note(backbone.name, by_torch, "OpenVINO is not installed"))
    if device.type != "cpu":
        backends.insert(0, on_gpu(backbone, device, precision))
        notes.clear()
    return Engine(backends, backbone.name, notes)


def on_gpu(backbone: Backbone, device: torch.device, precision: str) -> Backend:
    """A network on a GPU: the machine's own, or one that is lent for each call."""
    if is_lent():
        return Lent(eval_copy(backbone, "cpu"), precision)
    there = eval_copy(backbone, device).to(memory_format=torch.channels_last)
    return Eager(there, stages_of(there), device, precision)


def _note(network: str, backend: Backend, why: str) -> str:
    return f"{network} is looked through by {backend.name}: {why}."
