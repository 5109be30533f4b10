"""The cells of the grid of clips, container × codec × how a clip is made, and how each is written."""

from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import av
import numpy as np
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream
from PIL import Image

from attention.media.clip import Picture
from tests.clips import numbered_frame, with_ffmpeg

# Matroska has no name for H.263 and its kin; PyAV has neither an encoder of Theora nor one of VP9 in 10 bits
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
    "libsvtav1": ("mp4", "matroska", "webm"),
    "h263": ("3gp", "mov", "avi"),
    "h263p": ("avi",),
    "flv": ("flv", "avi"),
    "wmv1": ("asf", "avi"),
    "msmpeg4v2": ("asf", "avi"),
    "msmpeg4": ("asf", "avi"),
    "gif": ("gif",),
    "libtheora": ("ogg", "matroska"),
    "vp9 of 10 bits": ("webm", "mp4", "matroska"),
}
B_FRAMES = {"libx264", "libx265", "mpeg4", "mpeg2video"}
DEEP = {
    "libx264": "yuv420p10le", "libx265": "yuv420p10le", "libsvtav1": "yuv420p10le", "ffv1": "yuv422p10le",
    "vp9 of 10 bits": "yuv420p10le",
}  # fmt: skip
FULL_CHROMA = {
    "libx264": "yuv444p",
    "libx265": "yuv444p",
    "libvpx-vp9": "yuv444p",
    "mjpeg": "yuvj444p",
    "ffv1": "yuv444p",
    "libtheora": "yuv444p",
}
SOUND = {"mpeg": "mp2", "mpegts": "mp2", "webm": "libopus", "avi": "pcm_s16le"}
FULL_RANGE = {"libx264": "yuvj420p", "libx265": "yuvj420p", "mjpeg": "yuvj422p"}
ALPHA = {
    "libvpx": "yuva420p",
    "libvpx-vp9": "yuva420p",
    "ffv1": "yuva444p",
    "prores_ks": "yuva444p10le",
    "gif": "pal8",
}
FORMATS = {
    "10 bits": DEEP, "4:4:4": FULL_CHROMA, "full range": FULL_RANGE,
    "alpha": ALPHA, "alpha, turned": ALPHA,
}  # fmt: skip
PROFILES = ("proxy", "lt", "hq", "4444", "4444xq")  # of ProRes, beside its standard one
INTERLACED = {"libx264": "tff=1", "mpeg2video": "", "mpeg4": ""}
WAYS = (
    "plain", "uneven", "b-frames", "sound first", "10 bits", "4:4:4", "full range",
    "alpha", "turned", "alpha, turned", "interlaced", "joined", "thumbnail first", *PROFILES,
)  # fmt: skip
# Of these codecs some ways alone: what else they have is another codec's cell, or nobody writes it.
ONLY = {
    "prores_ks": ("plain", *FORMATS, *PROFILES),
    "h263": (
        "plain",
        "uneven",
        "sound first",
        "thumbnail first",
    ),  # none of its sizes stands upright
    "gif": ("plain", "uneven", "alpha"),
    "libtheora": ("plain", "uneven", "4:4:4"),
    "vp9 of 10 bits": ("10 bits",),
}
# What a container cannot hold, by ways: these cells are not counted.
IMPOSSIBLE = {
    # an MPEG program stream keeps the time of some frames only, an Ogg page that of its last
    "uneven": {"mpeg", "ogg"},
    "sound first": {"asf"},  # PyAV writes no sound that it has
    "turned": {"avi", "mpegts", "mpeg", "flv", "asf"},  # these say nothing of turning
    # nor which of two streams is the default; 3GP holds no JPEG
    "thumbnail first": {"avi", "mpegts", "mpeg", "flv", "asf", "3gp"},
    # only of MPEG streams is a file after a file one recording
    "joined": {"mp4", "mov", "3gp", "matroska", "webm", "avi", "flv", "asf"},
    # VP9's alpha lies beside the picture, where MP4 and AVI have no room; FFV1's could lie in an AVI
    "alpha": {"mp4", "avi"},
}
IMPOSSIBLE["alpha, turned"] = IMPOSSIBLE["alpha"] | IMPOSSIBLE["turned"]
COUNT = 6
SIZES = {"h263": (144, 176)}  # height and width; it has five sizes
BY_FFMPEG = {  # PyAV cannot write these
    "libtheora": ("-c:v", "libtheora", "-q:v", "10"),
    "vp9 of 10 bits": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-lag-in-frames", "0"),
}
UNEVEN = [0, 1, 4, 5, 9, 10]
CELLS = [
    (codec, container, way)
    for codec, containers in CODECS.items()
    for container, way in product(containers, WAYS)
    if container not in IMPOSSIBLE.get(way, ())
    and not (way == "b-frames" and codec not in B_FRAMES)
    and not (way == "interlaced" and codec not in INTERLACED)
    and not (way in FORMATS and codec not in FORMATS[way])
    and way in ONLY.get(codec, set(WAYS) - set(PROFILES))
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
        # SVT-AV1 gives the thread that calls it real-time priority for good
        with ThreadPoolExecutor(1) as writer:
            writer.submit(write_one, path, codec, container, way, dict(enumerate(times))).result()
    return times


def write_one(path: Path, codec: str, container: str, way: str, times: dict[int, int]) -> None:
    """Writes the frames of these numbers at their times, in frames."""
    if codec == "gif":
        write_gif(path, way, times)
    elif codec in BY_FFMPEG:
        lossless = path.with_suffix(".source")
        write_by_pyav(lossless, "ffv1", "matroska", way, times)
        pixels = FORMATS.get(way, {}).get(codec, "yuv420p")
        coded = [*BY_FFMPEG[codec], "-pix_fmt", pixels, "-fps_mode", "passthrough"]
        with_ffmpeg("-i", lossless, *coded, "-f", container, path)
    else:
        write_by_pyav(path, codec, container, way, times)


def write_gif(path: Path, way: str, times: dict[int, int]) -> None:
    """Writes a GIF by Pillow, which finds it a palette."""
    pictures = [Image.fromarray(picture_of(number, way)[0]) for number in times]
    lasts = [40 * step for step in np.diff([*times.values(), max(times.values()) + 1])]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=lasts, disposal=2)


def write_by_pyav(path: Path, codec: str, container: str, way: str, times: dict[int, int]) -> None:
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
        stream.height, stream.width = SIZES.get(codec, (96, 160))
        stream.disposition = main
        if "turned" in way:
            stream.height, stream.width = 160, 96
            stream.set_display_rotation(90)
        if thumbnail:
            picture = av.VideoFrame.from_ndarray(np.zeros((32, 64, 3), np.uint8))
            picture.pts = 0
            file.mux([*thumbnail.encode(picture), *thumbnail.encode()])
        for number, time in times.items():
            frame = av.VideoFrame.from_ndarray(*picture_of(number, way, codec))
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


def picture_of(number: int, way: str, codec: str = "") -> tuple[Picture, str]:
    """A numbered frame as it is coded, and its format: turned clockwise, or green where it is transparent."""
    picture = numbered_frame(number, *SIZES.get(codec, (96, 160)))
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
    if way in PROFILES:
        options = {"profile": way}
    if way == "interlaced":
        options |= {"flags": "+ildct+ilme"} | (
            {"x264-params": INTERLACED[codec]} if INTERLACED[codec] else {}
        )
    quiet = {
        "libx265": {"x265-params": "log-level=none"},
        "libsvtav1": {"preset": "12", "crf": "20"},
    }
    return options | quiet.get(codec, {})
