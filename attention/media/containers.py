"""Container files: opens one and no other file, finds its video stream and its length."""

from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from attention.errors import InputError
from attention.media.clip import label
from attention.media.codecs import WHITELIST

# Containers that hold all their data. Playlists (HLS, DASH, concat, SDP) name other files and are
# excluded. Sound containers are included so that the error can say that the file holds only sound.
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm,mpegts,mpeg,mpegvideo,m4v,h264,hevc,flv,asf,ogg,gif,"
    "ivf,dv,mp3,wav,flac,aac"
)
CLIP_HEADS = (b"RIFF", b"\x1aE\xdf\xa3", b"GIF8", b"FLV", b"OggS", b"0&\xb2u")
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
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": CONTAINERS,
        "codec_whitelist": WHITELIST,  # of sound too: it is not decoded to learn its properties
    }
    try:
        # "file:" keeps a name such as "concat:a|b" from being read as an address.
        return av.open(f"file:{path.absolute()}", options=options, metadata_errors="replace")
    except (av.FFmpegError, ValueError):  # out of memory too: a header that claims huge tables
        raise InputError(sentence) from None


def picture_stream(container: InputContainer, name: str) -> VideoStream:
    """Returns the first video stream that is not cover art. InputError when there is none."""
    streams = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    if not streams and container.streams.audio:
        raise InputError(f"{name} holds sound but no picture; give a video or an image.")
    if not streams:
        raise InputError(NO_FRAMES.format(name))
    if streams[0].codec_context is None:
        raise InputError(
            f"{name} is coded in a way that cannot be decoded here; convert it to MP4 (H.264)."
        )
    return streams[0]


def length_of(container: InputContainer, stream: VideoStream, fps: float) -> float | None:
    """Returns the clip's length in seconds as the file states it, or None."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration:
        return container.duration / av.time_base
    return stream.frames / fps if stream.frames and fps else None


def clock(text: str) -> float | None:
    """Returns the seconds of "00:00:10.333000000", Matroska's tag for a track's end, or None."""
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None
