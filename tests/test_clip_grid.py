"""Container × codec × how a clip is made: every frame in order, and at its time."""

from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from attention.media.clip import Picture
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
    "prores_ks": ("mov", "matroska"),
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
ALPHA = {
    "libvpx": "yuva420p",
    "libvpx-vp9": "yuva420p",
    "ffv1": "yuva444p",
    "prores_ks": "yuva444p10le",
}
FORMATS = {
    "10 bits": DEEP, "4:4:4": FULL_CHROMA, "full range": FULL_RANGE,
    "alpha": ALPHA, "alpha, turned": ALPHA,
}  # fmt: skip
INTERLACED = {"libx264": "tff=1", "mpeg2video": "", "mpeg4": ""}
WAYS = (
    "plain", "uneven", "b-frames", "sound first", "10 bits", "4:4:4", "full range",
    "alpha", "turned", "alpha, turned", "interlaced", "joined", "thumbnail first",
)  # fmt: skip
# What a container cannot hold, by ways: these cells are not counted.
IMPOSSIBLE = {
    "uneven": {"mpeg"},  # an MPEG program stream keeps the time of some frames only
    "sound first": {"asf"},  # PyAV writes no sound that it has
    "turned": {"avi", "mpegts", "mpeg", "flv", "asf"},  # these say nothing of turning
    "thumbnail first": {
        "avi",
        "mpegts",
        "mpeg",
        "flv",
        "asf",
    },  # nor which of two streams is the default
    # only of MPEG streams is a file after a file one recording
    "joined": {"mp4", "mov", "matroska", "webm", "avi", "flv", "asf"},
    # VP9's alpha lies beside the picture, where MP4 and AVI have no room; FFV1's could lie in an AVI
    "alpha": {"mp4", "avi"},
}
IMPOSSIBLE["alpha, turned"] = IMPOSSIBLE["alpha"] | IMPOSSIBLE["turned"]
COUNT = 6
UNEVEN = [0, 1, 4, 5, 9, 10]
CELLS = [
    (codec, container, way)
    for codec, containers in CODECS.items()
    for container, way in product(containers, WAYS)
    if container not in IMPOSSIBLE.get(way, ())
    and not (way == "b-frames" and codec not in B_FRAMES)
    and not (way == "interlaced" and codec not in INTERLACED)
    and not (way in FORMATS and codec not in FORMATS[way])
    and not (codec == "prores_ks" and way not in ("plain", *FORMATS))
]


def write(path: Path, codec: str, container: str, way: str) -> list[int]:
    """Writes a clip of COUNT numbered frames, 25 a second; returns their times in frames."""
    times = UNEVEN if way == "uneven" else list(range(COUNT))
    if way == "joined":
        halves = [path.with_suffix(f".{half}") for half in (1, 2)]
        for half, first, start in zip(halves, (0, COUNT // 2), (0, 250_000), strict=True):
            numbers = range(first, first + COUNT // 2)
            write_one(half, codec, container, way, {n: start + n for n in numbers})
        path.write_bytes(b"".join(half.read_bytes() for half in halves))
    else:
        write_one(path, codec, container, way, dict(enumerate(times)))
    return times


def write_one(path: Path, codec: str, container: str, way: str, times: dict[int, int]) -> None:
    """Writes the frames of these numbers at their times, in frames."""
    with av.open(str(path), "w", format=container) as file:
        if way == "sound first":
            file.add_stream(SOUND.get(container, "aac"), rate=48_000)
        thumbnail, main = None, Disposition(0)
        if way == "thumbnail first":
            thumbnail = add_thumbnail(file, codec if container == "webm" else "mjpeg")
            main = Disposition.default
        stream = file.add_stream(codec, rate=25, options=options_of(codec, way))
        usual = {"mjpeg": "yuvj420p", "prores_ks": "yuv422p10le"}.get(codec, "yuv420p")
        stream.pix_fmt = FORMATS.get(way, {}).get(codec, usual)
        stream.height, stream.width = 96, 160
        stream.disposition = main
        if "turned" in way:
            stream.height, stream.width = 160, 96
            stream.set_display_rotation(90)
        if thumbnail:
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 64, 3), np.uint8))
            picture.pts = 0
            file.mux([*thumbnail.encode(picture), *thumbnail.encode()])
        for number, time in times.items():
            frame = av.VideoFrame.from_ndarray(*picture_of(number, way))
            frame.pts = time
            file.mux(stream.encode(frame))
        file.mux(stream.encode())


def add_thumbnail(file: OutputContainer, codec: str) -> VideoStream:
    """Adds a stream for one small picture, which is not the default."""
    thumbnail = file.add_stream(codec, rate=25, options=options_of(codec, "plain"))
    thumbnail.height, thumbnail.width = 32, 64
    thumbnail.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    thumbnail.disposition = Disposition.timed_thumbnails
    assert isinstance(thumbnail, VideoStream)
    return thumbnail


def picture_of(number: int, way: str) -> tuple[Picture, str]:
    """A numbered frame as it is coded, and its format: turned clockwise, or green where it is transparent."""
    picture = numbered_frame(number, 96, 160)
    if "alpha" in way:
        alpha = np.full((96, 160), 255, np.uint8)
        picture[60:90, 100:150], alpha[60:90, 100:150] = (0, 255, 0), 0
        picture = np.dstack([picture, alpha])
    if "turned" in way:
        picture = np.ascontiguousarray(np.rot90(picture, -1))
    return picture, "rgba" if "alpha" in way else "rgb24"


def options_of(codec: str, way: str) -> dict[str, str]:
    """The encoder's options: B-frames where they are asked for, and only there."""
    options = {"bf": "2" if way == "b-frames" else "0"} if codec in B_FRAMES else {}
    if codec.startswith("libvpx"):
        options = {"lag-in-frames": "0", "deadline": "realtime", "auto-alt-ref": "0"}
    if way == "interlaced":
        options |= {"flags": "+ildct+ilme"} | (
            {"x264-params": INTERLACED[codec]} if INTERLACED[codec] else {}
        )
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
        cell = f"{codec} in {container}, {way}"
        times = [time / 25 for time in write(path, codec, container, way)]
        with FrameReader(path, every=1) as reader:
            (frames,) = reader
        assert [frame_number(rgb) for rgb in frames.rgb] == list(range(COUNT)), cell
        # an AVI has slots alone: where an encoder delays frames, uneven ones stand in others
        expected = times_of_slots(path) if container == "avi" else times
        assert np.allclose(frames.seconds, expected, atol=1e-3), cell
        assert np.diff(frames.seconds).min() > 0.03, cell
        colours = [(50, 80, (128, 128, 128)), (86, 16, (220, 20, 20))]
        colours += [(75, 125, (255, 255, 255))] if "alpha" in way else []
        for y, x, colour in colours:
            found = frames.rgb[:, y - 4 : y + 4, x - 4 : x + 4].mean(axis=(0, 1, 2))
            assert np.abs(found - colour).max() <= 3, cell


def test_the_grid_has_its_cells() -> None:
    assert len(CELLS) >= 200
    assert {way for _, _, way in CELLS} == set(WAYS)
