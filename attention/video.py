"""Clips, decoded in order by FFmpeg (PyAV); only the frames asked for become RGB."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

from attention.clip import Clip, Limits, Picture, check_pixels, label, too_long
from attention.errors import InputError
from attention.still import on_white

# Containers that hold everything themselves: lists (HLS, DASH, concat, SDP) name other files and
# stay out. Those for sound alone are here so that such a file can be called what it is.
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,asf,ogg,gif,"
    "ivf,dv,mp3,wav,flac,aac"
)
CLIP_HEADS = (b"RIFF", b"\x1aE\xdf\xa3", b"GIF8", b"FLV", b"OggS", b"0&\xb2u", b"\x00\x00\x01")
SMALL_PIXELS = 1280 * 720  # up to here one thread decodes fast enough, and costs less
RESIZED = "The clip changes its frame size; later frames are scaled to the size of the first."
UNKNOWN_COLOURS = "The clip names no known colour space; its colours may be slightly off."
ACCEPTED = "an MP4, MOV, AVI, MKV, WebM or GIF clip, or a JPEG, PNG, WEBP, BMP or AVIF image"


class Video:
    """An open clip: positions() moves from frame to frame, picture() is the frame moved to."""

    def __init__(self, path: Path, head: bytes, limits: Limits) -> None:
        self.notes: list[str] = []
        name = label(path)
        self._container = _open_container(path, head)
        try:
            self._stream = _picture_stream(self._container, name)
            self._fps = float(self._stream.average_rate or self._stream.guessed_rate or 0)
            seconds = _length_of(self._container, self._stream, self._fps)
            if seconds is not None and seconds > limits.max_seconds:
                raise InputError(too_long(name, seconds, limits))
            check_pixels(name, self._stream.width, self._stream.height, limits.max_clip_pixels)
            large = self._stream.width * self._stream.height > SMALL_PIXELS
            self._stream.thread_type = "AUTO" if large else "NONE"
            # The same bound for frames that turn out larger than the file's header says.
            self._stream.codec_context.options = {"max_pixels": str(limits.max_clip_pixels)}
            self._decoded = self._container.decode(self._stream)
            self._frame = self._first_frame(name)
            self._size = self._frame.height, self._frame.width
            self._start = self._frame.time or 0.0
            self._matrix = _display_matrix(self._frame)
            self._reformatter = VideoReformatter()  # one for all frames: a new one costs 0.5 ms
            self.clip = self._describe(path, name, seconds)
        except BaseException:
            self.close()
            raise

    def _first_frame(self, name: str) -> av.VideoFrame:
        with told(
            f"The first frame of {name} cannot be decoded: the file is damaged or cut short; copy"
            " it again, or convert it to MP4 (H.264)."
        ):
            frame = next(self._decoded, None)
        if frame is None:
            raise InputError(
                f"{name} holds no video frames, or was cut short; export or copy it again."
            )
        return frame

    def _describe(self, path: Path, name: str, seconds: float | None) -> Clip:
        height, width, _ = _upright(np.empty((*self._size, 0), np.uint8), self._matrix).shape
        count = self._stream.frames or (round(seconds * self._fps) if seconds else None) or None
        codec = self._stream.codec_context.codec.canonical_name
        return Clip(path, name, "video", width, height, self._fps, seconds, count, codec)

    def positions(self) -> Iterator[tuple[int, float]]:
        """Index and seconds of every frame, in order of time; notes when the clip breaks off."""
        index, seconds = 0, 0.0
        while True:
            yield index, seconds
            try:
                frame = next(self._decoded, None)
            except MemoryError:
                raise
            except av.FFmpegError:
                return self._note_break(index, seconds)
            if frame is None:
                return self._note_break(index, seconds) if self._ends_early(seconds) else None
            self._frame = frame
            index, seconds = index + 1, self._time_after(seconds)

    def _time_after(self, previous: float) -> float:
        """Returns the frame's time, or one nominal step where the file's times do not advance."""
        seconds = (self._frame.time or 0.0) - self._start
        return seconds if seconds > previous else previous + (1 / self._fps if self._fps else 0.0)

    def _ends_early(self, seconds: float) -> bool:
        """Says whether the file promised clearly more than it held: it was cut short."""
        promised = self._promised_end() or 0.0
        last = self._frame
        shown = float(last.duration * last.time_base) if last.duration and last.time_base else 0.0
        return promised - (self._start + seconds + shown) > max(0.3, 0.03 * promised)

    def _promised_end(self) -> float | None:
        stream, container = self._stream, self._container.format.name
        if container == "avi":  # FFmpeg shortens an AVI's duration to what the file still holds
            return stream.frames / self._fps if self._fps else None
        if container.startswith("matroska"):
            return _clock(stream.metadata.get("DURATION", ""))
        if not stream.duration or not stream.time_base:
            return None
        return float((stream.duration + (stream.start_time or 0)) * stream.time_base)

    def _note_break(self, index: int, seconds: float) -> None:
        self.notes.append(
            f"The clip breaks off after frame {index} ({seconds:.1f} s); what came before is"
            " analysed."
        )

    def picture(self) -> Picture:
        """The frame moved to, upright, uint8 [H,W,3]."""
        if (self._frame.height, self._frame.width) != self._size:
            self._note_once(RESIZED)
        return _upright(self._rgb(), self._matrix)

    def _rgb(self) -> Picture:
        if any(component.is_alpha for component in self._frame.format.components):
            return on_white(Image.fromarray(self._reformatted("rgba")))
        return self._reformatted("rgb24")

    def _reformatted(self, pix_fmt: str) -> Picture:
        """Returns the frame at the clip's size; where its colour tags mean nothing, as BT.601."""
        height, width = self._size
        convert = partial(
            self._reformatter.reformat, self._frame, width, height, pix_fmt, threads=2
        )
        bt601 = Colorspace.ITU601
        with told(f"The frames of {self.clip.name} cannot be turned into RGB; convert it to MP4."):
            try:
                frame = convert()
            except av.error.OSError:
                self._note_once(UNKNOWN_COLOURS)
                frame = convert(src_colorspace=bt601, dst_colorspace=bt601, src_color_range="MPEG")
        return np.asarray(frame.to_ndarray(), np.uint8)

    def _note_once(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)

    def close(self) -> None:
        """Closes the file; safe to call again."""
        self._container.close()


