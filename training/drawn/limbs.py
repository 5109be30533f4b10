"""Arms, legs and shoes as surfaces."""

from __future__ import annotations

import numpy as np

from training.drawn.clothes import leg_paint, sleeve_paint
from training.drawn.geometry import Array, ramp, unit
from training.drawn.pose import ANKLE, FOREARM, UPPER_ARM, Joints, shoulder_width
from training.drawn.surface import Surface, plain, tube


def _bent(root: Array, middle: Array, end: Array, at: Array) -> Array:
    """Points of a limb with a rounded middle joint; `at` runs 0 → 1 → 2 over the three joints."""
    first = root + (middle - root) * at[:, None]
    second = middle + (end - middle) * (at[:, None] - 1)
    sharp = np.where(at[:, None] < 1, first, second)
    soft = 0.22
    t = np.clip((at - (1 - soft)) / (2 * soft), 0, 1)[:, None]
    a, b = middle + (root - middle) * soft, middle + (end - middle) * soft
    curve = (1 - t) ** 2 * a + 2 * t * (1 - t) * middle + t**2 * b
    inside = (np.abs(at - 1) < soft)[:, None]
    return np.asarray(np.where(inside, curve, sharp))


def _hinge(root: Array, middle: Array, end: Array, spare: Array) -> Array:
    """Axis the limb bends about, or `spare` made perpendicular when the limb is straight."""
    axis = np.cross(middle - root, end - middle)
    strength = np.linalg.norm(axis) / (np.linalg.norm(middle - root) ** 2 + 1e-9)
    blend = float(ramp(strength, 0.02, 0.15))
    axis = unit(axis)
    if axis @ spare < 0:
        axis = -axis
    return np.asarray(unit(axis * blend + spare * (1 - blend)))


def arm(joints: Joints, side: int) -> Surface:
    """From the shoulder to the wrist, sleeve included."""
    person = joints.person
    h, outfit = person.height, person.outfit
    root, elbow = joints.shoulders[side], joints.elbows[side]
    wrist = joints.hands[side].wrist
    at = np.array(
        [
            -0.14,
            -0.11,
            -0.06,
            0.0,
            0.1,
            0.25,
            0.45,
            0.65,
            0.8,
            0.88,
            0.94,
            1.0,
            1.06,
            1.12,
            1.2,
            1.35,
            1.5,
            1.65,
            1.8,
            1.92,
            2.0,
            2.02,
        ]
    )
    size = 0.55 + 0.45 * person.girth
    slim = 0.9 if person.womanly or person.age == "child" else 1.0
    radii = (
        np.interp(
            at,
            [-0.14, -0.11, -0.06, 0.0, 0.15, 0.4, 0.8, 1.0, 1.25, 1.6, 2.02],
            [0.003, 0.018, 0.030, 0.0355, 0.0365, 0.0335, 0.028, 0.0265, 0.0275, 0.022, 0.0165],
        )
        * size
        * slim
    )
    length = np.where(at < 1, at * UPPER_ARM, UPPER_ARM + (at - 1) * FOREARM) * h
    covered = outfit.sleeve * (UPPER_ARM + FOREARM) * h
    if outfit.sleeve > 0.1:
        on = ramp(length, covered + 0.004 * h, covered - 0.002 * h)
        loose = outfit.thickness + 0.003 * ramp(at, 0.2, 1.6) * (outfit.sleeve > 0.6)
        loose = loose + (0.006 if outfit.sleeve < 0.6 else 0.0) * ramp(at, 0.0, 0.7)
        radii = radii + loose * on * ramp(at, -0.12, 0.0)
    path = _bent(root, elbow, wrist, at)
    path[at < 0] = root + unit(elbow - root) * (at[at < 0, None] * UPPER_ARM * h * 1.2)
    axis = _hinge(root, elbow, wrist, joints.body[:, 2])
    points = tube(path, axis, radii * h, 18)
    angle = np.linspace(0, 2 * np.pi, 19)
    arc = np.broadcast_to(angle * 0.034 * h + side * shoulder_width(person), points.shape[:2])
    rest = np.stack(
        [arc, np.broadcast_to((0.80 * h - length)[:, None], arc.shape), -np.ones(arc.shape)], -1
    )
    return Surface(points, rest, sleeve_paint(person, covered if outfit.sleeve > 0.1 else -1.0))


