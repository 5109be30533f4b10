"""Container files: opens one and no other file, finds its video stream and its length."""

from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.codec import CodecContext
from av.container import InputContainer
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from attention.errors import InputError
from attention.media.clip import label
from attention.media.clock import JOINED
from attention.media.codecs import WHITELIST

# Containers that hold all their data. Playlists (HLS, DASH, concat, SDP) name other files and are
# excluded. Sound containers are included so that the error can say that the file holds only sound.
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,asf,ogg,gif,"
    "ivf,dv,mjpeg,mp3,wav,flac,aac"
)
CLIP_HEADS = (b"RIFF", b"\x1aE\xdf\xa3", b"GIF8", b"FLV", b"OggS", b"0&\xb2u")
OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": CONTAINERS,
    "codec_whitelist": WHITELIST,  # of sound too: it is not decoded to learn its properties
}
BESIDE = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
FROM_ZERO = (
    "avi",
    "asf",
    "flv",
    "matroska,webm",
)  # their length counts from 0, whenever they begin
CAMERA_KEYS = (  # makers', and models'
    ("make", "com.apple.quicktime.make", "com.android.manufacturer"),
    ("model", "com.apple.quicktime.model", "com.android.model"),
)
MOST_COUNTED = 200_000  # packets of a stream, which are read in a second
NO_FRAMES = "{} holds no video frames, or was cut short; export or copy it again."
ACCEPTED = "an MP4, MOV, AVI, MKV, WebM or GIF clip, or a JPEG, PNG, WEBP, BMP or AVIF image"


def open_container(path: Path, head: bytes) -> InputContainer:
    """Opens the clip, and never a file that it names. InputError when the file is not a clip."""
    name = label(path)
    sentence = f"{name} is neither a video nor an image that can be read here; give {ACCEPTED}."
    mpeg = head[:3] == b"\x00\x00\x01" and head[3:4] >= b"\xb0"  # 0 there is an icon's
    if (
        mpeg
        or head.startswith(CLIP_HEADS)
        or head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free")
    ):
        sentence = (
            f"{name} begins like a video but cannot be opened: it is damaged or cut short; copy or"
            " download it again."
        )
    try:
        # "file:" keeps a name such as "concat:a|b" from being read as an address.
        # FFmpeg takes most JPEGs in a row, which alone come here, for one picture.
        return _open(f"file:{path.absolute()}", "mjpeg" if head[:2] == b"\xff\xd8" else None)
    except (av.FFmpegError, ValueError):  # out of memory too: a header that claims huge tables
        raise InputError(sentence) from None


def _open(address: str, form: str | None = None) -> InputContainer:
    """form: FFmpeg's name of the container, by default what it finds."""
    return av.open(address, format=form, options=dict(OPTIONS), metadata_errors="replace")


def picture_stream(container: InputContainer, name: str) -> VideoStream:
    """Returns the video stream that a player would choose. InputError when there is none.

    Neither cover art nor thumbnails: of the others the first that moves and is marked as default.
    """
    streams = [s for s in container.streams.video if not s.disposition & BESIDE]
    streams.sort(key=_standing, reverse=True)
    if not streams and container.streams.audio:
        raise InputError(f"{name} holds sound but no picture; give a video or an image.")
    if not streams:
        raise InputError(NO_FRAMES.format(name))
    if streams[0].codec_context is None:
        raise InputError(
            f"{name} is coded in a way that cannot be decoded here; convert it to MP4 (H.264)."
        )
    return streams[0]


def _standing(stream: VideoStream) -> tuple[bool, bool, bool]:
    """Whether a stream can be decoded, has more than one picture, and is the default."""
    default = bool(stream.disposition & Disposition.default)
    return stream.codec_context is not None, stream.frames != 1, default


