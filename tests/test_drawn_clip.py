"""Clips of the drawn world: lengths, intervals, boxes, and every knob of the shift on its own."""

from dataclasses import fields, replace

import av
import cv2
import numpy as np
import pytest

from attention.errors import InputError
from training.drawn.clip import HEIGHT, WIDTH, draw_clip, draw_frames, plan_clip
from training.drawn.interactions import touch_points
from training.drawn.seeds import CONCEPTS
from training.drawn.shift import LEVELS, Shift
from training.drawn.timeline import FPS, TOUCHING
from training.drawn.video import write_video

CLEAN = Shift()


def middle(plan):
    return sum(plan.timeline.interval) // 2


def peak(concept, shift, seed=5):
    """The frame in the middle of the interaction, as floats 0..255."""
    plan = plan_clip(seed, concept, shift)
    return next(draw_frames(plan, [middle(plan)])).astype(np.float32)


def luma(frame):
    return float((frame @ [0.299, 0.587, 0.114]).mean())


def detail(frame):
    """Energy of what a small blur takes away."""
    return float(((frame - cv2.GaussianBlur(frame, (0, 0), 1.0)) ** 2).mean())


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


@pytest.mark.parametrize("concept", CONCEPTS)
def test_lengths_intervals_and_boxes_agree(concept):
    for seed in range(6):
        plan = plan_clip(seed, concept, Shift.level(LEVELS[seed % 3], np.random.default_rng(seed)))
        count = len(plan.timeline.seconds)
        start, end = plan.timeline.interval
        assert 2.0 <= count / FPS <= 4.0
        assert 2 <= start < end <= count - 2
        assert end - start >= 3
        for frame in range(count):
            box = plan.box(frame)
            assert (box is not None) == (start <= frame < end)
            assert (plan.timeline.engagement[frame] >= TOUCHING) == (start <= frame < end)
            if box is not None:
                assert 0 <= box[0] < box[2] <= WIDTH
                assert 0 <= box[1] < box[3] <= HEIGHT


@pytest.mark.parametrize("concept", CONCEPTS)
def test_hands_or_faces_of_both_people_lie_in_the_box(concept):
    for seed in range(4):
        plan = plan_clip(seed, concept, Shift.level("hard", np.random.default_rng(seed)))
        frame = middle(plan)
        x0, y0, x1, y1 = plan.box(frame)
        a, b = plan.timeline.joints(frame)
        for point, _ in touch_points(plan.timeline.meeting, a, b):
            x, y, _ = plan.camera_at(frame).project(point) / [2, 2, 1]
            assert x0 - 0.5 <= np.clip(x, 0, WIDTH) <= x1 + 0.5
            assert y0 - 0.5 <= np.clip(y, 0, HEIGHT) <= y1 + 0.5


def test_people_come_and_part():
    for concept in CONCEPTS:
        plan = plan_clip(3, concept, CLEAN)
        gap = plan.timeline.gap
        start, end = plan.timeline.interval
        assert gap[0] > gap[start] + 0.4
        assert gap[-1] > gap[end - 1] + 0.25
        assert plan.timeline.engagement[0] < 0.1
        assert plan.timeline.engagement[-1] < 0.1


def test_same_seed_same_frames():
    shift = Shift.level("medium", np.random.default_rng(0))
    plan = plan_clip(2, "Hug", shift)
    again = plan_clip(2, "Hug", shift)
    for a, b in zip(draw_frames(plan, [0, 12]), draw_frames(again, [0, 12]), strict=True):
        assert (a == b).all()


def test_a_frame_is_the_same_alone_and_in_order():
    plan = plan_clip(2, "High five", Shift.level("hard", np.random.default_rng(0)))
    assert (next(draw_frames(plan, [4])) == list(draw_frames(plan, [2, 3, 4]))[2]).all()


