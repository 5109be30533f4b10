"""A head of one's own on the trunk of the network that gave it its features."""

import torch
from torch import nn

from attention.engine.choosing import share_trunk
from attention.methods.method import Learned
from attention.networks.cnn import Backbone
from attention.networks.heads import LinearHead


def behind_head(backbone: Backbone, head: Learned) -> Backbone:
    """The network with another last layer: weight [C,K] and bias [C] on A averaged over its cells.

    The trunk is shared, and computed by the engine of `backbone`.
    """
    weight = torch.from_numpy(head["weight"])
    last = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        last.weight.copy_(weight)
        last.bias.copy_(torch.from_numpy(head["bias"]))
    made = Backbone(
        backbone.name,
        backbone.trunk,
        LinearHead(last),
        backbone.target,
        backbone.pixels,
        backbone.flags,
    )
    share_trunk(made, backbone)
    return made
