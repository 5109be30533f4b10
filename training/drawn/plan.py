"""A random meeting for each concept, with the fine tuning that makes mouths meet in a kiss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.drawn.interactions import poses
from training.drawn.meeting import Meeting
from training.drawn.person import Person
from training.drawn.pose import LEFT, RIGHT, bend_joints


def plan_meeting(rng: np.random.Generator, concept: str, a: Person, b: Person) -> Meeting:
    """A random way for `a` and `b` to do `concept`."""
    mean, low = (a.height + b.height) / 2, min(a.height, b.height)
    height = (
        rng.uniform(0.57, 0.62) * (mean + low) / 2
        if concept == "Handshake"
        else min(rng.uniform(1.0, 1.09) * mean, 1.14 * low)
    )
    gap = (
        {
            "Handshake": rng.uniform(0.82, 1.0),
            "High five": rng.uniform(0.78, 1.0),
            "Hug": rng.uniform(0.25, 0.30),
            "Kiss": rng.uniform(0.30, 0.42),
        }[concept]
        * mean
        / 1.7
    )
    side = int(rng.choice([-1, 1]))
    crossed = bool(rng.random() < 0.55)
    hand = int(rng.choice([LEFT, RIGHT], p=[0.25, 0.75]))
    holds = ["waist", "neck", "face", "shoulders", "back", "hold"]
    embrace_a, embrace_b = (str(x) for x in rng.choice(holds, 2))
    # Arms raised to somebody taller would hide the faces.
    if a.height < b.height - 0.06 and embrace_a in ("neck", "shoulders"):
        embrace_a = "waist"
    if b.height < a.height - 0.06 and embrace_b in ("neck", "shoulders"):
        embrace_b = "waist"
    if "hold" in (embrace_a, embrace_b):
        embrace_a = embrace_b = "hold"
    both_hands = bool(rng.random() < 0.2)
    meeting = Meeting(
        concept=concept,
        a=a,
        b=b,
        gap=float(gap),
        height=float(height),
        hand_a=hand,
        hand_b=hand if crossed and not both_hands else -hand,
        both_hands=both_hands,
        left_hand=str(rng.choice(["rest", "elbow", "clasp"], p=[0.7, 0.15, 0.15])),
        embrace_a=embrace_a,
        embrace_b=embrace_b,
        over=bool(rng.random() < 0.5),
        side=side,
        lean_a=float(rng.uniform(0.02, 0.16)),
        lean_b=float(rng.uniform(0.02, 0.16)),
        pump=float(rng.uniform(0.012, 0.03)),
        smile=float(rng.uniform(0.35, 1.0)),
        tilt=float(rng.uniform(0.22, 0.38)),
    )
    return _match_mouths(meeting) if concept == "Kiss" else meeting


def _match_mouths(m: Meeting) -> Meeting:
    """Gap, leans and tiptoes that bring the two mouths of a kiss to one point."""
    drop = float(np.clip(m.b.height - m.a.height, -0.25, 0.25))
    m = replace(
        m,
        pitch_a=1.3 * drop,
        pitch_b=-1.3 * drop,
        gap=0.5,
        lean_a=0.12 + max(0.0, -drop) * 0.7,
        lean_b=0.12 + max(0.0, drop) * 0.7,
    )
    for _ in range(12):
        pose_a, pose_b = poses(m, 1.0, m.gap, 0.0, hands=False)
        mouth_a, mouth_b = bend_joints(m.a, pose_a).mouth, bend_joints(m.b, pose_b).mouth
        apart = mouth_b - mouth_a
        up = float(apart[1])
        m = replace(
            m,
            gap=m.gap - float(apart[0]) * 0.8 - 0.006,
            shift=m.shift + float(apart[2]) * 0.5,
            rise_a=float(np.clip(m.rise_a + 0.4 * max(up, -m.rise_a / 0.4), 0, 0.07)),
            rise_b=float(np.clip(m.rise_b + 0.4 * max(-up, -m.rise_b / 0.4), 0, 0.07)),
            lean_a=float(np.clip(m.lean_a + 0.5 * max(-up, -0.1), 0.02, 0.42)),
            lean_b=float(np.clip(m.lean_b + 0.5 * max(up, -0.1), 0.02, 0.42)),
        )
    return m
