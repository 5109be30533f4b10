"""Stills of the drawn world: the same seed gives the same picture, and the acts are what they say."""

import hashlib
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

from attention.errors import InputError
from training.drawn.camera import look_at
from training.drawn.framing import fit_camera, points_to_show
from training.drawn.geometry import turn, two_bones
from training.drawn.interactions import poses, touch_points
from training.drawn.meeting import sample_people
from training.drawn.plan import plan_meeting
from training.drawn.pose import LEFT, RIGHT, Pose, bend_joints
from training.drawn.raster import rasterise
from training.drawn.seeds import CONCEPTS, generator
from training.drawn.still import SIZES, draw_still
from training.drawn.surface import Surface, ball, normals, plain


def digest(picture):
    return hashlib.sha256(picture.tobytes()).hexdigest()


def met(seed, concept):
    """Two people at the peak of an act, and their joints."""
    rng = generator(seed, concept, "people")
    m = plan_meeting(rng, concept, *sample_people(rng, concept))
    a, b = poses(m, 1.0, m.gap, 0.0)
    return m, bend_joints(m.a, a), bend_joints(m.b, b)


def test_same_seed_same_picture_and_other_seed_another():
    first = draw_still(11, "Hug")
    assert digest(first) == digest(draw_still(11, "Hug"))
    assert digest(first) != digest(draw_still(12, "Hug"))
    assert digest(first) != digest(draw_still(11, "Hug", noisy=True))


