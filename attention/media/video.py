"""Clips, decoded in order by FFmpeg (PyAV); only the requested frames become RGB."""

import importlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import av
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from attention.errors import InputError
from attention.media.clip import Clip, Limits, Picture, check_pixels, damaged, label, too_long
from attention.media.clock import Clock
from attention.media.codecs import WHITELIST, check_size, checked_codec
from attention.media.containers import (
    NO_FRAMES,
    decoder_of,
    display_matrix,
    length_of,
    open_container,
    picture_stream,
    rate_of,
    stated_end,
)
from attention.media.gamut import in_srgb
from attention.media.hdr import CURVES, tone_mapped
from attention.media.still import display_size, on_white, upright

SMALL_PIXELS = 1280 * 720  # up to this size one thread decodes fast enough and costs less
MOST_FAILING = 1000  # packets in a row: more than there are between two key frames
RESIZED = "The clip changes its frame size; later frames are scaled to the size of the first."
NOT_FOR_READING = ("av.__main__", "av.datasets")
NO_CLOCK = "The file holds no times; 25 frames per second are assumed."
IS_HDR = "The clip is HDR ({}); its colours are tone-mapped to those of usual screens."
UNKNOWN_COLOURS = "The clip names no known colour space; its colours may be slightly off."


def load_library() -> None:
    """Imports all of PyAV, which it otherwise imports when a file calls for it; 4 ms."""
    for module in walk_packages(av.__path__, "av."):
        if module.name not in NOT_FOR_READING:
            importlib.import_module(module.name)


