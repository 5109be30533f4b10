"""The trunk, neck, collars, hood, scarf and skirt as surfaces."""

from __future__ import annotations

import numpy as np

from training.drawn.clothes import cloth, trunk_paint
from training.drawn.geometry import Array, bump, ramp
from training.drawn.pose import LEFT, RIGHT, Joints
from training.drawn.surface import Surface, ball, plain, tube

# Rows of the trunk: height, then half-width, front and back depth, all as fractions of body height.
_ROWS = np.array(
    [
        (0.466, 0.020, 0.020, 0.020),
        (0.480, 0.058, 0.046, 0.052),
        (0.500, 0.086, 0.058, 0.066),
        (0.525, 0.096, 0.062, 0.071),
        (0.550, 0.094, 0.062, 0.064),
        (0.580, 0.087, 0.060, 0.053),
        (0.610, 0.082, 0.059, 0.048),
        (0.640, 0.082, 0.060, 0.049),
        (0.670, 0.086, 0.063, 0.053),
        (0.700, 0.091, 0.067, 0.058),
        (0.730, 0.095, 0.069, 0.062),
        (0.755, 0.096, 0.067, 0.063),
        (0.780, 0.093, 0.060, 0.060),
        (0.800, 0.084, 0.052, 0.054),
        (0.816, 0.068, 0.044, 0.048),
        (0.829, 0.050, 0.037, 0.042),
        (0.841, 0.038, 0.033, 0.037),
        (0.852, 0.034, 0.031, 0.034),
    ]
)
_SIDES = 32


def _profile(joints: Joints) -> tuple[Array, Array, Array, Array]:
    """Heights and metres of half-width, front and back, for this person's build and clothes."""
    person = joints.person
    heights, width, front, back = (column.copy() for column in _ROWS.T)
    if person.womanly and person.age != "child":
        width *= 1 - 0.13 * bump(heights, 0.63, 0.05) - 0.07 * ramp(heights, 0.68, 0.76)
        width *= 1 + 0.07 * bump(heights, 0.52, 0.04)
        front *= 1 - 0.12 * bump(heights, 0.62, 0.05)
    stout = person.girth - 1
    middle = bump(heights, 0.6, 0.11)
    width *= 1 + stout * (0.55 + 0.4 * middle)
    front *= 1 + stout * (0.5 + 1.1 * middle)
    back *= 1 + 0.5 * stout
    outfit = person.outfit
    covered = ramp(heights, outfit.hem - 0.012, outfit.hem + 0.004) * ramp(heights, 0.85, 0.80)
    extra = outfit.thickness * covered
    if outfit.top in ("suit", "jacket", "hoodie"):
        extra = extra + 0.006 * bump(heights, 0.6, 0.06)
    h = person.height
    return heights, (width + extra) * h, (front + extra) * h, (back + extra) * h


def trunk(joints: Joints) -> Surface:
    """Pelvis, belly, chest and shoulder slopes in one skin."""
    person = joints.person
    heights, width, front, back = _profile(joints)
    angle = np.linspace(-np.pi, np.pi, _SIDES + 1)
    c, s = np.cos(angle), np.sin(angle)
    c, s = np.sign(c) * np.abs(c) ** 0.86, np.sign(s) * np.abs(s) ** 0.86
    x = np.where(c > 0, front[:, None], back[:, None]) * c
    z = width[:, None] * s
    if person.womanly and person.age != "child":
        breast = bump(heights, 0.725, 0.030)[:, None] * bump(
            np.abs(z), 0.046 * person.height, 0.032 * person.height
        )
        x = x + 0.021 * person.height * person.girth * breast * (c > 0)
    arc = angle * (width + (front + back) / 2)[:, None] / 2
    centres, axes = joints.spine(heights)
    points = (
        centres[:, None] + x[..., None] * axes[:, None, :, 0] + z[..., None] * axes[:, None, :, 2]
    )
    rest = np.stack(
        [
            arc,
            np.broadcast_to(heights[:, None] * person.height, arc.shape),
            np.broadcast_to(c, arc.shape),
        ],
        -1,
    )
    return Surface(points, rest, trunk_paint(person))


def neck(joints: Joints) -> Surface:
    """From between the shoulders up into the head."""
    person, h = joints.person, joints.person.height
    low, _ = joints.spine([0.815, 0.84])
    top = joints.head + joints.head_axes @ (np.array([-0.12, -0.45, 0.0]) * person.head_radius)
    path = np.linspace(0, 1, 5)[:, None] * (top - low[1]) + low[1]
    path = np.concatenate([low[:1], path])
    radius = (0.029 if person.womanly else 0.034) * h * (0.6 + 0.4 * person.girth)
    radii = np.linspace(1.15, 0.97, 6) * radius
    return _plain(tube(path, joints.head_axes[:, 0], radii, 18), person.skin)


def _plain(points: Array, rgb: Array, gloss: float = 0.08) -> Surface:
    return Surface(points, points, plain(rgb), gloss)


