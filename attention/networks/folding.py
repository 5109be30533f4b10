"""Looking faster: a CNN's batch norms and uneven padding folded into its convolutions.

In eval mode a batch norm scales and shifts each channel, which the convolution before it can do itself.
Half of the passes over memory go, and the maps stay the same but for rounding.
"""

import copy
from itertools import pairwise
from weakref import WeakKeyDictionary

import torch
from timm.layers import Conv2dSame
from torch import nn
from torch.nn.functional import pad
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils import skip_init
from torch.nn.utils.fusion import fuse_conv_bn_eval

from attention.networks.cnn import INPUT_SIDE, Backbone, imprint
from attention.networks.inference import eval_copy, tensors

NEAR = 1e-2  # of the largest value: far more than rounding leaves, far less than a wrong fold does
State = tuple[object, ...]

_kept: WeakKeyDictionary[Backbone, tuple[State, Backbone]] = WeakKeyDictionary()


def folded(backbone: Backbone) -> Backbone:
    """The same CNN in eval mode, float32, on the CPU, without batch norms and uneven padding: for looking
    at 224×224 only.

    With them where it has no batch norm, or where a try shows that folding them changes what it sees.

    The backbone stays as it is; what was folded is kept until one of its tensors, or the head, is another.
    """
    state = (backbone.head, backbone.num_classes, *map(imprint, tensors(backbone)))
    kept = _kept.get(backbone)
    if kept is None or kept[0] != state:
        kept = (state, _folded(backbone))
        _kept[backbone] = kept
    return kept[1]


def _folded(backbone: Backbone) -> Backbone:
    # never the backbone itself: one that is kept beside it would never be let go
    plain = eval_copy(backbone, "cpu")
    if not any(isinstance(layer, _BatchNorm) for layer in plain.trunk.modules()):
        return plain
    looking = copy.copy(plain)
    looking._modules = {**plain._modules, "trunk": copy.deepcopy(plain.trunk)}
    _fold(looking.trunk)
    looking.trunk.to(memory_format=torch.channels_last)  # as preprocess lays out its frames
    return looking if _agree(looking, plain) else plain


def _fold(module: nn.Module) -> None:
    """Folds every batch norm that stands right after a convolution, and keeps its activation."""
    children = list(module.named_children())
    for (name, layer), (after, norm) in pairwise(children):
        if isinstance(layer, nn.Conv2d) and isinstance(norm, _BatchNorm) and _fits(layer, norm):
            setattr(module, name, fuse_conv_bn_eval(layer, norm))
            setattr(module, after, nn.Sequential(*norm.children()))
    for name, child in module.named_children():
        if isinstance(child, Conv2dSame) and _uneven(child):
            setattr(module, name, _even(child))
        _fold(child)


def _even(layer: Conv2dSame) -> nn.Conv2d:
    """The same convolution of pictures with even sides, padded alike on all of them.

    TensorFlow's "same" padding copies each picture into one with more at its end; a row and a column of
    zeros before the kernel's own make it see the same cells.
    """
    high, wide = layer.kernel_size
    even = skip_init(
        nn.Conv2d,
        layer.in_channels,
        layer.out_channels,
        (high + 1, wide + 1),
        stride=2,
        padding=(high // 2, wide // 2),
        groups=layer.groups,
        bias=layer.bias is not None,
    )
    even.weight = nn.Parameter(pad(layer.weight.detach(), (1, 0, 1, 0)))
    even.bias = layer.bias
    return even.eval()


def _uneven(layer: Conv2dSame) -> bool:
    """Whether it pads more at the end of pictures with even sides."""
    plain = layer.stride == (2, 2) and layer.dilation == (1, 1)
    return plain and all(side > 1 and side % 2 for side in layer.kernel_size)


def _fits(layer: nn.Conv2d, norm: _BatchNorm) -> bool:
    return norm.num_features == layer.out_channels and norm.running_mean is not None


@torch.inference_mode()
def _agree(one: Backbone, other: Backbone) -> bool:
    """Whether both see the same, and anything: what stands after a layer need not be what it is given to."""
    noise = torch.randn(1, 3, INPUT_SIDE, INPUT_SIDE, generator=torch.Generator().manual_seed(0))
    A, B = one.features(noise), other.features(noise)
    return A.shape == B.shape and bool((A - B).abs().max() < NEAR * B.abs().max())
