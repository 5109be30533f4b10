"""An MP4 that every browser plays, written page by page, each shown as long as it is told."""

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
LONGEST_HOLD = 1.0  # seconds until a page that stays is written again, so that players can seek
OPTIONS = {"crf": "20", "preset": "veryfast", "bf": "0", "g": "25"}
BT709, VIDEO_RANGE = 1, 1  # as FFmpeg numbers colour spaces and ranges


class Reel:
    """H.264 in an open container, for pages uint8 [height,width,3] of even sizes."""

    def __init__(self, container: OutputContainer, width: int, height: int) -> None:
        self._container = container
        self._stream = container.add_stream("libx264", rate=25, options=OPTIONS)
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = "yuv420p"
        _say_colours(self._stream.codec_context)
        self._lasting: dict[int, int] = {}  # ticks by time of presentation, until they are written

    def show(self, page: Picture, begin: float, end: float) -> None:
        """Shows a page from `begin` to `end`, in seconds; pages follow each other without a gap."""
        rgb = av.VideoFrame.from_ndarray(page, format="rgb24")
        frame = rgb.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
        first, last = round(begin * TICKS), round(end * TICKS)
        for now, after in pairwise([*range(first, last, round(LONGEST_HOLD * TICKS)), last]):
            self._lasting[now] = after - now
            frame.pts, frame.time_base = now, Fraction(1, TICKS)
            self._write(frame)

    def end(self) -> None:
        """Writes what the encoder still holds."""
        self._write(None)

    def _write(self, frame: av.VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            # left alone, the last page would last as long as the nominal rate says
            packet.duration = self._lasting.pop(packet.pts or 0)
            self._container.mux(packet)


@contextmanager
def reel(path: str | Path, width: int, height: int) -> Iterator[Reel]:
    """A reel to write, a file once all of it is there. Raises OSError when it cannot be written."""
    try:
        with whole_file(path) as partial:
            # the index at the front lets a browser start before it has the whole file
            options = {"movflags": "+faststart"}
            with av.open(str(partial), "w", format="mp4", options=options) as container:
                opened = Reel(container, width, height)
                yield opened
                opened.end()
    except av.FFmpegError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _say_colours(context: VideoCodecContext) -> None:
    """Says which colours are meant: players guess by the size otherwise, some of them wrongly."""
    context.time_base = Fraction(1, TICKS)
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = VIDEO_RANGE
