"""frames.py: the frames it yields, their orientation, and the sentences for unreadable files."""

import gc
import io
import os
import struct
import sys
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from attention.errors import InputError
from attention.media import video
from attention.media.frames import Clip, FrameReader, Limits, label, probe
from tests.clips import (
    frame_number,
    hurt_packets,
    is_upright,
    numbered_frame,
    numbered_frames,
    packets_of,
    write_clip,
    write_growing,
    write_image,
    write_sound,
    write_wide_pixels,
)

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "clips"
SHARED_CLIPS = sorted(
    path
    for folder in ("real", "odd")
    for path in (SHARED / folder).glob("*")
    if path.stat().st_size < 2 << 20  # a longer film shows nothing more
)


@dataclass(frozen=True)
class Whole:
    """A clip read to its end."""

    clip: Clip
    rgb: NDArray[np.uint8]
    indices: NDArray[np.int64]
    seconds: NDArray[np.float64]
    notes: tuple[str, ...]


def read(path: Path, every: int = 1, limits: Limits = Limits()) -> Whole:
    with FrameReader(path, every=every, limits=limits) as reader:
        chunks = list(reader)
    return Whole(
        reader.clip,
        np.concatenate([chunk.rgb for chunk in chunks]),
        np.concatenate([chunk.indices for chunk in chunks]),
        np.concatenate([chunk.seconds for chunk in chunks]),
        reader.notes,
    )


def numbers(whole: Whole) -> list[int]:
    return [frame_number(rgb) for rgb in whole.rgb]


def complaint(path: Path, **limits: Any) -> str:
    """Returns the error sentence for a file that is refused."""
    with pytest.raises(InputError) as refusal:
        list(FrameReader(path, limits=Limits(**limits)))
    sentence = str(refusal.value)
    assert path.name in sentence and str(path.parent) not in sentence
    assert sentence.endswith(".") and ". " not in sentence and "\n" not in sentence
    return sentence


# Which frames


def test_every_fifth_frame_in_chunks_with_its_index_and_time(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_frames(43), fps=10)
    with FrameReader(clip, every=5, chunk=4) as reader:
        chunks = list(reader)
    assert [len(chunk.rgb) for chunk in chunks] == [4, 4, 1]
    assert [frame_number(rgb) for chunk in chunks for rgb in chunk.rgb] == list(range(0, 43, 5))
    assert np.concatenate([chunk.indices for chunk in chunks]).tolist() == list(range(0, 43, 5))
    assert np.allclose(np.concatenate([chunk.seconds for chunk in chunks]), np.arange(0, 4.3, 0.5))
    assert chunks[0].rgb.dtype == np.uint8 and chunks[0].rgb.flags.c_contiguous
    assert reader.notes == ()


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("h264.mp4", "libx264", "yuv420p"),
        ("h264.mov", "libx264", "yuv444p"),
        ("h264_grey.mp4", "libx264", "gray"),
        ("h264.ts", "libx264", "yuv420p"),
        ("hevc_10_bit.mkv", "libx265", "yuv420p10le"),
        ("vp9.webm", "libvpx-vp9", "yuv420p"),
        ("av1.mp4", "libsvtav1", "yuv420p10le"),
        ("mpeg4.avi", "mpeg4", "yuv420p"),
        ("mjpeg.avi", "mjpeg", "yuvj420p"),
        ("dvd.mpg", "mpeg2video", "yuv420p"),
        ("ffv1_16_bit.mkv", "ffv1", "gray16le"),
    ],
)
def test_common_codecs_give_every_frame_in_order(
    tmp_path: Path, name: str, codec: str, pix_fmt: str
) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this PyAV cannot write {codec}")
    clip = write_clip(tmp_path / name, numbered_frames(12, 96, 160), 25, codec, pix_fmt)
    reader = read(clip)
    assert numbers(reader) == list(range(12))
    assert np.allclose(reader.seconds, np.arange(12) / 25, atol=2e-3)
    assert is_upright(reader.rgb[7]) or "gr" in pix_fmt
    assert (reader.clip.width, reader.clip.height, reader.clip.fps) == (160, 96, 25.0)
    assert reader.notes == ()


