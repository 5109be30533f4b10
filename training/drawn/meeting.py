"""Two people and how they will meet: the choices that make one handshake unlike another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.drawn.geometry import Array, unit
from training.drawn.person import Person, sample_person
from training.drawn.pose import Joints, Pose, Reach


@dataclass(frozen=True)
class Meeting:
    """Two people, A from the left (facing +x) and B from the right, and their way of meeting.

    Heights and distances in metres, angles in radians; `height` is where hands meet, `side` is which
    way heads pass each other, `gap` how far apart the two stand while they touch.
    """

    concept: str
    a: Person
    b: Person
    gap: float
    height: float
    hand_a: int
    hand_b: int
    both_hands: bool
    left_hand: str  # what A's free hand does in a handshake: "rest", "elbow" or "clasp"
    embrace_a: str  # "waist", "neck", "face", "shoulders", "back" or "hold"
    embrace_b: str
    over: bool
    side: int
    lean_a: float
    lean_b: float
    pump: float
    smile: float
    tilt: float
    shift: float = 0.0  # sideways offset of the two, metres
    rise_a: float = 0.0
    rise_b: float = 0.0
    pitch_a: float = 0.0
    pitch_b: float = 0.0


def sample_people(
    rng: np.random.Generator, concept: str, muted: bool = False
) -> tuple[Person, Person]:
    """Two people whose heights allow the act; clothes and looks do not depend on it."""
    children = 0.0 if concept == "Kiss" else 0.08
    a, b = sample_person(rng, children, muted), sample_person(rng, children, muted)
    limit = {"Kiss": 0.20, "High five": 0.5}.get(concept, 0.36)
    while abs(a.height - b.height) > limit:
        b = sample_person(rng, children, muted)
    return a, b


def on_back(other: Joints, height: float, across: float, fingers: Array) -> Reach:
    """A hand laid flat on the back of `other` at `height` (fraction), `across` metres to world +z."""
    centres, axes = other.spine([height])
    forward = axes[0][:, 0]
    depth = (0.064 + 0.012 + other.person.outfit.thickness) * other.person.height
    at = centres[0] - forward * depth + np.array([0.0, 0.0, across])
    return Reach(at, unit(fingers), forward, 0.12, 0.08, 0.5)


def toward(rest: Reach, goal: Reach, share: float) -> Reach:
    """A hand on its way from `rest` (share 0) to `goal` (share 1)."""

    def mix(x: Array, y: Array) -> Array:
        return np.asarray(x + (y - x) * share)

    return Reach(
        mix(rest.wrist, goal.wrist),
        unit(mix(rest.fingers, goal.fingers) + 1e-3),
        unit(mix(rest.palm, goal.palm) + 1e-3),
        rest.curl + (goal.curl - rest.curl) * share,
        rest.spread + (goal.spread - rest.spread) * share,
        rest.thumb + (goal.thumb - rest.thumb) * share,
    )


def gaze(own: Person, other: Person, gap: float) -> float:
    """Head pitch that looks into the other's face."""
    return float(
        np.clip(0.8 * np.arctan2((other.height - own.height) * 0.93, max(gap, 0.4)), -0.5, 0.5)
    )


def standing(x: float, yaw: float, smile: float) -> Pose:
    """A relaxed pose at `x`, heading `yaw`."""
    return Pose(x=x, yaw=yaw, smile=smile, stance=0.012)
