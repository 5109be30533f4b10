"""Light on the drawn people, and the people over their backdrop."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.drawn.camera import Camera
from training.drawn.geometry import Array, unit
from training.drawn.raster import Buffer
from training.drawn.surface import Surface


@dataclass(frozen=True)
class Light:
    """A key light from `direction` (world), the sky's share `ambient`, and a rim from behind."""

    direction: Array
    tint: Array
    ambient: float
    rim: float


def _smooth_normals(buffer: Buffer, radius: float) -> Array:
    """Normals averaged within each person, so that parts of one body meet without a seam."""
    out = buffer.normal.copy()
    for owner in np.unique(buffer.owner[buffer.owner > 0]):
        mine = buffer.owner == owner
        rows, cols = np.flatnonzero(mine.any(1)), np.flatnonzero(mine.any(0))
        box = np.s_[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
        inside = mine[box]
        # Length does not matter to a direction, so the blur needs no division by its weight.
        soft = cv2.GaussianBlur(buffer.normal[box] * inside[..., None], (0, 0), radius)
        out[box][inside] = soft[inside]
    return out


def _occlusion(buffer: Buffer, scale: float) -> Array:
    """Share of the sky that near surfaces hide, 0..1: depth against its blurred self."""
    hit = buffer.owner > 0
    far = float(buffer.depth[hit].max())
    depth = np.where(hit, buffer.depth, far + 0.3).astype(np.float32)
    height, width = depth.shape
    small = cv2.resize(depth, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    dark = np.zeros_like(small)
    for metres in (0.03, 0.09):
        near = cv2.GaussianBlur(small, (0, 0), max(0.7, metres * scale / 2))
        dark += np.clip((small - near) / (metres * 2.0), 0, 1)
    return cv2.resize(dark, (width, height), interpolation=cv2.INTER_LINEAR)


def _along(normal: Array, direction: Array) -> Array:
    a, b, c = (np.float32(d) for d in direction)
    return normal[:, 0] * a + normal[:, 1] * b + normal[:, 2] * c


def shade(buffer: Buffer, camera: Camera, light: Light, scale: float) -> Array:
    """RGB [H,W,3] of the people under `light` (0..1 and above); `scale` is pixels per metre.

    Pixels of nobody stay zero.
    """
    out = np.zeros((*buffer.owner.shape, 3), np.float32)
    hit = buffer.owner > 0
    if not hit.any():
        return out
    rows, cols = np.flatnonzero(hit.any(1)), np.flatnonzero(hit.any(0))
    box = np.s_[rows[0] // 2 * 2 : rows[-1] + 2, cols[0] // 2 * 2 : cols[-1] + 2]
    seen = Buffer(
        *(
            plane[box]
            for plane in (buffer.owner, buffer.depth, buffer.normal, buffer.albedo, buffer.gloss)
        )
    )
    hit = seen.owner > 0
    n = _smooth_normals(seen, max(0.8, 0.005 * scale))[hit]
    n /= np.sqrt((n * n).sum(1, keepdims=True)) + 1e-6
    key, back = unit(light.direction), camera.axes[2]
    up = n[:, 1]
    wrapped = np.clip(_along(n, key) * 0.62 + 0.38, 0, 1) ** 1.3
    sky = light.ambient * (0.63 + 0.25 * up)
    open_sky = 1 - 0.5 * np.clip(_occlusion(seen, scale)[hit], 0, 1)
    shine = np.clip(_along(n, unit(key + back)), 0, 1) ** 24 * seen.gloss[hit] * 0.4
    graze = 1 - np.clip(_along(n, back), 0, 1)
    edge = 0.4 * light.rim * graze**3 * (0.2 + 0.8 * np.clip(up, 0, 1))
    tint = (light.tint * (1.1 - 0.3 * light.ambient)).astype(np.float32)
    cool = np.array([0.94, 0.97, 1.03], np.float32)
    lit = seen.albedo[hit]
    for c in range(3):
        lit[:, c] = lit[:, c] * (wrapped * tint[c] + sky * cool[c]) * open_sky + shine + edge
    out[box][hit] = lit
    return out


def ground_shadow(
    people: list[list[Surface]], camera: Camera, light: Light, size: tuple[int, int]
) -> Array:
    """How much light [H,W] the ground keeps, 0..1: soft shadows cast along the key light."""
    height, width = size
    mask = np.zeros((height // 4, width // 4), np.float32)
    fall = unit(light.direction)
    slope = fall[[0, 2]] / max(fall[1], 0.45)
    for surfaces in people:
        points = np.concatenate([s.points[::2, ::2].reshape(-1, 3) for s in surfaces])
        flat = points.copy()
        flat[:, [0, 2]] -= points[:, 1:2] * slope * 0.55
        flat[:, 1] = 0
        dark = np.clip(1.15 - points[:, 1] * 0.7, 0.15, 1).astype(np.float32)
        at = camera.project(flat)
        x, y = (at[:, 0] / 4).astype(int), (at[:, 1] / 4).astype(int)
        seen = (x >= 0) & (y >= 0) & (x < width // 4) & (y < height // 4) & (at[:, 2] > 0)
        np.maximum.at(mask, (y[seen], x[seen]), dark[seen])
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    mask = cv2.GaussianBlur(mask, (0, 0), max(1.0, width / 260))
    return 1 - 0.55 * np.clip(cv2.resize(mask, (width, height)), 0, 1)