def leg(joints: Joints, side: int) -> Surface:
    """From the hip to the ankle, trousers included."""
    person = joints.person
    h = person.height
    hip, knee, ankle = joints.hips[side], joints.knees[side], joints.ankles[side]
    at = np.array(
        [
            -0.1,
            0.0,
            0.15,
            0.35,
            0.55,
            0.7,
            0.8,
            0.87,
            0.93,
            1.0,
            1.07,
            1.13,
            1.2,
            1.35,
            1.5,
            1.7,
            1.85,
            1.95,
            2.0,
        ]
    )
    size = 0.5 + 0.5 * person.girth
    radii = (
        np.interp(
            at,
            [-0.1, 0.0, 0.3, 0.8, 1.0, 1.3, 1.6, 2.0],
            [0.045, 0.056, 0.053, 0.039, 0.036, 0.0355, 0.029, 0.021],
        )
        * size
    )
    if person.outfit.bottom == "trousers":
        radii = radii + np.interp(at, [0.0, 0.8, 1.2, 2.0], [0.002, 0.005, 0.006, 0.012])
    elif person.outfit.bottom == "shorts":
        radii = radii + 0.012 * ramp(at, 0.99, 0.93) * ramp(at, 0.0, 0.6)
    path = _bent(hip, knee, ankle, at)
    points = tube(path, joints.body[:, 2] * side, radii * h, 18)
    angle = np.linspace(-np.pi, np.pi, 19)
    rest_height = np.interp(at, [0, 1, 2], [0.505, 0.275, ANKLE]) * h
    arc = np.broadcast_to(angle * 0.045 * h, points.shape[:2])
    rest = np.stack(
        [arc, np.broadcast_to(rest_height[:, None], arc.shape), np.zeros(arc.shape)], -1
    )
    return Surface(points, rest, leg_paint(person))


def shoe(joints: Joints, side: int) -> list[Surface]:
    """A shoe with a darker sole, pointing ahead and a little outward."""
    person = joints.person
    h, tone = person.height, person.outfit.shoes
    ankle = joints.ankles[side]
    lift = max(0.0, ankle[1] / h - ANKLE - joints.pose.rise / h * 0.85)
    ahead = unit(joints.body @ np.array([1.0, -2.2 * lift - joints.pose.rise / h * 6, 0.14 * side]))
    along = np.array([-0.030, -0.027, -0.015, 0.010, 0.040, 0.066, 0.084, 0.092, 0.094]) * h
    high = np.array([0.003, 0.016, 0.024, 0.026, 0.018, 0.014, 0.012, 0.007, 0.002]) * h
    wide = np.array([0.003, 0.013, 0.018, 0.019, 0.022, 0.022, 0.018, 0.010, 0.002]) * h
    floor = ankle - np.array([0.0, (ANKLE - 0.004) * h, 0.0])
    path = floor + along[:, None] * ahead + np.outer(high, [0.0, 1.0, 0.0])
    upper = tube(path, joints.body[:, 2], np.stack([wide, high], 1), 16, 2.3)
    path = floor + along[:, None] * ahead + np.array([0.0, 0.005 * h, 0.0])
    sole = tube(path, joints.body[:, 2], np.stack([wide * 1.08, np.full(9, 0.007 * h)], 1), 12, 4.0)
    return [
        Surface(upper, upper, plain(tone), 0.3),
        Surface(sole, sole, plain(tone * 0.5 if tone.mean() < 0.6 else tone * 0.75)),
    ]
