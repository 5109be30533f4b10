"""Small vector geometry: world axes are x right, y up, z towards the viewer; lengths in metres."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]


def unit(vector: ArrayLike) -> Array:
    """`vector` [..., 3] scaled to length one (zero stays zero)."""
    v = np.asarray(vector, float)
    return v / (np.sqrt((v * v).sum(-1, keepdims=True)) + 1e-12)


def cross(a: Array, b: Array) -> Array:
    """Cross product [..., 3] of vectors that broadcast; np.cross without its overhead."""
    ax, ay, az = a[..., 0], a[..., 1], a[..., 2]
    bx, by, bz = b[..., 0], b[..., 1], b[..., 2]
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], -1)


def slope(values: Array) -> Array:
    """Differences along the first axis, central inside: np.gradient without its overhead."""
    out = np.empty_like(values)
    out[1:-1] = (values[2:] - values[:-2]) * 0.5
    out[0] = values[1] - values[0]
    out[-1] = values[-1] - values[-2]
    return out


def turn(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """Rotation [3,3] of a body facing +x: yaw to its left, then pitch up, then roll to its right."""
    cy, sy = math.cos(yaw), math.sin(yaw)
    cp, sp = math.cos(pitch), math.sin(pitch)
    cr, sr = math.cos(roll), math.sin(roll)
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cp, -sp, 0], [sp, cp, 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    return np.asarray(about_y @ about_z @ about_x)


def ease(t: ArrayLike) -> Array:
    """Smooth step: 0 below 0, 1 above 1, no corner between."""
    u = np.clip(np.asarray(t, float), 0.0, 1.0)
    return u * u * (3 - 2 * u)


def ramp(x: ArrayLike, low: ArrayLike, high: ArrayLike) -> Array:
    """Smooth step from 0 at `low` to 1 at `high` (`high` may be below `low`)."""
    start, end = np.asarray(low, float), np.asarray(high, float)
    return ease((np.asarray(x) - start) / (end - start))


def bump(x: ArrayLike, centre: ArrayLike, width: ArrayLike) -> Array:
    """Gaussian bump of height one."""
    d = (np.asarray(x) - np.asarray(centre)) / np.asarray(width)
    return np.asarray(np.exp(-d * d))


def two_bones(
    root: ArrayLike, target: ArrayLike, first: float, second: float, pole: ArrayLike
) -> tuple[Array, Array]:
    """Middle joint and reached end of a two-bone limb that stretches from `root` to `target`.

    `pole` is the direction the middle joint (elbow, knee) bends to. A target out of reach is
    approached as far as the limb goes.
    """
    start, end = np.asarray(root, float), np.asarray(target, float)
    reach = (first + second) * 0.998
    span = end - start
    length = float(np.linalg.norm(span)) + 1e-9
    if length > reach:
        end, length = start + span / length * reach, reach
    length = max(length, abs(first - second) + 0.02)
    along = unit(span)
    x = (first**2 - second**2 + length**2) / (2 * length)
    out = math.sqrt(max(first**2 - x**2, 0.0))
    side = np.asarray(pole, float)
    side = unit(side - along * (side @ along))
    return start + along * x + side * out, end


def colour(hue: float, saturation: float, value: float) -> Array:
    """RGB [3] in 0..1 of a hue in degrees, saturation and value in 0..1."""
    hsv = np.array([[[hue % 360, saturation, value]]], np.float32)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0])
