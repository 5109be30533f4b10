"""The dial: each formula against a slow loop or the drawn set's own code, its levels against the set's."""

import cv2
import numpy as np
import pytest

from attention.errors import InputError
from attention.probe.shift.blur import convolved, gaussian, streak
from attention.probe.shift.grain import mixed, normal
from attention.probe.shift.light import LIFT, LOST_COLOUR, SHADOWS, WARMTH, gain
from attention.probe.shift.registry import shifted, shifts, values_of
from tests.networks import pictures
from training.drawn.footage import Grade, apply_grade, shake_path
from training.drawn.geometry import colour
from training.drawn.shift import _RANGES

RNG = np.random.default_rng(0)
FRAMES = RNG.integers(0, 256, (2, 48, 64, 3), dtype=np.uint8)
KNOB = {"darkness": "darkness", "noise": "noise", "occluder": "occlusion", "colour cast": "grade"}


def near(ours: np.ndarray, exact: np.ndarray) -> bool:
    """Half a level from the exact values at most, as rounding leaves them."""
    return bool(np.abs(ours - np.clip(exact, 0, 255)).max() <= 0.51)


@pytest.mark.parametrize("row", shifts(), ids=lambda row: row.name)
def test_every_shift_changes_frames_and_leaves_those_it_was_given(row) -> None:  # type: ignore[no-untyped-def]
    tiles = FRAMES[:, :30, :40].repeat(8, 1).repeat(8, 2)
    before, changes = tiles.copy(), []
    for level in row.levels:
        after = shifted(tiles, {row.name: level})
        assert after.shape == tiles.shape and after.dtype == np.uint8
        changes.append(np.abs(after.astype(int) - tiles).mean())
    assert 0 < changes[0] < changes[1] < changes[2]
    assert (tiles == before).all()
    assert shifted(tiles, {row.name: 0}) is tiles


@pytest.mark.parametrize("name", KNOB)
def test_levels_are_the_middle_of_what_the_drawn_set_draws(name: str) -> None:
    (row,) = (row for row in shifts() if row.name == name)
    for level, value in row.levels.items():
        assert value == pytest.approx(np.mean(_RANGES[level][KNOB[name]]), abs=0.0051)


def shake(seed: int, strength: float) -> float:
    """How many pixels a frame a drawn camera moves."""
    path = shake_path(np.random.default_rng(seed), 38, strength)
    return float(np.hypot(*np.gradient(path, axis=0).T).mean())


def test_levels_of_framing_and_blur_follow_from_the_drawn_sets_knobs() -> None:
    rows = {row.name: row for row in shifts()}
    for level, knobs in _RANGES.items():
        middle = {knob: np.mean(span) for knob, span in knobs.items()}
        assert rows["shrink and move"].levels[level] == pytest.approx(
            middle["scale"] - 1, abs=0.002
        )
        strongest = knobs["blur"][1]
        assert rows["blur"].levels[level] == pytest.approx(0.2 + 0.35 * strongest, abs=0.003)
        motion = np.mean([shake(seed, strongest) for seed in range(40)])
        length = 0.5 * motion + strongest
        assert rows["motion blur"].levels[level] == pytest.approx(length, rel=0.03)
        assert rows["contrast"].levels[level] == pytest.approx(0.28 * middle["grade"], abs=0.001)


def test_darkness_and_contrast_by_hand() -> None:
    frame = np.array([[[[0, 102, 255], [200, 50, 101]]]], np.uint8)
    assert shifted(frame, {"darkness": 0.25}).tolist() == [[[[0, 77, 191], [150, 38, 76]]]]
    assert shifted(frame, {"contrast": 0.5}).tolist() == [[[[51, 102, 179], [151, 76, 102]]]]


