"""What a shift is: a row with its formula, its named levels and how far it goes."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError, short
from attention.media.clip import Picture

LEVELS = ("mild", "medium", "hard")
LINES = 240  # height of a drawn clip in pixels
Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """What a shift may need to know beside the pixels.

    numbers: int [N], the index of each frame in its clip · seed: of noise, and of the side of an occluder.
    """

    numbers: NDArray[np.int64]
    seed: int = 0


@dataclass(frozen=True)
class Shift:
    """A way in which video differs from Web images; its value is 0 for no change, up to `most`.

    order: its place among several, from low to high, as light meets a camera · levels: value by name, where
    only_like does not say otherwise the middle of the range that the drawn set's clips have at that level ·
    apply(frames, value, scene) → frames of the same shape · unit: of the value · hint: one sentence ·
    only_like: how it differs from what the drawn set does; empty where it does the same · in_browser:
    whether a canvas can do it too · moves: whether what is seen lies elsewhere afterwards.
    """

    name: str
    order: int
    most: float
    levels: Mapping[str, float]
    apply: Callable[[Picture, float, Scene], Picture]
    unit: str
    hint: str
    only_like: str = ""
    in_browser: bool = True
    moves: bool = False

    def value(self, asked: float | str) -> float:
        """The value of a level's name, or a number itself. InputError for others than 0 to `most`."""
        if isinstance(asked, str) and asked in self.levels:
            return self.levels[asked]
        try:
            value = float(asked)
        except (TypeError, ValueError):
            value = math.nan
        if not 0 <= value <= self.most:
            raise InputError(
                f"The shift {self.name} cannot be {short(repr(asked))}; choose {', '.join(LEVELS)}, "
                f"or a number from 0 to {self.most:g}."
            )
        return value


def levels(mild: float, medium: float, hard: float) -> dict[str, float]:
    """The values of the three levels by name."""
    return dict(zip(LEVELS, (mild, medium, hard), strict=True))


def rounded(values: NDArray[np.floating]) -> Picture:
    """⌊v + ½⌋ of pixel values, cut to 0 … 255."""
    return (np.clip(values, 0, 255) + 0.5).astype(np.uint8)  # of what is not below 0, a cast is ⌊ ⌋


def line(frames: Picture) -> float:
    """Pixels of a line of frames [N,H,W,3]: the shorter side ÷ 240."""
    return min(frames.shape[1:3]) / LINES
