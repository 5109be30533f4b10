"""Which of FFmpeg's 300 video decoders may be used, and for how large a picture.

A file chooses its decoder by four letters that anyone can rename, so each decoder is a door. Open are
those of people's cameras, phones, editors and the Web; most of the others were last used decades ago. An
old format also has a bound on its pixels, about the largest picture that its standard describes.
"""

from dataclasses import dataclass

from attention.errors import InputError

FULL_HD, QXGA, DCI_4K, ANY = 1920 * 1152, 2048 * 1536, 4096 * 2304, 4096 * 4096  # pixels


@dataclass(frozen=True)
class Codec:
    """A way of coding: its name in sentences, the decoders that read it, its largest picture."""

    name: str
    decoders: tuple[str, ...]
    pixels: int


CODECS = (
    Codec("H.264", ("h264",), ANY),
    Codec("HEVC", ("hevc",), ANY),
    Codec("AV1", ("libdav1d", "av1", "libaom-av1"), ANY),
    Codec("VP8", ("vp8", "libvpx"), DCI_4K),
    Codec("VP9", ("vp9", "libvpx-vp9"), ANY),
    Codec("MPEG-1", ("mpeg1video",), FULL_HD),
    Codec("MPEG-2", ("mpeg2video", "mpegvideo"), FULL_HD),
    Codec("MPEG-4", ("mpeg4", "msmpeg4v1", "msmpeg4v2", "msmpeg4"), FULL_HD),
    Codec("H.263", ("h263", "h263i", "h263p", "flv"), FULL_HD),
    Codec("WMV", ("wmv1", "wmv2"), FULL_HD),
    Codec("VC-1", ("wmv3", "vc1"), QXGA),
    Codec("Motion JPEG", ("mjpeg",), DCI_4K),
    Codec("GIF", ("gif",), FULL_HD),
    Codec("Theora", ("theora",), QXGA),
    Codec("ProRes", ("prores",), DCI_4K),
    Codec("FFV1", ("ffv1",), DCI_4K),
)
DECODERS = {decoder: codec for codec in CODECS for decoder in codec.decoders}
WHITELIST = ",".join(DECODERS)  # as FFmpeg's option codec_whitelist takes it


def checked_codec(name: str, decoder: str) -> Codec:
    """The codec of a file's decoder. InputError, which names both, when it is none of CODECS."""
    if decoder not in DECODERS:
        raise InputError(
            f"{name} is coded as {decoder}, which is not read here; convert it to MP4 (H.264)."
        )
    return DECODERS[decoder]


def check_size(name: str, codec: Codec, width: int, height: int) -> None:
    """Raises InputError for a picture that is larger than its codec's largest."""
    if width * height > codec.pixels:
        raise InputError(
            f"{name} has {width}×{height} pixels, at most {codec.pixels:,} are accepted of"
            f" {codec.name}; scale it down, or convert it to MP4 (H.264)."
        )