@contextmanager
def told(sentence: str) -> Iterator[None]:
    """Says a decoder's failure in one sentence; running out of memory is not the file's fault."""
    try:
        yield
    except MemoryError:
        raise
    except av.FFmpegError:
        raise InputError(sentence) from None


def _open_container(path: Path, head: bytes) -> InputContainer:
    name = label(path)
    sentence = f"{name} is neither a video nor an image that can be read here; give {ACCEPTED}."
    if head.startswith(CLIP_HEADS) or head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        sentence = (
            f"{name} begins like a video but cannot be opened: it is damaged or cut short; copy or"
            " download it again."
        )
    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    try:
        # "file:" keeps a name such as "concat:a|b" from being read as an address.
        return av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace")
    except (av.FFmpegError, ValueError):  # out of memory too: a header that claims huge tables
        raise InputError(sentence) from None


def _picture_stream(container: InputContainer, name: str) -> VideoStream:
    """Returns the first moving picture; the cover of a song is none."""
    streams = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    if not streams and container.streams.audio:
        raise InputError(f"{name} holds sound but no picture; give a video or an image.")
    if not streams:
        raise InputError(
            f"{name} holds no video frames, or was cut short; export or copy it again."
        )
    if streams[0].codec_context is None:
        raise InputError(
            f"{name} is coded in a way that cannot be decoded here; convert it to MP4 (H.264)."
        )
    return streams[0]


def _length_of(container: InputContainer, stream: VideoStream, fps: float) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / av.time_base
    return stream.frames / fps if stream.frames and fps else None


def _clock(text: str) -> float | None:
    """Returns the seconds of "00:00:10.333000000", Matroska's tag for a track's end."""
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None


def _display_matrix(frame: av.VideoFrame) -> NDArray[np.int32]:
    """Returns [[a, b], [c, d]] that carries (x, y) to (ax + cy, bx + dy), y pointing down."""
    side_data: Mapping[str, Any] = frame.side_data
    if "DISPLAYMATRIX" not in side_data:
        return np.eye(2, dtype=np.int32)
    return np.frombuffer(bytes(side_data["DISPLAYMATRIX"]), np.int32).reshape(3, 3)[:2, :2]


def _upright(rgb: Picture, matrix: NDArray[np.int32]) -> Picture:
    """Turns and mirrors a picture as its display matrix asks, in quarter turns."""
    (a, b), (c, d) = np.sign(matrix) * (np.abs(matrix) * 2 > np.abs(matrix).max())
    if not a and not d:
        rgb, a, d = rgb.swapaxes(0, 1), c, b
    return rgb[:: -1 if d < 0 else 1, :: -1 if a < 0 else 1]
