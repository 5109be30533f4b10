"""The confined reader: the same frames as FrameReader, and a child that is limited and always ends."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from attention.confined import process as sandbox
from attention.confined.cage.layers import missing
from attention.confined.process import SandboxedReader
from attention.errors import InputError
from attention.media.frames import FrameReader, Frames, Limits
from tests.clips import (
    frame_number,
    hurt_packets,
    numbered_frame,
    numbered_frames,
    write_clip,
    write_image,
    write_wide_pixels,
)

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "clips"
CLIP = {
    "kind": "video",
    "width": 4,
    "height": 2,
    "fps": 10.0,
    "seconds": None,
    "frame_count": None,
    "codec": "h264",
}
FRAMES = {"indices": [0], "seconds": [0.0]}
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mp4", numbered_frames(60))


def assert_same(path: Path, every: int = 1, limits: Limits = Limits(), chunk: int = 8) -> None:
    with FrameReader(path, every, limits, chunk) as direct:
        expected = list(direct)
    with SandboxedReader(path, every, limits, chunk) as sandboxed:
        assert sandboxed.clip == direct.clip
        got = list(sandboxed)
    assert len(got) == len(expected)
    for one, other in zip(got, expected, strict=True):
        for mine, theirs in zip(fields(one), fields(other), strict=True):
            assert mine.dtype == theirs.dtype and np.array_equal(mine, theirs)
    assert sandboxed.notes == direct.notes


def fields(frames: Frames) -> tuple[np.ndarray, ...]:
    return frames.rgb, frames.indices, frames.seconds


def ended(pid: int) -> bool:
    """Says whether a child has ended and is no zombie."""
    return not Path(f"/proc/{pid}").exists()


def said(*messages: dict[str, Any]) -> bytes:
    """Returns messages as a child sends them."""
    return b"".join(json.dumps(message).encode() + b"\n" for message in messages)


def in_place_of_the_child(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Makes the next readers start the given program instead of a decoder."""
    start = subprocess.Popen

    def started(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        return start([command[0], "-c", program, *command[-2:]], **options)

    monkeypatch.setattr(sandbox.subprocess, "Popen", started)


def speak(clip: Path, monkeypatch: pytest.MonkeyPatch, answers: bytes) -> None:
    """Makes the next readers start a child that writes these bytes and ends."""
    script = clip.parent / "answers"
    script.write_bytes(answers)
    program = f"import sys; sys.stdout.buffer.write(open({str(script)!r}, 'rb').read())"
    in_place_of_the_child(monkeypatch, program)


# The same as FrameReader


def test_frames_equal_those_read_directly(clip: Path, tmp_path: Path) -> None:
    assert_same(clip, every=3, chunk=7)
    assert_same(clip, every=1, limits=Limits(trim_seconds=2.0))
    assert_same(write_image(tmp_path / "still.png", numbered_frame(5)))
    turned = write_clip(tmp_path / "turned.mp4", numbered_frames(3), turn=90)
    assert_same(turned)
    assert_same(write_wide_pixels(tmp_path / "tape.mp4", numbered_frames(3), Fraction(1, 2)))
    assert_same(hurt_packets(clip, [20]), every=2)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP", "AVIF"])
def test_stills_are_read_by_their_content_in_the_cage_too(tmp_path: Path, form: str) -> None:
    """In the cage no module can be imported, whatever the file's suffix suggests to Pillow."""
    picture = Image.fromarray(numbered_frame(5))
    exif = picture.getexif()
    exif[0x0112] = 6  # a quarter turn
    picture.save(tmp_path / "still.tga", form, exif=exif)
    assert_same(tmp_path / "still.tga")


@pytest.mark.skipif(not SHARED.exists(), reason="the shared clips are not here")
@pytest.mark.parametrize(
    "name",
    [
        "real/v_Biking_g01_c01.avi",
        "real/skateboarding_kinetics.mp4",
        "odd/test_resources_av1_video.mkv",
        "odd/tests_test_data_video_270.mov",
        "odd/animated_billiard.gif",
        "broken/decord_corrupted.mp4",
    ],
)
def test_real_clips_equal_those_read_directly(name: str) -> None:
    assert_same(SHARED / name, every=5)


def test_sentences_about_files_are_the_same(tmp_path: Path, clip: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "ünï\ncode.txt").write_text("no clip")
    for path, limits in (
        (tmp_path / "missing.mp4", Limits()),
        (tmp_path / "empty.mp4", Limits()),
        (tmp_path / "ünï\ncode.txt", Limits()),
        (clip, Limits(max_seconds=1.0)),
        (clip, Limits(max_clip_pixels=100)),
    ):
        with pytest.raises(InputError) as direct:
            FrameReader(path, limits=limits)
        with pytest.raises(InputError) as sandboxed:
            _ = SandboxedReader(path, limits=limits).clip
        assert str(sandboxed.value) == str(direct.value)
    with pytest.raises(InputError, match="step of 1 or more"):
        SandboxedReader(clip, every=0)


def test_a_relative_path_is_that_of_the_parent(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clip.parent)
    reader = SandboxedReader("clip.mp4", every=20)
    assert [frame_number(rgb) for frames in reader for rgb in frames.rgb] == [0, 20, 40]
    assert reader.clip.path == Path("clip.mp4")


def test_a_reader_is_read_once(clip: Path) -> None:
    reader = SandboxedReader(clip)
    assert len(list(reader)) == 2
    with pytest.raises(RuntimeError):
        next(iter(reader))


# Limits


@linux
def test_the_child_is_confined_and_gets_no_secrets(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "a secret")
    with SandboxedReader(clip, chunk=1, cpu_seconds=77, memory_bytes=3 << 30) as reader:
        frames = iter(reader)
        next(frames)
        process = Path(f"/proc/{reader._child.pid}")
        environment = {
            entry.split("=")[0] for entry in (process / "environ").read_text().split("\0")
        }
        limits = {
            line[:26].strip(): line[26:].split()[:2]
            for line in (process / "limits").read_text().splitlines()
        }
        status = dict(
            line.split(":\t", 1) for line in (process / "status").read_text().splitlines()
        )
    assert environment - {""} <= {*sandbox.INHERITED, *sandbox.ENVIRONMENT}
    assert limits["Max cpu time"] == ["77", "78"]
    assert limits["Max address space"] == [str(3 << 30)] * 2
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert int(limits["Max open files"][1]) <= 64
    if not missing():
        assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


@pytest.mark.skipif(bool(missing()), reason=" ".join(missing()))
def test_the_child_sits_in_the_cage(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import json, sys; from pathlib import Path; from attention.confined import process\n"
        "from tests.cage_probe import came_of, ways\n"
        "def tries(answers, path, spec):\n"
        "    found = ways(path, Path(path).parent)\n"
        "    errors = [came_of(found[way]) for way in ('another file', 'fork', 'write')]\n"
        "    answers.write(json.dumps({'error': ' '.join(errors)}).encode() + b'\\n')\n"
        "process.answer = tries; process.main(sys.argv[1], json.loads(sys.argv[2]))"
    )
    (clip.parent / "secret").touch()
    in_place_of_the_child(monkeypatch, program)
    with pytest.raises(InputError, match=r"^EACCES EPERM EPERM$"):
        _ = SandboxedReader(clip).clip


@linux
def test_too_little_memory_is_one_clear_sentence(tmp_path: Path) -> None:
    picture = np.full((4000, 5000, 3), 90, np.uint8)
    image = write_image(tmp_path / "large.png", picture)
    with pytest.raises(InputError, match=r"^large\.png needs more memory than 0\.4 GB"):
        list(SandboxedReader(image, memory_bytes=400 << 20))
    assert len(list(SandboxedReader(image))) == 1


def test_time_spent_waiting_for_the_child_is_limited(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_place_of_the_child(monkeypatch, "import time; time.sleep(60)")
    reader = SandboxedReader(clip, wall_seconds=0.2)
    with pytest.raises(InputError, match=r"^clip\.mp4 takes longer than 0\.2 s to read"):
        _ = reader.clip
    assert reader._child.returncode == -signal.SIGKILL


def test_the_waits_for_all_frames_add_up(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import sys, time;"
        "say = lambda data: (sys.stdout.buffer.write(data), sys.stdout.flush(), time.sleep(0.1));"
        f"say({said({'clip': CLIP})!r});"
        "import json;"
        "frames = lambda n: json.dumps({'indices': [n], 'seconds': [0.0]}).encode() + b'\\n';"
        "[say(frames(n) + bytes(24)) for n in range(100)]"
    )
    in_place_of_the_child(monkeypatch, program)
    seen = []
    with pytest.raises(InputError, match="takes longer than 1 s"):
        seen.extend(SandboxedReader(clip, wall_seconds=1.0))
    assert len(seen) < 15


def test_time_spent_on_the_frames_is_not_the_childs(clip: Path) -> None:
    reader = SandboxedReader(clip, every=1, chunk=8, wall_seconds=60.0)
    for _ in reader:
        time.sleep(0.02)
    assert reader._waited < reader._wall_seconds
    before = reader._waited
    time.sleep(0.05)
    assert reader._waited == before


# Ends


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("SIGSEGV", r"could not be read: it stopped the decoder \(status -11\)"),
        ("SIGKILL", r"could not be read: it stopped the decoder \(status -9\)"),
        ("SIGXCPU", r"takes more than 240 s of computing"),
    ],
)
def test_a_killed_child_is_one_clear_sentence(clip: Path, name: str, sentence: str) -> None:
    reader = SandboxedReader(clip, every=1, chunk=1)
    _ = reader.clip
    os.kill(reader._child.pid, signal.Signals[name])
    with pytest.raises(InputError, match=rf"^clip\.mp4 {sentence}"):
        for _ in reader:  # what it had said before may still come
            pass
    assert reader._child.returncode is not None


