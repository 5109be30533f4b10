"""Wide gamuts of usual brightness: clips and AVIF stills of BT.2020 and P3 as sRGB."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from attention.confined.process import SandboxedReader
from attention.media.frames import FrameReader
from attention.media.gamut import in_srgb
from tests.test_hdr import srgb

P3, BT2020, BT709 = 12, 9, 1
# CSS Color 4's own samples of Display P3, and the sRGB they are
SAMPLES = {(0.21604, 0.49418, 0.13151): (0, 128, 0), (1, 1, 1): (255,) * 3, (0, 0, 0): (0,) * 3}


def expected_of_bt2020(pixel: NDArray[np.uint8]) -> list[float]:
    """By ITU-R BT.2087, with sRGB's curve."""
    r, g, b = (
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4
        for x in (float(signal) / 255 for signal in pixel)
    )
    return [
        srgb(1.6605 * r - 0.5876 * g - 0.0728 * b),
        srgb(-0.1246 * r + 1.1329 * g - 0.0083 * b),
        srgb(-0.0182 * r - 0.1006 * g + 1.1187 * b),
    ]


def test_colours_of_display_p3_are_as_css_says() -> None:
    signals = np.round(np.array([[*SAMPLES]]) * 255).astype(np.uint8)
    assert np.abs(in_srgb(signals, P3).astype(int) - [[*SAMPLES.values()]]).max() <= 2


def test_colours_of_bt2020_are_as_the_standard_says() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (300, 2, 3)).astype(np.uint8)
    wanted = [[expected_of_bt2020(pixel) for pixel in row] for row in rgb]
    assert np.abs(in_srgb(rgb, BT2020) - np.array(wanted)).max() <= 1
    assert in_srgb(rgb, BT709) is rgb


def write_of(path: Path, rgb: NDArray[np.uint8], primaries: int) -> Path:
    """Writes one colour as a lossless clip of RGB that names its primaries."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("ffv1", rate=10)
        stream.height, stream.width, stream.pix_fmt = *rgb.shape[:2], "bgr0"
        stream.codec_context.color_primaries = primaries
        for number in range(2):
            frame = av.VideoFrame.from_ndarray(rgb).reformat(format="bgr0")
            frame.pts, frame.color_primaries = number, primaries
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


@pytest.mark.parametrize("primaries", [P3, BT2020, BT709])
def test_a_clip_of_a_wide_gamut_is_shown_in_srgb(tmp_path: Path, primaries: int) -> None:
    rgb = np.full((32, 48, 3), (200, 100, 50), np.uint8)
    path = write_of(tmp_path / "wide.mkv", rgb, primaries)
    wanted = in_srgb(rgb, primaries)
    assert (np.abs(wanted.astype(int) - rgb).max() > 10) == (primaries != BT709)
    for reader in (FrameReader(path, every=1), SandboxedReader(path, every=1)):
        with reader:
            (frames,) = reader
        assert np.abs(frames.rgb - wanted.astype(int)).max() <= 1


def test_an_avif_still_of_a_wide_gamut_is_shown_in_srgb(tmp_path: Path) -> None:
    rgb = np.full((32, 48, 3), (200, 100, 50), np.uint8)
    Image.fromarray(rgb).save(tmp_path / "still.avif", quality=100)
    data = (tmp_path / "still.avif").read_bytes()
    at = data.index(b"colrnclx") + 8
    (tmp_path / "still.avif").write_bytes(data[:at] + bytes([0, P3]) + data[at + 2 :])
    with FrameReader(tmp_path / "still.avif") as reader:
        (frames,) = reader
    assert np.abs(frames.rgb - in_srgb(rgb, P3).astype(int)).max() <= 4
