"""How exact: maps against float64 autograd, of the largest cell. Nothing is timed.

Of A as it is in float32, which tells how exact Eq. 1 is, and of float64 all the way from the pixels.
"""

import copy
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from attention.engine.choosing import engine_of
from attention.maps import attention_maps
from attention.networks.cnn import Backbone
from attention.networks.zoo import LITE0, load_backbone
from tests.bench.race import Row, Seconds
from tests.networks import backbone, pictures

FAMILIES = (LITE0, "mobilenet_v2", "mobilenet_v3_large", "resnet101", "vgg16", "shufflenet_v2_x0_5")
CLASSES = (0, 417, 999)
OFF = {"torch": 5e-6, "engine": 2e-5}


def rows() -> Iterator[Row]:
    """Four rows a network: of random weights that behave like trained ones; Lite0's are trained."""
    for name in FAMILIES:
        looker = load_backbone(name) if name == LITE0 else backbone(name)
        x = looker.preprocess(pictures(2, seed=1))
        engine = engine_of(looker, "cpu")
        with torch.no_grad():
            A = {"torch": looker.features(x), "engine": engine.trunk(x)}
            L = {"torch": attention_maps(looker, A["torch"], CLASSES)}
        L["engine"] = engine.see(x).maps[:, CLASSES]
        whole = exact(looker, copy.deepcopy(looker.trunk).double()(x.double()))
        for way, goal in OFF.items():
            ours = _off(L[way], exact(looker, A[way].double()))
            yield Row(f"{name}: maps of A in float32, by {way}", ours, -goal)
            yield Row("    from the pixels on", _off(L[way], whole))


def _off(L: Tensor, expected: Tensor) -> Seconds:
    return np.array([float((L - expected).abs().max() / expected.max())])


def exact(looker: Backbone, A: Tensor) -> Tensor:
    """Eq. 1 of maps A in float64: L [N,len(CLASSES),h,w]."""
    A = A.detach().clone().requires_grad_()
    scores = copy.deepcopy(looker.head).double()(A)
    maps = []
    for c in CLASSES:
        gradient = torch.autograd.grad(scores[:, c].sum(), A, retain_graph=True)[0]
        maps.append((gradient.mean((2, 3), keepdim=True) * A.detach()).sum(1).relu())
    return torch.stack(maps, 1)
