"""Where the camera stands: framings that keep heads and the act in the picture."""

from __future__ import annotations

import math

import numpy as np

from training.drawn.camera import Camera, look_at
from training.drawn.geometry import Array
from training.drawn.interactions import touch_points
from training.drawn.meeting import Meeting
from training.drawn.pose import LEFT, RIGHT, Joints

FRAMINGS = ("full", "knees", "waist", "close")
_LOWEST = {"full": -0.02, "knees": 0.24, "waist": 0.50, "close": 0.66}
_UP = np.array([0.0, 1.0, 0.0])


def points_to_show(m: Meeting, a: Joints, b: Joints, framing: str) -> Array:
    """World points [n,3] that a picture of this framing must hold."""
    shown = []
    for joints in (a, b):
        h, q = joints.person.height, joints.person.head_radius
        tall = 1.35 * q
        shown += [joints.head + _UP * tall, joints.head + joints.body[:, 0] * -1.2 * q]
        low = _LOWEST[framing]
        if m.concept == "Handshake":  # hands meet below the belt line of a close picture
            low = min(low, 0.46)
        shown.append(np.array([joints.pelvis[0], low * h, joints.pelvis[2]]))
        if framing != "close":
            for side in (LEFT, RIGHT):
                shown += [joints.shoulders[side], joints.elbows[side]]
    for point, radius in touch_points(m, a, b):
        shown += [point + _UP * radius, point - _UP * (radius + 0.02)]
    return np.array(shown)


def fit_camera(
    points: Array,
    yaw: float,
    pitch: float,
    size: tuple[int, int],
    fill: float = 0.86,
    field: float = 0.55,
) -> Camera:
    """The camera at `yaw`, `pitch` that lets `points` [n,3] fill the share `fill` of the picture."""
    height, width = size
    target = (points.max(0) + points.min(0)) / 2
    span = 2.0
    camera = look_at(target, yaw, pitch, span, size, field)
    for _ in range(4):
        at = camera.project(points)
        low, high = at[:, :2].min(0), at[:, :2].max(0)
        middle = (low + high) / 2 - np.array([width, height]) / 2
        metres = span / height
        target = target + camera.axes[0] * middle[0] * metres - camera.axes[1] * middle[1] * metres
        extent = (high - low) / np.array([width, height])
        span = span * float(max(extent)) / fill
        camera = look_at(target, yaw, pitch, span, size, field)
    return camera


def level_pitch(rng: np.random.Generator, spread: float = 1.0) -> float:
    """A camera height: mostly a little above eye level, seldom below."""
    return float(np.clip(rng.normal(0.07, 0.08 * spread), -0.06, 0.4 * math.sqrt(spread)))
