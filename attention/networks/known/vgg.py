"""VGG: the last three convolutions and their ReLUs are trained; with batch norm, the head alone."""

from typing import Any

from attention.networks.known.network import Network, last


def _cut(net: Any) -> Any:
    from torch import nn

    from attention.networks.heads import VGGHead

    *convolutions, pool = net.features
    linear = [layer for layer in net.classifier if isinstance(layer, nn.Linear)]
    head = VGGHead(pool, net.avgpool, linear)
    # after the last ReLU: before it the maps differ by up to a half, so the layer is always named
    return nn.Sequential(*convolutions), head, f"features.{len(convolutions) - 1}"


NETWORKS = (
    Network("vgg16", 50, _cut, last(6), (5.5, 28.0), offered=True),
    Network(r"vgg(11|13|19)", 58, _cut, last(6)),
    Network(r"vgg(11|13|16|19)_bn", 59, _cut),
)