def test_draw_clip_holds_what_the_plan_says():
    shift = replace(CLEAN, scale=2.0)
    clip = draw_clip(11, "High five", shift)  # the shortest of the first sixty
    plan = plan_clip(11, "High five", shift)
    assert clip.frames.shape == (len(plan.timeline.seconds), HEIGHT, WIDTH, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.interval == plan.timeline.interval
    assert len(clip.boxes) == len(clip.frames)
    assert (clip.fps, clip.shift) == (FPS, shift)


def test_scale_shrinks_the_box():
    small, large = plan_clip(5, "Hug", replace(CLEAN, scale=2.0)), plan_clip(5, "Hug", CLEAN)
    ratio = area(large.box(middle(large))) / area(small.box(middle(small)))
    assert 3.0 < ratio < 5.0


def test_off_centre_moves_the_box_away_from_the_middle():
    def away(off):
        plan = plan_clip(5, "Hug", replace(CLEAN, scale=2.0, off_centre=off))
        x0, y0, x1, y1 = plan.box(middle(plan))
        return np.array([(x0 + x1) / 2, (y0 + y1) / 2])

    assert np.hypot(*((away(0.25) - away(0.0)) / [WIDTH, HEIGHT])) > 0.1


def test_darkness_takes_light():
    lights = [luma(peak("Hug", replace(CLEAN, darkness=d))) for d in (0.0, 0.3, 0.6)]
    assert lights[0] > 1.2 * lights[1] > 1.2 * 1.2 * lights[2]


def test_grade_changes_colour_and_leaves_zero_alone():
    plain, graded = peak("Kiss", CLEAN), peak("Kiss", replace(CLEAN, grade=1.0))

    def saturation(frame):
        return float((frame.max(-1) - frame.min(-1)).mean())

    assert abs(saturation(graded) - saturation(plain)) > 2
    assert np.abs(plain - graded).mean() > 4


def test_blur_takes_detail_and_noise_adds_it():
    sharp = detail(peak("Handshake", CLEAN))
    assert detail(peak("Handshake", replace(CLEAN, blur=2.5))) < 0.6 * sharp
    noisy = [detail(peak("Handshake", replace(CLEAN, noise=n))) for n in (0.02, 0.05)]
    assert sharp < noisy[0] < noisy[1]


def test_blur_shakes_the_camera():
    def travel(blur):
        return np.abs(np.diff(plan_clip(5, "Hug", replace(CLEAN, blur=blur)).shake, axis=0)).sum()

    assert travel(0.0) == 0
    assert travel(3.0) > 2 * travel(1.0) > 0


def test_clutter_fills_the_place():
    def edges(clutter):
        total = 0.0
        for seed in range(3):
            plan = plan_clip(seed, "Hug", replace(CLEAN, clutter=clutter, scale=2.0))
            plan = replace(plan, place=replace(plan.place, kind="room", focus=0.1))
            total += detail(next(draw_frames(plan, [0])).astype(np.float32))
        return total

    assert edges(1.0) > 1.2 * edges(0.0)


def test_occlusion_covers_more_of_the_frame():
    changed = []
    clear = peak("Hug", CLEAN)
    for occlusion in (0.1, 0.4):
        covered = peak("Hug", replace(CLEAN, occlusion=occlusion))
        changed.append((np.abs(covered - clear).max(-1) > 12).mean())
    assert changed[1] > 1.5 * changed[0] > 0


def test_extras_are_other_people():
    plans = [plan_clip(5, "Hug", replace(CLEAN, extras=n)) for n in range(5)]
    counts = [len(p.standers) + (p.walker is not None) for p in plans]
    assert counts == [0, 1, 2, 3, 4]
    for extra in plans[4].standers:
        assert extra.person is not plans[4].timeline.meeting.a


def test_extras_change_the_picture():
    wide = replace(CLEAN, scale=2.2)
    assert np.abs(peak("Hug", wide) - peak("Hug", replace(wide, extras=4))).mean() > 1


def test_viewpoint_turns_the_camera():
    def turned(viewpoint):
        back = plan_clip(5, "Hug", replace(CLEAN, viewpoint=viewpoint)).camera.axes[2]
        return abs(np.arctan2(back[0], back[2]))

    assert np.isclose(turned(0.0), 0.0, atol=1e-6)
    assert np.isclose(turned(1.1), 1.1, atol=1e-6)


def test_compression_shrinks_the_file_and_the_file_can_be_read(tmp_path):
    plan = plan_clip(5, "Hug", replace(CLEAN, scale=2.0))
    frames = list(draw_frames(plan, range(0, 12, 2)))
    sizes = []
    for crf in (20, 38):
        path = tmp_path / f"{crf}.mp4"
        write_video(path, frames, FPS, crf)
        sizes.append(path.stat().st_size)
        with av.open(str(path)) as film:
            stream = film.streams.video[0]
            assert stream.codec_context.name == "h264"
            assert stream.pix_fmt == "yuv420p"
            back = [f.to_ndarray(format="rgb24") for f in film.decode(stream)]
        assert len(back) == len(frames)
        assert back[0].shape == (HEIGHT, WIDTH, 3)
        assert np.abs(back[0].astype(int) - frames[0]).mean() < (6 if crf == 20 else 16)
    assert sizes[1] < 0.5 * sizes[0]
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_levels_grow_from_mild_to_hard():
    def mean(name):
        rng = np.random.default_rng(1)
        drawn = [Shift.level(name, rng) for _ in range(40)]
        return {f.name: np.mean([getattr(s, f.name) for s in drawn]) for f in fields(Shift)}

    mild, medium, hard = (mean(name) for name in LEVELS)
    for knob in mild:
        assert mild[knob] < medium[knob] < hard[knob], knob


def test_an_unknown_level_is_refused_by_name():
    with pytest.raises(InputError, match="brutal"):
        Shift.level("brutal", np.random.default_rng(0))
