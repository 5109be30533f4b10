"""HDR pictures on usual screens: by the standards' own formulas, one number at a time, and by zimg."""

import math
import shutil
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from attention.confined.process import SandboxedReader
from attention.media.frames import FrameReader
from attention.media.gamut import BT709, BT2020
from attention.media.hdr import Curve, tone_mapped

LIGHTS = (0.5, 5.0, 26.0, 90.0, 150.0, 203.0, 400.0, 700.0, 1000.0, 4000.0)


def pq_signal(light: float) -> float:
    """BT.2100: the inverse EOTF of PQ."""
    y = (light / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


def pq_light(signal: float) -> float:
    """BT.2100: the EOTF of PQ, cd/m²."""
    y = signal ** (1 / 78.84375)
    return 10_000 * (max(y - 0.8359375, 0) / (18.8515625 - 18.6875 * y)) ** (1 / 0.1593017578125)


def hlg_scene(signal: float) -> float:
    """BT.2100: the inverse OETF of HLG."""
    if signal <= 0.5:
        return signal**2 / 3
    return (math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12


def compressed(light: float) -> float:
    """BT.2390: from a display of 1,000 to one of 203 cd/m², both black at 0."""
    top = pq_signal(1000)
    e, most = pq_signal(min(light, 1000)) / top, pq_signal(203) / top
    knee = 1.5 * most - 0.5
    if e < knee:
        return light
    t = (e - knee) / (1 - knee)
    hermite = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee)
    return pq_light((hermite + (-2 * t**3 + 3 * t**2) * most) * top)


def srgb(linear: float) -> float:
    x = min(max(linear, 0), 1)
    return 255 * (12.92 * x if x <= 0.0031308 else 1.055 * x ** (1 / 2.4) - 0.055)


def expected(signals: NDArray[np.float64], curve: Curve, wide: bool = True) -> list[float]:
    """One pixel."""
    red, green, blue = map(float, signals)
    if curve == "PQ":
        light = [pq_light(s) for s in (red, green, blue)]
    else:
        scene = [hlg_scene(s) for s in (red, green, blue)]
        y = 0.2627 * scene[0] + 0.6780 * scene[1] + 0.0593 * scene[2]
        light = [1000 * y**0.2 * e for e in scene]
    most = max(light)
    r, g, b = (x * compressed(most) / most / 203 if most else 0.0 for x in light)
    if wide:
        r, g, b = (
            1.6605 * r - 0.5876 * g - 0.0728 * b,
            -0.1246 * r + 1.1329 * g - 0.0083 * b,
            -0.0182 * r - 0.1006 * g + 1.1187 * b,
        )
    return [srgb(r), srgb(g), srgb(b)]


def of_16_bits(signals: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.round(signals * 65535).astype(np.uint16)


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("curve", ["PQ", "HLG"])
def test_every_pixel_is_as_the_standards_say(curve: Curve, wide: bool) -> None:
    signals = np.random.default_rng(0).uniform(0, 0.9, (300, 2, 3))
    signals[0, 0] = 0
    deep = of_16_bits(signals)
    found = tone_mapped(deep, curve, BT2020 if wide else BT709)
    wanted = [[expected(pixel / 65535, curve, wide) for pixel in row] for row in deep]
    assert found.dtype == np.uint8
    assert np.abs(found - np.array(wanted)).max() <= 1


def test_white_greys_and_highlights() -> None:
    """BT.2408: reference white is 58 % of PQ and 75 % of HLG; dark greys keep their light."""
    whites = tone_mapped(of_16_bits(np.full((1, 1, 3), 0.5807)), "PQ")
    assert (
        np.abs(tone_mapped(of_16_bits(np.full((1, 1, 3), 0.75)), "HLG").astype(int) - whites).max()
        <= 1
    )
    greys = np.array([[[pq_signal(light)] * 3 for light in LIGHTS]])
    found = tone_mapped(of_16_bits(greys), "PQ")[0, :, 0]
    assert (np.diff(found.astype(int)) >= 0).all() and found[-2] == found[-1] == 255
    assert found[:4].tolist() == [round(srgb(light / 203)) for light in LIGHTS[:4]]
    assert 220 < found[5] < 240  # reference white leaves room for what is brighter


def test_dark_colours_are_those_of_zimg() -> None:
    program = shutil.which("ffmpeg")
    if not program:
        pytest.skip("ffmpeg is not installed")
    to_2020 = np.array(
        [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.088, 0.8956]]
    )
    light = np.random.default_rng(1).uniform(0, 60, (8, 64, 3)) @ to_2020.T
    deep = of_16_bits(np.vectorize(pq_signal)(light))
    steps = (
        "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=gbr,format=gbrp16le,"
        "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,zscale=t=iec61966-2-1,format=rgb24"
    )
    raw = ["-f", "rawvideo", "-pix_fmt"]
    run = subprocess.run(
        [program, "-v", "error", *raw, "rgb48le", "-s", "64x8", "-i", "-", "-vf", steps, *raw, "rgb24", "-"],
        input=deep.astype("<u2").tobytes(), capture_output=True, check=False,
    )  # fmt: skip
    if run.returncode:
        pytest.skip(f"this ffmpeg has no zscale: {run.stderr.decode()[-200:]}")
    theirs = np.frombuffer(run.stdout, np.uint8).reshape(8, 64, 3).astype(int)
    assert np.abs(theirs - tone_mapped(deep, "PQ")).max() <= 1


def write_hdr(path: Path, signals: NDArray[np.float64], curve: int) -> None:
    """A clip of one frame with a block of 32×32 pixels for each R'G'B' signal, in 10 bits of BT.2020."""
    red, green, blue = signals.T
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    planes = (
        64 + 876 * luma, 512 + 896 * (blue - luma) / 1.8814, 512 + 896 * (red - luma) / 1.4746
    )  # fmt: skip
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=10, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 32 * len(signals), 32, "yuv420p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace = curve, 9, 9
        frame = av.VideoFrame(stream.width, stream.height, "yuv420p10le")
        for plane, values in zip(frame.planes, planes, strict=True):
            row = np.round(values).astype("<u2").repeat(plane.width // len(signals))
            lines = np.zeros((plane.height, plane.line_size // 2), "<u2")
            lines[:, : plane.width] = row
            plane.update(lines.tobytes())
        frame.pts = 0
        frame.color_trc, frame.color_primaries, frame.colorspace = curve, 9, 9
        file.mux(stream.encode(frame))
        file.mux(stream.encode())


@pytest.mark.parametrize(("curve", "number"), [("PQ", 16), ("HLG", 18)])
def test_an_hdr_clip_is_read_in_usual_colours_and_says_so(
    tmp_path: Path, curve: Curve, number: int
) -> None:
    signals = np.array([[0.2] * 3, [0.45] * 3, [0.58] * 3, [0.5, 0.3, 0.3], [0.3, 0.4, 0.55]])
    path = tmp_path / "hdr.mp4"
    write_hdr(path, signals, number)
    for reader in (FrameReader(path), SandboxedReader(path)):
        with reader:
            (frames,) = reader
        found = frames.rgb[0][16, 16::32]
        wanted = [expected(pixel, curve) for pixel in signals]
        assert (
            np.abs(found - np.array(wanted)).max() <= 3
        )  # 10 bits, and half the colours' sharpness
        (note,) = reader.notes
        assert f"HDR ({curve})" in note and "tone-mapped" in note


@pytest.mark.parametrize(("curve", "number"), [("PQ", 16), ("HLG", 18)])
def test_an_hdr_still_is_read_in_usual_colours(tmp_path: Path, curve: Curve, number: int) -> None:
    signals = np.random.default_rng(2).integers(40, 190, (6, 3)).astype(np.uint8)
    blocks = signals[None].repeat(16, 0).repeat(16, 1)
    path = tmp_path / "a.avif"
    Image.fromarray(blocks).save(path, quality=100, subsampling="4:4:4")
    usual = b"colrnclx" + bytes((0, 1, 0, 13))  # BT.709's primaries, sRGB's transfer
    written = path.read_bytes()
    assert written.count(usual) == 1
    with Image.open(path) as image:
        read = np.asarray(image.convert("RGB"))[8, 8::16]  # what coding has left of the signals
    path.write_bytes(written.replace(usual, b"colrnclx" + bytes((0, 9, 0, number))))
    with FrameReader(path) as reader:
        found = next(iter(reader)).rgb[0][8, 8::16]
    wanted = [expected(pixel / 255, curve) for pixel in read]
    assert np.abs(found - np.array(wanted)).max() <= 1
    assert np.abs(found.astype(int) - read).max() > 20
