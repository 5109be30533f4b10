"""A CNN cut at its last convolutional maps: features(x) → A, head(A) → class scores (§3.1, §4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attention.errors import InputError, short, whole_number
from attention.networks.inference import ready

INPUT_SIDE = 224  # §4.2: short side to 224, centre crop 224×224
SIDES = (32, 640)  # the least and the most that another side can be
CELL = 32  # pixels of a cell of most networks' last maps
CHUNK = 4  # frames torch passes at a time: its fastest batch on a CPU, and flat memory
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@dataclass(frozen=True)
class Pixels:
    """How a network wants its pixels: (rgb/255 - mean) / std, side × side of them."""

    mean: tuple[float, float, float] = IMAGENET[0]
    std: tuple[float, float, float] = IMAGENET[1]
    side: int = INPUT_SIDE

    def table(self) -> NDArray[np.float32]:
        """The 256 values a pixel can have, per channel: float32 [1,256,3]."""
        levels = np.arange(256, dtype=np.float32)[None, :, None] / np.float32(255)
        mean, std = (np.array(values, np.float32) for values in (self.mean, self.std))
        return (levels - mean) / std


def pixels_given(mean: object, std: object, otherwise: Pixels) -> Pixels:
    """Pixels of three numbers each, shares of 255; None for those of `otherwise`. InputError for others."""
    return replace(
        otherwise,
        mean=otherwise.mean if mean is None else _three("mean", mean, at_least=0),
        std=otherwise.std if std is None else _three("std", std, at_least=1e-3),
    )


def side_given(size: object) -> int:
    """The side of the square a network looks at, pixels; None for 224. InputError for what is none."""
    side = INPUT_SIDE if size is None else whole_number("size", size)
    if not SIDES[0] <= side <= SIDES[1]:
        raise InputError(
            f"The size is {side}; give the side of its pictures, {SIDES[0]} to {SIDES[1]} pixels."
        )
    return side


def noise_for(backbone: "Backbone", count: int = 1) -> Tensor:
    """Pictures of noise that a network can be tried with, [count,3,side,side], the same ones each time."""
    side = backbone.pixels.side
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(0))


def _three(what: str, given: object, at_least: float) -> tuple[float, float, float]:
    try:
        red, green, blue = (float(number) for number in given)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        red = green = blue = float("nan")
    if not all(at_least <= number <= 1 for number in (red, green, blue)):
        raise InputError(
            f"The {what} of pixels is three numbers between {at_least} and 1, for red, green and blue, not "
            f"{short(given)}; divide what is of 0 to 255 by 255."
        )
    return red, green, blue


class Backbone(nn.Module):
    """A network in two halves that share nothing but A, in eval mode when made.

    trunk: x [N,3,s,s] → A [N,K,h,w], s = pixels.side · head: A → scores [N,C], any module · target: the layer
    A comes from · flags: what its constructor was given and no tensor tells, such as transform_input of
    inception_v3. map_size (h, w), channels K and num_classes C are read off one empty image.
    InputError when the trunk gives no maps.

    features() and the scores of a call are those in eval mode and float32 whatever the mode and type of
    the weights, and change neither: to train, pass through trunk and head themselves.
    """

    def __init__(
        self,
        name: str,
        trunk: nn.Module,
        head: nn.Module,
        target: str,
        pixels: Pixels | None = None,
        flags: Mapping[str, bool] | None = None,
    ) -> None:
        super().__init__()
        self.name = name
        self.target = target
        self.pixels = pixels or Pixels()
        self.flags = dict(flags or {})
        self.trunk = trunk
        self.head = head
        self.eval()
        with torch.no_grad():
            looking = ready(self, "cpu")
            A = looking.trunk(torch.zeros(1, 3, self.pixels.side, self.pixels.side))
            if not (isinstance(A, Tensor) and A.ndim == 4):
                raise no_maps(name)
            scores = looking.head(A)
        self.channels = int(A.shape[1])
        self.map_size = (int(A.shape[2]), int(A.shape[3]))
        self.num_classes = int(scores.shape[1])

    def features(self, x: Tensor) -> Tensor:
        """Feature maps A float32 [N,K,h,w] of inputs x [N,3,s,s], on their device.

        Without gradients, on a CPU, CHUNK at a time.
        """
        trunk, x = ready(self, x.device).trunk, x.float()
        if torch.is_grad_enabled() or not x.is_cpu or len(x) <= CHUNK:
            return trunk(x)  # type: ignore[no-any-return]
        return torch.cat([trunk(some) for some in x.split(CHUNK)])

    def forward(self, x: Tensor) -> Tensor:
        """Class scores float32 [N,C], as the whole stock network gives them in eval mode."""
        looking = ready(self, x.device)
        return looking.head(looking.features(x))  # type: ignore[no-any-return]

    def preprocess(self, frames: NDArray[np.uint8], whole: tuple[int, int] | None = None) -> Tensor:
        """RGB frames uint8 [n,H,W,3] → x float32 [n,3,s,s]: centre square, resized, normalised.

        s: pixels.side. Cropping the centred square first and resizing it to s = 224 is §4.2's "short side to
        224, then centre crop" with fewer pixels to touch. whole: nothing is cropped, and all of it becomes
        that (height, width), which input_size tells.
        """
        if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8:
            raise ValueError(f"frames must be uint8 [n,H,W,3], not {frames.dtype} {frames.shape}")
        table = self.pixels.table()
        side = self.pixels.side
        size = whole or (side, side)
        inputs = np.empty((len(frames), *size, 3), np.float32)
        for frame, place in zip(frames, inputs, strict=True):
            whole_frame = np.ascontiguousarray(frame)
            seen = _resized(whole_frame, whole) if whole else centre_square(frame, side)
            cv2.LUT(seen, table, dst=place)
        return torch.from_numpy(inputs).permute(0, 3, 1, 2)


def imprint(tensor: Tensor) -> tuple[int, int]:
    """(address, version): what tells whether a tensor is still as it was.

    Tensors made under inference_mode have no version, and are taken to stay.
    """
    return tensor.data_ptr(), 0 if tensor.is_inference() else tensor._version


def centre_square(frame: NDArray[np.uint8], side: int = INPUT_SIDE) -> NDArray[np.uint8]:
    """The centred square of an RGB frame [H,W,3] at side × side pixels, averaged when it shrinks."""
    h, w = frame.shape[:2]
    own = min(h, w)
    top, left = (h - own) // 2, (w - own) // 2
    square = np.ascontiguousarray(frame[top : top + own, left : left + own])
    return _resized(square, (side, side))


def input_size(width: int, height: int, side: int = INPUT_SIDE) -> tuple[int, int]:
    """(height, width) of a whole frame as a network of squares of that side is given it.

    Both sides are multiples of 32, the short one the nearest to `side`: the cells of the last maps then share
    the frame evenly. With 224 it is at most a fourteenth too long or too short.
    """
    short = min(width, height)
    high, wide = (max(CELL, CELL * round(own * side / short / CELL)) for own in (height, width))
    return high, wide


def _resized(frame: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    how = cv2.INTER_AREA if min(frame.shape[:2]) > min(size) else cv2.INTER_LINEAR
    return cv2.resize(frame, size[::-1], interpolation=how)  # type: ignore[return-value]


@torch.no_grad()
def pools_globally(backbone: Backbone) -> bool:
    """Whether its head says the same of maps of any size, however often they are repeated side by side."""
    head = ready(backbone, "cpu").head
    generator = torch.Generator().manual_seed(0)
    A = torch.rand(1, backbone.channels, *backbone.map_size, generator=generator)
    try:
        wide = head(torch.cat([A, A], 3))
    except RuntimeError:  # a layer with weights for so many cells
        return False
    once = head(A)
    return wide.shape == once.shape and torch.allclose(wide, once, rtol=1e-3, atol=1e-4)


@torch.no_grad()
def feature_width(backbone: Backbone) -> int:
    """How many features its head has before the last layer; K for a head that does not tell them."""
    head = ready(backbone, "cpu").head
    if not hasattr(head, "penultimate"):
        return backbone.channels
    A = torch.zeros(1, backbone.channels, *backbone.map_size)
    return int(head.penultimate(A).shape[1])  # type: ignore[operator]


def no_maps(name: str) -> InputError:
    """The sentence for a network that is no CNN."""
    return InputError(
        f"'{short(name)}' has no feature maps [K,h,w]; choose a CNN, such as resnet101."
    )


def renew_head(backbone: Backbone, num_classes: int) -> None:
    """Gives the head a fresh last layer for num_classes concepts; InputError when it has none known."""
    renew = getattr(backbone.head, "renew", None)
    if renew is None:
        raise InputError(
            f"The head of '{backbone.name}' is not one that can be refitted: it does not end in one linear "
            "or 1×1 layer; choose a network that does, such as resnet101."
        )
    renew(num_classes)
    backbone.num_classes = num_classes
