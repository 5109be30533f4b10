"""Writes an MP4 that every browser plays, page by page, each page with its own duration."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.codeccontext import VideoCodecContext

from attention.disk.whole import whole_file
from attention.pictures.overlay import Picture

TICKS = 90_000  # per second, the usual clock of MP4
LONGEST_HOLD = 1.0  # seconds; a longer page is written again, so that players can seek
OPTIONS = {"crf": "20", "preset": "veryfast", "bf": "0", "g": "25"}
BT709, VIDEO_RANGE = 1, 1  # FFmpeg's numbers of a colour space and a colour range


class Reel:
    """An H.264 stream in an open container; pages are uint8 [height,width,3] with even sides."""

    def __init__(self, container: OutputContainer, width: int, height: int) -> None:
        self._container = container
        self._stream = container.add_stream("libx264", rate=25, options=OPTIONS)
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = "yuv420p"
        _set_colours(self._stream.codec_context)
        self._durations: dict[int, int] = {}  # in ticks, by presentation time, until written

    def show(self, page: Picture, begin: float, end: float) -> None:
        """Shows a page from `begin` to `end`, in seconds; pages follow each other without a gap."""
        rgb = av.VideoFrame.from_ndarray(page, format="rgb24")
        frame = rgb.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        first, last = round(begin * TICKS), round(end * TICKS)
        for now, after in pairwise([*range(first, last, round(LONGEST_HOLD * TICKS)), last]):
            self._durations[now] = after - now
            frame.pts, frame.time_base = now, Fraction(1, TICKS)
            self._write(frame)

    def end(self) -> None:
        """Writes what the encoder still holds."""
        self._write(None)

    def _write(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            # without this, the last page would get the duration of the nominal frame rate
            packet.duration = self._durations.pop(packet.pts or 0)
            self._container.mux(packet)


@contextmanager
def reel(path: str | Path, width: int, height: int) -> Iterator[Reel]:
    """Yields a reel; the file appears once it is complete. Raises OSError when it cannot be written."""
    try:
        with whole_file(path) as partial:
            # with the index at the front, a browser can start before it has the whole file
            options = {"movflags": "+faststart"}
            with av.open(str(partial), "w", format="mp4", options=options) as container:
                opened = Reel(container, width, height)
                yield opened
                opened.end()
    except av.FFmpegError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _set_colours(context: VideoCodecContext) -> None:
    """Sets the colour tags; without them players guess from the size, and some guess wrong."""
    context.time_base = Fraction(1, TICKS)
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = VIDEO_RANGE
