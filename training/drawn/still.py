"""Web images: posed, bright, centred stills of an interaction at its peak."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.drawn.backdrop import backdrop, sample_place
from training.drawn.framing import FRAMINGS, fit_camera, level_pitch, points_to_show
from training.drawn.geometry import Array
from training.drawn.interactions import poses
from training.drawn.meeting import Meeting, sample_people
from training.drawn.picture import OVERSAMPLING, paint_people, sample_light, shrink, to_uint8
from training.drawn.plan import plan_meeting
from training.drawn.pose import bend_joints
from training.drawn.seeds import CONCEPTS, generator

# (height, width) of stills, with how often each is used: Web images come in all shapes.
SIZES = ((224, 300), (224, 336), (256, 256), (300, 240))
_SHARES = (0.4, 0.15, 0.27, 0.18)
# Full, knees, waist, close: wide pictures show less of a body than tall ones.
_FRAMING = {True: (0.0, 0.2, 0.45, 0.35), False: (0.16, 0.34, 0.32, 0.18)}


def draw_still(seed: int, concept: str, noisy: bool = False) -> NDArray[np.uint8]:
    """A still RGB [H,W,3] of `concept`; the same seed gives the same picture.

    `noisy` draws what a careless search finds under the concept's name: another act, people who
    only stand there, somebody alone, a cut that misses the act, a blurred picture.
    Raises InputError for a concept that is not drawn.
    """
    rng = generator(seed, concept, "noisy" if noisy else "still")
    flaw = str(rng.choice(["other", "apart", "alone", "cut", "blurred"])) if noisy else ""
    shown = concept
    if flaw == "other":
        shown = str(rng.choice([c for c in CONCEPTS if c != concept]))
    people = generator(seed, concept, "people")
    m = plan_meeting(people, shown, *sample_people(people, shown))
    if m.concept == "Kiss" or rng.random() < 0.25:
        m = replace(m, smile=m.smile * 0.8)
    picture = _picture(rng, generator(seed, concept, "place"), m, flaw)
    return to_uint8(_develop(rng, picture, flaw))


def _picture(
    rng: np.random.Generator, place_rng: np.random.Generator, m: Meeting, flaw: str
) -> Array:
    height, width = SIZES[rng.choice(len(SIZES), p=_SHARES)]
    size = (height * OVERSAMPLING, width * OVERSAMPLING)
    apart = flaw in ("apart", "alone")
    gap = rng.uniform(0.7, 1.3) if apart else m.gap
    joints = [
        bend_joints(p, pose)
        for p, pose in zip(
            (m.a, m.b), poses(m, 0.0 if apart else 1.0, gap, rng.uniform(0, 0.5)), strict=True
        )
    ]
    yaw, pitch = rng.uniform(-0.5, 0.5), level_pitch(rng)
    framing = str(rng.choice(FRAMINGS, p=_FRAMING[width > height]))
    points = points_to_show(m, joints[0], joints[1], framing)
    camera = fit_camera(points, yaw, pitch, size, float(rng.uniform(0.76, 0.9)))
    camera = camera.shifted(*(rng.normal(size=2) * 0.012 * width * OVERSAMPLING))
    if flaw == "cut":
        away = rng.choice([-1, 1]) * rng.uniform(0.42, 0.6)
        camera = camera.shifted(away * size[1], rng.uniform(0.1, 0.4) * size[0])
    if flaw == "alone":
        joints = joints[:1]
    place = sample_place(place_rng, float(place_rng.uniform(0.15, 0.6)))
    plate = backdrop(place_rng, place, camera, size)
    light = sample_light(rng, camera, place.inside)
    scale = camera.pixels_per_metre([0.0, 1.0, 0.0])
    return shrink(paint_people(joints, plate, camera, light, scale, place.kind != "lights"))


def _develop(rng: np.random.Generator, picture: Array, flaw: str) -> Array:
    bright = np.clip(picture * rng.uniform(0.97, 1.12), 0, 1) ** rng.uniform(0.85, 1.03)
    if flaw == "blurred":
        bright = cv2.GaussianBlur(bright, (0, 0), rng.uniform(3, 6)) * rng.uniform(0.4, 0.9)
    return np.asarray(bright)
