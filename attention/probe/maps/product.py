"""A map from two layers: the last one says what, the one before it says where."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from attention.networks.cnn import Backbone
from attention.probe.maps.layers import layers_of
from attention.probe.maps.mapped import maps_by

METHOD = "LayerCAM"


def finer_layer(backbone: Backbone) -> str | None:
    """The last layer with twice as many cells a side as the last maps; None where there is none."""
    sizes = layers_of(backbone)
    h, w = backbone.map_size
    return next((name for name in reversed(sizes) if sizes[name] == (2 * h, 2 * w)), None)


def product_of_layers(
    backbone: Backbone, x: Tensor, concept: int, layer: str
) -> NDArray[np.float32]:
    """LayerCAM at the last maps, enlarged, times the 3×3 mean of LayerCAM at a finer layer, [n,2h,2w]."""
    coarse, fine = (
        torch.from_numpy(maps_by(backbone, x, [concept], METHOD, at)) for at in (None, layer)
    )
    large = interpolate(coarse, size=fine.shape[2:], mode="bilinear")
    smooth = avg_pool2d(fine, 3, stride=1, padding=1, count_include_pad=False)
    return np.asarray((large * smooth)[:, 0])
