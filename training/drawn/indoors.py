"""Walls of rooms: windows with a view, doors, shelves, pictures, plants and lamps."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.drawn.geometry import Array, colour
from training.drawn.texture import DENSITY, Texture, area, box, canvas, disc, noise, speckle

WALL_WIDTH, WALL_HEIGHT = 9.0, 2.8


@dataclass(frozen=True)
class _Decor:
    """The wall being furnished, its colour, and how strong other colours may be (0..1)."""

    rng: np.random.Generator
    made: Texture
    tone: Array
    calm: float


def wall(rng: np.random.Generator, clutter: float, muted: bool) -> Texture:
    """A wall of 9 × 2.8 m; `clutter` 0..1 says how much stands and hangs on it."""
    calm = 0.55 if muted else 1.0
    tone = colour(rng.uniform(0, 360), rng.uniform(0.03, 0.32) * calm, rng.uniform(0.62, 0.95))
    made = canvas(WALL_WIDTH, WALL_HEIGHT, tone)
    _surface(rng, made, tone)
    white = np.array([0.93, 0.92, 0.9]) * rng.uniform(0.8, 1)
    box(made, 0, 0, WALL_WIDTH, 0.11, white)
    box(made, 0, 0.11, WALL_WIDTH, 0.012, white * 0.7)
    makers = [_window, _window, _door, _shelf, _picture, _picture, _plant, _lamp, _cabinet, _board]
    decor = _Decor(rng, made, tone, calm)
    x = rng.uniform(-0.4, 0.5)
    while x < WALL_WIDTH - 0.3:
        if rng.random() < 0.35 + 0.65 * clutter:
            x += makers[rng.integers(len(makers))](decor, x)
        x += rng.uniform(0.15, 0.9) * (1.4 - clutter)
    speckle(rng, made, 0.05, 5)
    return made


def _surface(rng: np.random.Generator, made: Texture, tone: Array) -> None:
    kind = rng.choice(["paint", "paint", "stripes", "brick", "panel", "two"])
    if kind == "stripes":
        for i in range(30):
            box(made, i * 0.3, 0, 0.15, WALL_HEIGHT, tone * 0.94)
    elif kind == "brick":
        for row in range(36):
            for i in range(-1, 37):
                box(
                    made,
                    i * 0.25 + 0.125 * (row % 2),
                    row * 0.08,
                    0.24,
                    0.07,
                    tone * rng.uniform(0.82, 1.02),
                )
    elif kind == "panel":
        for i in range(12):
            box(made, i * 0.75 + 0.08, 0.2, 0.6, 0.7, tone * 0.9, 2)
        box(made, 0, 1.0, WALL_WIDTH, 0.04, tone * 0.85)
    elif kind == "two":
        box(made, 0, 0, WALL_WIDTH, 1.0, tone * rng.uniform(0.7, 0.9))


def _view(rng: np.random.Generator, rows: int, cols: int) -> Array:
    """What is seen through a window: sky with clouds, a far line of trees or roofs, greenery."""
    hue, bright = rng.uniform(200, 222), rng.uniform(0.85, 1.0)
    y = np.linspace(0, 1, rows)[:, None, None]
    sky = colour(hue, 0.42, bright) * (1 - y) + np.array([0.97, 0.96, 0.93]) * y
    cloud = np.clip(noise(rng, rows, cols, 3, 4) - 0.5, 0, 1)[..., None] * 1.2
    view = np.clip(sky * (1 - cloud) + cloud, 0, 1)
    horizon = rows * rng.uniform(0.5, 0.75)
    line = horizon + (noise(rng, 2, cols, 7, 4)[0] - 0.5) * rows * 0.3
    if rng.random() < 0.4:
        line = horizon + np.repeat(rng.uniform(-0.25, 0.1, cols // 14 + 1), 14)[:cols] * rows
    below = np.arange(rows)[:, None] > line[None]
    green = colour(rng.uniform(80, 130), rng.uniform(0.2, 0.45), rng.uniform(0.4, 0.65))
    leaves = (0.75 + 0.5 * noise(rng, rows, cols, 9, 3))[..., None]
    return np.asarray(np.where(below[..., None], np.clip(green * leaves + 0.08, 0, 1), view))


def _window(decor: _Decor, x: float) -> float:
    rng, made, tone, calm = decor.rng, decor.made, decor.tone, decor.calm
    w, h, low = rng.uniform(0.9, 1.7), rng.uniform(1.0, 1.5), rng.uniform(0.75, 1.0)
    frame = np.array([0.95, 0.94, 0.92]) * rng.uniform(0.75, 1)
    if rng.random() < 0.3:
        frame = colour(25, 0.5, rng.uniform(0.3, 0.6))
    box(made, x - 0.05, low - 0.05, w + 0.1, h + 0.1, frame * 0.8)
    box(made, x - 0.035, low - 0.035, w + 0.07, h + 0.07, frame)
    top = made.shape[0] - round((low + h) * DENSITY)
    a, b = max(0, round(x * DENSITY)), min(made.shape[1], round((x + w) * DENSITY))
    rows = round(h * DENSITY)
    if b - a > 20:
        view = _view(rng, rows, b - a)
        view[:6] *= 0.7
        made[top : top + rows, a:b] = np.clip(view * 255, 0, 255)
    for i in range(1, int(rng.integers(2, 4))):
        box(made, x + w * i / 2 - 0.02, low, 0.04, h, frame)
    if rng.random() < 0.6:
        box(made, x, low + h * 0.55, w, 0.035, frame)
    box(made, x - 0.1, low - 0.10, w + 0.2, 0.06, frame * 1.02)
    box(made, x - 0.1, low - 0.115, w + 0.2, 0.015, tone * 0.6)
    if rng.random() < 0.6:
        drape = colour(rng.uniform(0, 360), rng.uniform(0.1, 0.5) * calm, rng.uniform(0.5, 0.95))
        end = low - 0.1 if rng.random() < 0.5 else 0.15
        for side in (x - 0.16, x + w - 0.14):
            for i in range(6):
                box(
                    made,
                    side + i * 0.05,
                    end,
                    0.05,
                    low + h + 0.14 - end,
                    drape * (0.85 + 0.15 * (i % 2)),
                )
        box(made, x - 0.25, low + h + 0.13, w + 0.5, 0.03, frame * 0.5)
    return float(w + 0.3)


def _door(decor: _Decor, x: float) -> float:
    rng, made, calm = decor.rng, decor.made, decor.calm
    rgb = colour(rng.uniform(15, 40), rng.uniform(0, 0.55) * calm, rng.uniform(0.4, 0.92))
    box(made, x - 0.08, 0, 1.06, 2.18, rgb * 1.08)
    box(made, x, 0, 0.9, 2.1, rgb)
    for y, h in ((0.2, 0.75), (1.1, 0.8)):
        for dx in (0.1, 0.5):
            box(made, x + dx, y, 0.3, h, rgb * 0.86, 3)
    disc(made, x + 0.82, 1.02, 0.035, [0.8, 0.7, 0.4])
    return 1.1


def _shelf(decor: _Decor, x: float) -> float:
    rng, made, calm = decor.rng, decor.made, decor.calm
    w, h = rng.uniform(0.8, 1.5), rng.uniform(1.6, 2.2)
    wood = colour(rng.uniform(20, 35), rng.uniform(0.1, 0.6), rng.uniform(0.25, 0.8))
    box(made, x, 0, w, h, wood * 0.6)
    for level in np.arange(0.05, h - 0.2, 0.36):
        box(made, x, level - 0.04, w, 0.04, wood)
        at = x + 0.04
        while at < x + w - 0.08:
            thick = rng.uniform(0.02, 0.055)
            if rng.random() < 0.9:
                tint = colour(
                    rng.uniform(0, 360), rng.uniform(0.2, 0.7) * calm, rng.uniform(0.3, 0.85)
                )
                box(made, at, level, thick, rng.uniform(0.2, 0.3), tint)
            at += thick + 0.004
    box(made, x, 0, w, h, wood, 5)
    return float(w + 0.15)


def _picture(decor: _Decor, x: float) -> float:
    rng, made, tone, calm = decor.rng, decor.made, decor.tone, decor.calm
    w, h = rng.uniform(0.35, 0.9), rng.uniform(0.35, 0.7)
    y = rng.uniform(1.35, 1.7)
    frame = colour(rng.uniform(0, 50), rng.uniform(0, 0.5), rng.uniform(0.1, 0.9))
    box(made, x + 0.015, y - 0.02, w, h, tone * 0.75)
    box(made, x, y, w, h, frame)
    box(made, x + 0.03, y + 0.03, w - 0.06, h - 0.06, [0.95, 0.94, 0.9])
    a = colour(rng.uniform(0, 360), 0.5 * calm, rng.uniform(0.4, 0.9))
    box(made, x + 0.07, y + 0.07, w - 0.14, h - 0.14, a)
    for _ in range(3):
        disc(
            made,
            x + rng.uniform(0.15, w - 0.15),
            y + rng.uniform(0.15, h - 0.15),
            rng.uniform(0.03, 0.08),
            colour(rng.uniform(0, 360), 0.5 * calm, rng.uniform(0.5, 1.0)),
        )
    return float(w + 0.2)


def _plant(decor: _Decor, x: float) -> float:
    rng, made, calm = decor.rng, decor.made, decor.calm
    pot = colour(rng.uniform(10, 40), rng.uniform(0.1, 0.6) * calm, rng.uniform(0.5, 0.95))
    c = x + 0.35
    area(made, [(c - 0.18, 0.38), (c + 0.18, 0.38), (c + 0.13, 0), (c - 0.13, 0)], pot)
    green = colour(rng.uniform(95, 140), rng.uniform(0.35, 0.6), rng.uniform(0.3, 0.6))
    for _ in range(26):
        angle, length = rng.uniform(20, 160), rng.uniform(0.25, 0.75)
        dx, dy = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        disc(
            made,
            c + dx * length * 0.5,
            0.45 + dy * length * 0.7,
            length * 0.42,
            green * rng.uniform(0.7, 1.25),
            0.2,
            -angle,
        )
    return 0.8


def _lamp(decor: _Decor, x: float) -> float:
    rng, made = decor.rng, decor.made
    box(made, x + 0.24, 0, 0.03, 1.4, [0.2, 0.18, 0.17])
    disc(made, x + 0.255, 0.02, 0.16, [0.2, 0.18, 0.17], 0.15)
    glow = colour(rng.uniform(35, 50), 0.25, 1.0)
    centre = (round((x + 0.255) * DENSITY), made.shape[0] - round(1.5 * DENSITY))
    halo = np.zeros(made.shape[:2], np.float32)
    cv2.circle(halo, centre, round(0.35 * DENSITY), 1.0, -1)
    halo = cv2.GaussianBlur(halo, (0, 0), 0.2 * DENSITY)[..., None] * 0.35
    made[:] = np.clip(made * (1 - halo) + glow * 255 * halo, 0, 255)
    area(made, [(x + 0.08, 1.38), (x + 0.43, 1.38), (x + 0.35, 1.68), (x + 0.16, 1.68)], glow)
    return 0.55


def _cabinet(decor: _Decor, x: float) -> float:
    rng, made, calm = decor.rng, decor.made, decor.calm
    w, h = rng.uniform(0.9, 1.6), rng.uniform(0.7, 0.95)
    rgb = colour(rng.uniform(15, 45), rng.uniform(0, 0.5) * calm, rng.uniform(0.35, 0.9))
    box(made, x, 0.06, w, h, rgb)
    box(made, x - 0.02, h + 0.04, w + 0.04, 0.04, rgb * 1.12)
    for i in range(3):
        box(made, x + w * i / 3 + 0.02, 0.1, w / 3 - 0.04, h - 0.1, rgb * 0.85, 2)
        disc(made, x + w * (i + 0.5) / 3, h * 0.75, 0.018, [0.15, 0.14, 0.13])
    if rng.random() < 0.5:
        box(made, x + w * 0.2, h + 0.14, w * 0.6, w * 0.35, [0.06, 0.06, 0.07])
        box(made, x + w * 0.22, h + 0.16, w * 0.56, w * 0.35 - 0.04, [0.13, 0.16, 0.2])
    return float(w + 0.2)


def _board(decor: _Decor, x: float) -> float:
    rng, made = decor.rng, decor.made
    w = rng.uniform(1.0, 1.7)
    box(made, x, 1.0, w, 1.0, [0.6, 0.6, 0.62])
    box(made, x + 0.03, 1.03, w - 0.06, 0.94, [0.95, 0.96, 0.96])
    for i in range(int(rng.integers(3, 7))):
        tint = colour(rng.choice([0.0, 220.0, 130.0]), 0.6, 0.5)
        box(made, x + 0.1, 1.8 - i * 0.12, rng.uniform(0.2, w - 0.3), 0.015, tint)
    return float(w + 0.2)
