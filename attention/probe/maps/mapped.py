"""Maps of frames by any method at any layer."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attention.networks.cnn import Backbone
from attention.probe.maps.layers import gradients
from attention.probe.maps.registry import DEFAULT, map_method


def maps_by(
    backbone: Backbone,
    x: Tensor,
    concepts: Sequence[int],
    method: str = DEFAULT,
    layer: str | None = None,
) -> NDArray[np.float32]:
    """L [n,C',h,w] ≥ 0, raw, of inputs x [n,3,224,224] and concepts, as class indices.

    method: a name of map_methods() · layer: a name of layers_of(backbone), by default the last maps.
    InputError for a method or layer that does not exist.
    """
    combine = map_method(method).combine
    return np.asarray(
        torch.cat([
            torch.stack([combine(A, G) for G in per_concept], 1)
            for A, per_concept in gradients(backbone, x, concepts, layer)
        ])
    )  # fmt: skip
