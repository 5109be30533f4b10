"""Choreography: the poses of two people who meet, for each of the four concepts.

Everything is a function of the engagement e: 0 both stand apart with their arms down, 1 they touch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from training.drawn.geometry import Array, two_bones, unit
from training.drawn.meeting import Meeting, gaze, on_back, standing, toward
from training.drawn.pose import FOREARM, LEFT, RIGHT, UPPER_ARM, Joints, Pose, Reach, bend_joints

Goals = dict[int, Reach]
_UP = np.array([0.0, 1.0, 0.0])


def poses(
    m: Meeting, engagement: float, gap: float, beat: float, hands: bool = True
) -> tuple[Pose, Pose]:
    """Poses of A and B who stand `gap` metres apart, engaged by 0..1; `beat` is time in seconds."""
    e = float(np.clip(engagement, 0, 1))
    a = standing(-gap / 2, 0.0, m.smile)
    b = standing(gap / 2, np.pi, m.smile)
    a = replace(a, head_pitch=gaze(m.a, m.b, gap), lean=m.lean_a * e, flare=0.5)
    b = replace(b, head_pitch=gaze(m.b, m.a, gap), lean=m.lean_b * e, flare=0.5)
    a, b = _STANCES[m.concept](m, e, a, b)
    if not hands or e <= 0:
        return a, b
    rest_a, rest_b = bend_joints(m.a, a), bend_joints(m.b, b)
    goals_a, goals_b = _GOALS[m.concept](m, beat, rest_a, rest_b)
    return _reach(a, rest_a, goals_a, e), _reach(b, rest_b, goals_b, e)


def _reach(pose: Pose, rest: Joints, goals: Goals, e: float) -> Pose:
    left, right = goals.get(LEFT), goals.get(RIGHT)
    return replace(
        pose,
        left=toward(rest.hands[LEFT], left, e) if left else None,
        right=toward(rest.hands[RIGHT], right, e) if right else None,
    )


def _stand_apart(m: Meeting, e: float, a: Pose, b: Pose) -> tuple[Pose, Pose]:
    spin = 0.22 * e
    if m.concept == "High five":
        up = 0.12 * e
        return (
            replace(a, twist=spin * m.hand_a, head_pitch=a.head_pitch + up),
            replace(b, twist=spin * m.hand_b, head_pitch=b.head_pitch + up),
        )
    return replace(a, twist=spin), replace(b, twist=spin)


def _stand_hugging(m: Meeting, e: float, a: Pose, b: Pose) -> tuple[Pose, Pose]:
    shut = 0.0 if m.tilt > 0.28 and e > 0.7 else 1.0
    aside = 0.055 * e * m.side

    def settle(pose: Pose, facing: int, lean: float) -> Pose:
        turn_out = m.side * e
        return replace(
            pose,
            z=aside * facing,
            lean=(0.05 + lean) * e,
            flare=0.5 + 0.9 * e,
            head_yaw=-0.30 * turn_out,
            head_roll=0.16 * turn_out,
            head_pitch=pose.head_pitch * (1 - 0.4 * e) - 0.05 * e,
            eyes_open=shut,
        )

    return settle(a, 1, m.lean_a), settle(b, -1, m.lean_b)


def _stand_kissing(m: Meeting, e: float, a: Pose, b: Pose) -> tuple[Pose, Pose]:
    shut = 0.0 if e > 0.75 else 1.0
    roll = m.tilt * m.side * e
    smile = m.smile * (1 - e) + 0.15 * e
    return (
        replace(
            a,
            z=m.shift * e,
            rise=m.rise_a * e,
            head_roll=roll,
            eyes_open=shut,
            smile=smile,
            head_pitch=a.head_pitch * (1 - e) + m.pitch_a * e,
            flare=0.5 + 0.5 * e,
        ),
        replace(
            b,
            z=-m.shift * e,
            rise=m.rise_b * e,
            head_roll=roll,
            eyes_open=shut,
            smile=smile,
            head_pitch=b.head_pitch * (1 - e) + m.pitch_b * e,
            flare=0.5 + 0.5 * e,
        ),
    )


def _handshake(m: Meeting, beat: float, a: Joints, b: Joints) -> tuple[Goals, Goals]:
    up = m.pump * np.sin(2 * np.pi * 2.0 * beat)
    meet = np.array([0.0, m.height + up, 0.0])

    def clasp(joints: Joints, facing: int) -> Reach:
        h = joints.person.height
        wrist = meet + np.array([-facing * 0.042 * h, 0.012 * h, facing * 0.0125 * h])
        return Reach(
            wrist,
            unit([facing, -0.32, -0.10 * facing]),
            np.array([0.0, 0.10, -facing]),
            0.5,
            0.02,
            0.55,
        )

    goals_a, goals_b = {RIGHT: clasp(a, 1)}, {RIGHT: clasp(b, -1)}
    h = m.a.height
    if m.left_hand == "clasp":
        at = meet + np.array([-0.02 * h, 0.006 * h, -0.030 * h])
        goals_a[LEFT] = Reach(at, unit([1, 0.05, 0.1]), np.array([0.0, 0.1, 1.0]), 0.5, 0.03, 0.6)
    elif m.left_hand == "elbow":
        wrist = goals_b[RIGHT].wrist
        elbow, _ = two_bones(
            b.shoulders[RIGHT],
            wrist,
            UPPER_ARM * m.b.height,
            FOREARM * m.b.height,
            -b.body[:, 0] - _UP,
        )
        at = wrist * 0.5 + elbow * 0.5 + np.array([-0.062, 0.012, -0.022]) * h
        goals_a[LEFT] = Reach(at, unit([1, -0.1, 0.1]), np.array([0.1, -0.1, 1.0]), 0.4, 0.05, 0.8)
    return goals_a, goals_b


def _high_five(m: Meeting, _beat: float, a: Joints, b: Joints) -> tuple[Goals, Goals]:
    crossed = m.hand_a == m.hand_b
    across = 0.0 if crossed and not m.both_hands else 0.075 * m.hand_a

    def palm(joints: Joints, facing: int, z: float) -> Reach:
        h = joints.person.height
        wrist = np.array([-facing * 0.011 * h, m.height - 0.06 * h, z])
        return Reach(
            wrist, unit([0.04 * facing, 1.0, 0.0]), np.array([facing, -0.04, 0.0]), 0.03, 0.22, 1.0
        )

    goals_a = {m.hand_a: palm(a, 1, across)}
    goals_b = {m.hand_b: palm(b, -1, across)}
    if m.both_hands:
        far = 0.12
        goals_a = {k: palm(a, 1, k * far) for k in (LEFT, RIGHT)}
        goals_b = {k: palm(b, -1, -k * far) for k in (LEFT, RIGHT)}
    return goals_a, goals_b


def _hug(m: Meeting, beat: float, a: Joints, b: Joints) -> tuple[Goals, Goals]:
    pat = 0.012 * np.sin(2 * np.pi * 1.5 * beat)

    def wrap(own: Joints, other: Joints, facing: int, above: bool) -> Goals:
        h, other_h = own.person.height, other.person.height
        level = (0.775 * h + (0.0 if above else -0.11 * h)) / other_h
        goals = {}
        for side in (LEFT, RIGHT):
            z = side * facing
            high = float(np.clip(level - (0.03 if side == LEFT else -0.01), 0.58, 0.79))
            fingers = np.array([0.0, 0.35 if side == RIGHT else 0.15, -z])
            goals[side] = on_back(other, high + pat, z * 0.055 * other_h, fingers)
        return goals

    return wrap(a, b, 1, m.over), wrap(b, a, -1, not m.over)


def _kiss(m: Meeting, _beat: float, a: Joints, b: Joints) -> tuple[Goals, Goals]:
    return _embrace(m, m.embrace_a, b, 1), _embrace(m, m.embrace_b, a, -1)


def _embrace(m: Meeting, how: str, other: Joints, facing: int) -> Goals:
    h, goals = other.person.height, {}
    low = min(m.a.height, m.b.height)
    for side in (LEFT, RIGHT):
        z = float(side * facing)
        ahead = np.array([float(facing), 0.0, 0.0])
        if how == "hold":
            at = np.array([-facing * 0.03, 0.54 * low, z * 0.15])
            goals[side] = Reach(at, unit(ahead - [0, 0.5, 0]), np.array([0.0, 0.3, -z]), 0.6)
        elif how == "waist" or (how == "face" and z > 0):
            centre = other.spine([0.60])[0][0]
            at = centre + np.array([-facing * 0.03 * h, 0.0, z * 0.098 * h * other.person.girth])
            goals[side] = Reach(at, unit([facing, 0.1, -0.35 * z]), np.array([0.0, 0.0, -z]), 0.2)
        elif how == "back":
            goals[side] = on_back(
                other, 0.66 if side == RIGHT else 0.61, z * 0.06 * h, np.array([0.0, 0.2, -z])
            )
        elif how == "face":  # with the far hand: the near one would hide the kiss
            at = other.head + other.head_axes @ (
                np.array([0.30, -1.0, -side * 0.80]) * other.person.head_radius
            )
            goals[side] = Reach(
                at, unit([0.45 * facing, 0.9, 0.0]), np.array([0.2 * facing, 0, -z]), 0.12, 0.08
            )
        else:
            level, across = (0.815, 0.060) if how == "neck" else (0.78, 0.094)
            centre = other.spine([level])[0][0]
            at = centre + np.array([-facing * 0.02 * h, 0.016 * h, z * across * h])
            goals[side] = Reach(
                at, unit([facing, 0.0, -0.5 * z]), np.array([0.0, -1.0, -0.4 * z]), 0.3
            )
    return goals


def touch_points(m: Meeting, a: Joints, b: Joints) -> list[tuple[Array, float]]:
    """Points and radii (metres) of what touches: hands, embracing bodies or faces of both people."""
    made: list[tuple[Array, float]] = []
    for joints, hand in ((a, m.hand_a), (b, m.hand_b)):
        h, q = joints.person.height, joints.person.head_radius
        if m.concept == "Handshake":
            made += [(joints.palm(RIGHT), 0.035 * h)]
        elif m.concept == "High five":
            sides = (LEFT, RIGHT) if m.both_hands else (hand,)
            made += [(joints.palm(side), 0.06 * h) for side in sides]
        elif m.concept == "Hug":
            made += [(joints.head, q), (joints.spine([0.68])[0][0], 0.09 * h)]
            made += [(joints.palm(side), 0.04 * h) for side in (LEFT, RIGHT)]
        else:
            made += [(joints.mouth, 0.4 * q), (joints.face, 0.5 * q)]
    return made


_STANCES: dict[str, Callable[[Meeting, float, Pose, Pose], tuple[Pose, Pose]]] = {
    "Handshake": _stand_apart,
    "High five": _stand_apart,
    "Hug": _stand_hugging,
    "Kiss": _stand_kissing,
}
_GOALS: dict[str, Callable[[Meeting, float, Joints, Joints], tuple[Goals, Goals]]] = {
    "Handshake": _handshake,
    "High five": _high_five,
    "Hug": _hug,
    "Kiss": _kiss,
}
