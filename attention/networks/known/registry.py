"""Every network that is known: the rows of all files in this folder, in their order."""

import re
from functools import lru_cache

import attention.networks.known as folder
from attention.networks.known.network import Network
from attention.rows import rows_of

COST = (1.7, 10.0)  # taken for a network whose row has none: ResNet50's


@lru_cache(maxsize=1)
def networks() -> tuple[Network, ...]:
    """All rows, by their order."""
    rows: list[Network] = rows_of(folder, "NETWORKS")
    return tuple(sorted(rows, key=lambda row: row.order))


def known_network(name: str) -> Network | None:
    """The row that speaks for a name; None where it has none."""
    return next((row for row in networks() if re.fullmatch(row.name, name)), None)


def offered_networks() -> tuple[str, ...]:
    """Names of the networks that are listed."""
    return tuple(row.name for row in networks() if row.offered)


def networks_on_page() -> tuple[str, ...]:
    """Names of the networks that the page offers to train, its own choice first."""
    return tuple(row.name for row in networks() if row.on_page)


def on_imagenet() -> tuple[str, ...]:
    """Those of them whose ImageNet weights are torchvision's, downloaded at first use."""
    return tuple(row.name for row in networks() if row.offered and row.build is None)


def cost_of(name: str) -> tuple[float, float]:
    """How many times as long as with EfficientNet-Lite0: a frozen picture, a step of fitting."""
    row = known_network(name)
    return (row.cost if row else None) or COST