def test_frames_are_in_order_of_time_when_b_frames_are_stored_out_of_order(tmp_path: Path) -> None:
    options = {"bf": "3", "b_strategy": "0", "g": "250"}
    for name in ("clip.mp4", "clip.avi", "clip.mkv"):
        reader = read(write_clip(tmp_path / name, numbered_frames(30), options=options))
        assert numbers(reader) == list(range(30)), name
        assert (np.diff(reader.seconds) > 0).all(), name


def test_times_of_a_clip_with_uneven_frames(tmp_path: Path) -> None:
    times = [7, 8, 12, 13, 30]
    reader = read(write_clip(tmp_path / "uneven.mp4", numbered_frames(5), times=times))
    assert np.allclose(reader.seconds, [0.0, 0.1, 0.5, 0.6, 2.3])
    assert reader.indices.tolist() == [0, 1, 2, 3, 4] and reader.notes == ()


def test_odd_sizes_and_single_frames(tmp_path: Path) -> None:
    odd = write_clip(
        tmp_path / "odd.avi", numbered_frames(3, 241, 321), codec="mjpeg", pix_fmt="yuvj420p"
    )
    assert read(odd).rgb.shape == (3, 241, 321, 3)
    single = read(write_clip(tmp_path / "single.mp4", numbered_frames(1)), every=5)
    assert single.rgb.shape == (1, 48, 80, 3)
    assert single.indices.tolist() == [0] and single.seconds.tolist() == [0.0]


def test_a_clip_without_a_stated_length_is_read(tmp_path: Path) -> None:
    class Pipe(io.RawIOBase):  # a writer cannot go back in it to note the length
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with av.open(pipe, "w", format="webm") as file:
        stream = file.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 48, "yuv420p"
        for picture in numbered_frames(12):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        file.mux(stream.encode())
    path = tmp_path / "webcam.webm"
    path.write_bytes(pipe.data)
    reader = read(path)
    assert (reader.clip.seconds, reader.clip.frame_count) == (None, None)
    assert numbers(reader) == list(range(12)) and reader.notes == ()


def test_a_clip_that_changes_its_size_keeps_the_first(tmp_path: Path) -> None:
    large = write_clip(tmp_path / "large.h264", numbered_frames(4, 96, 160), container="h264")
    small = write_clip(tmp_path / "small.h264", numbered_frames(4, 48, 80), container="h264")
    both = tmp_path / "both.h264"
    both.write_bytes(large.read_bytes() + small.read_bytes())
    reader = read(both)
    assert reader.rgb.shape == (8, 96, 160, 3)
    assert numbers(reader) == [0, 1, 2, 3, 0, 1, 2, 3]
    assert reader.notes == (
        "The clip changes its frame size; later frames are scaled to the size of the first.",
    )


def test_a_step_below_one_and_a_second_reading_are_refused(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_frames(2))
    with pytest.raises(InputError, match="step of 1 or more"):
        FrameReader(clip, every=0)
    reader = FrameReader(clip)
    assert len(list(reader)) == 1
    with pytest.raises(RuntimeError):
        next(iter(reader))


def test_colours_of_an_unknown_space_are_read_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "tagged.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 48, "yuv420p"
        stream.codec_context.colorspace = 8  # YCgCo, which swscale cannot turn into RGB
        file.mux(stream.encode(av.VideoFrame.from_ndarray(numbered_frame(3))))
        file.mux(stream.encode())
    whole = read(path)
    assert numbers(whole) == [3] and is_upright(whole.rgb[0])
    assert whole.notes == (
        "The clip names no known colour space; its colours may be slightly off.",
    )


@pytest.mark.skipif(not SHARED_CLIPS, reason="the shared clips are not here")
@pytest.mark.parametrize("path", SHARED_CLIPS, ids=lambda path: path.name)
def test_real_clips_equal_opencv_frame_for_frame(path: Path) -> None:
    capture = cv2.VideoCapture(str(path))
    _, expected = capture.read()
    if expected is None:
        pytest.skip("OpenCV cannot decode it")
    reader = FrameReader(path, every=1)
    tolerance = 2.0 if "10bits" in path.name else 0.2  # OpenCV dithers ten bits to eight
    for frames in reader:
        for rgb in frames.rgb:
            assert expected.shape == rgb.shape
            assert np.abs(expected[..., ::-1].astype(int) - rgb).mean() < tolerance
            _, expected = capture.read()
    assert expected is None and reader.notes == ()