def _ring(
    joints: Joints, low: float, high: float, inner: float, outer: float, rgb: Array
) -> Surface:
    """A band round the neck from height `low` to `high`; radii as fractions of body height."""
    h = joints.person.height
    centres, axes = joints.spine(np.linspace(low, high, 5))
    centres = centres + axes[:, :, 0] * (0.004 * h)
    radii = np.linspace(outer, inner, 5) * h
    return _plain(tube(centres, axes[0, :, 0], radii, 20), rgb)


def neckwear(joints: Joints) -> list[Surface]:
    """Collar, hood or scarf, whatever the outfit has."""
    person = joints.person
    outfit = person.outfit
    made: list[Surface] = []
    wide = 0.6 + 0.4 * person.girth
    if outfit.top == "shirt":
        made.append(_ring(joints, 0.832, 0.857, 0.038 * wide, 0.045 * wide, outfit.colour * 0.9))
    if outfit.top == "suit":
        made.append(_ring(joints, 0.832, 0.860, 0.037 * wide, 0.042 * wide, outfit.under))
    if outfit.top == "sweater":
        made.append(_ring(joints, 0.832, 0.853, 0.038 * wide, 0.044 * wide, outfit.colour * 0.8))
    if outfit.top in ("hoodie", "jacket"):
        made.append(_hood(joints, 1.0 if outfit.top == "hoodie" else 0.6))
    if outfit.scarf is not None:
        centres, axes = joints.spine([0.842])
        h = person.height
        made.append(
            _plain(
                ball(centres[0], axes[0], np.array([0.056, 0.026, 0.058]) * h * wide), outfit.scarf
            )
        )
    return made


def _hood(joints: Joints, size: float) -> Surface:
    """A roll of cloth round the back of the neck."""
    person = joints.person
    h = person.height
    centre, axes = joints.spine([0.832])
    angle = np.linspace(0.22, 2 * np.pi - 0.22, 15)
    drop = 0.012 * np.cos(angle)
    ring = np.stack([0.042 * np.cos(angle) - 0.004, 0.006 - drop, 0.052 * np.sin(angle)], -1) * h
    path = centre[0] + ring @ axes[0].T
    radii = (0.011 + 0.013 * size * (1 - np.cos(angle)) / 2) * h
    radii[0] = radii[-1] = 0.003 * h
    return _plain(tube(path, axes[0, :, 1], radii, 12), person.outfit.colour * 0.93)


def skirt(joints: Joints) -> Surface:
    """A skirt that hangs round both legs wherever they are, so no leg shows through it."""
    person = joints.person
    h, outfit = person.height, person.outfit
    heights = np.linspace(0.612, outfit.skirt_end, 16)
    span = 0.612 - outfit.skirt_end
    angle = np.linspace(-np.pi, np.pi, _SIDES + 1)
    forward, right = joints.body[:, 0], joints.body[:, 2]
    out = np.cos(angle)[:, None] * forward + np.sin(angle)[:, None] * right
    trunk_heights, width, front, back = _profile(joints)
    rows = []
    for height in heights:
        centre = joints.pelvis + np.array([0.0, (height - 0.53) * h, 0.0])
        legs = [_leg_at(joints, side, height) for side in (LEFT, RIGHT)]
        low = float(ramp(height, 0.52, 0.40))
        middle = centre * (1 - low) + (legs[0] + legs[1]) / 2 * low
        middle[1] = centre[1] * (1 - low) + ((legs[0] + legs[1]) / 2)[1] * low
        flare = (0.006 + 0.035 * (0.612 - height) / span) * h
        # Below the hips the trunk narrows into the legs; cloth does not follow it there.
        level = max(height, 0.525)
        w = np.interp(level, trunk_heights, width)
        d = np.interp(level, trunk_heights, np.maximum(front, back))
        hips = np.hypot(d * np.cos(angle), w * np.sin(angle)) * (1 - 0.15 * low)
        thigh = 0.055 * h * person.girth * (1 - 0.35 * low)
        reach = [np.maximum((leg - middle) @ out.T, 0) + thigh * low for leg in legs]
        radius = np.maximum(np.maximum(*reach), hips) + flare
        fold = 1 + 0.03 * np.sin(angle * 9) * (0.612 - height) / span
        rows.append(middle + out * (radius * fold)[:, None])
    points = np.array(rows)
    arc = np.broadcast_to(angle * 0.11 * h, points.shape[:2])
    rest = np.stack(
        [arc, np.broadcast_to(heights[:, None] * h, arc.shape), -np.ones(arc.shape)], -1
    )
    paint = cloth(outfit, h) if outfit.top == "dress" else plain(outfit.legs)
    return Surface(points, rest, paint)


def _leg_at(joints: Joints, side: int, height: float) -> Array:
    """Centre line of a leg at the `height` it has when standing."""
    hip, knee, ankle = joints.hips[side], joints.knees[side], joints.ankles[side]
    if height > 0.275:
        return np.asarray(hip + (knee - hip) * max(0.0, (0.505 - height) / 0.23))
    return np.asarray(knee + (ankle - knee) * (0.275 - height) / 0.233)
