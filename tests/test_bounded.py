"""What one look may take: by the header before anything is decoded, and by the clock."""

from pathlib import Path

import numpy as np
import pytest

from attention.confined import bounded
from attention.confined.bounded import BoundedReader, frames_within
from attention.confined.process import SandboxedReader
from attention.errors import InputError
from attention.gate.hosting import hosting
from attention.media.clip import Clip
from attention.model import load_model
from attention.serving.offered import limits_for
from tests.clips import numbered_frames, write_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """24 numbered frames."""
    return write_clip(tmp_path_factory.mktemp("bounded") / "a.mp4", numbered_frames(24))


def read(path: Path, others: bool, **options) -> tuple[list[int], tuple[str, ...]]:
    with BoundedReader(path, every=2, chunk=4, others_wait=lambda: others, **options) as reader:
        return [int(n) for frames in reader for n in frames.indices], reader.notes


def header(width: int, height: int, kind: str = "video") -> Clip:
    return Clip(Path("a"), "a", kind, width, height, 25, 1, 25, "h264")  # type: ignore[arg-type]


def test_what_a_header_says_is_reckoned_by_hand(monkeypatch):
    monkeypatch.setattr(bounded, "PIXELS_PER_SECOND", 1000.0)
    assert frames_within(header(10, 10), 5, 3.0) == 6  # 3·1000 / (100·5)
    assert frames_within(header(100, 100), 5, 3.0) == 0
    assert frames_within(header(100, 100, "image"), 5, 3.0) == 1


def test_a_clip_within_its_time_is_read_as_without_bounds(clip):
    with SandboxedReader(clip, every=2, chunk=4) as reader:
        plain = np.concatenate([frames.rgb for frames in reader])
    with BoundedReader(clip, every=2, chunk=4, others_wait=lambda: True) as reader:
        assert (np.concatenate([frames.rgb for frames in reader]) == plain).all()
        assert reader.notes == ()


def test_a_large_clip_is_cut_by_its_header_while_others_wait(clip, monkeypatch):
    with SandboxedReader(clip) as reader:
        pixels = reader.clip.width * reader.clip.height
    monkeypatch.setattr(
        bounded, "PIXELS_PER_SECOND", 2.0 * pixels * 5
    )  # five frames of every second one
    indices, notes = read(clip, True, while_others_wait=1.0)
    assert indices == [0, 2, 4, 6, 8]
    assert "Only the first 5 sampled frames" in notes[-1] and "others wait" in notes[-1]
    indices, notes = read(clip, False, while_others_wait=1.0)
    assert (indices[-1], notes) == (22, ())
    with pytest.raises(InputError, match=r"cannot be read in 0\.1 s"):
        read(clip, True, while_others_wait=0.1)


def test_time_that_is_over_ends_a_reading_with_what_was_seen(clip, monkeypatch):
    clock = iter([0.0, 0.5, 31.0, 99.0])
    monkeypatch.setattr(bounded, "monotonic", lambda: next(clock))
    indices, notes = read(clip, True)
    assert indices == [0, 2, 4, 6]
    assert "Only the first 4 sampled frames" in notes[-1]


def test_what_a_pause_takes_does_not_count(clip, monkeypatch):
    clock = iter([0.0, 0.5, 31.0, 31.1, 99.0])
    monkeypatch.setattr(bounded, "monotonic", lambda: next(clock))
    pauses = iter([30.0, 0.0, 0.0])
    indices, notes = read(clip, True, pause=lambda: next(pauses))
    assert indices == list(range(0, 24, 2))
    assert notes == ()


def test_a_public_page_takes_half(monkeypatch):
    interactions = load_model("interactions")
    at_home = limits_for(interactions)
    monkeypatch.setenv("ATTENTION_HOSTED", "1")
    assert hosting().public
    public = limits_for(interactions)
    assert public.max_bytes
    for name in ("trim_seconds", "trim_frames", "max_clip_pixels", "max_bytes"):
        assert getattr(public, name) * 2 == getattr(at_home, name), name
