"""A head: skull, jaw, nose, lips and ears as surfaces, with a painted face."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.drawn.geometry import Array, bump, ramp
from training.drawn.person import Person
from training.drawn.pose import Joints
from training.drawn.surface import Paint, Surface, ball, plain, tube

# Half-axes of the skull in head radii: forward, up, right.
SKULL = np.array([0.86, 1.0, 0.72])
# Lays a colour over a share of the face.
Put = Callable[..., None]
EYE_HEIGHT, EYE_APART, MOUTH_HEIGHT = 0.04, 0.285, -0.47


def head_grid() -> tuple[Array, Array]:
    """Polar angle and azimuth [nu,nv] of the head's grid, finer round the face (azimuth 0)."""
    t = np.linspace(0, 1, 34)
    polar = np.interp(t, [0, 0.2, 0.75, 1], [0.02, 0.75, 2.35, np.pi - 0.05])
    s = np.linspace(-1, 1, 49)
    azimuth = np.pi * (0.42 * s + 0.58 * s**3)
    return np.meshgrid(polar, azimuth, indexing="ij")


def on_skull(polar: Array, azimuth: Array) -> Array:
    """Points of the plain skull ellipsoid, in head radii; faces and hair are placed on these."""
    direction = np.stack(
        [np.sin(polar) * np.cos(azimuth), np.cos(polar), np.sin(polar) * np.sin(azimuth)], -1
    )
    return np.asarray(direction * SKULL)


def shape_face(person: Person, skull: Array) -> Array:
    """The skull with this person's jaw, brow, nose, lips and chin."""
    x, y, z = skull[..., 0].copy(), skull[..., 1], skull[..., 2].copy()
    ahead = ramp(x, 0.0, 0.5)
    narrow = 0.30 if person.womanly else 0.24
    z *= person.face_width * (1 - narrow * ramp(-y, 0.15, 1.0))
    x = np.where(x < 0, x * (1 - 0.4 * ramp(-y, 0.25, 1.0)), x)
    x *= 1 - 0.05 * ahead * bump(y, 0.5, 0.3)
    x += 0.09 * ahead * ramp(-y, 0.3, 0.75) * bump(z, 0, 0.45)
    x += 0.025 * ahead * bump(y, 0.24, 0.1) * bump(z, 0, 0.4)
    x -= 0.05 * ahead * bump(np.abs(z), EYE_APART, 0.14) * bump(y, EYE_HEIGHT + 0.02, 0.11)
    bridge = ramp(y, 0.26, -0.2) ** 1.3 * ramp(y, -0.33, -0.22)
    x += 0.19 * person.nose * ahead * bump(z, 0, 0.075 + 0.03 * ramp(y, 0.1, -0.2)) * bridge
    lips = bump(y, MOUTH_HEIGHT + 0.05, 0.045) + 0.9 * bump(y, MOUTH_HEIGHT - 0.05, 0.05)
    x += 0.05 * ahead * lips * bump(z, 0, 0.17)
    x += 0.06 * ahead * bump(y, -0.8, 0.14) * bump(z, 0, 0.22)
    z *= 1 + 0.05 * bump(y, -0.18, 0.25) * ahead
    if person.beard == "beard":
        grow = 0.06 * beard_share(person, skull)
        x, z = x * (1 + grow), z * (1 + grow)
    return np.stack([x, y, z], -1)


def beard_share(person: Person, skull: Array) -> Array:
    """How much of the skin [...] is beard, 0..1."""
    x, y, z = skull[..., 0], skull[..., 1], skull[..., 2]
    side = np.abs(z)
    mouth = ramp(np.hypot(z / 0.24, (y - MOUTH_HEIGHT) / 0.11), 0.85, 1.05)
    if person.beard == "moustache":
        return mouth * ramp(np.hypot(z / 0.27, (y + 0.355) / 0.075), 1.1, 0.9) * (x > 0)
    top = -0.36 + 0.22 * ramp(side, 0.2, 0.4) + 0.2 * ramp(side, 0.45, 0.65)
    lip = ramp(np.hypot(z / 0.26, (y + 0.36) / 0.07), 1.1, 0.9)
    soft = 0.10 if person.beard == "stubble" else 0.03
    area = np.maximum(ramp(y, top + soft, top - 0.02 - soft), lip)
    return area * mouth * ramp(x, -0.12, 0.02)


