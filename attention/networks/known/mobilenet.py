"""MobileNetV2 and V3: of both the last block and the last convolution are trained."""

from typing import Any

from attention.networks.known.network import Network, last


def _cut_v2(net: Any) -> Any:
    from attention.networks.heads import LinearHead

    return net.features, LinearHead(net.classifier[1], dropout=0.2), "features.18"


def _cut_v3(net: Any) -> Any:
    from attention.networks.heads import HardswishHead

    fc1, _, dropout, fc2 = net.classifier
    return net.features, HardswishHead(fc1, fc2, dropout.p), f"features.{len(net.features) - 1}"


NETWORKS = (
    Network("mobilenet_v2", 20, _cut_v2, last(2), (0.4, 0.8), offered=True, on_page=True),
    Network("mobilenet_v3_large", 30, _cut_v3, last(2), (0.4, 1.1), offered=True, on_page=True),
    Network("mobilenet_v3_small", 31, _cut_v3, last(2)),
)
