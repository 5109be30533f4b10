"""Container × codec × how a clip is made: every frame in order, and at its time."""

from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest

from attention.media.frames import FrameReader
from tests.clips import frame_number, numbered_frame

CODECS = {
    "libx264": ("mp4", "mov", "matroska", "avi", "mpegts", "flv"),
    "libx265": ("mp4", "mov", "matroska", "mpegts"),
    "mpeg4": ("mp4", "mov", "matroska", "avi", "mpegts"),
    "mpeg2video": ("mp4", "matroska", "avi", "mpegts", "mpeg"),
    "mpeg1video": ("matroska", "mpegts", "mpeg"),
    "libvpx": ("webm", "matroska", "avi"),
    "libvpx-vp9": ("webm", "mp4", "matroska"),
    "mjpeg": ("mov", "matroska", "avi"),
    "ffv1": ("matroska", "avi"),
    "wmv2": ("asf", "avi"),
}
B_FRAMES = {"libx264", "libx265", "mpeg4", "mpeg2video"}
DEEP = {"libx264": "yuv420p10le", "ffv1": "yuv422p10le"}
FULL_CHROMA = {
    "libx264": "yuv444p",
    "libvpx-vp9": "yuv444p",
    "mjpeg": "yuvj444p",
    "ffv1": "yuv444p",
}
SOUND = {"mpeg": "mp2", "mpegts": "mp2", "webm": "libopus", "avi": "pcm_s16le"}
FULL_RANGE = {"libx264": "yuvj420p", "mjpeg": "yuvj422p"}
FORMATS = {"10 bits": DEEP, "4:4:4": FULL_CHROMA, "full range": FULL_RANGE}
WAYS = ("plain", "uneven", "b-frames", "sound first", "10 bits", "4:4:4", "full range")
# A program stream of MPEG keeps the time of some frames only; PyAV writes no sound that ASF has.
IMPOSSIBLE = {("mpeg", "uneven"), ("asf", "sound first")}
COUNT = 6
UNEVEN = [0, 1, 4, 5, 9, 10]
CELLS = [
    (codec, container, way)
    for codec, containers in CODECS.items()
    for container, way in product(containers, WAYS)
    if (container, way) not in IMPOSSIBLE
    and not (way == "b-frames" and codec not in B_FRAMES)
    and not (way in FORMATS and codec not in FORMATS[way])
]


def write(path: Path, codec: str, container: str, way: str) -> list[int]:
    """Writes a clip of COUNT numbered frames, 25 a second; returns their times in frames."""
    times = UNEVEN if way == "uneven" else list(range(COUNT))
    with av.open(str(path), "w", format=container) as file:
        if way == "sound first":
            file.add_stream(SOUND.get(container, "aac"), rate=48_000)
        stream = file.add_stream(codec, rate=25, options=options_of(codec, way))
        stream.height, stream.width = 96, 160
        usual = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.pix_fmt = FORMATS.get(way, {}).get(codec, usual)
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(numbered_frame(number, 96, 160))
            frame.pts = time
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return times


def options_of(codec: str, way: str) -> dict[str, str]:
    """The encoder's options: B-frames where they are asked for, and only there."""
    options = {"bf": "2" if way == "b-frames" else "0"} if codec in B_FRAMES else {}
    if codec.startswith("libvpx"):
        options = {"lag-in-frames": "0", "deadline": "realtime"}
    return options | ({"x265-params": "log-level=none"} if codec == "libx265" else {})


def times_of_slots(path: Path) -> list[float]:
    """The times of an AVI's packets, in order, from the first."""
    with av.open(str(path)) as file:
        slots = sorted(float(p.dts * p.time_base) for p in file.demux(video=0) if p.size)
    return [slot - slots[0] for slot in slots]


@pytest.mark.parametrize("codec", CODECS)
def test_every_frame_comes_in_order_in_its_colours_and_at_its_time(
    tmp_path: Path, codec: str
) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV cannot write {codec}")
    for container, way in (cell[1:] for cell in CELLS if cell[0] == codec):
        path = tmp_path / f"{way.replace(':', '')}.{container}"
        times = [time / 25 for time in write(path, codec, container, way)]
        with FrameReader(path, every=1) as reader:
            (frames,) = reader
        cell = f"{codec} in {container}, {way}"
        assert [frame_number(rgb) for rgb in frames.rgb] == list(range(COUNT)), cell
        # an AVI has slots alone: where an encoder delays frames, uneven ones stand in others
        expected = times_of_slots(path) if container == "avi" else times
        assert np.allclose(frames.seconds, expected, atol=1e-3), cell
        assert np.diff(frames.seconds).min() > 0.03, cell
        for y, x, colour in ((50, 80, (128, 128, 128)), (86, 16, (220, 20, 20))):
            found = frames.rgb[:, y - 4 : y + 4, x - 4 : x + 4].mean(axis=(0, 1, 2))
            assert np.abs(found - colour).max() <= 3, cell


def test_the_grid_has_its_cells() -> None:
    assert len(CELLS) >= 120
