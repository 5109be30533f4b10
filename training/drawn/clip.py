"""TV: clips in which two people come, interact and part, under the knobs of a shift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.drawn.backdrop import Place, backdrop, sample_place
from training.drawn.camera import Camera
from training.drawn.footage import Grade, apply_grade, grain, sample_grade, shake_path, smear
from training.drawn.framing import fit_camera, level_pitch, points_to_show
from training.drawn.geometry import Array
from training.drawn.interactions import touch_points
from training.drawn.light import Light
from training.drawn.meeting import Meeting, sample_people, standing
from training.drawn.occlusion import foreground, over
from training.drawn.person import sample_person
from training.drawn.picture import OVERSAMPLING, paint_people, sample_light, shrink, to_uint8
from training.drawn.plan import plan_meeting
from training.drawn.pose import Joints, bend_joints
from training.drawn.seeds import generator
from training.drawn.shift import Shift
from training.drawn.timeline import FPS, Timeline, plan_timeline

HEIGHT, WIDTH = 240, 320
_PAD = 12  # pixels of backdrop beyond the frame, for the shake

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ClipDrawing:
    """A drawn clip: RGB frames [n,240,320,3], frames per second, and the truth about it.

    `interval` is the first frame of the interaction and the first after it; `boxes` holds for each
    frame the box (x0, y0, x1, y1) in pixels where the two touch, None outside the interval.
    """

    concept: str
    seed: int
    shift: Shift
    fps: float
    frames: NDArray[np.uint8]
    interval: tuple[int, int]
    boxes: tuple[Box | None, ...]


@dataclass(frozen=True)
class ClipPlan:
    """Everything a clip is drawn from; nothing is drawn yet."""

    concept: str
    seed: int
    shift: Shift
    timeline: Timeline
    camera: Camera  # in oversampled pixels, without shake
    place: Place
    light: Light
    grade: Grade
    shake: Array
    standers: tuple[Joints, ...]
    walker: Joints | None

    def camera_at(self, frame: int) -> Camera:
        """The camera of one frame, shake included."""
        dx, dy = np.round(self.shake[frame] * OVERSAMPLING)
        return self.camera.shifted(float(dx), float(dy))

    def box(self, frame: int) -> Box | None:
        """The box where the two touch in `frame`, or None outside the interaction."""
        start, end = self.timeline.interval
        if not start <= frame < end:
            return None
        points = touch_points(self.timeline.meeting, *self.timeline.joints(frame))
        return bounding_box(self.camera_at(frame), points)


def bounding_box(camera: Camera, points: list[tuple[Array, float]]) -> Box:
    """The box round balls (centre, radius) in pixels of the final frame, cut at its edges."""
    at = np.array([camera.project(p) for p, _ in points])
    r = np.array([radius for _, radius in points]) * at[:, 2] * camera.focal
    low = (at[:, :2] - r[:, None]).min(0) / OVERSAMPLING
    high = (at[:, :2] + r[:, None]).max(0) / OVERSAMPLING
    x0, y0 = np.clip(low, 0, [WIDTH, HEIGHT])
    x1, y1 = np.clip(high, 0, [WIDTH, HEIGHT])
    return (round(float(x0), 2), round(float(y0), 2), round(float(x1), 2), round(float(y1), 2))


def plan_clip(seed: int, concept: str, shift: Shift) -> ClipPlan:
    """All choices of the clip (seed, concept) under `shift`; a knob changes only what it names."""
    people = generator(seed, concept, "clip people")
    m = plan_meeting(people, concept, *sample_people(people, concept, muted=True))
    timeline = plan_timeline(generator(seed, concept, "timeline"), m)
    camera = _camera(generator(seed, concept, "camera"), m, timeline, shift)
    place = replace(
        sample_place(generator(seed, concept, "place"), muted=True), clutter=shift.clutter
    )
    standers, walker = _extras(generator(seed, concept, "extras"), camera, shift)
    return ClipPlan(
        concept=concept,
        seed=seed,
        shift=shift,
        timeline=timeline,
        camera=camera,
        place=place,
        light=sample_light(generator(seed, concept, "light"), camera, place.inside, shift.grade),
        grade=sample_grade(generator(seed, concept, "grade"), shift.grade),
        shake=shake_path(generator(seed, concept, "shake"), len(timeline.seconds), shift.blur),
        standers=standers,
        walker=walker,
    )


def _camera(rng: np.random.Generator, m: Meeting, timeline: Timeline, shift: Shift) -> Camera:
    """A camera that shows the act from knees or waist up, moved away from it by the shift."""
    side = float(rng.choice([-1.0, 1.0]))
    size = (HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING)
    start, end = timeline.interval
    a, b = timeline.joints((start + end) // 2)
    framing = str(rng.choice(["knees", "waist"]))
    points = points_to_show(m, a, b, framing)
    pitch = level_pitch(rng, 1 + shift.viewpoint)
    camera = fit_camera(points, side * shift.viewpoint, pitch, size, 0.80 / shift.scale)
    angle = rng.uniform(0, 2 * np.pi)
    move = np.array([np.cos(angle), 0.45 * np.sin(angle)]) * shift.off_centre * np.array(size[::-1])
    # A wide picture needs the ground more than the sky: the people stand a little lower in it.
    lower = 0.10 * (1 - 1 / shift.scale) * size[0]
    return camera.shifted(float(move[0]), float(move[1] + lower))


def _extras(
    rng: np.random.Generator, camera: Camera, shift: Shift
) -> tuple[tuple[Joints, ...], Joints | None]:
    """People behind the two: they stand about, and the second one walks past."""
    right = camera.axes[0]
    back = -camera.axes[2] * np.array([1.0, 0.0, 1.0])
    made = []
    for i in range(5):
        person = sample_person(rng, 0.05, muted=True)
        side = float(rng.choice([-1.0, 1.0])) if i else 1.0
        at = right * side * rng.uniform(0.45, 1.5) + back * rng.uniform(0.7, 1.1) * (1 + 0.2 * i)
        pose = replace(
            standing(float(at[0]), float(rng.uniform(0, 2 * np.pi)), 0.3),
            z=float(at[2]),
            gait=float(rng.uniform(0, 0.3)),
        )
        made.append(bend_joints(person, pose))
    made = made[: shift.extras]
    walker = made.pop(1) if len(made) > 1 else None
    return tuple(made), walker


def _walked(plan: ClipPlan, frame: int) -> list[Joints]:
    """The passer-by where one frame finds them."""
    if plan.walker is None:
        return []
    person, pose = plan.walker.person, plan.walker.pose
    right = plan.camera.axes[0]
    across = 0.9 * (plan.timeline.seconds[frame] - 1.5)
    yaw = float(np.arctan2(-right[2], right[0]))
    return [
        bend_joints(
            person,
            replace(
                pose,
                x=pose.x + float(right[0]) * across,
                z=pose.z + float(right[2]) * across,
                yaw=yaw,
                gait=0.8,
                stride=2 * np.pi * across / (0.6 * person.height),
            ),
        )
    ]


def draw_frames(plan: ClipPlan, only: Sequence[int] | None = None) -> Iterator[NDArray[np.uint8]]:
    """The frames RGB [240,320,3] of a planned clip one after the other, or those numbered `only`."""
    shift, seed, concept = plan.shift, plan.seed, plan.concept
    pad = _PAD * OVERSAMPLING
    size = (HEIGHT * OVERSAMPLING, WIDTH * OVERSAMPLING)
    plate = backdrop(generator(seed, concept, "backdrop"), plan.place, plan.camera, size, pad)
    scale = plan.camera.pixels_per_metre([0.0, 1.0, 0.0])
    if plan.standers:
        padded = plan.camera.shifted(pad, pad)
        plate = paint_people(list(plan.standers), plate, padded, plan.light, scale)
    front = foreground(
        generator(seed, concept, "occlusion"), shift.occlusion, (HEIGHT, WIDTH), _PAD * 2
    )
    moves = np.gradient(plan.shake, axis=0)
    for frame in range(len(plan.timeline.seconds)) if only is None else only:
        dx, dy = (int(v) for v in np.round(plan.shake[frame] * OVERSAMPLING))
        seen = plate[pad - dy : pad - dy + size[0], pad - dx : pad - dx + size[1]]
        people = [*_walked(plan, frame), *plan.timeline.joints(frame)]
        picture = shrink(
            paint_people(
                people, seen, plan.camera_at(frame), plan.light, scale, plan.place.kind != "lights"
            )
        )
        if front is not None:
            x, y = 2 * _PAD - dx, 2 * _PAD - dy
            picture = over(picture, front[y : y + HEIGHT, x : x + WIDTH])
        picture = smear(picture, moves[frame], shift.blur)
        picture = apply_grade(picture, plan.grade, shift.darkness)
        sensor = generator(seed, concept, f"noise {frame}")
        yield to_uint8(grain(sensor, picture, shift.noise))


def draw_clip(seed: int, concept: str, shift: Shift) -> ClipDrawing:
    """The clip (seed, concept) under `shift`, 2–4 s long; the same seed gives the same frames.

    Compression is part of the shift but acts when the clip is written (`video.write_video`).
    Raises InputError for a concept that is not drawn.
    """
    plan = plan_clip(seed, concept, shift)
    count = len(plan.timeline.seconds)
    return ClipDrawing(
        concept=concept,
        seed=seed,
        shift=shift,
        fps=FPS,
        frames=np.stack(list(draw_frames(plan))),
        interval=plan.timeline.interval,
        boxes=tuple(plan.box(i) for i in range(count)),
    )
