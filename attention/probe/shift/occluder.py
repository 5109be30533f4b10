"""Something out of focus between the camera and the scene: a grey pillar."""

import numpy as np

from attention.media.clip import Picture
from attention.probe.shift.grain import mixed
from attention.probe.shift.shift import Doubles, Scene, Shift, levels, rounded

TONE, SHADED = 102.0, 81.6  # its colour, and that of its left 30 %
GAP = 0.06  # of the width, between it and the edge of the frame
SOFT = 1 / 45  # of the width, over which its edges fade


def _ramp(distance: Doubles, width: int) -> Doubles:
    return np.clip(distance / (SOFT * width) + 0.5, 0, 1)


def _pillar(frames: Picture, value: float, scene: Scene) -> Picture:
    """Covers [left, left + value·W], over the whole height, beside the left or right edge by the seed.

    left = gap, or W − gap − value·W on the right, gap = 0.06·W and at most half of what is left free · the
    right where mixed(seed), of grain.py, is odd · x = column + ½ · coverage a = f(x − left)·f(right − x)
    with f(d) = d/(W/45) + ½ cut to 0 … 1 · colour p = 81.6 up to left + 0.3·value·W, then 102, fading by
    f · a pixel becomes v(1 − a) + p·a.
    """
    width = frames.shape[2]
    wide = value * width
    gap = min(GAP * width, (width - wide) / 2)
    on_the_right = bool(mixed(np.array(scene.seed & 0xFFFFFFFF, np.uint32)) & np.uint32(1))
    left = width - gap - wide if on_the_right else gap
    x = np.arange(width) + 0.5
    cover = _ramp(x - left, width) * _ramp(left + wide - x, width)
    tone = SHADED + (TONE - SHADED) * _ramp(x - left - 0.3 * wide, width)
    cover32, paint = cover.astype(np.float32)[:, None], (cover * tone).astype(np.float32)[:, None]
    return rounded(frames * (1 - cover32) + paint)


SHIFTS = (
    Shift(
        "occluder", 20, 1.0, levels(0.03, 0.08, 0.135), _pillar, "share of the width",
        "Something stands in front, out of focus.",
        "The drawn set has pillars, heads, plants and tables in any colour; here it is a grey pillar.",
    ),
)  # fmt: skip
