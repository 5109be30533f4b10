"""A hand: a palm, four fingers of three bones and a thumb."""

from __future__ import annotations

import numpy as np

from training.drawn.geometry import Array, cross, unit
from training.drawn.pose import Joints
from training.drawn.surface import Surface, capped, plain, tube

# Fractions of body height; a little larger than life, as in comics, so that hands read when small.
_SIZE = 1.16
_FINGERS = (0.042, 0.048, 0.045, 0.036)
_BEND = (0.55, 0.95, 0.7)


def _finger(
    base: Array,
    ahead: Array,
    palm: Array,
    length: float,
    curl: float,
    radius: float,
    bones: tuple[float, ...] = (0.42, 0.32, 0.26),
) -> Array:
    """Surface points of one finger whose bones turn towards the palm by `curl`."""
    joint, angle, path = base, 0.0, [base]
    for share, bend in zip(bones, _BEND, strict=False):
        angle += curl * bend * 1.6
        joint = joint + (ahead * np.cos(angle) + palm * np.sin(angle)) * length * share
        path.append(joint)
    marks = np.concatenate([[0.0], np.cumsum(bones)])
    at = np.array([0.0, 0.2, 0.36, 0.48, 0.66, 0.8, 0.9, 0.97, 1.0])
    points = np.stack([np.interp(at, marks, np.array(path)[:, i]) for i in range(3)], -1)
    tip = radius * 0.86
    return tube(points, cross(ahead, palm), capped(radius, tip, at * length, length), 9)


def hand(joints: Joints, side: int) -> list[Surface]:
    """Palm, fingers and thumb of one hand."""
    reach = joints.hands[side]
    size = joints.person.height * _SIZE
    ahead = reach.fingers
    palm = unit(reach.palm - ahead * (reach.palm @ ahead))
    thumb = cross(ahead, palm) * side
    along = np.array([-0.012, 0.004, 0.018, 0.034, 0.047, 0.053, 0.056])
    wide = np.array([0.0135, 0.0150, 0.0200, 0.0232, 0.0228, 0.019, 0.010])
    thick = np.array([0.0125, 0.0120, 0.0125, 0.0115, 0.0095, 0.007, 0.003])
    path = reach.wrist + (along * size)[:, None] * ahead
    shapes = [tube(path, thumb, np.stack([wide, thick], 1) * size, 16, 2.5)]
    for i, length in enumerate(_FINGERS):
        place = 1.5 - i
        base = reach.wrist + size * (
            ahead * (0.049 - 0.0022 * abs(place - 0.5)) + thumb * place * 0.0118
        )
        point = unit(ahead + thumb * place * reach.spread)
        bend = reach.curl * (1 + 0.10 * (i - 1))
        shapes.append(_finger(base, point, palm, length * size, bend, 0.0070 * size))
    base = reach.wrist + size * (ahead * 0.010 + thumb * 0.012 + palm * 0.003)
    point = unit(
        ahead * (1.05 - 0.5 * reach.thumb) + thumb * (0.25 + 0.75 * reach.thumb) + palm * 0.25
    )
    shapes.append(
        _finger(
            base,
            point,
            unit(palm * 0.5 - thumb * 0.3 + ahead * 0.3),
            0.058 * size,
            0.12,
            0.0092 * size,
            (0.45, 0.3, 0.25),
        )
    )
    return [Surface(points, points, plain(joints.person.skin), 0.1) for points in shapes]
