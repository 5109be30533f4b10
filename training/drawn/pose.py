"""A pose and the joints it puts a person's body into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from training.drawn.geometry import Array, ease, ramp, turn, two_bones, unit
from training.drawn.person import Person

# Heights of landmarks as fractions of body height, and limb lengths likewise.
PELVIS, SHOULDER, NECK = 0.53, 0.80, 0.84
UPPER_ARM, FOREARM = 0.172, 0.158
THIGH, SHANK, ANKLE = 0.232, 0.232, 0.042
LEFT, RIGHT = -1, 1


@dataclass(frozen=True)
class Reach:
    """Where a hand goes: wrist [3], direction of the fingers, normal of the palm, and its shape."""

    wrist: Array
    fingers: Array
    palm: Array
    curl: float = 0.3  # 0 flat, 1 fist
    spread: float = 0.05  # radians between fingers
    thumb: float = 0.6  # how far the thumb stands off


@dataclass(frozen=True)
class Pose:
    """A body's pose: place and heading (radians, 0 faces +x), spine, head, hands, stride, face."""

    x: float
    z: float = 0.0
    yaw: float = 0.0
    lean: float = 0.0
    twist: float = 0.0
    rise: float = 0.0
    head_yaw: float = 0.0
    head_pitch: float = 0.0
    head_roll: float = 0.0
    left: Reach | None = None
    right: Reach | None = None
    stride: float = 0.0
    gait: float = 0.0
    stance: float = 0.0
    flare: float = 0.5
    smile: float = 0.5
    eyes_open: float = 1.0


@dataclass(frozen=True)
class Joints:
    """World positions of the joints; pairs are indexed by LEFT and RIGHT."""

    person: Person
    pose: Pose
    body: Array
    pelvis: Array
    head: Array
    head_axes: Array
    shoulders: dict[int, Array]
    elbows: dict[int, Array]
    hands: dict[int, Reach]
    hips: dict[int, Array]
    knees: dict[int, Array]
    ankles: dict[int, Array]

    def spine(self, heights: ArrayLike) -> tuple[Array, Array]:
        """Centres [n,3] and axes [n,3,3] (columns forward, up, right) of the trunk at `heights`."""
        return _spine(self.person, self.pose, self.body, self.pelvis, np.asarray(heights, float))

    @property
    def mouth(self) -> Array:
        """Middle of the lips."""
        return _on_head(self, (0.83, -0.45, 0.0))

    @property
    def face(self) -> Array:
        """A point on the face, between the eyes and the mouth."""
        return _on_head(self, (0.6, -0.1, 0.0))

    def palm(self, side: int) -> Array:
        """Middle of a palm."""
        hand = self.hands[side]
        return np.asarray(hand.wrist + unit(hand.fingers) * 0.05 * self.person.height)


def _on_head(joints: Joints, at: tuple[float, float, float]) -> Array:
    return np.asarray(joints.head + joints.head_axes @ (np.array(at) * joints.person.head_radius))


def _spine(
    person: Person, pose: Pose, body: Array, pelvis: Array, heights: Array
) -> tuple[Array, Array]:
    grid = np.linspace(PELVIS, 0.9, 24)
    bend = pose.lean * ease((grid - PELVIS) / 0.2)
    step = np.diff(grid) * person.height
    middle = (bend[1:] + bend[:-1]) / 2
    forward = np.concatenate([[0.0], np.cumsum(np.sin(middle) * step)])
    up = np.concatenate([[0.0], np.cumsum(np.cos(middle) * step)])
    below = np.minimum(heights - PELVIS, 0.0) * person.height
    local = np.stack(
        [
            np.interp(heights, grid, forward),
            np.interp(heights, grid, up) + below,
            np.zeros_like(heights),
        ],
        -1,
    )
    tilt = pose.lean * ease((heights - PELVIS) / 0.2)
    spin = pose.twist * ease((heights - 0.56) / 0.18)
    ct, st, cs, ss = np.cos(tilt), np.sin(tilt), np.cos(spin), np.sin(spin)
    zero = np.zeros_like(ct)
    axes = np.stack(
        [
            np.stack([cs * ct, cs * st, ss], -1),
            np.stack([-st, ct, zero], -1),
            np.stack([-ss * ct, -ss * st, cs], -1),
        ],
        -2,
    )
    return pelvis + local @ body.T, np.einsum("ij,njk->nik", body, axes)


