"""CNNs by name: the door to networks/."""

from attention.networks.cnn import Backbone
from attention.networks.zoo import NAMES, load_backbone

__all__ = ["NAMES", "Backbone", "load_backbone"]