class Video:
    """An open clip: positions() moves from frame to frame, picture() returns the current frame."""

    def __init__(self, path: Path, head: bytes, limits: Limits) -> None:
        self.notes: list[str] = []
        name = label(path)
        self._container = open_container(path, head)
        try:
            self._stream = picture_stream(self._container, name)
            self._fps = rate_of(self._stream)
            most = limits.max_clip_pixels
            self._decoder = decoder_of(self._stream)
            codec = checked_codec(name, self._decoder.codec.name)
            check_pixels(name, self._stream.width, self._stream.height, most)
            check_size(name, codec, self._stream.width, self._stream.height)
            large = self._stream.width * self._stream.height > SMALL_PIXELS
            # Of an AVI's MPEG-4, packets without a picture are counted: no thread may hold frames back.
            self._counts = (self._container.format.name, codec.name) == ("avi", "MPEG-4")
            self._decoder.thread_type = "AUTO" if large and not self._counts else "NONE"
            self._threads = 2 if large else 1  # of the RGB conversion; two wait for each other
            # The same bound for frames that are larger than the file's header says.
            self._decoder.options = {
                "max_pixels": str(min(most, codec.pixels)),
                "codec_whitelist": WHITELIST,
            }
            # Failed packets before the last frame, failed packets since it, and whether decoding stopped.
            self._lost, self._failing, self._broken = 0, 0, False
            self._clock = Clock(self._container.format.name, self._fps)
            self._decoded = self._decode()
            self._frame = self._first_frame(name)
            start = self._clock.start
            seconds = length_of(self._container, self._stream, self._fps, start)
            if seconds is not None and seconds > limits.max_seconds:
                raise InputError(too_long(name, seconds, limits))
            self._coded = self._frame.width, self._frame.height
            gif = self._container.format.name == "gif"  # browsers ignore a GIF's pixel shape
            pixel = None if gif else self._stream.sample_aspect_ratio
            self._size = display_size(*self._coded, pixel)
            check_pixels(name, *self._size, most)
            self._matrix = display_matrix(self._frame, self._container, self._stream, self._decoder)
            self._reformatter = VideoReformatter()  # one for all frames: a new one costs 0.5 ms
            self.clip = self._describe(path, name, seconds)
            self.notes += self._said_of_the_file()
        except BaseException:
            self.close()
            raise

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Decodes packet by packet. Counts and skips failed packets, at most MOST_FAILING in a row."""
        try:
            for packet in self._container.demux(self._stream):
                self._clock.sent(packet)
                try:
                    frames = self._decoder.decode(packet)
                except MemoryError:
                    raise
                except av.FFmpegError:
                    self._clock.failed()
                    self._failing += 1
                    if self._failing > MOST_FAILING:
                        break
                    continue
                if frames and packet.size:  # flushed frames (size 0) came before the failed packets
                    self._lost, self._failing = self._lost + self._failing, 0
                elif self._counts and packet.size:
                    self._clock.passed(self._decoder.reorder_depth)
                yield from frames
            else:
                return
        except MemoryError:
            raise
        except (av.FFmpegError, IndexError):  # a container error: no later packet can be found;
            pass  # PyAV raises IndexError for a packet of a stream that damaged bytes invented
        self._broken = True
        with suppress(av.FFmpegError):
            yield from self._decoder.decode(None)

    def _first_frame(self, name: str) -> av.VideoFrame:
        frame = next(self._decoded, None)
        if frame is None and (self._failing or self._broken):
            raise InputError(
                f"The first frame of {name} cannot be decoded: the file is damaged or cut short;"
                " copy it again, or convert it to MP4 (H.264)."
            )
        if frame is None:
            raise InputError(NO_FRAMES.format(name))
        self._seconds = self._clock.begin(frame, damaged=bool(self._lost or self._failing))
        self._lost = max(self._lost, round(self._seconds * self._fps))
        return frame

    def _describe(self, path: Path, name: str, seconds: float | None) -> Clip:
        width, height = self._size
        height, width, _ = upright(np.empty((height, width, 0), np.uint8), self._matrix).shape
        count = self._stream.frames or (round(seconds * self._fps) if seconds else None) or None
        codec = self._stream.codec_context.codec.canonical_name
        return Clip(path, name, "video", width, height, self._fps, seconds, count, codec)

    def _said_of_the_file(self) -> list[str]:
        """What the file lacks, or has that is not used."""
        said = []
        if self._container.format.name == "mjpeg":
            said.append(NO_CLOCK)
        if curve := CURVES.get(int(self._frame.color_trc)):
            said.append(IS_HDR.format(curve))
        return said

    def positions(self) -> Generator[tuple[int, float], None, None]:
        """Yields the index and seconds of every readable frame, in order of time.

        Adds a note when the clip breaks off and, at the end or when closed, one about damaged frames.
        """
        index, seconds = 0, self._seconds
        try:
            while True:
                yield index, seconds
                frame = next(self._decoded, None)
                if frame is None:
                    break
                self._frame = frame
                index, seconds = index + 1, self._clock.tick(frame)
            if self._broken or self._ends_early(seconds):
                self._note_break(index, seconds)
            else:
                self._lost += self._failing
        finally:
            if self._lost:
                self.notes.append(damaged(self._lost, index + 1 + self._lost))

    def _ends_early(self, seconds: float) -> bool:
        """Says whether the file was cut short: it ends clearly before the end that it states."""
        stated = stated_end(self._container, self._stream, self._fps)
        if stated is None:
            return False
        last = self._frame
        length = float(last.duration * last.time_base) if last.duration and last.time_base else 0.0
        return stated - (self._clock.start + seconds + length) > max(0.3, 0.03 * stated)

    def _note_break(self, index: int, seconds: float) -> None:
        self.notes.append(
            f"The clip breaks off after frame {index} ({seconds:.1f} s); what came before is"
            " analysed."
        )

    def picture(self) -> Picture:
        """The current frame, upright, uint8 [H,W,3], at its display size."""
        if (self._frame.width, self._frame.height) != self._coded:
            self._note_once(RESIZED)
        return upright(self._rgb(), self._matrix)

    def _rgb(self) -> Picture:
        transparent = any(component.is_alpha for component in self._frame.format.components)
        primaries = int(self._frame.color_primaries)
        if curve := CURVES.get(int(self._frame.color_trc)):
            deep = self._reformatted("rgba64le" if transparent else "rgb48le")
            rgb = tone_mapped(deep[..., :3], curve, primaries)
            alpha = (deep[..., 3:] >> 8).astype(np.uint8)
        else:
            pixels = self._reformatted("rgba" if transparent else "rgb24")
            rgb, alpha = in_srgb(pixels[..., :3], primaries), pixels[..., 3:]
        return on_white(Image.fromarray(np.dstack([rgb, alpha]))) if transparent else rgb

    def _reformatted(self, pix_fmt: str) -> NDArray[Any]:
        """Returns the frame at the clip's size; read as BT.601 when its colour tags are unknown."""
        width, height = self._size
        convert = partial(
            self._reformatter.reformat, self._frame, width, height, pix_fmt, threads=self._threads
        )
        bt601 = Colorspace.ITU601
        sentence = f"The frames of {self.clip.name} cannot be turned into RGB; convert it to MP4."
        with ffmpeg_error_as(sentence):
            try:
                frame = convert()
            except av.error.OSError:
                self._note_once(UNKNOWN_COLOURS)
                frame = convert(src_colorspace=bt601, dst_colorspace=bt601, src_color_range="MPEG")
        return np.asarray(frame.to_ndarray())

    def _note_once(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def close(self) -> None:
        """Closes the file; safe to call again."""
        self._container.close()


@contextmanager
def ffmpeg_error_as(sentence: str) -> Iterator[None]:
    """Turns an FFmpeg error into InputError(sentence). A MemoryError, not the file's fault, passes."""
    try:
        yield
    except MemoryError:
        raise
    except av.FFmpegError:
        raise InputError(sentence) from None
