"""The engine that looks at whole frames, which are wider than the graphs of OpenVINO take: torch's."""

import torch

from attention.engine.backend import Backend
from attention.engine.choosing import Engine, on_gpu
from attention.engine.devices import check_precision, device_named
from attention.engine.eager import Eager
from attention.networks.cnn import Backbone
from attention.networks.inference import eval_copy
from attention.networks.stages import stages_of


def wide_engine_of(backbone: Backbone, device: str = "auto", precision: str = "fp32") -> Engine:
    """As engine_of, for inputs x [N,3,H,W] of any size; InputError for a device that is not there."""
    where = device_named(device)
    network = eval_copy(backbone, "cpu")  # also where a GPU's memory is full
    backends: list[Backend] = [
        Eager(network, stages_of(network), torch.device("cpu"), check_precision(precision))
    ]
    if where.type != "cpu":
        backends.insert(0, on_gpu(backbone, where, precision))
    return Engine(backends, backbone.name, [])
