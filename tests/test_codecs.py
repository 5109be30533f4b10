"""media/codecs.py: the decoders that people's files need are open, all others are refused by name."""

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from attention.errors import InputError
from attention.media import codecs
from attention.media.codecs import CODECS, DECODERS
from attention.media.containers import open_container
from attention.media.frames import FrameReader
from tests.clips import frame_number, numbered_frames, write_clip, write_growing


def complaint(path: Path) -> str:
    with pytest.raises(InputError) as refusal:
        list(FrameReader(path))
    return str(refusal.value)


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("hevc.mkv", "libx265", "yuv420p"),
        ("av1.webm", "libsvtav1", "yuv420p"),
        ("vp8.webm", "libvpx", "yuv420p"),
        ("mpeg1.mpg", "mpeg1video", "yuv420p"),
        ("mpeg2.ts", "mpeg2video", "yuv420p"),
        ("divx3.avi", "msmpeg4", "yuv420p"),
        ("divx2.avi", "msmpeg4v2", "yuv420p"),
        ("phone.3gp", "h263", "yuv420p"),
        ("web.flv", "flv", "yuv420p"),
        ("one.wmv", "wmv1", "yuv420p"),
        ("two.wmv", "wmv2", "yuv420p"),
        ("camera.avi", "mjpeg", "yuvj420p"),
        ("prores.mov", "prores_ks", "yuv422p10le"),
        ("archive.mkv", "ffv1", "yuv420p"),
    ],
)
def test_peoples_codecs_are_read(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV cannot write {codec}")
    # 25 frames per second for MPEG-1 and MPEG-2, 176×144 for H.263: they have no others
    path = write_clip(tmp_path / name, numbered_frames(3, 144, 176), 25, codec, pix_fmt)
    with FrameReader(path, every=1) as reader:
        assert [frame_number(rgb) for frames in reader for rgb in frames.rgb] == [0, 1, 2]


@pytest.mark.parametrize(
    ("letters", "decoder"), [(b"IV50", "indeo5"), (b"G2M4", "g2m"), (b"cvid", "cinepak")]
)
def test_four_other_letters_open_no_other_decoder(
    tmp_path: Path, letters: bytes, decoder: str
) -> None:
    path = write_clip(tmp_path / "renamed.avi", numbered_frames(3), codec="mpeg4")
    path.write_bytes(path.read_bytes().replace(b"FMP4", letters))
    assert complaint(path) == (
        f"renamed.avi is coded as {decoder}, which is not read here; convert it to MP4 (H.264)."
    )


def test_other_decoders_are_not_even_opened_to_look_at_the_file(tmp_path: Path) -> None:
    """FFmpeg opens a stream's decoder, of sound too, to learn what the header does not say."""
    path = write_clip(tmp_path / "old.avi", numbered_frames(2), 10, "cinepak", "rgb24")
    before = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as logs, open_container(path, b""):
            pass
    finally:
        av.logging.set_level(before)
    assert any("not on whitelist" in message for _, _, message in logs)


def test_decoders_that_this_ffmpeg_lacks_are_no_fault_but_most_are_there() -> None:
    there = {name for name in DECODERS if name in av.codecs_available}
    assert {"libdav1d", "vp9", "wmv3", "vc1", "theora", "gif"} <= there
    assert all(any(name in there for name in codec.decoders) for codec in CODECS)


def test_an_old_codec_has_a_smaller_largest_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = [np.full((1200, 2000, 3), 90, np.uint8)]
    assert complaint(write_clip(tmp_path / "large.avi", large, 10, "mpeg4")) == (
        "large.avi has 2000×1200 pixels, at most 2,211,840 are accepted of MPEG-4; scale it down, "
        "or convert it to MP4 (H.264)."
    )
    # also where the frames are larger than the header says
    path = write_growing(tmp_path / "grows.avi")
    monkeypatch.setitem(codecs.DECODERS, "mjpeg", replace(DECODERS["mjpeg"], pixels=10_000))
    with FrameReader(path, every=1) as reader:
        assert sum(len(frames.rgb) for frames in reader) == 3
    assert "breaks off after frame 2" in reader.notes[0]
