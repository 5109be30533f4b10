"""A video or an image → sampled RGB frames, streamed; the paper keeps one frame in five (§4.3).

Clips and GIFs are decoded in order by FFmpeg (PyAV) and only the frames that are kept become RGB.
Stills are read by Pillow, which knows their size before it decodes them and says when one is cut
short. Everything lies the right way up (rotation and EXIF flags applied), on white where it was
transparent. Only the named file is ever opened: no playlist, no other file, no network.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image, ImageOps

from attention.errors import InputError

Picture = NDArray[np.uint8]

# Containers that hold everything themselves: lists (HLS, DASH, concat, SDP) name other files and
# stay out. Those for sound alone are here so that such a file can be called what it is.
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,asf,ogg,gif,"
    "ivf,dv,mp3,wav,flac,aac"
)
CLIP_HEADS = (b"RIFF", b"\x1aE\xdf\xa3", b"GIF8", b"FLV", b"OggS", b"0&\xb2u", b"\x00\x00\x01")
STILL_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "AVIF")
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
RESIZED = "The clip changes its frame size; later frames are scaled to the size of the first."
ACCEPTED = "an MP4, MOV, AVI, MKV, WebM or GIF clip, or a JPEG, PNG, WEBP, BMP or AVIF image"


@dataclass(frozen=True)
class Limits:
    """What is accepted: beyond `trim_*` a clip is shortened with a note, beyond `max_*` refused."""

    trim_seconds: float | None = None
    trim_frames: int | None = None  # counts the frames kept
    max_seconds: float = 2 * 3600.0
    max_clip_pixels: int = 4096 * 4096  # DCI 4K (4096×2160) passes, 8K (7680×4320) does not
    max_image_pixels: int = 64_000_000
    max_bytes: int | None = None


@dataclass(frozen=True)
class Clip:
    """What a file says of itself; sizes in pixels, the right way up."""

    path: Path
    name: str
    kind: Literal["video", "image"]
    width: int
    height: int
    fps: float  # 0 for an image, or when the file does not say
    seconds: float | None  # 0 for an image; None when the file does not say
    frame_count: int | None  # the file's claim, or seconds × fps: an estimate
    codec: str


@dataclass(frozen=True)
class Frames:
    """Sampled frames: rgb uint8 [n,H,W,3], their indices in the clip [n], their seconds [n].

    Seconds are times of presentation relative to the clip's first frame.
    """

    rgb: Picture
    indices: NDArray[np.int64]
    seconds: NDArray[np.float64]


def probe(path: str | Path, limits: Limits = Limits()) -> Clip:
    """Says what a file holds, its first frame decoded to be sure. Raises InputError."""
    with FrameReader(path, limits=limits) as reader:
        return reader.clip


class FrameReader:
    """Reads every `every`-th frame of a clip in order of time; an image is one frame.

    Iterating (once) yields Frames of at most `chunk` frames and never holds more; then `notes` says
    in sentences what was left out and why. Raises InputError for anything that cannot be used.
    """

    def __init__(
        self, path: str | Path, every: int = 5, limits: Limits = Limits(), chunk: int = 8
    ) -> None:
        check_sampling(every, chunk)
        path = Path(path)
        head = _head_of(path, limits)
        self._source = _Still(path, limits) if _is_still(head) else _Video(path, head, limits)
        self.clip = self._source.clip
        self._every, self._limits, self._chunk = every, limits, chunk
        self._iterated = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out and why, one sentence each; complete after iteration."""
        return tuple(self._source.notes)

    def __iter__(self) -> Iterator[Frames]:
        if self._iterated:
            raise RuntimeError("A reader is read once; open another to read the clip again.")
        self._iterated = True
        kept: list[tuple[int, float, Picture]] = []
        try:
            for sample in self._kept():
                kept.append(sample)
                if len(kept) == self._chunk:
                    yield _together(kept)
                    kept.clear()
            if kept:
                yield _together(kept)
        finally:
            self.close()

    def _kept(self) -> Iterator[tuple[int, float, Picture]]:
        """Yields (index, seconds, rgb) of every sampled frame until the clip or a limit ends."""
        name, limits = self.clip.name, self._limits
        longest, most = limits.trim_seconds, limits.trim_frames
        for index, seconds in self._source.positions():
            if seconds > limits.max_seconds:
                raise InputError(_too_long(name, seconds, limits))
            if longest is not None and seconds >= longest:
                self._note_trim(f"{longest:g} s")
                return
            if index % self._every:
                continue
            if most is not None and index // self._every >= most:
                self._note_trim(f"{most} sampled frames ({seconds:.1f} s)")
                return
            yield index, seconds, self._source.picture()

    def _note_trim(self, extent: str) -> None:
        seconds = self.clip.seconds
        length = f"{self.clip.name} lasts {seconds:.1f} s" if seconds else "The clip is longer"
        self._source.notes.append(
            f"{length}; only its first {extent} are analysed, to keep the wait short."
        )

    def close(self) -> None:
        """Closes the file; safe to call again."""
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def label(path: str | Path) -> str:
    """Returns a file's name as people may see it: no folders, printable, at most 80 characters."""
    name = "".join(c if c.isprintable() else "?" for c in Path(path).name)
    return name if len(name) <= 80 else f"{name[:60]}…{name[-19:]}"


