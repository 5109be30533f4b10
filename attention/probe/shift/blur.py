"""Blur: separable kernels with weights that sum to 1; beyond the frame its edge pixels go on."""

import math

import numpy as np

from attention.media.clip import Picture
from attention.probe.shift.shift import Doubles, Scene, Shift, levels, line, rounded

SAME = np.ones(1)
TOP = "Levels are the strongest of the drawn set's ranges: their middle is hardly seen."


def gaussian(sigma: float) -> Doubles:
    """exp(−k²/2σ²) for k = −⌈3σ⌉ … ⌈3σ⌉, divided by their sum."""
    k = np.arange(-math.ceil(3 * sigma), math.ceil(3 * sigma) + 1)
    weights = np.exp(-(k**2) / (2 * sigma**2)) if sigma > 0 else SAME
    return np.asarray(weights / weights.sum())


def streak(length: float) -> Doubles:
    """A box 1 + length pixels wide: weight of pixel k is how much of [k − ½, k + ½] lies in the box.

    Divided by 1 + length; length 0 leaves pixels as they are.
    """
    half = (1 + length) / 2
    k = np.arange(-math.ceil(half - 0.5), math.ceil(half - 0.5) + 1)
    inside = np.minimum(k + 0.5, half) - np.maximum(k - 0.5, -half)
    return np.asarray(inside / (1 + length))


def convolved(frames: Picture, across: Doubles, down: Doubles) -> Picture:
    """Each frame filtered along its rows, then along its columns; rounded once, at the end."""
    import cv2  # slow to load: not before something is blurred

    found = np.empty_like(frames)
    for frame, place in zip(frames, found, strict=True):
        place[:] = rounded(
            cv2.sepFilter2D(frame, cv2.CV_32F, across, down, borderType=cv2.BORDER_REPLICATE)
        )
    return found


def _motion(frames: Picture, value: float, _: Scene) -> Picture:
    return convolved(frames, streak(value * line(frames)), SAME)


def _soft(frames: Picture, value: float, _: Scene) -> Picture:
    kernel = gaussian(value * line(frames))
    return convolved(frames, kernel, kernel)


SHIFTS = (
    Shift(
        "motion blur", 30, 24.0, levels(0.37, 0.86, 1.42), _motion, "lines",
        "The camera moves sideways while the shutter is open.",
        "The drawn set smears along the camera's shake, in any direction, and moves the picture. " + TOP,
    ),
    Shift(
        "blur", 40, 12.0, levels(0.305, 0.445, 0.6), _soft, "lines, σ of a Gaussian",
        "The lens is out of focus.",
        TOP,
    ),
)  # fmt: skip
