"""Clips as cameras, editors and broadcasts write them: what stands beside the picture, and odd clocks."""

import shutil
import struct
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from gradio_client.utils import is_valid_file
from numpy.typing import NDArray
from PIL import Image

from attention.command.places import places
from attention.confined.process import SandboxedReader
from attention.errors import InputError
from attention.media.clip import Clip, Limits, Picture, Reading
from attention.media.frames import FrameReader
from attention.media.suffixes import CLIP_SUFFIXES, STILL_SUFFIXES
from attention.tabs.heatmaps.elements import CLIP_TYPES
from tests.clips import frame_number, numbered_frame, numbered_frames, with_ffmpeg, write_clip
from training.data.archive.upload import HALVES


class Seen:
    """All that a reader gives of a file."""

    def __init__(self, reader: Reading) -> None:
        with reader:
            chunks = list(reader)
        self.clip: Clip = reader.clip
        self.notes = reader.notes
        self.rgb = np.concatenate([frames.rgb for frames in chunks])
        self.seconds: NDArray[np.float64] = np.concatenate([f.seconds for f in chunks])
        self.numbers = [frame_number(rgb) for rgb in self.rgb]


def see(path: Path) -> Seen:
    return Seen(FrameReader(path, every=1))


def best_effort_times(path: Path) -> list[float]:
    """The frames' times as ffprobe reckons them."""
    if not (program := shutil.which("ffprobe")):
        pytest.skip("ffprobe is not installed")
    wanted = ["-select_streams", "v", "-show_entries", "frame=best_effort_timestamp_time"]
    run = subprocess.run(
        [program, "-v", "error", *wanted, "-of", "csv=p=0", str(path)],
        capture_output=True,
        check=False,
    )
    return [float(line.strip(b",")) for line in run.stdout.split()]


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_the_hole_of_a_clip_with_its_alpha_beside_the_picture_is_white(
    tmp_path: Path, codec: str
) -> None:
    for number, picture in enumerate(numbered_frames(4, 96, 160)):
        picture[40:60, 60:100] = (0, 255, 0)
        alpha = np.full((96, 160), 255, np.uint8)
        alpha[40:60, 60:100] = 0
        Image.fromarray(np.dstack([picture, alpha])).save(tmp_path / f"{number}.png")
    path = tmp_path / "alpha.webm"
    coded = ["-c:v", codec, "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-crf", "10"]
    with_ffmpeg("-framerate", "10", "-i", tmp_path / "%d.png", *coded, "-b:v", "1M", path)
    seen = see(path)
    assert seen.numbers == [0, 1, 2, 3]
    assert seen.rgb[:, 45:55, 65:95].min() > 250
    caged = Seen(SandboxedReader(path, every=1))
    assert (caged.rgb == seen.rgb).all()