@pytest.mark.parametrize("strength", [0.15, 0.625, 1.0])
def test_a_cast_is_the_drawn_sets_grade(strength: float) -> None:
    warm = colour(35, WARMTH * strength, 1.0)
    assert np.allclose(gain(strength), warm / (warm @ [0.299, 0.587, 0.114]), atol=1e-4)
    assert np.allclose(SHADOWS, colour(200, 0.7, 1.0), atol=1e-4)
    grade = Grade(
        np.array(gain(strength)),
        colour(200, 0.7, 1.0) * LIFT * strength,
        1 - LOST_COLOUR * strength,
        1.0,
    )
    exact = [apply_grade(frame.astype(np.float32) / 255, grade, 0.0) for frame in FRAMES]
    assert near(shifted(FRAMES, {"colour cast": strength}), 255 * np.stack(exact))


def slowly(frame: np.ndarray, across: np.ndarray, down: np.ndarray) -> np.ndarray:
    h, w, _ = frame.shape
    out = np.zeros(frame.shape)
    for y in range(h):
        for x in range(w):
            for j, b in enumerate(down):
                for i, a in enumerate(across):
                    row = min(max(y + j - len(down) // 2, 0), h - 1)
                    column = min(max(x + i - len(across) // 2, 0), w - 1)
                    out[y, x] += a * b * frame[row, column]
    return out


def test_blurs_are_the_slow_sums_with_edges_that_go_on() -> None:
    frames = FRAMES[:1, :9, :12]
    for across, down in ((gaussian(1.0), gaussian(1.0)), (streak(2.5), np.ones(1))):
        assert near(convolved(frames, across, down)[0], slowly(frames[0], across, down))
    assert streak(2.5) == pytest.approx([0.25 / 3.5, 1 / 3.5, 1 / 3.5, 1 / 3.5, 0.25 / 3.5])
    assert len(gaussian(1.0)) == 7 and gaussian(1.0)[3] / gaussian(1.0)[2] == pytest.approx(
        np.e**0.5
    )


def test_lengths_grow_with_the_frame() -> None:
    small = pictures(1, 240)
    large = cv2.resize(small[0], (480, 480), interpolation=cv2.INTER_LINEAR)[None]
    after = shifted(large, {"blur": 3.0})[0]
    again = cv2.resize(after, (240, 240), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(again - shifted(small, {"blur": 3.0})[0])[9:-9, 9:-9].max() <= 2


def test_a_picture_shrinks_about_its_middle_and_moves_to_the_right() -> None:
    ramp = np.broadcast_to(
        np.arange(0, 200, 2, dtype=np.uint8)[None, None, :, None], (1, 60, 100, 3)
    )
    after = shifted(np.ascontiguousarray(ramp), {"shrink and move": 0.5})[0, 30, :, 0]
    # pixel x comes from 49.5 + (x − 49.5 − 0.27·0.5·100)·1.5, cut to 0 … 99
    exact = 2 * np.clip(49.5 + (np.arange(100) - 49.5 - 13.5) * 1.5, 0, 99)
    assert np.abs(after - exact).max() <= 0.5001
    up = np.ascontiguousarray(ramp.transpose(0, 2, 1, 3))
    exact = 2 * np.clip(49.5 + (np.arange(100) - 49.5) * 1.5, 0, 99)
    assert np.abs(shifted(up, {"shrink and move": 0.5})[0, :, 30, 0] - exact).max() <= 0.5001


def test_a_pillar_covers_its_share_beside_either_edge() -> None:
    black = np.zeros((1, 90, 90, 3), np.uint8)
    black[:, 0, 0] = 255
    sides = set()
    for seed in range(8):
        row = shifted(black, {"occluder": 0.2}, seed=seed)[0, 50, :, 0].astype(float)
        assert row.sum() == pytest.approx(18 * (0.3 * 81.6 + 0.7 * 102), rel=0.02)
        middle = (row * (np.arange(90) + 0.5)).sum() / row.sum()
        assert min(middle, 90 - middle) == pytest.approx(0.06 * 90 + 9, abs=0.5)
        sides.add(middle > 45)
    assert sides == {True, False}


def test_noise_is_the_integer_hash_that_a_browser_can_repeat() -> None:
    def by_hand(n: int) -> int:  # with Python's own integers
        n ^= n >> 16
        n = n * 0x7FEB352D % 2**32
        n ^= n >> 15
        n = n * 0x846CA68B % 2**32
        return n ^ n >> 16

    numbers = [0, 1, 2, 255, 2**31, 2**32 - 1, 123456789]
    assert mixed(np.array(numbers, np.uint32)).tolist() == [by_hand(n) for n in numbers]
    after = shifted(FRAMES, {"noise": 0.05}, numbers=np.array([7, 12]), seed=3)
    for frame, y, x, c in ((0, 0, 0, 0), (0, 47, 63, 2), (1, 20, 31, 1)):
        key = x * 0x9E3779B1 + y * 0x85EBCA77 + (7, 12)[frame] * 0xC2B2AE3D + 3 * 0x165667B1
        z = [
            (sum(by_hand((key + k * 0x27D4EB2F) % 2**32).to_bytes(4, "big")) - 510) / 147.80
            for k in (0, c + 1)
        ]
        exact = FRAMES[frame, y, x, c] + 255 * 0.05 * (0.75 * z[0] + 0.66 * z[1])
        assert abs(after[frame, y, x, c] - np.clip(exact, 0, 255)) <= 0.51


def test_noise_has_the_spread_it_names_and_differs_between_frames() -> None:
    grey = np.full((2, 120, 160, 3), 128, np.uint8)
    grey[:, 0, 0] = 0
    noise = shifted(grey, {"noise": 0.05}).astype(float)[:, 1:] - 128
    assert noise.std() == pytest.approx(255 * 0.05, rel=0.02) and abs(noise.mean()) < 0.3
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.02
    assert np.corrcoef(noise[..., 0].ravel(), noise[..., 1].ravel())[0, 1] == pytest.approx(
        0.563, abs=0.02
    )
    z = normal(np.arange(20000, dtype=np.uint32))
    assert abs(z.mean()) < 0.03 and z.std() == pytest.approx(1, abs=0.02)
    large = np.full((1, 480, 480, 3), 128, np.uint8)
    large[:, 0, 0] = 0
    blocks = shifted(large, {"noise": 0.05})[0]
    assert (blocks[2::2, 2::2] == blocks[3::2, 3::2]).all()  # a grain is a line, two pixels here


def test_several_shifts_follow_each_other_in_the_order_of_light() -> None:
    both = {"noise": 0.02, "darkness": 0.5}
    one_by_one = shifted(shifted(FRAMES, {"darkness": 0.5}), {"noise": 0.02})
    assert (shifted(FRAMES, both) == one_by_one).all()
    assert list(values_of({"compression": "hard", "blur": 0, "occluder": "mild"})) == [
        "occluder",
        "compression",
    ]


def test_what_cannot_be_shifted_is_said_in_one_sentence() -> None:
    with pytest.raises(InputError, match="no shift 'fog'; choose shrink and move, occluder"):
        shifted(FRAMES, {"fog": 1})
    for wrong in (1.5, -0.1, "dark", float("nan")):
        with pytest.raises(
            InputError,
            match=r"darkness cannot be .*; choose mild, medium, hard, or a number from 0 to 1",
        ):
            shifted(FRAMES, {"darkness": wrong})
    with pytest.raises(InputError, match=r"Nothing is left to see with darkness 1 and noise 0\.1"):
        shifted(FRAMES, {"darkness": 1, "noise": 0.1})
    with pytest.raises(InputError, match="with contrast 1"):
        shifted(FRAMES, {"contrast": 1})
    black = np.zeros_like(FRAMES)  # nothing was to be seen before
    assert not shifted(black, {"darkness": 0.5}).any()
