"""ResNet, Wide ResNet and ResNeXt: layer4 is trained."""

from typing import Any

from attention.networks.known.network import Network, last, sequence


def _cut(net: Any) -> Any:
    from attention.networks.heads import LinearHead

    trunk = sequence(net, "conv1 bn1 relu maxpool layer1 layer2 layer3 layer4")
    return trunk, LinearHead(net.fc), "layer4"


OTHERS = (  # torchvision's; timm has more, built otherwise, such as resnet26
    r"resnet(34|152)|wide_resnet(50|101)_2|resnext(50_32x4d|101_32x8d|101_64x4d)"
)
NETWORKS = (
    Network("resnet18", 40, _cut, last(1), (0.7, 4.5), offered=True, on_page=True),
    Network("resnet50", 41, _cut, last(1), (1.7, 10.0), offered=True, on_page=True),
    Network("resnet101", 42, _cut, last(1), (3.1, 10.5), offered=True),
    Network(OTHERS, 49, _cut, last(1)),
)