def check_sampling(every: int, chunk: int) -> None:
    """Raises InputError for a step below 1, ValueError for a chunk below 1."""
    if every < 1:
        raise InputError(f"One frame in every {every} cannot be taken; give a step of 1 or more.")
    if chunk < 1:
        raise ValueError(f"chunk must be at least 1, not {chunk}")


class _Still:
    """An image, to be walked through as _Video is: a clip of one frame."""

    def __init__(self, path: Path, limits: Limits) -> None:
        name = label(path)
        self._rgb, codec, animated = _read_still(path, limits.max_image_pixels)
        height, width, _ = self._rgb.shape
        self.clip = Clip(path, name, "image", width, height, 0.0, 0.0, 1, codec)
        self.notes = [f"{name} is animated; only its first picture is analysed."] * animated

    def positions(self) -> Iterator[tuple[int, float]]:
        yield 0, 0.0

    def picture(self) -> Picture:
        return self._rgb

    def close(self) -> None: ...


class _Video:
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
                raise InputError(_too_long(name, seconds, limits))
            _check_pixels(name, self._stream.width, self._stream.height, limits.max_clip_pixels)
            self._stream.thread_type = "AUTO"
            # The same bound for frames that turn out larger than the file's header says.
            self._stream.codec_context.options = {"max_pixels": str(limits.max_clip_pixels)}
            self._decoded = self._container.decode(self._stream)
            self._first = self._frame = self._first_frame(name)
            self._matrix = _display_matrix(self._first)
            self.clip = self._describe(path, name, seconds)
        except BaseException:
            self.close()
            raise

    def _first_frame(self, name: str) -> av.VideoFrame:
        with _told(
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

    @property
    def _size(self) -> tuple[int, int]:
        return self._first.height, self._first.width

    def positions(self) -> Iterator[tuple[int, float]]:
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
        seconds = (self._frame.time or 0.0) - (self._first.time or 0.0)
        return seconds if seconds > previous else previous + (1 / self._fps if self._fps else 0.0)

    def _ends_early(self, seconds: float) -> bool:
        """Says whether the file promised clearly more than it held: it was cut short."""
        promised = self._promised_end() or 0.0
        last = self._frame
        shown = float(last.duration * last.time_base) if last.duration and last.time_base else 0.0
        end = (self._first.time or 0.0) + seconds + shown
        return promised - end > max(0.3, 0.03 * promised)

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
        frame, name = self._frame, self.clip.name
        if (frame.height, frame.width) != self._size and RESIZED not in self.notes:
            self.notes.append(RESIZED)
        with _told(f"{name} has colours that cannot be read ({frame.format.name}); convert it."):
            rgb = _rgb_of(frame, *self._size)
        return _upright(rgb, self._matrix)

    def close(self) -> None:
        self._container.close()


@contextmanager
def _told(sentence: str) -> Iterator[None]:
    """Says a decoder's failure in one sentence; running out of memory is not the file's fault."""
    try:
        yield
    except MemoryError:
        raise
    except (av.FFmpegError, OSError, ValueError):
        raise InputError(sentence) from None


def _head_of(path: Path, limits: Limits) -> bytes:
    """Returns the first 16 bytes of a file that is there, not empty and not too large."""
    name = label(path)
    if path.is_dir():
        raise InputError(f"{name} is a folder; give one video or image.")
    if not path.is_file():
        raise InputError(f"{name} does not exist or is not a file; check its name and folder.")
    size = path.stat().st_size
    if size == 0:
        raise InputError(f"{name} is empty (0 bytes); copy or download it again.")
    if limits.max_bytes is not None and size > limits.max_bytes:
        raise InputError(
            f"{name} has {size / 1e6:.1f} MB, at most {limits.max_bytes / 1e6:.1f} MB are accepted;"
            " give a shorter or smaller one."
        )
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise InputError(f"{name} cannot be opened: {error.strerror}; check its rights.") from None
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        raise InputError(f"{name} is a HEIC photo, which is not read here; save it as JPEG or PNG.")
    return head


def _is_still(head: bytes) -> bool:
    return (
        head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM"))
        or (head[:4], head[8:12]) == (b"RIFF", b"WEBP")
        or head[4:12] in (b"ftypavif", b"ftypavis")
    )


def _read_still(path: Path, max_pixels: int) -> tuple[Picture, str, bool]:
    """Returns rgb [H,W,3], the format's name, and whether the image is animated."""
    name = label(path)
    try:
        with Image.open(path, formats=STILL_FORMATS) as image:
            _check_pixels(name, *image.size, max_pixels)
            animated = getattr(image, "n_frames", 1) > 1
            return _rgb_of_still(image), (image.format or "").lower(), animated
    except (InputError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(_too_large(name, "far more", max_pixels)) from None
    except Exception:  # Pillow raises whatever its parsers trip over
        raise InputError(
            f"{name} is not an image that can be read: it is damaged or cut short; copy or download"
            " it again, or save it as JPEG or PNG."
        ) from None


def _rgb_of_still(image: Image.Image) -> Picture:
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16-bit grey, which Pillow would clip rather than scale
        image = Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    return np.asarray(image.convert("RGB"))


def _on_white(rgba: Image.Image) -> Picture:
    page = Image.new("RGB", rgba.size, "white")
    page.paste(rgba, mask=rgba.getchannel("A"))
    return np.asarray(page)


def _open_container(path: Path, head: bytes) -> InputContainer:
    name = label(path)
    sentence = f"{name} is neither a video nor an image that can be read here; give {ACCEPTED}."
    if head.startswith(CLIP_HEADS) or head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        sentence = (
            f"{name} begins like a video but cannot be opened: it is damaged or cut short; copy or"
            " download it again."
        )
    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    with _told(sentence):
        # "file:" keeps a name such as "concat:a|b" from being read as an address.
        return av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace")


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


def _check_pixels(name: str, width: int, height: int, most: int) -> None:
    if width * height > most:
        raise InputError(_too_large(name, f"{width}×{height}", most))


def _too_large(name: str, size: str, most: int) -> str:
    return f"{name} has {size} pixels, at most {most:,} are accepted; scale it down."


def _too_long(name: str, seconds: float, limits: Limits) -> str:
    return (
        f"{name} lasts {seconds:.0f} s, at most {limits.max_seconds:.0f} s are accepted; cut out"
        " the part that matters."
    )


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


def _rgb_of(frame: av.VideoFrame, height: int, width: int) -> Picture:
    convert = partial(frame.to_ndarray, width=width, height=height)
    if any(component.is_alpha for component in frame.format.components):
        return _on_white(Image.fromarray(np.asarray(convert(format="rgba"), np.uint8)))
    return np.asarray(convert(format="rgb24"), np.uint8)


def _together(kept: list[tuple[int, float, Picture]]) -> Frames:
    indices, seconds, pictures = zip(*kept, strict=True)
    # Turned pictures are views; what leaves here lies in memory as it is read.
    rgb = np.stack(pictures, out=np.empty((len(pictures), *pictures[0].shape), np.uint8))
    return Frames(rgb, np.array(indices, np.int64), np.array(seconds, np.float64))