# Which way up, and on what


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_clips_lie_the_right_way_up(tmp_path: Path, turn: int, mirror: bool) -> None:
    upright = numbered_frame(5, 80, 160)
    stored = upright[:, ::-1] if mirror else upright
    stored = np.ascontiguousarray(np.rot90(stored, -turn // 90))
    clip = write_clip(tmp_path / "phone.mp4", [stored] * 2, turn=turn, mirror=mirror)
    reader = read(clip)
    assert (reader.clip.width, reader.clip.height) == (160, 80)
    assert reader.rgb.shape == (2, 80, 160, 3)
    assert is_upright(reader.rgb[0]) and numbers(reader) == [5, 5]
    assert reader.rgb.flags.c_contiguous


@pytest.mark.parametrize(
    ("pixel", "width", "height"),
    [
        (Fraction(2), 160, 48),
        (Fraction(16, 15), 85, 48),
        (Fraction(1, 2), 80, 96),
        (Fraction(1001, 1000), 80, 48),  # nobody sees it
        (Fraction(7), 80, 48),  # 560×48 would be absurd
        (Fraction(1, 20), 80, 48),
    ],
)
@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_clips_have_their_display_size(
    tmp_path: Path, suffix: str, pixel: Fraction, width: int, height: int
) -> None:
    path = write_wide_pixels(tmp_path / f"tape.{suffix}", numbered_frames(3), pixel)
    reader = read(path)
    assert (reader.clip.width, reader.clip.height) == (width, height)
    assert reader.rgb.shape == (3, height, width, 3)
    assert is_upright(reader.rgb[2]) and reader.notes == ()
    # Two thirds down and a quarter across, red ends and grey begins.
    row = reader.rgb[2, height - 4, :, 1].astype(int)
    assert abs(np.argmax(row > 75) - width / 4) <= 2


def test_the_limit_applies_to_the_display_size(tmp_path: Path) -> None:
    path = write_wide_pixels(tmp_path / "tape.mp4", numbered_frames(2), Fraction(2))
    assert "160×48 pixels" in complaint(path, max_clip_pixels=160 * 48 - 1)
    assert probe(path, Limits(max_clip_pixels=160 * 48)).width == 160


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_photos_lie_the_right_way_up(tmp_path: Path, suffix: str, orientation: int) -> None:
    upright = numbered_frame(5, 80, 160)
    stored = {  # how a camera held that way stores the scene (EXIF 2.3, tag 274)
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.swapaxes(0, 1),
        6: np.rot90(upright),
        7: upright[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / f"photo.{suffix}"
    reader = read(write_image(path, np.ascontiguousarray(stored), exif=exif))
    assert reader.rgb.shape == (1, 80, 160, 3)
    assert is_upright(reader.rgb[0]) and numbers(reader) == [5]


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp"])
def test_an_image_is_one_frame(tmp_path: Path, suffix: str) -> None:
    picture = numbered_frame(9, 60, 100)
    path = write_image(tmp_path / f"still.{suffix}", picture)
    reader = read(path, every=5)
    codec = {"jpg": "jpeg"}.get(suffix, suffix)
    assert reader.clip == Clip(path, path.name, "image", 100, 60, 0.0, 0.0, 1, codec)
    assert reader.indices.tolist() == [0] and reader.seconds.tolist() == [0.0]
    if suffix in ("png", "bmp"):
        assert (reader.rgb[0] == picture).all()
    else:
        assert np.abs(reader.rgb[0].astype(int) - picture).mean() < 8
    assert reader.notes == ()


def test_grey_and_sixteen_bit_images_keep_their_greys(tmp_path: Path) -> None:
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16)
    expected = np.repeat(greys[..., None], 3, axis=2)
    assert (read(write_image(tmp_path / "8.png", greys)).rgb[0] == expected).all()
    deep = greys.astype(np.uint16) * 257
    assert (read(write_image(tmp_path / "16.png", deep)).rgb[0] == expected).all()
    cv2.imwrite(str(tmp_path / "48.png"), np.dstack([deep] * 3))
    assert (read(tmp_path / "48.png").rgb[0] == expected).all()


def test_transparent_pictures_lie_on_white(tmp_path: Path) -> None:
    alphas: NDArray[np.uint8] = np.array([[0, 51, 255]], np.uint8).repeat(4, axis=0)
    rgba = np.dstack([np.full_like(alphas, 100)] * 3 + [alphas])
    # 51/255 of 100 and 204/255 of white: 20 + 204
    assert read(write_image(tmp_path / "a.png", rgba)).rgb[0, 0, :, 0].tolist() == [255, 224, 100]
    grey_alpha = Image.merge("LA", [Image.fromarray(rgba[..., 0]), Image.fromarray(alphas)])
    grey_alpha.save(tmp_path / "la.png")
    assert read(tmp_path / "la.png").rgb[0, 0, :, 0].tolist() == [255, 224, 100]
    palette = Image.fromarray(rgba[..., 0]).convert("P")
    palette.putpixel((1, 1), 7)
    palette.save(tmp_path / "p.png", transparency=7)
    assert read(tmp_path / "p.png").rgb[0, 1, 1].tolist() == [255, 255, 255]
    clip = write_clip(
        tmp_path / "a.mkv",
        [np.ascontiguousarray(rgba.repeat(8, 0).repeat(8, 1))],
        10,
        "ffv1",
        "bgra",
    )
    assert read(clip).rgb[0, 0, ::8, 0].tolist() == [255, 224, 100]


def test_a_gif_gives_all_its_frames_on_white(tmp_path: Path) -> None:
    frames = [Image.fromarray(numbered_frame(n)).convert("RGBA") for n in range(4)]
    for frame in frames:
        frame.paste((0, 0, 0, 0), (40, 20, 60, 30))
    path = tmp_path / "moving.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200, disposal=2)
    reader = read(path)
    assert numbers(reader) == [0, 1, 2, 3]
    assert reader.rgb[2, 25, 50].tolist() == [255, 255, 255]
    assert np.allclose(reader.seconds, [0.0, 0.2, 0.4, 0.6])
    assert reader.clip.kind == "video"


# What is refused


def test_files_that_are_not_there_or_hold_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "empty.mp4").touch()
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(InputError, match=r"^No file is named; give one video or image\.$"):
        FrameReader("")
    assert (label("."), label("/"), label("a/b")) == (".", "/", "b")
    assert "does not exist" in complaint(tmp_path / "missing.mp4")
    assert "is a folder" in complaint(folder)
    assert "is empty" in complaint(tmp_path / "empty.mp4")
    assert "not a file" in complaint(tmp_path / "pipe.mp4")


@pytest.mark.parametrize("name", ["notes.txt", "clip.mp4", "clip.avi", "photo.jpg", "clip.gif"])
def test_text_and_noise_are_neither_video_nor_image(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for data in (b"BMP pictures are large.", np.random.default_rng(0).bytes(50_000), b"\0" * 999):
        path.write_bytes(data)
        assert "neither a video nor an image" in complaint(path) or data.startswith(b"BM")


def test_files_cut_short_before_their_first_frame(tmp_path: Path) -> None:
    whole = {
        "half.mp4": write_clip(tmp_path / "a.mp4", numbered_frames(90)),
        "head.avi": write_clip(tmp_path / "a.avi", numbered_frames(20), codec="mpeg4"),
        "half.jpg": write_image(tmp_path / "a.jpg", numbered_frame(1)),
        "half.png": write_image(tmp_path / "a.png", numbered_frame(1)),
        "half.webp": write_image(tmp_path / "a.webp", numbered_frame(1)),
        "half.bmp": write_image(tmp_path / "a.bmp", numbered_frame(1)),
    }
    for name, path in whole.items():
        share = 0.05 if name == "head.avi" else 0.6
        data = path.read_bytes()
        (tmp_path / name).write_bytes(data[: int(share * len(data))])
        assert "cut short" in complaint(tmp_path / name), name


def test_a_clip_with_no_frames(tmp_path: Path) -> None:
    path = tmp_path / "nothing.mp4"
    ftyp = struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"isom")
    mvhd = struct.pack(">I4sIIIII", 108, b"mvhd", 0, 0, 0, 1000, 0) + b"\0" * 80
    path.write_bytes(ftyp + struct.pack(">I4s", 8 + len(mvhd), b"moov") + mvhd)
    assert "holds no video frames" in complaint(path)


def test_sound_alone_is_called_by_its_name(tmp_path: Path) -> None:
    assert "sound but no picture" in complaint(write_sound(tmp_path / "song.m4a"))
    assert "sound but no picture" in complaint(write_sound(tmp_path / "song.mp4"))
    assert "sound but no picture" in complaint(write_sound(tmp_path / "cover.mp3", cover=True))


def test_a_codec_without_a_decoder(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "strange.avi", numbered_frames(3), codec="mpeg4")
    path.write_bytes(path.read_bytes().replace(b"FMP4", b"ZZZZ"))
    assert "convert it to MP4" in complaint(path)


def test_a_first_frame_that_cannot_be_decoded(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "dead.mp4", numbered_frames(6))
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    data[start : start + 700] = b"\xff" * 700
    path.write_bytes(data)
    assert complaint(path).startswith("The first frame of dead.mp4 cannot be decoded")


def test_a_heic_photo_is_refused_with_the_formats_to_use(tmp_path: Path) -> None:
    path = tmp_path / "photo.heic"
    path.write_bytes(struct.pack(">I4s4sI4s", 20, b"ftyp", b"heic", 0, b"mif1") + b"\0" * 100)
    assert "save it as JPEG or PNG" in complaint(path)


def test_files_that_name_other_files_are_not_followed(tmp_path: Path) -> None:
    secret = write_clip(tmp_path / "secret.mp4", numbered_frames(3))
    lists = {
        "list.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret}\n#EXT-X-ENDLIST\n",
        "list.ffconcat": f"ffconcat version 1.0\nfile '{secret}'\n",
        "bare.ffconcat": "ffconcat version 1.0\nfile secret.mp4\n",
        "stream.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
        "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
        "list.mpd": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4">'
        f'<Representation id="1" bandwidth="1"><BaseURL>file:{secret}</BaseURL><SegmentBase/>'
        "</Representation></AdaptationSet></Period></MPD>",
    }
    for name, text in lists.items():
        for disguise in (name, f"{name}.mp4"):
            (tmp_path / disguise).write_text(text)
            assert "neither a video nor an image" in complaint(tmp_path / disguise)


def test_names_are_names_and_never_addresses_or_patterns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    secret = write_clip(Path("secret.mp4"), numbered_frames(3))
    for name in ("concat:secret.mp4|secret.mp4", "subfile,,start,0,end,0,,:secret.mp4", "-i.mp4"):
        with pytest.raises(InputError, match="does not exist"):
            FrameReader(name)
    for name in ("http:clip.mp4", "concat:a|b.mp4", "clip%03d.mp4", "-i.mp4", "ünï\ncode.mp4"):
        Path(name).write_bytes(secret.read_bytes())
        assert numbers(read(Path(name))) == [0, 1, 2]
    assert "\n" not in probe("ünï\ncode.mp4").name


# Limits


def test_a_clip_longer_than_its_limit_is_refused(tmp_path: Path) -> None:
    gap = write_clip(tmp_path / "gap.mp4", numbered_frames(3), times=[0, 1, 80_000])
    assert "lasts 8000 s" in complaint(gap)
    assert "lasts 8000 s" in complaint(gap, trim_seconds=1.0)
    assert probe(gap, Limits(max_seconds=9000.0)).seconds == pytest.approx(8000.1)


def test_a_clip_longer_than_it_says_is_refused_on_the_way(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "liar.mp4", numbered_frames(30))
    data = path.read_bytes()
    for box, offset in ((b"mvhd", 20), (b"mdhd", 20), (b"tkhd", 24)):
        place = data.index(box) + offset
        data = data[:place] + struct.pack(">I", 1) + data[place + 4 :]
    path.write_bytes(data)
    assert "accepted" in complaint(path, max_seconds=2.0)


def test_frames_of_4k_pass_and_8k_do_not(tmp_path: Path) -> None:
    def flat(height: int, width: int) -> list[NDArray[np.uint8]]:
        return [np.full((height, width, 3), 90, np.uint8)]

    dci = write_clip(tmp_path / "4k.avi", flat(2160, 4096), 10, "mjpeg", "yuvj420p")
    assert (probe(dci).width, probe(dci).height) == (4096, 2160)
    for name, codec, pix_fmt in (("8k.avi", "mjpeg", "yuvj420p"), ("8k.mp4", "mpeg4", "yuv420p")):
        path = write_clip(tmp_path / name, flat(4320, 7680), 10, codec, pix_fmt)
        assert "7680×4320 pixels" in complaint(path)


def test_frames_larger_than_their_header_says_do_not_get_past_the_limit(tmp_path: Path) -> None:
    path = write_growing(tmp_path / "grows.avi")
    reader = read(path, limits=Limits(max_clip_pixels=10_000))
    assert numbers(reader) == [0, 1, 2]
    assert "breaks off after frame 2" in reader.notes[0]


def test_images_and_files_larger_than_their_limits(tmp_path: Path) -> None:
    image = write_image(tmp_path / "image.png", np.zeros((100, 120), np.uint8))
    assert "120×100 pixels" in complaint(image, max_image_pixels=11_999)
    assert probe(image, Limits(max_image_pixels=12_000)).width == 120
    bomb = tmp_path / "bomb.png"  # 60000×60000 pixels said in 70 bytes
    data = image.read_bytes()
    bomb.write_bytes(data[:16] + struct.pack(">II", 60_000, 60_000) + data[24:])
    complaint(bomb)
    assert "MB" in complaint(image, max_bytes=10)


def test_a_long_clip_is_trimmed_and_says_so(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_frames(30), fps=10)
    trimmed = read(clip, every=5, limits=Limits(trim_seconds=1.5))
    assert trimmed.indices.tolist() == [0, 5, 10]
    assert trimmed.notes == (
        "clip.mp4 lasts 3.0 s; only its first 1.5 s are analysed, to keep the wait short.",
    )
    counted = read(clip, every=5, limits=Limits(trim_frames=4))
    assert counted.indices.tolist() == [0, 5, 10, 15]
    assert "first 4 sampled frames" in counted.notes[0]
    for enough in (Limits(trim_seconds=3.0), Limits(trim_frames=6)):
        whole = read(clip, every=5, limits=enough)
        assert whole.indices.tolist() == [0, 5, 10, 15, 20, 25] and whole.notes == ()


# Broken off


@pytest.mark.parametrize("name", ["half.avi", "half.mkv", "half.mp4", "half.ts"])
def test_a_clip_cut_off_midway_is_read_up_to_there(tmp_path: Path, name: str) -> None:
    options = {"movflags": "+faststart"} if name.endswith("mp4") else None
    whole = tmp_path / f"whole{name[4:]}"
    with av.open(str(whole), "w", options=options or {}) as file:
        stream = file.add_stream("mjpeg" if "avi" in name else "libx264", rate=10)
        stream.width, stream.height = 80, 48
        stream.pix_fmt = "yuvj420p" if "avi" in name else "yuv420p"
        for picture in numbered_frames(200):
            file.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        file.mux(stream.encode())
    data = whole.read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: len(data) * 7 // 10])
    reader = read(path)
    last = len(reader.indices) - 1
    assert 20 < last < 180 and numbers(reader)[: last - 4] == list(range(last - 4))
    if not name.endswith("ts"):  # a transport stream has no length to fall short of
        assert reader.notes == (
            f"The clip breaks off after frame {last} ({reader.seconds[-1]:.1f} s); what came before"
            " is analysed.",
        )
    assert read(whole).notes == ()


EACH_ALONE = {"bf": "0", "g": "1"}  # every frame is a key frame


@pytest.mark.parametrize("name", ["hole.mp4", "hole.mov"])
def test_damaged_frames_are_left_out_with_a_note(tmp_path: Path, name: str) -> None:
    path = write_clip(tmp_path / name, numbered_frames(40), options=EACH_ALONE)
    reader = read(hurt_packets(path, [20]), every=3)
    assert reader.indices.tolist() == list(range(0, 39, 3))
    assert numbers(reader) == [0, 3, 6, 9, 12, 15, 18, 22, 25, 28, 31, 34, 37]
    assert np.allclose(reader.seconds, np.array(numbers(reader)) / 10)
    assert reader.notes == (
        "Some of the clip is damaged: about one of 40 frames could not be read and is left out.",
    )
    reader = read(hurt_packets(path, [5, 21, 39]))
    assert numbers(reader) == [n for n in range(39) if n not in (5, 20, 21)]
    assert reader.notes == (
        "Some of the clip is damaged: about 4 of 40 frames could not be read and are left out.",
    )


def test_frames_still_inside_the_decoder_are_used_when_the_last_packet_fails(
    tmp_path: Path,
) -> None:
    options = {"bf": "3", "b_strategy": "0", "g": "250"}
    path = write_clip(tmp_path / "end.mp4", numbered_frames(41), options=options)
    reader = read(hurt_packets(path, [40]))
    assert len(reader.indices) == 40 and len(reader.notes) == 1
    assert "about one of 41 frames" in reader.notes[0]


def test_a_damaged_beginning_does_not_shift_the_times(tmp_path: Path) -> None:
    options = {"bf": "0", "g": "10", "keyint_min": "10", "sc_threshold": "0"}
    path = write_clip(tmp_path / "begin.mp4", numbered_frames(40), options=options)
    reader = read(hurt_packets(path, [0]))
    assert numbers(reader) == list(range(10, 40)) and reader.indices[0] == 0
    assert np.allclose(reader.seconds, np.arange(10, 40) / 10)
    assert "about 10 of 40 frames" in reader.notes[0]


def test_damage_before_a_clip_is_trimmed_is_noted_too(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "hole.mp4", numbered_frames(40), options=EACH_ALONE)
    reader = read(hurt_packets(path, [4]), limits=Limits(trim_seconds=2.0))
    assert len(reader.indices) == 19
    assert ["first 2 s" in reader.notes[0], "about one of" in reader.notes[1]] == [True, True]


def test_a_clip_of_which_nothing_decodes_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_clip(tmp_path / "dead.mp4", numbered_frames(60), options=EACH_ALONE)
    monkeypatch.setattr(video, "MOST_FAILING", 20)
    reader = read(hurt_packets(path, range(10, 50)))
    assert numbers(reader) == list(range(10))  # the good end is not looked for beyond the bound
    assert "breaks off after frame 9" in reader.notes[0]
    assert complaint(hurt_packets(path, range(59))).startswith("The first frame of dead.mp4")


def hurt_between(path: Path, first: int, last: int) -> Path:
    """Overwrites a clip's file with noise, from inside one packet to inside another."""
    packets, data = packets_of(path), bytearray(path.read_bytes())
    start, end = (packets[number][0] + 5 for number in (first, last))
    data[start:end] = np.random.default_rng(3).bytes(end - start)
    path.write_bytes(data)
    return path


def test_gaps_between_the_frames_of_a_whole_matroska_are_no_damage(tmp_path: Path) -> None:
    times = [*range(20), *range(50, 70)]
    pause = write_clip(tmp_path / "pause.mkv", numbered_frames(40), times=times)
    assert read(pause).notes == ()
    uneven = write_clip(tmp_path / "uneven.mkv", numbered_frames(5), times=[0, 1, 9, 10, 30])
    assert read(uneven).notes == ()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared clips are not here")
def test_a_real_damaged_clip(tmp_path: Path) -> None:
    reader = read(SHARED / "broken" / "decord_corrupted.mp4")
    assert reader.indices.tolist() == list(range(49))
    assert np.allclose(np.delete(np.arange(50), 30) / 10, reader.seconds)
    assert reader.notes == (
        "Some of the clip is damaged: about one of 50 frames could not be read and is left out.",
    )


# A good guest


def test_ffmpeg_and_image_libraries_print_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_frames(20), options={"g": "1"})
    photo = write_image(tmp_path / "photo.jpg", numbered_frame(1, 200, 200))
    capfd.readouterr()
    rng = np.random.default_rng(1)
    for path in (clip, photo):
        for share in (1.0, 0.8, 0.5):
            data = bytearray(path.read_bytes()[: int(share * path.stat().st_size)])
            for place in rng.integers(0, len(data), 20):
                data[place] ^= 255
            broken = tmp_path / f"broken{path.suffix}"
            broken.write_bytes(data)
            with suppress(InputError):
                read(broken)
    assert capfd.readouterr() == ("", "")


def test_damaged_bytes_never_raise_anything_but_input_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    originals = [
        write_clip(tmp_path / "a.mp4", numbered_frames(6)),
        write_clip(tmp_path / "a.avi", numbered_frames(6), codec="mpeg4"),
        write_image(tmp_path / "a.png", numbered_frame(3)),
        write_image(tmp_path / "a.jpg", numbered_frame(3)),
        write_image(tmp_path / "a.webp", numbered_frame(3)),
        write_image(tmp_path / "a.bmp", numbered_frame(3)),
    ]
    outcomes = set()
    for original in originals:
        whole = original.read_bytes()
        for _ in range(40):
            data = bytearray(whole)
            for place in rng.integers(0, len(data), rng.integers(1, 30)):
                data[place] = rng.integers(0, 256)
            path = tmp_path / f"damaged{original.suffix}"
            path.write_bytes(data)
            try:
                read(path)
                outcomes.add("read")
            except InputError:
                outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_a_stream_invented_by_noise_ends_the_clip_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Noisy:  # PyAV knows no stream that appears in the middle of a file
        def __init__(self, path: Path, head: bytes) -> None:
            self.opened = opened(path, head)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.opened, name)

        def demux(self, stream: Any) -> Any:
            yield from islice(self.opened.demux(stream), 6)
            raise IndexError("list index out of range")

    opened = video.open_container
    path = write_clip(tmp_path / "noise.mp4", numbered_frames(10), options=EACH_ALONE)
    monkeypatch.setattr(video, "open_container", Noisy)
    reader = read(path)
    assert numbers(reader) == list(range(6))
    assert "breaks off after frame 5" in reader.notes[0]