def test_same_picture_in_another_process_with_another_number_of_threads():
    code = (
        "import hashlib; from training.drawn.still import draw_still;"
        "print(hashlib.sha256(draw_still(11, 'Kiss').tobytes()).hexdigest())"
    )
    here = digest(draw_still(11, "Kiss"))
    for threads in ("1", "4"):
        env = {**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
        run = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        assert run.stdout.strip() == here


def test_same_picture_whatever_the_threads_of_opencv():
    before = cv2.getNumThreads()
    try:
        pictures = []
        for threads in (1, 4):
            cv2.setNumThreads(threads)
            pictures.append(digest(draw_still(21, "High five")))
    finally:
        cv2.setNumThreads(before)
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("concept", CONCEPTS)
def test_stills_are_colour_pictures_of_web_shapes_and_bright(concept):
    picture = draw_still(3, concept)
    assert picture.dtype == np.uint8
    assert picture.shape[:2] in SIZES
    assert picture.shape[2] == 3
    assert picture.mean() > 70
    assert picture.std() > 20


def test_a_name_that_is_not_drawn_is_refused_by_name():
    with pytest.raises(InputError, match="Tango"):
        draw_still(1, "Tango")


@pytest.mark.parametrize("seed", range(8))
def test_hands_meet_in_a_handshake_between_the_two_below_the_shoulders(seed):
    m, a, b = met(seed, "Handshake")
    pa, pb = a.palm(RIGHT), b.palm(RIGHT)
    assert np.linalg.norm(pa - pb) < 0.09
    assert a.head[0] < pa[0] < b.head[0]
    assert 0.45 * m.a.height < pa[1] < a.shoulders[RIGHT][1]


@pytest.mark.parametrize("seed", range(8))
def test_open_palms_meet_above_the_shoulders_in_a_high_five(seed):
    m, a, b = met(seed, "High five")
    pa, pb = a.palm(m.hand_a), b.palm(m.hand_b)
    assert np.linalg.norm(pa - pb) < 0.12
    assert pa[1] > max(a.shoulders[RIGHT][1], b.shoulders[RIGHT][1]) - 0.12
    assert a.hands[m.hand_a].palm @ b.hands[m.hand_b].palm < -0.9
    assert a.hands[m.hand_a].curl < 0.1


@pytest.mark.parametrize("seed", range(8))
def test_hands_lie_on_the_other_back_in_a_hug(seed):
    _, a, b = met(seed, "Hug")
    for own, other in ((a, b), (b, a)):
        behind = -other.body[:, 0]
        chest = other.spine([0.70])[0][0]
        for side in (LEFT, RIGHT):
            assert (own.hands[side].wrist - chest) @ behind > 0.0
    assert np.linalg.norm((a.pelvis - b.pelvis)[[0, 2]]) < 0.4


@pytest.mark.parametrize("seed", range(8))
def test_mouths_meet_in_a_kiss(seed):
    m, a, b = met(seed, "Kiss")
    assert np.linalg.norm(a.mouth - b.mouth) < 0.05
    assert m.a.age != "child"
    assert m.b.age != "child"


@pytest.mark.parametrize("concept", CONCEPTS)
def test_heads_and_touching_parts_are_inside_the_picture(concept):
    size = (240, 320)
    for seed in range(4):
        m, a, b = met(seed, concept)
        points = points_to_show(m, a, b, "waist")
        camera = fit_camera(points, 0.4, 0.1, size)
        for shown in [a.head, b.head, *(p for p, _ in touch_points(m, a, b))]:
            x, y, near = camera.project(shown)
            assert near > 0
            assert 0 < x < size[1]
            assert 0 < y < size[0]


def test_looks_do_not_depend_on_the_act():
    """Clothes, skin and places are drawn alike for every concept: shares differ by chance only."""
    shares = []
    for concept in CONCEPTS:
        people = [
            p
            for seed in range(60)
            for p in sample_people(generator(seed, concept, "people"), concept)
        ]
        shares.append(
            [
                np.mean([p.outfit.bottom == "skirt" for p in people]),
                np.mean([p.skin.mean() for p in people]),
                np.mean([p.outfit.pattern == "plain" for p in people]),
            ]
        )
    spread = np.ptp(shares, axis=0)
    # Three standard errors of a share of 120 people is 0.14, twice that between two shares.
    assert (spread < [0.2, 0.13, 0.25]).all()


def test_two_bones_reach_the_target_with_their_lengths():
    root, target = np.zeros(3), np.array([0.3, -0.2, 0.1])
    middle, end = two_bones(root, target, 0.3, 0.25, [0, 0, 1])
    assert np.allclose(end, target)
    assert np.isclose(np.linalg.norm(middle), 0.3)
    assert np.isclose(np.linalg.norm(end - middle), 0.25)
    assert middle[2] > 0.05


def test_out_of_reach_stops_at_the_limb_s_length():
    _, end = two_bones(np.zeros(3), [5.0, 0, 0], 0.3, 0.25, [0, 1, 0])
    assert 0.54 < end[0] < 0.55


def test_a_turn_to_the_left_takes_forward_to_minus_z():
    assert np.allclose(turn(yaw=np.pi / 2) @ [1, 0, 0], [0, 0, -1])
    assert np.allclose(turn(pitch=np.pi / 2) @ [1, 0, 0], [0, 1, 0])


def test_a_ball_is_drawn_as_a_disc_without_holes():
    size = (200, 200)
    camera = look_at([0, 1, 0], 0.3, 0.1, 2.0, size)
    points = ball([0, 1, 0], np.eye(3), [0.5, 0.5, 0.5], 24, 32)
    buffer = rasterise([[Surface(points, points, plain([1, 0, 0]))]], camera, size)
    y, x = np.mgrid[:200, :200] + 0.5
    inside = np.hypot(x - 100, y - 100) < 47
    assert (buffer.owner[inside] == 1).all()
    assert (buffer.owner[np.hypot(x - 100, y - 100) > 54] == 0).all()
    middle = buffer.normal[100, 100] @ camera.axes[2]
    assert middle > 0.98


def test_the_nearer_surface_hides_the_farther():
    size = (60, 60)
    camera = look_at([0, 0, 0], 0.0, 0.0, 2.0, size)
    near = ball([0, 0, 0.5], np.eye(3), [0.3] * 3)
    far = ball([0, 0, -0.5], np.eye(3), [0.3] * 3)
    for order in ((near, far), (far, near)):
        people = [[Surface(points, points, plain([1, 1, 1]))] for points in order]
        owner = rasterise(people, camera, size).owner[30, 30]
        assert order[owner - 1] is near


def test_normals_point_outward():
    points = ball([1, 2, 3], np.eye(3), [0.5, 0.7, 0.4], 20, 24)
    out = (normals(points)[2:-2] * (points[2:-2] - [1, 2, 3])).sum(-1)
    assert (out > 0).all()


def test_skirts_enclose_the_legs_in_every_step():
    from dataclasses import replace

    from training.drawn.person import sample_person
    from training.drawn.torso import skirt

    rng = np.random.default_rng(0)
    person = sample_person(rng)
    person = replace(
        person, outfit=replace(person.outfit, bottom="skirt", top="dress", skirt_end=0.33)
    )
    for stride in np.linspace(0, 6, 7):
        joints = bend_joints(person, Pose(x=0, gait=1.0, stride=stride))
        ring = skirt(joints).points[-3]
        for side in (LEFT, RIGHT):
            hip, knee = joints.hips[side], joints.knees[side]
            share = (hip[1] - ring[:, 1].mean()) / (hip[1] - knee[1])
            leg = (hip + (knee - hip) * share)[[0, 2]]
            # Winding: the leg lies inside the polygon of the ring.
            at = ring[:, [0, 2]] - leg
            angle = np.unwrap(np.arctan2(at[:, 1], at[:, 0]))
            assert abs(abs(angle[-1] - angle[0]) - 2 * np.pi) < 1e-6
