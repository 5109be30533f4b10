"""The engine that looks at whole frames, which are wider than the graphs of OpenVINO take: torch's."""

import torch

from attention.engine.backend import Backend
from attention.engine.choosing import Engine
from attention.engine.devices import check_precision, device_named
from attention.engine.eager import Eager
from attention.networks.cnn import Backbone
from attention.networks.inference import eval_copy
from attention.networks.stages import stages_of


def wide_engine_of(backbone: Backbone, device: str = "auto", precision: str = "fp32") -> Engine:
    """As engine_of, for inputs x [N,3,H,W] of any size; InputError for a device that is not there."""
    places = dict.fromkeys(
        [device_named(device).type, "cpu"]
    )  # the CPU where a GPU's memory is full
    backends: list[Backend] = []
    for place in places:
        network = eval_copy(backbone, place)
        if place != "cpu":
            network = network.to(memory_format=torch.channels_last)
        where = torch.device(place)
        backends.append(Eager(network, stages_of(network), where, check_precision(precision)))
    return Engine(backends, backbone.name, [])
