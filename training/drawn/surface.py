"""Surfaces: bent grids of points with a rest position each, and the tube most of them are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from training.drawn.geometry import Array, cross, slope, unit

Paint = Callable[[Array], Array]


@dataclass(frozen=True)
class Surface:
    """A grid [nu,nv,3] of world points; `rest` [nu,nv,3] is what `paint` turns into RGB.

    `rest` stays with the material while the body moves, so patterns follow it through a joint.
    """

    points: Array
    rest: Array
    paint: Paint
    gloss: float = 0.08
    two_sided: bool = False


def plain(rgb: ArrayLike) -> Paint:
    """Paint of a single colour."""
    tone = np.asarray(rgb, np.float32)

    def paint(rest: Array) -> Array:
        return np.broadcast_to(tone, rest.shape)

    return paint


def tube(
    path: Array, across: ArrayLike, radii: ArrayLike, sides: int = 16, power: float = 2.0
) -> Array:
    """Points [n, sides+1, 3] of a closed tube round `path` [n,3].

    `radii` [n] or [n,2] are the half-axes along `across` (made perpendicular to the path) and along
    path × across; `power` 2 gives ellipses, more gives rounded boxes.
    """
    path = np.asarray(path, float)
    tangent = unit(slope(path))
    first = np.broadcast_to(np.asarray(across, float), path.shape)
    first = unit(first - tangent * (first * tangent).sum(1, keepdims=True))
    second = cross(tangent, first)
    half = np.asarray(radii, float)
    half = np.stack([half, half], 1) if half.ndim == 1 else half
    angle = np.linspace(0, 2 * np.pi, sides + 1)
    c, s = np.cos(angle), np.sin(angle)
    c = np.sign(c) * np.abs(c) ** (2 / power)
    s = np.sign(s) * np.abs(s) ** (2 / power)
    ring = (
        first[:, None] * (half[:, :1] * c)[..., None]
        + second[:, None] * (half[:, 1:] * s)[..., None]
    )
    return np.asarray(path[:, None] + ring)


def ball(centre: ArrayLike, axes: Array, radii: ArrayLike, rows: int = 9, sides: int = 14) -> Array:
    """Points of an ellipsoid whose half-axes are `radii` along the columns of `axes` [3,3]."""
    a, b, c = np.asarray(radii, float)
    polar = np.linspace(0.02, np.pi - 0.02, rows)[:, None]
    angle = np.linspace(0, 2 * np.pi, sides + 1)[None]
    local = np.stack(
        [
            a * np.sin(polar) * np.cos(angle),
            b * np.cos(polar) * np.ones_like(angle),
            c * np.sin(polar) * np.sin(angle),
        ],
        -1,
    )
    return np.asarray(np.asarray(centre) + local @ axes.T)


def capped(radius: float, tip: float, at: Array, end: float) -> Array:
    """Radii along `at` that shrink from `radius` to `tip`, closing like a fingertip at `end`."""
    taper = radius + (tip - radius) * np.clip(at / end, 0, 1)
    left = np.clip((end - at) / tip, 0, 1)
    return np.asarray(taper * np.sqrt(np.clip(1 - (1 - left) ** 2, 0.02, 1)))


def normals(points: Array) -> Array:
    """Outward unit normals [nu,nv,3] of a grid that is closed along its second axis or open."""
    along = slope(points)
    closed = np.abs(points[:, 0] - points[:, -1]).max() < 1e-9
    if closed:
        around = np.empty_like(points)
        around[:, 1:-1] = points[:, 2:] - points[:, :-2]
        around[:, 0] = around[:, -1] = points[:, 1] - points[:, -2]
    else:
        around = slope(points.swapaxes(0, 1)).swapaxes(0, 1)
    n = cross(along, around)
    outward = (n * (points - points.mean(1, keepdims=True))).sum()
    return unit(n if outward >= 0 else -n)