def test_tags_in_an_unknown_encoding_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "tagged.mkv"
    with av.open(str(path), "w") as file:
        file.metadata["title"] = "TITEL"
        stream = file.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 80, 48, "yuv420p"
        file.mux(stream.encode(av.VideoFrame.from_ndarray(numbered_frame(2))))
        file.mux(stream.encode())
    path.write_bytes(path.read_bytes().replace(b"TITEL", b"\xe4\xf6\xfc\xdf\xff"))
    assert numbers(read(path)) == [2]


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_decoder_threads_end_with_their_reader(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_frames(8))

    def threads() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    gc.collect()
    gc.disable()  # they must not wait for it
    try:
        before = threads()
        for _ in range(5):
            read(clip)
        assert threads() <= before
    finally:
        gc.enable()


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files in /proc")
def test_files_are_closed_whatever_happens(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered_frames(40))

    def open_files() -> list[str]:
        links = [os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()]
        return [link for link in links if link.startswith(str(tmp_path))]

    whole = FrameReader(clip)
    assert list(whole) and open_files() == []
    reader = FrameReader(clip, every=1, chunk=2)
    for _ in reader:
        assert open_files() == [str(clip)]
        break
    reader.close()
    assert open_files() == []
    with pytest.raises(ZeroDivisionError), FrameReader(clip) as reader:
        1 / 0  # noqa: B018
    assert open_files() == []
    complaint(clip, max_seconds=1.0)
    assert open_files() == []


def test_memory_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        clip = write_clip(tmp_path / f"{count}.mp4", numbered_frames(count, 96, 160))
        tracemalloc.start()
        for _ in FrameReader(clip, every=1, chunk=8):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(300) < 1.5 * peak(30)
