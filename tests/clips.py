"""Small real clips and images for tests, written with the codecs people's files have.

Every frame carries its own number as a row of black and white squares, which survives any codec,
so a test can ask which frame it was given, and a red square in the lower left corner, so that it
can ask which way up.
"""

import shutil
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
BITS = 10  # frame numbers up to 1023


def numbered_frame(number: int, height: int = 48, width: int = 80) -> Picture:
    """Returns a grey rgb [height,width,3] with its number on top and red in its lower left."""
    frame = np.full((height, width, 3), 128, np.uint8)
    square = width // BITS
    for bit in range(BITS):
        level = 255 if number >> bit & 1 else 0
        frame[: height // 3, bit * square : (bit + 1) * square] = level
    frame[-height // 4 :, : width // 4] = (220, 20, 20)
    return frame


def numbered_frames(count: int, height: int = 48, width: int = 80) -> list[Picture]:
    """Returns frames numbered 0 to count - 1."""
    return [numbered_frame(number, height, width) for number in range(count)]


def frame_number(rgb: Picture) -> int:
    """Returns the number a frame carries, read from its squares."""
    height, width, _ = rgb.shape
    square = width // BITS
    middle = rgb[height // 6, square // 2 : BITS * square : square].mean(axis=-1)
    return sum(1 << bit for bit in range(BITS) if middle[bit] > 128)


def is_upright(rgb: Picture) -> bool:
    """Says whether the red square lies in the lower left corner and nowhere else."""
    rows, columns = ([side // 10, side * 9 // 10] for side in rgb.shape[:2])
    corners = rgb[np.ix_(rows, columns)].astype(int)
    red = (corners[..., 0] > 150) & (corners[..., 1:].max(axis=-1) < 100)
    return bool((red == [[False, False], [True, False]]).all())


def write_clip(
    path: Path,
    frames: Iterable[Picture],
    fps: int = 10,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    *,
    container: str | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    turn: int = 0,
    mirror: bool = False,
    times: Iterable[int] | None = None,
) -> Path:
    """Writes rgb frames as a clip and returns its path.

    turn, mirror: how players must turn the picture (degrees counter-clockwise, then left-right) ·
    times: presentation times in frames, by default 0, 1, 2, …
    """
    pictures = list(frames)

    def write() -> None:
        with av.open(
            str(path), "w", format=container, container_options=container_options or {}
        ) as file:
            stream = file.add_stream(codec, rate=fps, options=options or {})
            stream.height, stream.width = pictures[0].shape[:2]
            stream.pix_fmt = pix_fmt
            if turn or mirror:
                stream.set_display_rotation(turn, hflip=mirror)
            for time, picture in zip(times or range(len(pictures)), pictures, strict=True):
                channels = {3: "rgb24", 4: "rgba"}[picture.shape[2]]
                frame = av.VideoFrame.from_ndarray(picture, format=channels)
                frame.pts = time
                file.mux(stream.encode(frame))
            file.mux(stream.encode())

    # SVT-AV1 gives the thread that calls it real-time priority for good, which every later thread
    # would inherit: spinning OpenMP threads then starve those they wait for
    with ThreadPoolExecutor(1) as writer:
        writer.submit(write).result()
    return path


def with_ffmpeg(*arguments: str | Path) -> None:
    """Runs ffmpeg, which writes what PyAV cannot; skips the test where there is none."""
    import pytest  # the smoke test of an installed app has none

    if not (program := shutil.which("ffmpeg")):
        pytest.skip("ffmpeg is not installed")
    run = subprocess.run(
        [program, "-v", "error", "-y", *map(str, arguments)], capture_output=True, check=False
    )
    if run.returncode:
        pytest.skip(f"this ffmpeg cannot write it: {run.stderr.decode()[-200:]}")


def write_wide_pixels(path: Path, frames: Iterable[Picture], pixel: Fraction) -> Path:
    """Writes an H.264 clip whose pixels are to be shown that many times as wide as they are high."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=10)
        stream.codec_context.sample_aspect_ratio = pixel
        for number, picture in enumerate(frames):
            if not number:
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
            frame = av.VideoFrame.from_ndarray(picture)
            frame.pts = number
            file.mux(stream.encode(frame))
        file.mux(stream.encode())
    return path


def write_growing(path: Path) -> Path:
    """Writes a Motion JPEG clip of 80×48 pixels whose frames from the fourth on have 800×480."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 48, "yuvj420p"
        large = av.CodecContext.create("mjpeg", "w")
        large.width, large.height, large.pix_fmt = 800, 480, "yuvj420p"
        large.time_base = Fraction(1, 10)
        sizes = [(stream, 48, 80)] * 3 + [(large, 480, 800)] * 40
        for number, (encoder, height, width) in enumerate(sizes):
            frame = av.VideoFrame.from_ndarray(numbered_frame(number, height, width))
            frame.pts = number
            for packet in encoder.encode(frame):
                packet.stream = stream
                file.mux(packet)
    return path


def packets_of(path: Path) -> list[tuple[int, int]]:
    """Where a clip's packets lie in its file: (position, size), in the order in which they lie."""
    with av.open(str(path)) as file:
        return [(packet.pos or 0, packet.size) for packet in file.demux(video=0) if packet.size]


def hurt_packets(path: Path, numbers: Iterable[int]) -> Path:
    """Fills these packets of a clip with ones, which no decoder takes, and returns its path."""
    packets, data = packets_of(path), bytearray(path.read_bytes())
    for position, size in (packets[number] for number in numbers):
        data[position : position + size] = b"\xff" * size
    path.write_bytes(data)
    return path


def write_sound(path: Path, cover: bool = False) -> Path:
    """Writes a tenth of a second of silence, with a cover picture (MP3) when asked."""
    codec = "libmp3lame" if path.suffix == ".mp3" else "aac"
    with av.open(str(path), "w") as file:
        sound = file.add_stream(codec, rate=44_100)
        if cover:
            picture = file.add_stream("mjpeg", rate=1)
            picture.width, picture.height, picture.pix_fmt = 80, 48, "yuvj420p"
            picture.disposition = Disposition.attached_pic
            file.mux(picture.encode(av.VideoFrame.from_ndarray(numbered_frame(1))))
            file.mux(picture.encode())
        silence = np.zeros((1, 4410), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="mono")
        frame.sample_rate = 44_100
        file.mux(sound.encode(frame))
        file.mux(sound.encode())
    return path


def write_image(path: Path, picture: NDArray[Any], **options: Any) -> Path:
    """Writes a picture ([H,W], [H,W,3] or [H,W,4], 8 or 16 bit) in the format of its suffix."""
    Image.fromarray(picture).save(path, **options)
    return path
