"""Any network that somebody has in Python, ready to look: look_through(module) → Model."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, fx, nn

from attention.errors import InputError, short
from attention.model.card import Card
from attention.model.folder import Model
from attention.model.names import check_count, names_given
from attention.networks.cnn import Backbone, Pixels, pixels_given, side_given
from attention.networks.cutting import UntraceableError, known_head
from attention.networks.inference import copy_apart
from attention.networks.zoo import cut

WRAPPERS = (nn.DataParallel, nn.parallel.DistributedDataParallel)
Half = nn.Module | str | None


def look_through(
    module: nn.Module,
    target: str | None = None,
    concepts: str | Path | Sequence[str] | None = None,
    *,
    trunk: Half = None,
    head: Half = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    size: int | None = None,
) -> Model:
    """A model for analyse of any network x [N,3,s,s] → class scores [N,C], as it is now.

    module: in any mode, on any device and of any float type; it is copied and stays as it is, and its hooks
    are not called · target: its layer whose maps are looked at, by default its last maps · concepts: names in
    the order of the scores, as names_given takes them, by default Class 0, Class 1 … · trunk, head: where it
    cannot be traced, what gives A of x and what gives the scores of A, as modules or their names in it ·
    mean, std: of its pixels, as shares of 255, by default ImageNet's · size: s, by
    default 224 pixels. InputError where that is not possible.
    """
    net, *halves = _copies(module, trunk, head)
    name = f"{type(net).__name__} (own)"
    pixels = pixels_given(mean, std, Pixels(side=side_given(size)))
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(2, 3, pixels.side, pixels.side, generator=generator)
    scores = _scores(net, noise)
    backbone = _joined(name, noise, pixels, *halves) if halves else _cut(net, name, target, pixels)
    with torch.no_grad():
        if not torch.allclose(backbone(noise), scores, rtol=1e-3, atol=1e-4):
            raise InputError(
                f"The halves of {name} give other scores than all of it; {_NAME_HALVES}"
            )
    classes = int(scores.shape[1])
    numbered = tuple(f"Class {number}" for number in range(classes))
    names = numbered if concepts is None else names_given(concepts)
    check_count(names, classes, name)
    card = Card(
        title=name,
        about=f"{name} with {classes} concepts.",
        concepts=names,
        backbone=name,
        target=target,
    )
    return Model(name, card, backbone)


_NAME_HALVES = (
    "give the two halves yourself, trunk=… from pictures to maps and head=… from maps to scores, such as "
    "trunk=net.features, head=nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), net.fc)."
)


def _copies(module: object, trunk: Half, head: Half) -> list[nn.Module]:
    """The network, and its halves if they are given, in eval mode and float32, sharing no tensor with it."""
    while isinstance(module, WRAPPERS) or hasattr(module, "_orig_mod"):  # what torch.compile wraps
        module = getattr(module, "_orig_mod", None) or module.module  # type: ignore[attr-defined]
    if not isinstance(module, nn.Module):
        raise InputError(f"{short(repr(module))} is no network; give a torch.nn.Module.")
    if (trunk is None) != (head is None):
        raise InputError("A network has two halves; give trunk and head, or neither.")
    given = [] if trunk is None else [_half(module, trunk), _half(module, head)]
    try:
        return list(copy_apart(nn.ModuleList([module, *given])))
    except Exception as error:  # layers can hold whatever cannot be copied
        raise InputError(
            f"{type(module).__name__} cannot be copied ({type(error).__name__}: {short(error)}); give a "
            "network that copy.deepcopy takes, with all its weights made."
        ) from error


def _half(module: nn.Module, half: Half) -> nn.Module:
    if isinstance(half, nn.Module):
        return half
    try:
        return module.get_submodule(str(half))
    except AttributeError as error:
        raise InputError(
            f"{type(module).__name__} has no module '{short(half)}'; name one of its modules, or give it."
        ) from error


def _scores(net: nn.Module, noise: Tensor) -> Tensor:
    """Scores [N,C] of pictures of noise. InputError where it gives none, or others each time."""
    name, side = type(net).__name__, noise.shape[-1]
    try:
        with torch.no_grad():
            scores, again = net(noise), net(noise)
    except Exception as error:  # layers refuse what they are given in as many ways as there are
        raise InputError(
            f"{name} cannot look at RGB pictures of {side}×{side} ({type(error).__name__}: {short(error)}); "
            "if it takes those of another side, give that as size=."
        ) from error
    if not (isinstance(scores, Tensor) and scores.ndim == 2):
        kind = (
            f"a tensor {list(scores.shape)}"
            if isinstance(scores, Tensor)
            else type(scores).__name__
        )
        raise InputError(
            f"{name} gives {kind}, not class scores [N,C]; give it within a module whose forward returns its "
            "scores alone."
        )
    if not scores.isfinite().all():
        raise InputError(f"{name} gives scores that are not finite; its training failed.")
    if getattr(net, "num_classes", None) == 0:  # as timm calls a network that gives features
        raise InputError(f"{name} has no classifier and gives no scores; give it one.")
    if not torch.allclose(scores, again, rtol=1e-3, atol=1e-4):
        raise InputError(
            f"{name} gives other scores each time, in eval mode too; give F.dropout and the like "
            "training=self.training."
        )
    return scores


def _cut(net: nn.Module, name: str, target: str | None, pixels: Pixels) -> Backbone:
    target = target.removeprefix("module.") if target else None
    try:
        return cut(net, name, target, pixels)
    except UntraceableError as error:
        raise InputError(f"{type(net).__name__} cannot be traced; {_NAME_HALVES}") from error


def _joined(
    name: str, noise: Tensor, pixels: Pixels, trunk: nn.Module, head: nn.Module
) -> Backbone:
    """The halves as a Backbone, the head as one of heads.py if it ends in one layer."""
    try:
        with torch.no_grad():
            A = trunk(noise)
            head(A.clone())
            if A.ndim != 4:
                raise ValueError(f"the trunk gives {list(A.shape)}, not maps [N,K,h,w]")
    except Exception as error:
        raise InputError(
            f"The halves of {name} do not fit ({short(error)}); {_NAME_HALVES}"
        ) from error
    with torch.no_grad():
        return Backbone(name, trunk, _known(head, A), "trunk", pixels)


def _known(head: nn.Module, A: Tensor) -> nn.Module:
    try:
        return known_head(fx.symbolic_trace(head), A)
    except Exception:  # one that cannot be traced is differentiated as it is
        return head
