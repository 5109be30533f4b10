"""What a model can say of whole frames, whose maps are wider than those it was trained with."""

from dataclasses import replace

import torch

from attention.errors import InputError, short
from attention.methods.registry import known_method
from attention.model.folder import Model
from attention.networks.cnn import Backbone, input_size, pools_globally
from attention.networks.inference import ready

SHOWN = ("centre", "whole")
LONGEST = 4  # times the short side: maps, and the memory for them, grow with the long one
NO_ENERGYNET = (
    "finetune+EnergyNet says nothing of whole frames: it has a weight for each cell of the maps it learned "
    "from, and those of whole frames have more."
)


def is_whole(frame: str) -> bool:
    """Whether "whole" or "centre" is named; InputError for anything else."""
    if frame not in SHOWN:
        raise InputError(f"There is no frame '{short(frame)}'; choose {' or '.join(SHOWN)}.")
    return frame == "whole"


def for_whole_frames(model: Model) -> tuple[Model, tuple[str, ...]]:
    """The model without what depends on the size of maps, and a sentence where EnergyNet is left out.

    What was learned of energies is left out too: they are those of square maps. InputError for a CNN whose
    head does not pool globally.
    """
    for cnn in filter(None, (model.web, model.tuned)):
        if not pools_globally(cnn):
            h, w = cnn.map_size
            raise InputError(
                f"{short(cnn.name)} cannot look at whole frames: it has a weight for each of {h}×{w} places; "
                "look at the centre, or choose a network that pools globally, such as resnet101."
            )
    kept = {name: own for name, own in model.learned.items() if not _reads_energies(name)}
    notes = () if model.energynet is None else (NO_ENERGYNET,)
    return replace(model, energynet=None, V_c=None, learned=kept), notes


def whole_input(width: int, height: int, cnn: Backbone) -> tuple[int, int]:
    """input_size of such frames for a CNN. InputError for those more than LONGEST times as long as wide."""
    if max(width, height) > LONGEST * min(width, height):
        raise InputError(
            f"Frames of {width}×{height} are too long to be looked at whole: the long side may be {LONGEST} "
            "times the short one; look at the centre."
        )
    return input_size(width, height, cnn.pixels.side)


@torch.inference_mode()
def wide_map_size(backbone: Backbone, size: tuple[int, int]) -> tuple[int, int]:
    """(h, w) of its maps of inputs of size (height, width)."""
    A = ready(backbone, "cpu").trunk(torch.zeros(1, 3, *size))
    return int(A.shape[2]), int(A.shape[3])


def _reads_energies(method: str) -> bool:
    row = known_method(method)
    return row is not None and "energies" in row.reads
