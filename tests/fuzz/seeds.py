"""A small whole file for each container and codec, of a few kilobytes: damage is what varies."""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from PIL import Image

from tests.clips import numbered_frame, numbered_frames, write_clip

H, W, FRAMES, FPS = 48, 64, 3, 25
CLIPS = (  # name, codec, pixel format
    ("h264.mp4", "libx264", "yuv420p"),
    ("h264.mov", "libx264", "yuv420p"),
    ("h264.mkv", "libx264", "yuv420p"),
    ("h264.ts", "libx264", "yuv420p"),
    ("h264.flv", "libx264", "yuv420p"),
    ("h264.avi", "libx264", "yuv420p"),
    ("hevc.mp4", "libx265", "yuv420p"),
    ("hevc.mkv", "libx265", "yuv420p"),
    ("av1.mp4", "libsvtav1", "yuv420p"),
    ("av1.webm", "libsvtav1", "yuv420p"),
    ("vp8.webm", "libvpx", "yuv420p"),
    ("vp9.webm", "libvpx-vp9", "yuv420p"),
    ("vp9.mp4", "libvpx-vp9", "yuv420p"),
    ("mpeg1.mpg", "mpeg1video", "yuv420p"),
    ("mpeg2.ts", "mpeg2video", "yuv420p"),
    ("mpeg2.mpg", "mpeg2video", "yuv420p"),
    ("mpeg4.avi", "mpeg4", "yuv420p"),
    ("mpeg4.mp4", "mpeg4", "yuv420p"),
    ("divx3.avi", "msmpeg4", "yuv420p"),
    ("divx2.avi", "msmpeg4v2", "yuv420p"),
    ("flv1.flv", "flv", "yuv420p"),
    ("wmv1.wmv", "wmv1", "yuv420p"),
    ("wmv2.wmv", "wmv2", "yuv420p"),
    ("mjpeg.avi", "mjpeg", "yuvj420p"),
    ("mjpeg.mov", "mjpeg", "yuvj420p"),
    ("prores.mov", "prores_ks", "yuv422p10le"),
    ("ffv1.mkv", "ffv1", "yuv420p"),
    ("ffv1.avi", "ffv1", "yuv420p"),
    ("gif.gif", "gif", "rgb8"),
)
QUIET = {"libx265": {"x265-params": "log-level=none"}}
STILLS = ("jpg", "png", "webp", "bmp", "avif")


@lru_cache(maxsize=1)
def seeds() -> dict[str, bytes]:
    """Name → content, of every codec that this PyAV can write."""
    with TemporaryDirectory() as folder:
        found = {
            name: write_clip(
                Path(folder) / name,
                numbered_frames(FRAMES, H, W),
                FPS,
                codec,
                pix_fmt,
                options={"threads": "1"} | QUIET.get(codec, {}),
                # no time of writing and no random name in the file: the same bytes every time
                container_options={"fflags": "+bitexact"},
            ).read_bytes()
            for name, codec, pix_fmt in CLIPS
            if codec in av.codecs_available
        }
        for suffix in STILLS:
            path = Path(folder) / f"still.{suffix}"
            Image.fromarray(numbered_frame(5, H, W)).save(path)
            found[path.name] = path.read_bytes()
    return found