def decoder_of(stream: VideoStream) -> VideoCodecContext:
    """The stream's decoder; for VP8 and VP9 with transparency beside the picture, the one that reads it."""
    own = stream.codec_context
    transparent = stream.metadata.get("alpha_mode", stream.metadata.get("ALPHA_MODE")) == "1"
    if not transparent or own.codec.name not in WITH_ALPHA:
        return own
    decoder = CodecContext.create(WITH_ALPHA[own.codec.name], "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.extradata = own.extradata
    return decoder


def display_matrix(
    frame: av.VideoFrame, container: InputContainer, stream: VideoStream, decoder: VideoCodecContext
) -> NDArray[np.int32]:
    """Returns [[a, b], [c, d]], which maps (x, y) to (ax + cy, bx + dy); y points down.

    frame: the first one that `decoder` gave. A decoder that is not the stream's own knows nothing of the
    stream: its own decodes the first frame once more.
    """
    if decoder is not stream.codec_context:
        with suppress(av.FFmpegError), _open(container.name) as again:
            frame = next(again.decode(again.streams[stream.index]), frame)  # type: ignore[assignment]
    side_data: Mapping[str, Any] = frame.side_data
    if "DISPLAYMATRIX" not in side_data:
        return np.eye(2, dtype=np.int32)
    return np.frombuffer(bytes(side_data["DISPLAYMATRIX"]), np.int32).reshape(3, 3)[:2, :2]


def rate_of(stream: VideoStream) -> float:
    """Returns the frames per second that the file states, its codec states, or FFmpeg guesses; or 0.

    FFmpeg's guess may count fields, two a frame.
    """
    stated = stream.average_rate or stream.codec_context.framerate
    return float(stated or stream.guessed_rate or 0)


def length_of(
    container: InputContainer, stream: VideoStream, fps: float, start: float
) -> float | None:
    """Returns the clip's length in seconds as the file states it, or None.

    start: the time of the first frame; some containers state the last one's. Where the clock may jump, its
    end says nothing: pictures are counted, of as many as are soon counted.
    """
    if container.format.name in JOINED:
        count = _pictures(container.name, stream.index)
        return count / fps if count and fps else None
    stated = _stated_length(container, stream, fps)
    # what is shorter than its beginning is a length after all, as some programs write it into an FLV
    late = container.format.name in FROM_ZERO and stated is not None and 0 < start < stated
    return stated - start if stated is not None and late else stated


def _stated_length(container: InputContainer, stream: VideoStream, fps: float) -> float | None:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / av.time_base
    return stream.frames / fps if stream.frames and fps else None


def maker_and_program(path: Path) -> tuple[str, str]:
    """The camera's maker and model, and the program that wrote the file; "" for what a clip does not name."""
    try:
        with _open(f"file:{path.absolute()}") as container:
            places = (*(stream.metadata for stream in container.streams.video), container.metadata)
            said = {
                key.casefold(): text.strip(" \0") for place in places for key, text in place.items()
            }
    except (av.FFmpegError, ValueError, IndexError):
        return "", ""
    makers, models = (next(filter(None, map(said.get, keys)), "") for keys in CAMERA_KEYS)
    return " ".join(filter(None, (makers, models))), said.get("encoder", "")


def stated_end(container: InputContainer, stream: VideoStream, fps: float) -> float | None:
    """The second at which the file says that the clip ends; None where it does not say."""
    kind = container.format.name
    if kind == "avi":  # FFmpeg reduces an AVI's duration to what the file still holds
        return stream.frames / fps if fps else None
    if kind.startswith("matroska"):
        return _seconds_of_tag(stream.metadata.get("DURATION", ""))
    if kind in JOINED or not stream.duration or not stream.time_base:
        return None
    start = 0 if kind in FROM_ZERO else stream.start_time or 0
    return float((stream.duration + start) * stream.time_base)


def _pictures(address: str, index: int) -> int | None:
    """The packets of a stream with pictures; None where they are too many or cannot be read."""
    with suppress(av.FFmpegError, IndexError), _open(address) as container:
        packets = (packet for packet in container.demux(container.streams[index]) if packet.size)
        count = sum(1 for _ in islice(packets, MOST_COUNTED))
        return count if count < MOST_COUNTED else None
    return None


def _seconds_of_tag(text: str) -> float | None:
    """Returns the seconds of "00:00:10.333000000", Matroska's tag for a track's end, or None."""
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None
