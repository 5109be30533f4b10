"""Flat textures, drawn in metres: noise, floors, walls and the pictures on them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.drawn.geometry import Array, colour

Texture = NDArray[np.uint8]
# Pixels per metre of every texture.
DENSITY = 96


def canvas(width: float, height: float, rgb: Array, alpha: bool = False) -> Texture:
    """A texture of `width` × `height` metres filled with one colour (transparent when `alpha`)."""
    shape = (round(height * DENSITY), round(width * DENSITY))
    tone = to_bytes(rgb)
    if alpha:
        return np.full((*shape, 4), [*tone, 0], np.uint8)
    return np.full((*shape, 3), tone, np.uint8)


def to_bytes(rgb: Array | Sequence[float]) -> tuple[int, int, int]:
    """RGB 0..1 as bytes."""
    r, g, b = (int(v) for v in np.clip(np.asarray(rgb, float) * 255, 0, 255))
    return r, g, b


def ink(texture: Texture, rgb: Array | Sequence[float]) -> tuple[int, ...]:
    """An opaque colour as OpenCV wants it for `texture` (three or four channels)."""
    return (*to_bytes(rgb), 255) if texture.shape[2] == 4 else to_bytes(rgb)


def box(
    texture: Texture,
    x: float,
    y: float,
    w: float,
    h: float,
    rgb: Array | Sequence[float],
    line: int = -1,
) -> None:
    """A rectangle in metres; x from the left, y from the bottom of the texture."""
    rows = texture.shape[0]
    a = (round(x * DENSITY), rows - round(y * DENSITY))
    b = (round((x + w) * DENSITY), rows - round((y + h) * DENSITY))
    cv2.rectangle(texture, a, b, ink(texture, rgb), line)


def disc(
    texture: Texture,
    x: float,
    y: float,
    radius: float,
    rgb: Array | Sequence[float],
    tall: float = 1.0,
    angle: float = 0.0,
) -> None:
    """An ellipse in metres; x from the left, y from the bottom of the texture."""
    centre = (round(x * DENSITY), texture.shape[0] - round(y * DENSITY))
    axes = (max(1, round(radius * DENSITY)), max(1, round(radius * tall * DENSITY)))
    cv2.ellipse(texture, centre, axes, angle, 0, 360, ink(texture, rgb), -1, cv2.LINE_AA)


def area(
    texture: Texture, points: Sequence[tuple[float, float]], rgb: Array | Sequence[float]
) -> None:
    """A filled polygon in metres; y from the bottom of the texture."""
    at = np.array([(x * DENSITY, texture.shape[0] - y * DENSITY) for x, y in points], np.int32)
    cv2.fillPoly(texture, [at], ink(texture, rgb), cv2.LINE_AA)


def noise(
    rng: np.random.Generator, height: int, width: int, cells: int = 4, octaves: int = 4
) -> Array:
    """Cloud-like noise [height,width] in 0..1."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        n = cells * 2**octave
        grid = rng.random((max(2, n * height // width + 1), n + 1)).astype(np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / (high - low + 1e-6)


def speckle(rng: np.random.Generator, texture: Texture, amount: float, cells: int = 24) -> None:
    """Uneven light over a texture, `amount` 0..1."""
    light = 1 + amount * (noise(rng, texture.shape[0], texture.shape[1], cells, 3) - 0.5) * 2
    texture[..., :3] = np.clip(texture[..., :3] * light[..., None], 0, 255)


def ground(rng: np.random.Generator, kind: str, muted: bool) -> Texture:
    """A floor of 6 × 6 m: "wood", "tiles", "carpet", "grass", "paving", "asphalt" or "sand"."""
    calm = 0.6 if muted else 1.0
    tone = {
        "wood": colour(
            rng.uniform(18, 36), rng.uniform(0.25, 0.55) * calm, rng.uniform(0.35, 0.75)
        ),
        "tiles": colour(rng.uniform(0, 360), rng.uniform(0, 0.15), rng.uniform(0.6, 0.9)),
        "carpet": colour(
            rng.uniform(0, 360), rng.uniform(0.05, 0.4) * calm, rng.uniform(0.35, 0.75)
        ),
        "grass": colour(rng.uniform(70, 115), rng.uniform(0.35, 0.6) * calm, rng.uniform(0.4, 0.7)),
        "paving": colour(rng.uniform(20, 50), rng.uniform(0.03, 0.2), rng.uniform(0.55, 0.8)),
        "asphalt": colour(220, rng.uniform(0, 0.1), rng.uniform(0.35, 0.5)),
        "sand": colour(rng.uniform(32, 44), rng.uniform(0.2, 0.4), rng.uniform(0.75, 0.92)),
    }[kind]
    made = canvas(6, 6, tone)
    if kind == "wood":
        for row in range(40):
            x = -rng.uniform(0, 1.5)
            while x < 6:
                box(made, x, row * 0.15, 1.5, 0.145, tone * rng.uniform(0.85, 1.1))
                x += 1.5
    elif kind in ("tiles", "paving"):
        side = float(rng.choice([0.4, 0.5, 0.6]))
        for i in range(round(6 / side) + 1):
            for j in range(round(6 / side) + 1):
                box(
                    made,
                    i * side,
                    j * side,
                    side - 0.015,
                    side - 0.015,
                    tone * rng.uniform(0.92, 1.06),
                )
    elif kind == "grass":
        for _ in range(5000):
            x, y = rng.uniform(0, 6, 2)
            area(
                made,
                [(x, y), (x + 0.01, y + rng.uniform(0.03, 0.1)), (x + 0.02, y)],
                tone * rng.uniform(0.75, 1.2),
            )
    speckle(rng, made, 0.12)
    return made
