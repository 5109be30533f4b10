"""What stands far away outdoors: trees, hedges, houses and shop fronts, on transparent layers."""

from __future__ import annotations

import numpy as np

from training.drawn.geometry import Array, colour
from training.drawn.texture import DENSITY, Texture, area, box, canvas, disc, noise, speckle


def trees(rng: np.random.Generator, width: float, calm: float, clutter: float) -> Texture:
    """A row of trees and bushes, `width` metres wide and 5 high."""
    hue = rng.uniform(75, 130)
    green = colour(hue, rng.uniform(0.3, 0.55) * calm, rng.uniform(0.35, 0.6))
    made = canvas(width, 5.0, green, alpha=True)
    edge = 0.5 + 1.3 * noise(rng, 2, made.shape[1], 10, 4)[0]
    rows = (5.0 - np.arange(made.shape[0]) / DENSITY)[:, None]
    made[..., 3] = np.where(rows < edge, 255, 0)
    leaves = 0.6 + 0.3 * noise(rng, made.shape[0], made.shape[1], 40, 3)
    made[..., :3] = (made[..., :3] * leaves[..., None]).astype(np.uint8)
    for _ in range(int(width * (0.25 + 0.35 * clutter))):
        x, tall, size = rng.uniform(0, width), rng.uniform(1.6, 3.2), rng.uniform(0.5, 1.1)
        trunk = colour(28, 0.4, rng.uniform(0.25, 0.4))
        area(made, [(x - 0.11, 0), (x + 0.11, 0), (x + 0.06, tall), (x - 0.06, tall)], trunk)
        tone = colour(
            hue + rng.uniform(-20, 20), rng.uniform(0.3, 0.55) * calm, rng.uniform(0.35, 0.65)
        )
        for step in range(34):
            angle, far = rng.uniform(0, 2 * np.pi), np.sqrt(rng.random()) * size
            light = 0.72 + 0.5 * step / 34
            disc(
                made,
                x + np.cos(angle) * far,
                tall + 0.3 + np.sin(angle) * far * 0.8 + 0.1 * step / 34,
                rng.uniform(0.12, 0.3) * size,
                tone * light * rng.uniform(0.92, 1.08),
            )
    return made


def houses(rng: np.random.Generator, width: float, calm: float) -> Texture:
    """A street front with windows, doors and shops, `width` metres wide and 7 high."""
    made = canvas(width, 7.0, np.zeros(3), alpha=True)
    x = -rng.uniform(0, 2)
    while x < width:
        w, h = rng.uniform(2.2, 5.0), rng.uniform(4.5, 7.2)
        tone = colour(rng.uniform(0, 60), rng.uniform(0.05, 0.45) * calm, rng.uniform(0.45, 0.9))
        box(made, x, 0, w, h, tone)
        box(made, x, h - 0.18, w, 0.18, tone * 0.75)
        _upper_windows(rng, made, x, w, h, tone)
        _ground_floor(rng, made, x, w, calm)
        x += w
    speckle(rng, made, 0.07, 30)
    return made


def _upper_windows(
    rng: np.random.Generator, made: Texture, x: float, w: float, h: float, tone: Array
) -> None:
    count = max(1, int(w / 1.15))
    frame = np.array([0.92, 0.9, 0.88]) if rng.random() < 0.6 else tone * 0.6
    for y in np.arange(2.9, h - 1.3, 1.6):
        for i in range(count):
            left = x + w * (i + 0.5) / count - 0.33
            box(made, left - 0.06, y - 0.06, 0.78, 1.17, frame)
            glass = (
                colour(210, 0.3, rng.uniform(0.25, 0.6))
                if rng.random() < 0.8
                else colour(45, 0.4, 0.95)
            )
            box(made, left, y, 0.66, 1.05, glass)
            area(made, [(left, y + 1.05), (left + 0.35, y + 1.05), (left, y + 0.5)], glass * 1.25)
            box(made, left + 0.31, y, 0.04, 1.05, frame)
            box(made, left - 0.1, y - 0.12, 0.86, 0.07, frame * 0.8)


def _ground_floor(rng: np.random.Generator, made: Texture, x: float, w: float, calm: float) -> None:
    trim = colour(rng.uniform(0, 360), rng.uniform(0.2, 0.6) * calm, rng.uniform(0.2, 0.6))
    door = x + rng.uniform(0.2, 0.5)
    box(made, door, 0, 0.95, 2.15, trim)
    box(made, door + 0.12, 0.9, 0.7, 1.1, colour(210, 0.25, 0.4))
    if w < 2.4:
        return
    left, wide = door + 1.15, w - (door - x) - 1.4
    if wide < 0.6:
        return
    box(made, left, 0.5, wide, 1.6, trim)
    glass = colour(205, 0.2, rng.uniform(0.3, 0.7))
    box(made, left + 0.08, 0.6, wide - 0.16, 1.4, glass)
    area(made, [(left + 0.08, 2.0), (left + wide * 0.5, 2.0), (left + 0.08, 0.9)], glass * 1.2)
    for i in range(int(rng.integers(0, 6))):
        box(
            made,
            left + 0.15 + i * 0.3,
            0.6,
            0.22,
            rng.uniform(0.2, 0.6),
            colour(rng.uniform(0, 360), 0.4 * calm, rng.uniform(0.4, 0.8)),
        )
    if rng.random() < 0.6:
        for i in range(int(wide / 0.2)):
            area(
                made,
                [
                    (left + i * 0.2, 2.4),
                    (left + i * 0.2 + 0.2, 2.4),
                    (left + i * 0.2 + 0.22, 2.1),
                    (left + i * 0.2 - 0.02, 2.1),
                ],
                trim if i % 2 else [0.92, 0.9, 0.86],
            )


def fence(rng: np.random.Generator, width: float, calm: float) -> Texture:
    """A wooden fence or a low wall, `width` metres wide and 1.6 high."""
    made = canvas(width, 1.6, np.zeros(3), alpha=True)
    tone = colour(rng.uniform(15, 45), rng.uniform(0.1, 0.45) * calm, rng.uniform(0.4, 0.9))
    tall = rng.uniform(0.7, 1.4)
    if rng.random() < 0.5:
        box(made, 0, 0, width, tall, tone)
        for row in range(int(tall / 0.12)):
            for i in range(int(width / 0.3) + 1):
                box(
                    made,
                    i * 0.3 + 0.15 * (row % 2),
                    row * 0.12,
                    0.29,
                    0.11,
                    tone * rng.uniform(0.85, 1.05),
                )
        return made
    for i in range(int(width / 0.16)):
        box(made, i * 0.16, 0, 0.13, tall, tone * rng.uniform(0.88, 1.05))
    box(made, 0, tall * 0.75, width, 0.08, tone * 0.8)
    return made
