"""Things out of focus between the camera and the people: pillars, heads, leaves, tables."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from training.drawn.geometry import Array, colour


class _Front:
    """A transparent layer in front of a frame, and what every thing on it needs to know."""

    def __init__(
        self, rng: np.random.Generator, size: tuple[int, int], pad: int, share: float
    ) -> None:
        height, width = size
        self.rng = rng
        self.layer = np.zeros((height + 2 * pad, width + 2 * pad, 4), np.float32)
        self.floor = pad + height
        self.height = height
        self.wide = share * width
        side = float(rng.choice([-1.0, 1.0]))
        # Starts at an edge and reaches in: a hard clip loses a part of the act, never all of it.
        reach = width / 2 - self.wide / 2 - rng.uniform(0, 0.12) * width
        self.middle = pad + width / 2 + side * reach

    def box(self, x: float, y: float, w: float, h: float, rgb: Array) -> None:
        a, b = (round(x), round(y)), (round(x + w), round(y + h))
        cv2.rectangle(self.layer, a, b, (*rgb.tolist(), 1.0), -1)

    def disc(
        self, x: float, y: float, radii: tuple[float, float], rgb: Array, angle: float = 0.0
    ) -> None:
        half = (max(1, round(radii[0])), max(1, round(radii[1])))
        cv2.ellipse(self.layer, (round(x), round(y)), half, angle, 0, 360, (*rgb.tolist(), 1.0), -1)


def _pillar(front: _Front) -> None:
    rng = front.rng
    tone = colour(rng.uniform(0, 360), rng.uniform(0, 0.25), rng.uniform(0.2, 0.6))
    left, rows = front.middle - front.wide / 2, front.layer.shape[0]
    front.box(left, 0, front.wide, rows, tone)
    front.box(left, 0, front.wide * 0.3, rows, tone * 0.8)


def _onlooker(front: _Front) -> None:
    """Somebody seen from behind, head and shoulders."""
    rng, radius = front.rng, front.wide * 0.33
    hair = colour(rng.uniform(15, 40), rng.uniform(0.2, 0.6), rng.uniform(0.08, 0.4))
    coat = colour(rng.uniform(0, 360), rng.uniform(0.1, 0.5), rng.uniform(0.2, 0.6))
    top = front.floor - radius * 1.6
    front.disc(front.middle, top + radius * 2.6, (front.wide * 0.62, radius * 1.7), coat)
    front.disc(front.middle, top, (radius, radius * 1.25), hair)


def _leaves(front: _Front) -> None:
    """A plant that grows up from the lower edge."""
    rng = front.rng
    tall = front.height * rng.uniform(0.5, 0.85)
    hue = rng.uniform(85, 140)
    for _ in range(18):
        angle, length = np.radians(rng.uniform(35, 145)), tall * rng.uniform(0.5, 1.0)
        lean = np.cos(angle) * front.wide * 0.6
        for part in (0.35, 0.6, 0.85):
            tone = colour(hue, 0.45, rng.uniform(0.15, 0.45))
            x, y = front.middle + lean * part, front.floor - np.sin(angle) * length * part
            front.disc(x, y, (length * 0.17, front.wide * 0.05), tone, -float(np.degrees(angle)))


def _table(front: _Front) -> None:
    """The far edge of a table with things on it."""
    rng, wide = front.rng, front.layer.shape[1]
    wood = colour(rng.uniform(20, 40), rng.uniform(0.1, 0.5), rng.uniform(0.35, 0.75))
    top = front.floor - 0.45 * front.wide
    front.box(0, top, wide, front.layer.shape[0] - top, wood)
    front.box(0, top, wide, 5, wood * 1.2)
    for _ in range(int(rng.integers(2, 5))):
        x, w, h = rng.uniform(0, wide), rng.uniform(9, 22), front.wide * rng.uniform(0.2, 0.55)
        tone = colour(rng.uniform(0, 360), rng.uniform(0.1, 0.6), rng.uniform(0.3, 0.9))
        front.box(x, top + 6 - h, w, h, tone)
        front.disc(x + w / 2, top + 6 - h, (w / 2, w / 6), tone * 1.15)


_THINGS: tuple[Callable[[_Front], None], ...] = (_pillar, _onlooker, _leaves, _table)


def foreground(
    rng: np.random.Generator, share: float, size: tuple[int, int], pad: int
) -> Array | None:
    """RGBA [H+2·pad, W+2·pad, 4], premultiplied, of one thing out of focus; None when `share` is 0.

    It covers about `share` of the width of a frame of `size` (H, W), a table that much of its foot.
    """
    thing = _THINGS[rng.integers(len(_THINGS))]
    if share <= 0.01:
        return None
    front = _Front(rng, size, pad, share)
    thing(front)
    return np.asarray(cv2.GaussianBlur(front.layer, (0, 0), size[1] / 90))


def over(frame: Array, layer: Array) -> Array:
    """A premultiplied RGBA `layer` over `frame` [H,W,3]."""
    return np.asarray(frame * (1 - layer[..., 3:]) + layer[..., :3], np.float32)
