"""Weights drawn anew, layer by layer (Adebayo et al., Sanity checks for saliency maps, 2018).

From the last layer on, each step draws some more layers anew, as their constructors do, and keeps those
before: "cascading" randomisation, Model Parameter Randomisation in quantus. A map that does not change
shows the picture, not what the network has learned.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from attention.maps import attention_maps
from attention.networks.cnn import Backbone
from attention.networks.inference import ready
from attention.probe.subject import Floats, Subject
from attention.probe.trust.ranks import mean_known, spearman, ssim

STEPS = 8
MapsOf = Callable[[Backbone, Tensor, int], Floats]


@dataclass(frozen=True)
class Redrawn:
    """What a map is like when all layers from `layer` to the last are drawn anew.

    maps: [n,h,w] · rank, structure: Spearman's correlation and SSIM with the true map, means over frames.
    """

    layer: str
    maps: Floats
    rank: float
    structure: float


def grad_cam(backbone: Backbone, x: Tensor, concept: int) -> Floats:
    """L(F,c) [n,h,w] by torch: a network that is drawn anew at every step is not worth a graph."""
    with torch.inference_mode():
        return np.asarray(attention_maps(backbone, backbone.features(x), [concept])[:, 0])


def randomised(
    subject: Subject,
    maps_of: MapsOf = grad_cam,
    seed: int = 0,
    tick: Callable[[int, int | None], None] | None = None,
) -> list[Redrawn]:
    """The map of a concept as more and more of the network is drawn anew, the head first, all of it last.

    maps_of(backbone, x, concept) → maps [n,h,w] · tick(steps done, steps).
    """
    true = maps_of(subject.backbone, subject.x, subject.concept)
    found, steps = [], len(list(_steps(subject.backbone)))
    for layer, network in cascade(subject.backbone, seed):
        maps = maps_of(network, subject.x, subject.concept)
        alike = mean_known(spearman(true, maps)), mean_known(ssim(true, maps))
        found.append(Redrawn(layer, maps, *alike))
        if tick:
            tick(len(found), steps)
    return found


def cascade(backbone: Backbone, seed: int = 0) -> Iterator[tuple[str, Backbone]]:
    """The first layer drawn anew so far, and the network: the head alone, then the trunk in 7 steps.

    The backbone given stays as it is; the network yielded is one, and changes at the next step.
    """
    network = copy.deepcopy(ready(backbone, "cpu"))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for layers in _steps(network):
            for _, layer in layers:
                layer.reset_parameters()  # type: ignore[operator]
            state = torch.get_rng_state()
            yield layers[-1][0], network.eval()
            torch.set_rng_state(state)


def _steps(network: Backbone) -> Iterator[list[tuple[str, nn.Module]]]:
    """Layers that can be drawn anew, from the last to the first, in at most STEPS groups."""
    head, trunk = (
        [
            (f"{part}.{name}".rstrip("."), layer)
            for name, layer in getattr(network, part).named_modules()
            if hasattr(layer, "reset_parameters")
        ][::-1]
        for part in ("head", "trunk")
    )
    if head:
        yield head
    groups = min(STEPS - 1, len(trunk))
    for some in np.array_split(np.arange(len(trunk)), groups) if groups else ():
        yield [trunk[number] for number in some]