@linux
def test_no_process_is_left_behind(clip: Path) -> None:
    whole = SandboxedReader(clip)
    list(whole)
    early = SandboxedReader(clip, every=1, chunk=1)
    for _ in early:
        break
    early.close()
    early.close()
    failing = SandboxedReader(clip, every=1, chunk=1)
    with pytest.raises(ZeroDivisionError), failing:
        for _ in failing:
            1 / 0  # noqa: B018
    unused = SandboxedReader(clip)
    unused.close()
    refused = SandboxedReader(clip.parent)
    with pytest.raises(InputError):
        _ = refused.clip
    forgotten = SandboxedReader(clip, every=1, chunk=1)
    frames = iter(forgotten)
    next(frames)
    pid = forgotten._child.pid
    assert not ended(pid)
    del forgotten, frames
    gc.collect()
    children = [whole, early, failing, unused, refused]
    assert all(ended(pid) for pid in [pid, *(reader._child.pid for reader in children)])


@linux
def test_the_child_leaves_when_its_parent_is_killed(clip: Path) -> None:
    program = (
        "import sys, time; from attention.confined.process import SandboxedReader;"
        "reader = SandboxedReader(sys.argv[1], every=1, chunk=1); frames = iter(reader);"
        "next(frames);"
        "print(reader._child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(clip)], stdout=subprocess.PIPE, cwd=sandbox.ROOT
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    assert not ended(pid)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20
    while not gone(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert gone(pid)


def test_a_busy_child_leaves_with_its_parent_too(clip: Path) -> None:
    program = (
        "import sys, time; from attention.confined import process;"
        "process.answer = lambda *a: time.sleep(60);"
        "process.main(sys.argv[1], {'cpu_seconds': 60, 'memory_bytes': 4 << 30})"
    )
    command = [sys.executable, "-c", program, str(clip)]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=sandbox.ROOT)
    assert child.stdin is not None
    child.stdin.close()  # as the end of the parent does
    assert child.wait(timeout=20) == 1


def gone(pid: int) -> bool:
    """Says whether an orphan has ended; its new parent may not have collected it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


# A child that has been taken over


@pytest.mark.parametrize(
    "answers",
    [
        b"",
        b"no json at all\n",
        b"[" * 100_000 + b"\n",
        b"[1, 2]\n",
        b"{}\n",
        said({"clip": CLIP | {"width": 10**9}}),
        said({"clip": CLIP | {"width": -4, "height": -2}}),
        said({"clip": CLIP | {"fps": "fast"}}),
        said({"clip": CLIP | {"fps": float("nan")}}, FRAMES) + bytes(24),
        said({"clip": CLIP | {"seconds": float("inf")}}, FRAMES) + bytes(24),
        said({"clip": CLIP}),
        said({"clip": CLIP}, FRAMES),
        said({"clip": CLIP}, {"notes": 5}),
        said({"clip": CLIP}, {"indices": [], "seconds": []}),
        said({"clip": CLIP}, {"indices": [0] * 9, "seconds": [0.0] * 9}) + bytes(9 * 24),
        said({"clip": CLIP}, {"indices": [0, 1], "seconds": [0.0]}) + bytes(2 * 24),
        said({"clip": CLIP}, {"indices": [-1], "seconds": [0.0]}) + bytes(24),
        said({"clip": CLIP}, {"indices": [0], "seconds": [-0.1]}) + bytes(24),
        said({"clip": CLIP}, {"indices": [0], "seconds": [float("nan")]}) + bytes(24),
        said({"clip": CLIP}, {"indices": [0], "seconds": [float("inf")]}) + bytes(24),
        said({"clip": CLIP}, {"indices": [0], "seconds": [7200.1]}) + bytes(24),
        said({"clip": CLIP}, {"indices": [0, 0], "seconds": [0.0, 0.1]}) + bytes(2 * 24),
        said({"clip": CLIP}, {"indices": [0, 1], "seconds": [0.2, 0.1]}) + bytes(2 * 24),
    ],
)
def test_invalid_messages_are_refused(
    clip: Path, monkeypatch: pytest.MonkeyPatch, answers: bytes
) -> None:
    speak(clip, monkeypatch, answers)
    reader = SandboxedReader(clip)
    believed = []
    with pytest.raises(InputError, match="stopped the decoder"):
        believed.extend(reader)
    assert believed == [] and reader._child.returncode is not None


@pytest.mark.parametrize(
    ("second", "limits"),
    [
        ({"indices": [5], "seconds": [0.6]}, Limits()),
        ({"indices": [4], "seconds": [0.6]}, Limits()),
        ({"indices": [6], "seconds": [0.4]}, Limits()),
        ({"indices": [6], "seconds": [0.6]}, Limits(trim_seconds=0.6)),
        ({"indices": [6], "seconds": [0.6]}, Limits(max_seconds=0.5)),
        ({"indices": [6], "seconds": [0.6]}, Limits(trim_frames=1)),
    ],
)
def test_frames_out_of_order_or_beyond_a_limit_are_refused(
    clip: Path, monkeypatch: pytest.MonkeyPatch, second: dict[str, Any], limits: Limits
) -> None:
    first = said({"clip": CLIP}, {"indices": [5], "seconds": [0.5]}) + bytes(24)
    speak(clip, monkeypatch, first + said(second) + bytes(24) + said({"notes": []}))
    reader = SandboxedReader(clip, limits=limits)
    believed = []
    with pytest.raises(InputError, match="stopped the decoder"):
        believed.extend(reader)
    assert [frames.indices.tolist() for frames in believed] == [[5]]


def test_more_frames_than_requested_are_refused(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [
        said({"indices": [n], "seconds": [n / 10]}) + bytes(24) for n in range(0, 20_000, 1000)
    ]
    frames_said = said({"clip": CLIP}) + b"".join(frames) + said({"notes": []})
    speak(clip, monkeypatch, frames_said)
    believed = []
    with pytest.raises(InputError, match="stopped the decoder"):
        believed.extend(SandboxedReader(clip, limits=Limits(trim_frames=5)))
    assert len(believed) == 5
    assert len(list(SandboxedReader(clip, limits=Limits(trim_frames=20)))) == 20


def test_a_valid_answer_is_accepted(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = bytes(range(24))
    answers = said({"clip": CLIP}, FRAMES) + pixels + said({"notes": ["A note."]})
    speak(clip, monkeypatch, answers)
    reader = SandboxedReader(clip)
    (frames,) = reader
    assert frames.rgb.tolist() == np.arange(24).reshape(1, 2, 4, 3).tolist()
    assert reader.notes == ("A note.",)


def test_what_a_library_prints_does_not_garble_the_answers(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "import json, os, sys; from attention.confined import process; answer = process.answer;"
        "process.answer = lambda *a: (os.write(1, b'a warning'), print('another'), answer(*a));"
        "process.main(sys.argv[1], json.loads(sys.argv[2]))"
    )
    in_place_of_the_child(monkeypatch, program)
    reader = SandboxedReader(clip, every=20)
    assert [frame_number(rgb) for frames in reader for rgb in frames.rgb] == [0, 20, 40]