def shoulder_width(person: Person) -> float:
    """Half the distance between the shoulder joints, in metres."""
    base = 0.088 if person.womanly else 0.098
    return (
        base * person.height * (0.6 + 0.4 * person.girth) * (0.93 if person.age == "child" else 1)
    )


def _resting_hand(person: Person, pose: Pose, body: Array, side: int) -> Reach:
    """A hand that hangs beside the thigh and swings against the leg of its side."""
    h = person.height
    swing = -pose.gait * np.cos(pose.stride) * side
    out = shoulder_width(person) + (0.035 + 0.02 * (person.girth - 1)) * h
    wrist = np.array(
        [0.03 * h + swing * 0.13 * h, (0.474 + 0.02 * abs(swing)) * h + pose.rise, side * out]
    )
    fingers = body @ unit([0.2 + 0.5 * swing, -1.0, -0.05 * side])
    return Reach(
        np.array([pose.x, 0, pose.z]) + body @ wrist,
        fingers,
        body @ [0.1, 0, -1.0 * side],
        curl=0.35,
    )


def bend_joints(person: Person, pose: Pose) -> Joints:
    """The joints of `person` in `pose`: spine bent evenly, limbs by two-bone reach."""
    h = person.height
    body = turn(pose.yaw)
    root = np.array([pose.x, 0.0, pose.z])
    bounce = 0.008 * h * pose.gait * np.cos(2 * pose.stride)
    pelvis = root + np.array([0.0, PELVIS * h + pose.rise + bounce - 0.01 * h * pose.gait, 0.0])
    centres, axes = _spine(person, pose, body, pelvis, np.array([SHOULDER, NECK]))
    chest = axes[0]
    shoulders, elbows, hands = {}, {}, {}
    for side, wanted in ((LEFT, pose.left), (RIGHT, pose.right)):
        hand = wanted or _resting_hand(person, pose, body, side)
        shoulder = centres[0] + chest @ [0.0, 0.0, side * shoulder_width(person)]
        away = hand.wrist - shoulder
        strain = float(ramp(np.linalg.norm(away) / h, 0.2, 0.34))
        shoulder = shoulder + unit(away) * 0.028 * h * strain
        shoulder = shoulder + chest @ [0.0, 0.03 * h * float(ramp(away[1] / h, -0.05, 0.3)), 0.0]
        out = pose.flare if wanted else 0.12
        pole = chest @ np.array([-0.7, -0.9, side * out])
        elbows[side], wrist = two_bones(shoulder, hand.wrist, UPPER_ARM * h, FOREARM * h, pole)
        shoulders[side] = shoulder
        hands[side] = Reach(
            wrist, unit(hand.fingers), unit(hand.palm), hand.curl, hand.spread, hand.thumb
        )
    hips, knees, ankles = {}, {}, {}
    for side in (LEFT, RIGHT):
        phase = pose.stride + (0.0 if side == RIGHT else np.pi)
        step = (
            np.array(
                [
                    pose.gait * 0.15 * np.cos(phase) + side * pose.stance - 0.01,
                    ANKLE + pose.gait * 0.055 * max(0.0, -np.sin(phase)) + pose.rise / h * 0.85,
                    side * 0.052,
                ]
            )
            * h
        )
        hips[side] = pelvis + body @ (np.array([0.0, -0.025, side * 0.046]) * h)
        knees[side], ankles[side] = two_bones(
            hips[side],
            root + body @ step,
            THIGH * h,
            SHANK * h,
            body @ np.array([1.0, 0.0, side * 0.12]),
        )
    upright = turn(pose.yaw, -0.35 * pose.lean)
    head_axes = upright @ turn(pose.head_yaw, pose.head_pitch, pose.head_roll)
    q = person.head_radius
    head = (
        centres[1]
        + axes[1] @ (np.array([0.006, 0.008, 0.0]) * h)
        + head_axes @ (np.array([0.16, 1.02, 0.0]) * q)
    )
    return Joints(
        person, pose, body, pelvis, head, head_axes, shoulders, elbows, hands, hips, knees, ankles
    )