def write_two_streams(path: Path, first: Disposition, second: Disposition, many: int) -> Path:
    """Writes `many` frames of 40×24 pixels, then five frames of 160×96, as two video streams."""
    with av.open(str(path), "w") as file:
        streams = []
        for disposition, size in ((first, (40, 24)), (second, (160, 96))):
            stream = file.add_stream("mpeg4", rate=10)
            (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
            stream.disposition = disposition
            streams.append(stream)
        for stream, count in zip(streams, (many, 5), strict=True):
            for number in range(count):
                rgb = numbered_frame(number, stream.height, stream.width)
                frame = av.VideoFrame.from_ndarray(rgb)
                frame.pts = number
                file.mux(stream.encode(frame))
            file.mux(stream.encode())
    return path


NONE, DEFAULT = Disposition(0), Disposition.default


@pytest.mark.parametrize(
    ("suffix", "first", "second", "many", "width"),
    [
        (".mkv", NONE, DEFAULT, 5, 160),  # the default one, although it comes second
        (".mkv", DEFAULT, NONE, 5, 40),  # and although it is the smaller
        (".mp4", DEFAULT, DEFAULT, 1, 160),  # a single picture beside a clip
    ],
)
def test_the_stream_is_chosen_as_a_player_does(
    tmp_path: Path, suffix: str, first: Disposition, second: Disposition, many: int, width: int
) -> None:
    path = write_two_streams(tmp_path / f"two{suffix}", first, second, many)
    seen = see(path)
    assert seen.clip.width == width
    assert seen.numbers == [0, 1, 2, 3, 4]


def jpeg_of(picture: Picture, folder: Path) -> bytes:
    path = folder / "one.jpg"
    Image.fromarray(picture).save(path, quality=95)
    return path.read_bytes()


@pytest.mark.parametrize("name", ["camera.mjpeg", "camera.jpg", "camera"])
def test_pictures_that_follow_each_other_are_a_cameras_clip(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    pictures = numbered_frames(6)
    path.write_bytes(b"".join(jpeg_of(picture, tmp_path) for picture in pictures))
    for reader in (FrameReader(path, every=1), SandboxedReader(path, every=1)):
        seen = Seen(reader)
        assert seen.clip.kind == "video"
        assert seen.numbers == [0, 1, 2, 3, 4, 5]
        assert np.allclose(seen.seconds, np.arange(6) / 25)
        assert seen.notes == ("The file holds no times; 25 frames per second are assumed.",)


def test_a_photo_with_more_behind_it_is_a_still(tmp_path: Path) -> None:
    photo = jpeg_of(numbered_frame(5, 96, 160), tmp_path)
    smaller = jpeg_of(numbered_frame(6), tmp_path)
    for number, more in enumerate(
        (smaller, b"\xff\xd8\xff\xe0 not a picture", b"\0\0\0\x18ftypmp42")
    ):
        (tmp_path / f"{number}.jpg").write_bytes(photo + more)
        seen = see(tmp_path / f"{number}.jpg")
        assert seen.clip.kind == "image"
        assert (seen.numbers, seen.notes) == ([5], ())


def test_times_of_b_frames_in_avi_are_its_slots(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "b.avi", numbered_frames(20), 25, "mpeg4", options={"bf": "2", "b_strategy": "0"}
    )
    seen = see(path)
    with av.open(str(path)) as file:
        slots = sorted(float(p.dts * p.time_base) for p in file.demux(video=0) if p.size)
    assert seen.numbers == list(range(20))
    assert np.allclose(seen.seconds, slots)
    assert np.diff(seen.seconds).min() > 0.039


def not_coded(tick: int) -> bytes:
    """A frame of MPEG-4 that says nothing but to show the last one again; tick: its time, 0 … 24."""
    bits = "01" + "0" + "1" + f"{tick:05b}" + "1" + "0"  # predicted, …, and not coded
    return b"\0\0\1\xb6" + int((bits + "01111")[:16], 2).to_bytes(2, "big")


@pytest.mark.parametrize("b_frames", ["0", "2"])
def test_frames_that_an_avi_codes_as_nothing_keep_their_time(tmp_path: Path, b_frames: str) -> None:
    options = {"bf": b_frames, "b_strategy": "0", "g": "10"}
    whole = write_clip(tmp_path / "whole.mp4", numbered_frames(20), 25, "mpeg4", options=options)
    path = tmp_path / "some.avi"
    silent = {5, 6, 13} if b_frames == "0" else {6}
    with av.open(str(whole)) as source, av.open(str(path), "w") as file:
        stream = file.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(video=0) if packet.size]
        for place, packet in enumerate(packets):
            kept = av.Packet(not_coded(place)) if place in silent else packet
            kept.pts, kept.dts, kept.time_base = packet.pts, packet.dts, packet.time_base
            kept.stream = stream
            file.mux(kept)
    seen = see(path)
    assert len(seen.seconds) == 20 - len(silent)
    assert seen.seconds[-1] == pytest.approx(19 / 25)
    if b_frames == "0":
        slots = [place / 25 for place in range(20) if place not in silent]
        assert np.allclose(seen.seconds, slots)
        assert np.allclose(seen.seconds, best_effort_times(path))


def test_frames_that_an_avi_leaves_out_keep_their_time(tmp_path: Path) -> None:
    times = [0, 10, 30, 35, 85]
    path = write_clip(tmp_path / "gaps.avi", numbered_frames(5), 10, "mpeg4", times=times)
    seen = see(path)
    assert np.allclose(seen.seconds, np.array(times) / 10)
    assert np.allclose(seen.seconds, best_effort_times(path))


@pytest.mark.parametrize("starts", [(0, 10_000), (50, 0), (95_400, 0)], ids=str)
def test_time_goes_on_where_two_recordings_are_joined(
    tmp_path: Path, starts: tuple[int, int]
) -> None:
    path = tmp_path / "joined.ts"
    for place, start in enumerate(starts):
        recording = write_clip(
            tmp_path / f"{place}.ts",
            numbered_frames(20)[10 * place : 10 * place + 10],
            25,
            "mpeg2video",
            times=[25 * start + number for number in range(10)],
        )
        with path.open("ab") as file:
            file.write(recording.read_bytes())
    for limits in (Limits(), Limits(max_seconds=0.8)):  # by the frames' time, not the clock's
        seen = Seen(FrameReader(path, every=1, limits=limits))
        assert seen.numbers == list(range(20))
        assert np.allclose(seen.seconds, np.arange(20) / 25, atol=1e-3)
        assert seen.clip.seconds == pytest.approx(0.8)
        assert seen.notes == ()


def test_a_clock_about_to_begin_anew_breaks_no_clip_off(tmp_path: Path) -> None:
    soon = [25 * 95_440 + number for number in range(10)]  # 2**33 ticks of 90 kHz are 95,443.7 s
    path = write_clip(tmp_path / "late.ts", numbered_frames(10), 25, "mpeg2video", times=soon)
    seen = see(path)
    assert seen.numbers == list(range(10))
    assert np.allclose(seen.seconds, np.arange(10) / 25, atol=1e-3)
    assert seen.notes == ()


@pytest.mark.parametrize("suffix", ["flv", "mkv", "webm", "wmv", "mp4"])  # an AVI begins at 0
def test_a_clock_that_begins_late_makes_no_clip_longer(tmp_path: Path, suffix: str) -> None:
    codec = {"webm": "libvpx", "wmv": "wmv2", "flv": "flv"}.get(suffix, "mpeg4")
    late = 3600  # seconds, more than this clip may last
    times = [10 * late + number for number in range(20)]
    path = write_clip(tmp_path / f"late.{suffix}", numbered_frames(20), 10, codec, times=times)
    if suffix == "flv":  # as some cameras and servers write it: the last frame's time
        head, name, rest = path.read_bytes().partition(b"duration\0")
        path.write_bytes(head + name + struct.pack(">d", late + 2) + rest[8:])
    seen = Seen(FrameReader(path, every=1, limits=Limits(max_seconds=60.0)))
    assert seen.numbers == list(range(20))
    assert np.allclose(seen.seconds, np.arange(20) / 10, atol=1e-3)
    assert seen.clip.seconds == pytest.approx(2.0, abs=0.11)
    assert seen.clip.frame_count == pytest.approx(20, abs=1)
    assert seen.notes == ()
    with pytest.raises(InputError, match=r"lasts \d s, at most 1 s"):
        list(FrameReader(path, every=1, limits=Limits(max_seconds=1.0)))


@pytest.mark.parametrize(("half", "suffixes"), [("video", CLIP_SUFFIXES), ("web", STILL_SUFFIXES)])
def test_every_door_takes_the_same_names(
    tmp_path: Path, half: str, suffixes: frozenset[str]
) -> None:
    assert HALVES[half] == suffixes  # a zip
    for suffix in suffixes:
        assert is_valid_file(f"x{suffix}", CLIP_TYPES)  # as gradio decides, of programs too
        (tmp_path / f"x{suffix.upper()}").write_bytes(b"x")
    found = [clip.name for _, clip in places([str(tmp_path)], tmp_path / "out", set())]
    assert sorted(found) == sorted(path.name for path in tmp_path.iterdir())  # the terminal
