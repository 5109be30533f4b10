"""One network: its scores, its scores once saved and loaded, and its maps, against the library's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import timm
import torch
import torchvision
from timm.models import _builder
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.overrides import TorchFunctionMode
from torchvision.models import _api

from attention.errors import InputError
from attention.maps import attention_maps
from attention.model import load_model, save_model
from attention.model.card import Card
from attention.networks.cnn import Backbone
from attention.networks.stages import Learner
from attention.networks.zoo import load_backbone
from tests.networks import lively, pictures

CLASSES = list(range(6))  # of two all maps may be 0
NEAR = 1e-4  # of the largest value: rounding in float32


@dataclass(frozen=True)
class Cell:
    """What came of one network.

    kind: of its head · maps: their size · refused: the sentence · off: what was compared → how far it was
    off, as a share of the largest value.
    """

    name: str
    kind: str = ""
    maps: str = ""
    refused: str = ""
    off: tuple[tuple[str, float], ...] = ()

    @property
    def wrong(self) -> list[str]:
        """What was off by more than rounding."""
        return [what for what, off in self.off if not off < NEAR]

    def __str__(self) -> str:
        off = " ".join(f"{what} {value:.0e}" for what, value in self.off)
        return f"{self.name:<36} {self.kind:<14} {self.maps:<7} {self.refused or off}"


def tried(name: str, torchvisions: bool) -> Cell:
    """Builds it with random weights that behave like trained ones, as if these were its library's own."""
    torch.manual_seed(0)
    build = torchvision.models.get_model if torchvisions else timm.create_model
    weights = lively(_stirred(build(name))).state_dict()
    ours = name if torchvisions else f"timm/{name}"
    x = torch.from_numpy(pictures(2, seed=1)).permute(0, 3, 1, 2) / 64.0 - 2.0
    with _given(weights):
        net = build(name, weights="DEFAULT") if torchvisions else build(name, pretrained=True)
        try:
            backbone = load_backbone(ours)
        except InputError as error:
            return Cell(name, refused=str(error))
    h, w = backbone.map_size
    with torch.no_grad():
        scores = backbone(x)
        off = {"scores": _off(scores, net.eval()(x))}
    with TemporaryDirectory() as folder:
        loaded = _loaded(Path(folder) / "model", ours, backbone)
    with torch.no_grad():
        off["loaded"] = _off(loaded(x), scores)
    off["maps"] = _maps_off(net, backbone, x)
    if hasattr(backbone.head, "renew"):  # else a training refuses it
        off["step"] = 0.0 if _can_learn(loaded, x) else float("nan")
    return Cell(name, type(backbone.head).__name__, f"{h}×{w}", off=tuple(off.items()))


def _stirred(net: nn.Module) -> nn.Module:
    """Gives tensors that begin as zeros or ones, and silence what they stand in, numbers of their own."""
    with torch.no_grad():
        for name, tensor in net.named_parameters():
            if tensor.numel() > 1 and bool((tensor == tensor.flatten()[0]).all()):
                low, high = (-0.1, 0.1) if name.endswith("bias") else (0.5, 1.0)
                tensor.uniform_(low, high)
    return net


@contextmanager
def _given(weights: dict[str, Tensor]) -> Iterator[None]:
    """Whatever weights are asked for, these come, and nothing is downloaded."""

    def load(net: nn.Module, *_: object, **__: object) -> None:
        net.load_state_dict(weights)

    def stored(*_: object, **__: object) -> dict[str, Tensor]:
        return weights

    with (
        patch.object(_api.WeightsEnum, "get_state_dict", stored),
        patch.object(_builder, "load_pretrained", load),
        patch("attention.networks.stock.has_weights", lambda _: True),
    ):
        yield


def _loaded(folder: Path, name: str, backbone: Backbone) -> Backbone:
    names = tuple(f"Thing {number}" for number in range(backbone.num_classes))
    card = Card(title="", about="", concepts=names, backbone=name)
    model = load_model(save_model(folder, card, backbone))
    assert model.web.pixels == backbone.pixels
    return model.web


def _can_learn(backbone: Backbone, x: Tensor) -> bool:
    """Whether a step of fitting reaches what is fitted: a gradient for every parameter, some of it not 0."""
    learner = Learner(backbone).train()
    with torch.no_grad():
        z = learner.frozen(x)
    cross_entropy(learner(z), torch.tensor([0, 1])).backward()
    gradients = [parameter.grad for parameter in learner.parameters()]
    whole = all(gradient is not None and gradient.isfinite().all() for gradient in gradients)
    return whole and any(gradient.any() for gradient in gradients)


class _Watch(TorchFunctionMode):
    """Keeps every value of a forward pass that equals A."""

    def __init__(self, A: Tensor) -> None:
        super().__init__()
        self.A, self.found = A, list[Tensor]()

    def __torch_function__(self, function, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        result = function(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and result.shape == self.A.shape and result.requires_grad:
            near = NEAR / 10 * float(self.A.abs().max())
            if torch.allclose(result.detach(), self.A, rtol=0, atol=near):
                self.found.append(result)
        return result


def _maps_off(net: nn.Module, backbone: Backbone, x: Tensor) -> float:
    """Our maps of A against Eq. 1 by autograd through the whole of the library's network."""
    with torch.no_grad():
        A = backbone.features(x)
    L = attention_maps(backbone, A, CLASSES)
    with out_of_place(net), _Watch(A) as watch:
        scores = net(x)
    return min((_off(L, plain_maps(A, at, scores)) for at in watch.found), default=float("nan"))


@contextmanager
def out_of_place(net: nn.Module) -> Iterator[None]:
    """Its layers give new tensors, and leave those that are looked at."""
    layers = [layer for layer in net.modules() if getattr(layer, "inplace", False)]
    for layer in layers:
        layer.inplace = False
    yield
    for layer in layers:
        layer.inplace = True


def plain_maps(A: Tensor, at: Tensor, scores: Tensor) -> Tensor:
    """Eq. 1 in float64, one frame and class at a time; at: the tensor of the pass that holds A."""
    L = torch.zeros(len(A), len(CLASSES), *A.shape[2:], dtype=torch.float64)
    for n in range(len(A)):
        for i, c in enumerate(CLASSES):
            (gradient,) = torch.autograd.grad(scores[n, c], at, retain_graph=True)
            alpha = gradient[n].double().mean((1, 2))
            L[n, i] = (alpha[:, None, None] * A[n].double()).sum(0).relu()
    return L


def _off(ours: Tensor, expected: Tensor) -> float:
    most = float(expected.abs().max())
    return float((ours - expected).abs().max()) / most if most > 0 else float("nan")
