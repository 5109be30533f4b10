"""A network as an OpenVINO graph: x → z → A, and behind A the scores and maps of a linear head.

A graph is made of an architecture, not of its weights: they are inputs of the graph, filled in as
constants before it is compiled. Making one takes seconds, so it is kept on disk and serves all weights.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import openvino as ov
import torch
from openvino import opset15 as ops
from torch import Tensor, fx, nn

from attention.disk.home import ASSETS, home
from attention.disk.whole import whole_folder
from attention.networks.cnn import INPUT_SIDE
from attention.networks.heads import LinearHead
from attention.networks.inference import tensors
from attention.networks.stages import Stages

FORMAT = 1  # of the graphs on disk
SHIPPED = ("efficientnet_lite0",)  # whose graphs lie in assets/graphs
SAMPLE = 2  # frames a network is traced with; not 1, which tracing would take for a constant
VIEWS, MAPS = 0, -1  # its outputs z and A
_made: dict[str, ov.Model] = {}


class _Open(nn.Module):
    """Stages whose tensors are arguments beside x."""

    def __init__(self, stages: Stages) -> None:
        super().__init__()
        self._stages = (stages,)  # in a tuple, so that its tensors are not this module's own
        self._names = [name for name, _ in _named(stages)]

    def forward(self, x: Tensor, *weights: Tensor) -> tuple[Tensor, ...]:
        given = dict(zip(self._names, weights, strict=True))
        z, A = torch.func.functional_call(self._stages[0], given, (x,))
        # OpenVINO's converter refuses a tensor that is given out twice
        return (A,) if z is A else (z, A)


@lru_cache
def core() -> ov.Core:
    """OpenVINO's runtime, one for the process."""
    return ov.Core()


def graph_of(stages: Stages, anew: bool = False) -> ov.Model:
    """The graph x → (z, A), or A alone where that is z too, with the stages' weights, which it shares.

    anew: made, whatever the disk holds. Raises whatever OpenVINO, or torch's export, raises of a network that
    it cannot take.
    """
    key = _key(stages)
    if anew or key not in _made:
        kept = None if anew else _stored(key)
        _made[key] = kept or exported(stages, home() / "engine")
    model = _made[key].clone()
    _, *places = model.get_parameters()
    for place, tensor in zip(places, tensors(stages), strict=True):
        constant = ops.constant(tensor.detach().contiguous().numpy(), shared_memory=True)
        place.output(0).replace(constant.output(0))
        model.remove_parameter(place)
    model.reshape([-1, 3, stages.side, stages.side])
    return model


def is_kept(stages: Stages) -> bool:
    """Whether a graph of these layers need not be made."""
    key = _key(stages)
    return key in _made or any(place.exists() for place in _places(key))


def only(model: ov.Model, output: int) -> ov.Model:
    """The graph up to one of its outputs, VIEWS or MAPS."""
    return ov.Model([_value(model, output)], model.get_parameters(), "trunk")


def seeing(model: ov.Model, head: LinearHead) -> ov.Model:
    """The graph x → scores [N,C], L [N,C,h,w] (Eq. 1), features [N,K] of a linear head."""
    return ov.Model(_seen(_value(model, MAPS), head), model.get_parameters(), "seeing")


def seeing_both(
    model: ov.Model, head: LinearHead, other: ov.Model, other_head: LinearHead
) -> ov.Model:
    """What `seeing` gives of one network, then of another that has the same layers up to z."""
    z = _value(model, VIEWS)
    for place in _value(other, VIEWS).get_target_inputs():
        place.replace_source_output(z)
    found = [*_seen(_value(model, MAPS), head), *_seen(_value(other, MAPS), other_head)]
    return ov.Model(found, model.get_parameters(), "seeing both")


def _seen(A: ov.Output, head: LinearHead) -> list[ov.Output]:
    h, w = (A.get_partial_shape()[axis].get_length() for axis in (2, 3))
    W, b = head.last.weight.detach(), head.last.bias
    features = ops.reduce_mean(A, ops.constant(np.array([2, 3])), keep_dims=False)
    scores = ops.matmul(features, ops.constant(W.numpy()), False, True)
    if b is not None:
        scores = ops.add(scores, ops.constant(b.detach().numpy()))
    alpha = ops.constant((W / (h * w))[:, :, None, None].numpy())
    L = ops.relu(ops.convolution(A, alpha, [1, 1], [0, 0], [0, 0], [1, 1]))
    return [scores.output(0), L.output(0), features.output(0)]


def _value(model: ov.Model, output: int) -> ov.Output:
    return model.outputs[output].get_node().input_value(0)


def _named(stages: nn.Module) -> Iterator[tuple[str, Tensor]]:
    yield from stages.named_parameters()
    yield from stages.named_buffers()


def _stored(key: str) -> ov.Model | None:
    for place in _places(key):
        with suppress(RuntimeError):  # damaged
            if place.exists():
                return core().read_model(place)
    return None


def exported(stages: Stages, folder: Path) -> ov.Model:
    """The graph of these layers made anew, its weights as inputs; kept in `folder` where that can be."""
    x = torch.zeros(SAMPLE, 3, stages.side, stages.side)
    weights = [tensor.detach() for tensor in tensors(stages)]
    with torch.no_grad():
        program = torch.export.export(_Open(stages), (x, *weights))
    model = ov.convert_model(program)
    # OpenVINO's error of a full disk is a RuntimeError
    with suppress(OSError, RuntimeError), whole_folder(folder / _key(stages)) as place:
        ov.save_model(model, place / "graph.xml", compress_to_fp16=False)
    return model


def _places(key: str) -> list[Path]:
    """Where a graph can lie: with those made here, or with those that ship."""
    return [folder / key / "graph.xml" for folder in (home() / "engine", ASSETS / "graphs")]


def _key(stages: Stages) -> str:
    """The same only for the same layers, in the same versions of what makes graphs of them.

    What no layer tells of itself is found when the graph is tried against torch.
    """
    libraries = ("torch", "torchvision", "timm", "openvino")
    layers = {
        "format": FORMAT,
        "versions": {library: version(library).split(".")[:2] for library in libraries},
        "layers": str(stages),
        "code": [part.code for part in stages.modules() if isinstance(part, fx.GraphModule)],
        "tensors": {name: list(tensor.shape) for name, tensor in _named(stages)},
    }
    if stages.side != INPUT_SIDE:
        layers["side"] = stages.side
    return hashlib.sha256(json.dumps(layers, sort_keys=True).encode()).hexdigest()[:32]
