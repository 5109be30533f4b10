"""Light and colour: each pixel by itself. Values v are 0 … 1, the level ÷ 255."""

import numpy as np
from numpy.typing import NDArray

from attention.media.clip import Picture
from attention.probe.shift.shift import Scene, Shift, levels, rounded

MIDDLE = 0.4  # the grey that contrast turns round
LUMA = (0.299, 0.587, 0.114)
LOST_COLOUR = 0.425  # share of colour a cast of strength 1 takes away, a mean of 0.2 … 0.65
WARMTH = 0.275  # saturation of its gain, a mean of 0.15 … 0.4; its hue is 35°
SHADOWS = (0.3, 0.7667, 1.0)  # hue 200°, saturation 0.7
LIFT = 0.06


def _by_table(frames: Picture, table: NDArray[np.float64]) -> Picture:
    import cv2  # slow to load: not before something is darkened

    rows = frames.reshape(-1, *frames.shape[2:])  # what OpenCV takes for one tall picture
    return cv2.LUT(rows, rounded(255 * table)).reshape(frames.shape)  # type: ignore[return-value]


def _dark(frames: Picture, value: float, _: Scene) -> Picture:
    """v (1 − darkness)"""
    return _by_table(frames, np.arange(256) / 255 * (1 - value))


def _flat(frames: Picture, value: float, _: Scene) -> Picture:
    """(v − 0.4)(1 − lost) + 0.4"""
    return _by_table(frames, (np.arange(256) / 255 - MIDDLE) * (1 - value) + MIDDLE)


def gain(strength: float) -> tuple[float, float, float]:
    """(1, 1 − 25/60 s, 1 − s) with s = 0.275·strength, divided by its luma: orange, as bright as white."""
    s = WARMTH * strength
    warm = (1.0, 1 - s * 25 / 60, 1 - s)
    luma = sum(weight * value for weight, value in zip(LUMA, warm, strict=True))
    red, green, blue = (value / luma for value in warm)
    return red, green, blue


def _cast(frames: Picture, value: float, _: Scene) -> Picture:
    """m = grey·k + v(1 − k) with k = 0.425·strength, g = min(1, m·gain), then g + lift(1 − g).

    grey = 0.299 R + 0.587 G + 0.114 B · lift = 0.06·strength·(0.3, 0.7667, 1), a blue light in the shadows.
    """
    k, factor = LOST_COLOUR * value, np.array(gain(value), np.float32)
    lift = np.array(SHADOWS, np.float32) * np.float32(LIFT * value)
    v = frames * np.float32(1 / 255)
    grey = v @ np.array(LUMA, np.float32)
    lit = np.minimum(1, (grey[..., None] * np.float32(k) + v * np.float32(1 - k)) * factor)
    return rounded(255 * (lit + lift * (1 - lit)))


SHIFTS = (
    Shift(
        "colour cast", 50, 1.0, levels(0.15, 0.35, 0.625), _cast, "strength",
        "Warm light, bluish shadows, and less colour.",
        "The drawn set draws the hue of each clip; here it is always orange.",
    ),
    Shift(
        "contrast", 60, 1.0, levels(0.042, 0.098, 0.175), _flat, "share lost",
        "Dark and bright come nearer to each other.",
        "Most clips of the drawn set lose less, and some gain contrast; here it only falls.",
    ),
    Shift(
        "darkness", 70, 1.0, levels(0.075, 0.19, 0.32), _dark, "share of the light missing",
        "Less light reaches the camera.",
    ),
)  # fmt: skip
