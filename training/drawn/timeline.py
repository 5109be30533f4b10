"""When what happens in a clip: approach, interaction, separation, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.drawn.geometry import Array, ease
from training.drawn.interactions import poses
from training.drawn.meeting import Meeting
from training.drawn.pose import Joints, bend_joints

FPS = 12.5
SECONDS = (2.0, 4.0)
# The two count as touching from this engagement on: hands, bodies or mouths have met.
TOUCHING = 0.85
_HOLD = {"Handshake": (1.4, 2.0), "High five": (1.0, 1.3), "Hug": (1.5, 2.1), "Kiss": (1.5, 2.1)}


@dataclass(frozen=True)
class Timeline:
    """Per frame [n]: the distance of the two (metres), their engagement, and how far they turned."""

    meeting: Meeting
    seconds: Array
    gap: Array
    engagement: Array
    turned: Array  # 0 face to face, 1 walking away
    gait: Array
    turn_a: float
    turn_b: float
    stride: float

    @property
    def interval(self) -> tuple[int, int]:
        """First frame of the interaction and the first one after it."""
        touching = np.flatnonzero(self.engagement >= TOUCHING)
        return int(touching[0]), int(touching[-1]) + 1

    def joints(self, frame: int) -> tuple[Joints, Joints]:
        """The joints of A and B in one frame."""
        m = self.meeting
        a, b = poses(
            m, float(self.engagement[frame]), float(self.gap[frame]), float(self.seconds[frame])
        )
        walked = (float(self.gap[0]) - float(self.gap[frame])) / 2
        gait, turned = float(self.gait[frame]), float(self.turned[frame])
        out = []
        for person, pose, turn in ((m.a, a, self.turn_a), (m.b, b, self.turn_b)):
            phase = self.stride + 2 * np.pi * walked / (0.6 * person.height)
            if turned > 0.5 and turn != 0.0:
                phase = -phase
            walking = gait * (1 - float(self.engagement[frame]))
            yaw = pose.yaw + turn * turned
            out.append(bend_joints(person, replace(pose, stride=phase, gait=walking, yaw=yaw)))
        return out[0], out[1]


def plan_timeline(rng: np.random.Generator, m: Meeting) -> Timeline:
    """A random timeline of 2–4 s: people come, touch, hold, let go and part."""
    hold = rng.uniform(*_HOLD[m.concept])
    still, come = rng.uniform(0.0, 0.15), rng.uniform(0.5, 0.8)
    reach, leave = rng.uniform(0.28, 0.42), rng.uniform(0.28, 0.4)
    part = rng.uniform(0.4, 0.6)
    length = float(np.clip(still + come + hold + leave + part, *SECONDS))
    frames = round(length * FPS)
    t = np.arange(frames) / FPS
    start = still + come
    end = min(start + hold, length - leave - 0.35)
    # Hands start out before the feet have stopped.
    engagement = ease((t - (start - reach * 0.75)) / reach) * ease(1 - (t - end) / leave)
    far = m.gap + rng.uniform(0.8, 1.5)
    away = m.gap + rng.uniform(0.7, 1.4)
    near = ease((t - still) / come)
    gone = ease((t - end - 0.45 * leave) / (part + 0.5 * leave))
    gap = far + (m.gap - far) * near + (away - m.gap) * gone
    speed = np.abs(np.gradient(gap, 1 / FPS)) / 2
    both = rng.random() < 0.6
    turns = rng.choice([-1.0, 1.0], 2) * np.pi * np.array([1.0, float(both)])
    if rng.random() < 0.35:
        turns = np.zeros(2)
    order = rng.permutation(2)
    return Timeline(
        meeting=m,
        seconds=t,
        gap=gap,
        engagement=engagement,
        turned=ease((t - end - 0.6 * leave) / 0.5),
        gait=np.clip(speed / 0.9, 0, 1),
        turn_a=float(turns[order[0]]),
        turn_b=float(turns[order[1]]),
        stride=float(rng.uniform(0, 2 * np.pi)),
    )
