"""Small inputs that were read wrongly once, with their right values; where they lie beside the project."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from attention.errors import InputError
from attention.media.frames import FrameReader
from tests.test_brought_clips import Seen, best_effort_times, see
from training.data.sources import open_source

CASES = Path(__file__).parents[2] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.exists(), reason="shared/cases is not here")


@pytest.mark.parametrize(
    ("name", "count", "rate"),
    [
        ("00001.MTS", 50, 25),
        ("alpha_prores.mov", 10, 25),
        ("alpha_vp9.webm", 10, 25),
        ("joined_back.ts", 100, 25),
        ("joined_jump.ts", 100, 25),
        ("pulldown.mpg", 48, 24),
        ("raw.mjpeg", 50, 25),
        ("thumb_first.mp4", 50, 25),
        ("v.3gp", 50, 25),
        ("v.m4v", 50, 25),
        ("v.wmv", 50, 25),
    ],
)
def test_every_frame_of_a_clip_is_there_at_its_time(name: str, count: int, rate: int) -> None:
    seen = see(CASES / "video" / name)
    assert seen.numbers == list(range(count))
    assert np.allclose(seen.seconds, np.arange(count) / rate, atol=1e-3)


@pytest.mark.parametrize("name", ["gaps.avi", "slides.mp4"])
def test_frames_that_are_shown_long_keep_their_time(name: str) -> None:
    path = CASES / "video" / name
    assert np.allclose(see(path).seconds, best_effort_times(path), atol=1e-3)


def test_a_camera_clip_in_avi_rises_slot_by_slot() -> None:
    seen = see(CASES / "video/xvid_b.avi")
    steps = np.diff(seen.seconds)
    assert seen.numbers == sorted(seen.numbers) and seen.seconds[-1] < 2
    assert len(seen.numbers) == 48  # as ffprobe counts them
    assert np.allclose(np.round(steps / 0.04), steps / 0.04, atol=0.01) and steps.min() > 0.03


@pytest.mark.parametrize("name", ["alpha_vp9.webm", "alpha_prores.mov"])
def test_holes_are_white(name: str) -> None:
    rgb = see(CASES / "video" / name).rgb[0].astype(int)
    green = (rgb[..., 1] > 200) & (rgb[..., 0] < 100) & (rgb[..., 2] < 100)
    assert not green.any() and (rgb.min(-1) > 250).mean() > 0.05


def test_hdr_is_tone_mapped_with_a_note() -> None:
    seen = see(CASES / "video/hdr_pq.mp4")
    assert len(seen.seconds) == 50 and "HDR (PQ)" in seen.notes[0]


def still(name: str) -> Seen:
    seen = see(CASES / "stills" / name)
    assert seen.clip.kind == "image" and seen.notes == ()
    return seen


def test_photos_are_stills_and_upright() -> None:
    still("phone_mpo.jpg")
    still("photo.jfif")
    turned = still("exif6.avif")
    with Image.open(CASES / "stills/exif6.avif") as image:
        assert (turned.clip.width, turned.clip.height) == image.size[::-1]


def test_a_transparent_colour_of_16_bits_is_white() -> None:
    white = still("g16_trns.png").rgb[0].min(axis=(0, 2)) == 255
    assert white.sum() == 2  # columns: white itself, and the transparent grey
    assert (still("rgb16_trns.png").rgb[0].min(axis=-1) == 255).mean() > 0.1


def test_a_wide_profile_is_converted() -> None:
    with Image.open(CASES / "stills/display_p3.png") as image:
        raw = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(still("display_p3.png").rgb[0] - raw).max() > 5


def test_an_icon_is_named_in_a_sentence() -> None:
    with pytest.raises(InputError, match=r"x\.ico is neither a video nor an image"):
        FrameReader(CASES / "stills/x.ico")


def test_folders_are_read_as_people_lay_them_out() -> None:
    (note,) = open_source(CASES / "data/parts").skipped
    assert "kept together" not in note and "not known" in note and "_g01_c01" in note
    assert len(open_source(CASES / "data/excel_blank").clips) == 8
    web = open_source(CASES / "data/webformats")
    suffixes = {item.path.suffix.casefold() for item in (*web.stills, *web.clips)}
    assert {".jfif", ".avif", ".m4v", ".mts", ".wmv"} <= suffixes
    frames = open_source(CASES / "data/rawframes")
    assert {clip.path.is_dir() for clip in frames.clips} == {True}
