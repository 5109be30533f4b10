"""Hidden boxes, where a window lies in the frame, and frames that are looked at again."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from attention.errors import InputError
from attention.model.folder import Card, Model
from attention.networks.cnn import centre_square
from attention.pipeline import analyse
from attention.probe.held import Held, held
from attention.probe.hide import (
    blurred_mean,
    brush_of,
    following,
    hidden,
    in_all,
    in_one,
    window_box,
)
from tests.clips import frame_number, numbered_frames, write_clip
from tests.networks import pooled_backbone

RNG = np.random.default_rng(0)
FRAMES = RNG.integers(0, 256, (3, 12, 20, 3), dtype=np.uint8)
CONCEPTS = ("Handshake", "High five", "Hug")


def test_boxes_are_filled_and_all_else_stays() -> None:
    found = hidden(FRAMES, [[(0.1, 0.25, 0.3, 0.5)], [], [(0, 0, 0.5, 0.5), (0.9, 0.9, 1, 1)]])
    cover = np.zeros((3, 12, 20), bool)
    cover[0, 3:6, 2:6] = True
    cover[2, :6, :10] = cover[2, 11:, 18:] = True
    fill = blurred_mean(FRAMES)
    assert (found[cover] == fill[cover]).all() and (found[~cover] == FRAMES[~cover]).all()
    # a pixel whose centre lies on the left edge is covered, on the right edge not
    edge = hidden(FRAMES, in_all([(0.125, 0, 0.175, 1)], 3))
    assert ((edge != FRAMES).any((0, 1, 3)).nonzero()[0] == [2]).all()


def test_a_brush_covers_cells_of_its_box() -> None:
    frame = RNG.integers(0, 256, (1, 40, 80, 3), dtype=np.uint8)
    # cell (0, 3) alone, then cells (15, 8) … (15, 15): rows of four digits, the highest bit first
    digits = "1000" + 14 * "0000" + "00ff"
    found = hidden(frame, [[(0.1, 0.2, 0.5, 0.6)]], brush_of(digits))  # cells of 1 × 2 pixels
    cover = np.zeros((1, 40, 80), bool)
    cover[0, 8, 8 + 2 * 3 : 8 + 2 * 4] = True
    cover[0, 8 + 15, 8 + 2 * 8 : 8 + 2 * 16] = True
    fill = blurred_mean(frame)
    assert (found[cover] == fill[cover]).all() and (found[~cover] == frame[~cover]).all()
    for wrong in ("", "1000", 64 * "g", 63 * "0" + "F"):
        with pytest.raises(InputError, match="64 hexadecimal digits"):
            brush_of(wrong)
    with pytest.raises(InputError, match="covers no cell of its box"):
        brush_of(64 * "0")


def test_the_fill_is_four_by_four_means_with_lines_between() -> None:
    frame = FRAMES[:1, :10, :18]  # tiles of 2.5 × 4.5 pixels
    fine = (
        frame[0].repeat(4, 0).repeat(4, 1).astype(float)
    )  # each pixel as 4×4, so that tiles are whole
    tiles = fine.reshape(4, 10, 4, 18, 3).mean((1, 3))
    slow = np.zeros((10, 18, 3))
    for y in range(10):
        for x in range(18):
            i, j = (np.clip((p + 0.5) * 4 / n - 0.5, 0, 3) for p, n in ((y, 10), (x, 18)))
            a, b = int(i), int(j)
            c, d = min(a + 1, 3), min(b + 1, 3)
            upper = tiles[a, b] * (1 - j + b) + tiles[a, d] * (j - b)
            lower = tiles[c, b] * (1 - j + b) + tiles[c, d] * (j - b)
            slow[y, x] = upper * (1 - i + a) + lower * (i - a)
    assert np.abs(blurred_mean(frame)[0] - slow).max() <= 0.51


def test_boxes_stand_in_one_frame_in_all_or_follow() -> None:
    assert in_one([(0, 0, 1, 0.5)], 1, 3) == [(), [(0, 0, 1, 0.5)], ()]
    path = following({4: (0.4, 0.0, 0.6, 0.5), 2: (0.0, 0.2, 0.2, 0.7)}, 6)
    assert [round(boxes[0][0], 6) for boxes in path] == [0, 0, 0, 0.2, 0.4, 0.4]
    assert path[3][0] == pytest.approx((0.2, 0.1, 0.4, 0.6))


def test_a_window_lies_where_the_map_shows_it() -> None:
    # 3×3 cells at row 1, column 2 of a 7×7 map of the middle 240×240 pixels of 320×240
    x0, y0, x1, y1 = window_box((1, 2), 3, (7, 7), (320, 240))
    assert (320 * x0, 240 * y0, 320 * x1, 240 * y1) == pytest.approx(
        (40 + 240 * 2 / 7, 240 / 7, 40 + 240 * 5 / 7, 240 * 4 / 7)
    )
    frame = np.zeros((1, 240, 320, 3), np.uint8)
    frame[0, :, :, 0] = RNG.integers(1, 256, (240, 320))
    covered = hidden(frame, [[(x0, y0, x1, y1)]])
    covered[frame == covered] = 0
    rows, columns = np.nonzero(centre_square(covered[0])[..., 0] > 20)
    assert (rows.min(), rows.max() + 1) == pytest.approx((32, 128), abs=2)
    assert (columns.min(), columns.max() + 1) == pytest.approx((64, 160), abs=2)


def test_what_hides_nothing_or_everything_is_said() -> None:
    for box in ((0.5, 0.1, 0.4, 0.9), (1.2, 0, 1.4, 1), (-1, 0, 0, 1), (0, 0, float("nan"), 1)):
        with pytest.raises(
            InputError, match="covers nothing of the frame; give x0, y0, x1, y1 in shares"
        ):
            hidden(FRAMES, in_all([box], 3))
    with pytest.raises(InputError, match="cover the whole picture: nothing is left to see"):
        hidden(FRAMES, in_all([(-0.5, 0, 2, 1)], 3))
    with pytest.raises(InputError, match="nothing is left"):  # of what a CNN is shown
        hidden(FRAMES, in_all([(0.2, 0, 0.8, 1)], 3))
    assert (hidden(FRAMES, in_one([(0, 0, 1, 1)], 0, 3))[1:] == FRAMES[1:]).all()


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mkv"
    return write_clip(path, numbered_frames(20), codec="ffv1", pix_fmt="bgr0")


@pytest.fixture(scope="module")
def model() -> Model:
    card = Card(title="t", about="a", concepts=CONCEPTS, backbone="resnet18")
    return Model("m", card, pooled_backbone(classes=3))


def test_held_frames_are_those_the_clip_is_looked_at_by(clip: Path, model: Model) -> None:
    frames = held(clip, every=3)
    assert [frame_number(frame) for frame in frames.rgb] == [0, 3, 6, 9, 12, 15, 18]
    again = frames.analysis(model, keep_maps=True, truth="hug")
    plain = analyse(clip, model, every=3, keep_maps=True, truth="hug")
    for field in ("clip", "frames", "seconds", "size", "concepts", "window", "truth", "notes"):
        assert getattr(again, field) == getattr(plain, field), field
    np.testing.assert_array_equal(again.sides[0].maps, plain.sides[0].maps)
    assert [v.why for v in again.verdicts] == [v.why for v in plain.verdicts]


def test_changed_frames_are_looked_at_and_a_note_says_so(clip: Path, model: Model) -> None:
    frames = held(clip, every=3)
    dark = frames.changed(frames.rgb // 2, "The frames are darker.")
    found = dark.analysis(model)
    assert "The frames are darker." in found.notes
    x = model.web.preprocess(frames.rgb // 2)
    np.testing.assert_allclose(found.sides[0].scores, model.web(x).detach(), rtol=1e-4, atol=1e-5)
    assert frames.notes == () and isinstance(dark, Held)


def test_long_clips_are_cut_and_large_frames_made_smaller(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "long.mkv", numbered_frames(70, 20, 40), codec="ffv1", pix_fmt="bgr0"
    )
    frames = held(path, every=1)
    assert len(frames.rgb) == 64 and "only its first 64 sampled frames" in frames.notes[0]
    wide = held(write_clip(tmp_path / "wide.mp4", numbered_frames(2, 360, 960)), every=1)
    assert wide.rgb.shape == (2, 180, 480, 3) and wide.clip.width == 960
    assert frame_number(wide.rgb[1]) == 1
    assert dataclasses.replace(wide, every=2).every == 2