def _face_paint(person: Person, smile: float, eyes_open: float) -> Paint:
    skin = person.skin
    dark = person.hair * 0.55 if person.age != "elder" else person.hair * 0.8

    def paint(rest: Array) -> Array:
        x, y, z = rest[:, 0], rest[:, 1], rest[:, 2]
        ahead, side = x > 0.1, np.abs(z)
        tone = np.broadcast_to(skin, rest.shape).astype(np.float32)

        def put(share: Array, rgb: Array, where: Array = ahead) -> None:
            w = (np.clip(share, 0, 1) * where)[:, None]
            tone[:] = tone * (1 - w) + np.asarray(rgb, np.float32) * w

        put(
            0.22 * bump(np.hypot((side - 0.42) / 0.16, (y + 0.18) / 0.13), 0, 1),
            skin * [1, 0.68, 0.66],
        )
        put(0.12 * bump(y, EYE_HEIGHT + 0.1, 0.1) * bump(side, EYE_APART, 0.2), skin * 0.7)
        if person.beard != "none":
            strength = {"stubble": 0.35, "beard": 0.93, "moustache": 0.93}[person.beard]
            put(strength * beard_share(person, rest), person.hair * 0.9, np.ones(len(x), bool))
        curve = MOUTH_HEIGHT - 0.03 * smile + 0.10 * smile * (z / 0.2) ** 2
        wide = 0.17 + 0.05 * smile
        put(ramp(np.hypot(z / wide, (y - curve) / 0.062), 1.1, 0.9), person.lips)
        teeth = max(0.0, smile - 0.55)
        if teeth > 0:
            put(
                ramp(np.hypot(z / (wide * 0.85), (y - curve) / (0.02 + 0.06 * teeth)), 1.1, 0.9),
                np.array([0.97, 0.96, 0.93]),
            )
        else:
            put(0.7 * bump(y, curve, 0.012) * (side < wide), person.lips * 0.5)
        put(0.35 * bump(np.hypot((side - 0.055) / 0.03, (y + 0.27) / 0.025), 0, 1), skin * 0.45)
        _paint_eyes(put, person, y, z, eyes_open)
        arch = 0.235 - 0.35 * (side - EYE_APART) ** 2 * 4 * 0.35 + 0.03 * smile
        brow = ramp(np.hypot((side - EYE_APART) / 0.19, (y - arch) / 0.042), 1.1, 0.8)
        put((0.7 if person.womanly else 0.92) * brow, dark)
        return tone

    return paint


def _paint_eyes(put: Put, person: Person, y: Array, z: Array, eyes_open: float) -> None:
    side = np.abs(z)
    across = (side - EYE_APART) / 0.135
    if eyes_open < 0.3:
        lid = EYE_HEIGHT - 0.045 + 0.05 * across**2
        put(0.95 * bump(y, lid, 0.02) * (np.abs(across) < 1.05), person.skin * 0.28)
        return
    tall = 0.092 * eyes_open
    ball_ = np.hypot(across, (y - EYE_HEIGHT) / tall)
    put(ramp(ball_, 1.12, 0.95), np.array([0.98, 0.97, 0.96]))
    iris = np.hypot((side - EYE_APART + 0.01) / 0.068, (y - EYE_HEIGHT) / 0.075)
    inside = ramp(ball_, 1.08, 0.95)
    put(ramp(iris, 1.1, 0.9) * inside, person.eyes)
    put(ramp(iris, 0.62, 0.5) * inside, np.array([0.04, 0.03, 0.03]))
    put(
        ramp(
            np.hypot((z - np.sign(z) * EYE_APART - 0.02) / 0.02, (y - EYE_HEIGHT - 0.03) / 0.022),
            1.1,
            0.8,
        )
        * inside,
        np.array([1.0, 1.0, 1.0]),
    )
    lash = bump(ball_, 1.05, 0.11) * ramp(y, EYE_HEIGHT + 0.0, EYE_HEIGHT + 0.05)
    put((1.0 if person.womanly else 0.8) * lash, np.array([0.08, 0.06, 0.05]))


def head(joints: Joints) -> list[Surface]:
    """The head with its face, ears and glasses; hair is apart."""
    person, pose = joints.person, joints.pose
    q, axes = person.head_radius, joints.head_axes
    skull = on_skull(*head_grid())
    points = joints.head + shape_face(person, skull) @ axes.T * q
    made = [Surface(points, skull, _face_paint(person, pose.smile, pose.eyes_open), 0.12)]
    for side in (-1, 1):
        middle = joints.head + axes @ (
            np.array([-0.06, -0.06, side * 0.72 * person.face_width]) * q
        )
        tilted = axes @ _ear_tilt(side)
        points = ball(middle, tilted, np.array([0.13, 0.21, 0.055]) * q, 8, 12)
        made.append(Surface(points, points, plain(person.skin * np.array([0.97, 0.9, 0.88]))))
    if person.glasses:
        made.extend(_glasses(joints))
    return made


def _ear_tilt(side: int) -> Array:
    a = 0.35 * side
    return np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])


def _glasses(joints: Joints) -> list[Surface]:
    person = joints.person
    q, axes = person.head_radius, joints.head_axes
    frame = np.clip(person.hair * 0.4, 0, 0.25)
    angle = np.linspace(0, 2 * np.pi, 19)
    made = []
    for side in (-1, 1):
        z = side * EYE_APART * 1.02 + 0.185 * np.cos(angle)
        y = EYE_HEIGHT - 0.02 + 0.15 * np.sin(angle)
        x = 0.88 - 0.35 * z**2
        arm = np.array(
            [
                [0.70, EYE_HEIGHT + 0.03, side * 0.50],
                [0.3, EYE_HEIGHT + 0.05, side * 0.73],
                [-0.05, EYE_HEIGHT + 0.03, side * 0.76],
            ]
        )
        for line in (np.stack([x, y, z], -1), arm):
            path = joints.head + line @ axes.T * q
            made.append(tube(path, axes[:, 0], np.full(len(path), 0.024 * q), 7))
    bridge = np.array(
        [
            [0.88, EYE_HEIGHT + 0.03, -0.1],
            [0.92, EYE_HEIGHT + 0.05, 0.0],
            [0.88, EYE_HEIGHT + 0.03, 0.1],
        ]
    )
    made.append(tube(joints.head + bridge @ axes.T * q, axes[:, 1], np.full(3, 0.024 * q), 7))
    return [Surface(points, points, plain(frame), 0.4) for points in made]
