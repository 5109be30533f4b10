"""`python -m attention.engine` makes the graphs that ship: those of the networks of the models that ship.

To be run anew for another version of torch, torchvision, timm or OpenVINO.
"""

import shutil
import sys

import attention.engine.backend  # noqa: F401 - before OpenVINO
from attention.backbone import load_backbone
from attention.disk.home import ASSETS
from attention.engine.graph import SHIPPED, exported
from attention.networks.stages import stages_of


def main() -> int:
    """Replaces what lies in assets/graphs."""
    shutil.rmtree(ASSETS / "graphs", ignore_errors=True)
    for name in SHIPPED:
        exported(stages_of(load_backbone(name, weights=None)), ASSETS / "graphs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
