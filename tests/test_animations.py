"""Animated WebP, PNG and AVIF are clips with a time for each picture; a still of these formats is none."""

import shutil
import subprocess
from pathlib import Path, PurePath

import numpy as np
import pytest
from PIL import Image

from attention.command.places import places
from attention.confined.process import SandboxedReader
from attention.errors import InputError
from attention.media.clip import Limits
from attention.media.frames import FrameReader
from tests.clips import frame_number, numbered_frame
from tests.test_brought_clips import Seen
from tests.test_frame_folders import frame
from training.data.checks.reading import see_still
from training.data.folders import files_of
from training.data.sources import open_source

LASTS = [40, 120, 80, 200, 60]  # milliseconds
STARTS = np.cumsum([0, *LASTS[:-1]]) / 1000
KINDS = {"webp": {"lossless": True}, "png": {}, "apng": {}, "avif": {"quality": 95}}


def animated(path: Path, lasts: list[int] = LASTS, hole: bool = False, **options: object) -> Path:
    """Writes numbered pictures, each to be seen for so many milliseconds; hole: with a clear square."""
    pictures = []
    for number in range(len(lasts)):
        picture = Image.fromarray(numbered_frame(number, 96, 160)).convert(
            "RGBA" if hole else "RGB"
        )
        if hole:
            picture.paste((0, 255, 0, 0), (60, 40, 100, 60))
        pictures.append(picture)
    kind = {"apng": "png"}.get(path.suffix[1:], path.suffix[1:])
    more = {"duration": lasts, **KINDS[path.suffix[1:]], **options}
    pictures[0].save(path, kind, save_all=True, append_images=pictures[1:], **more)
    return path


@pytest.mark.parametrize("suffix", KINDS)
def test_every_picture_comes_at_its_own_time(tmp_path: Path, suffix: str) -> None:
    path = animated(tmp_path / f"moving.{suffix}")
    for reader in (FrameReader(path, every=1), SandboxedReader(path, every=1)):
        seen = Seen(reader)
        assert (seen.clip.kind, seen.clip.frame_count) == ("video", len(LASTS))
        assert seen.numbers == [0, 1, 2, 3, 4]
        assert np.allclose(seen.seconds, STARTS, atol=1e-3)
        assert seen.notes == ()


@pytest.mark.parametrize("suffix", ["webp", "png", "avif"])
def test_clear_pixels_are_white_and_what_was_there_before_is_gone(
    tmp_path: Path, suffix: str
) -> None:
    seen = Seen(FrameReader(animated(tmp_path / f"x.{suffix}", hole=True), every=1))
    assert seen.rgb[:, 45:55, 65:95].min() > 250
    assert seen.numbers == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("suffix", KINDS)
def test_a_still_of_these_formats_stays_a_still(tmp_path: Path, suffix: str) -> None:
    path = animated(tmp_path / f"still.{suffix}", [40])
    seen = Seen(FrameReader(path))
    assert (seen.clip.kind, seen.numbers) == ("image", [0])


def test_times_are_those_that_another_reader_finds(tmp_path: Path) -> None:
    if not (program := shutil.which("ffprobe")):
        pytest.skip("ffprobe is not installed")
    for suffix in ("png", "avif"):  # it knows no animated WebP
        path = animated(tmp_path / f"moving.{suffix}")
        wanted = ["-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time"]
        run = subprocess.run(
            [program, "-v", "error", *wanted, "-of", "csv=p=0", str(path)],
            capture_output=True, check=False,
        )  # fmt: skip
        times = [float(line.strip(b",")) for line in run.stdout.split()]
        assert np.allclose(Seen(FrameReader(path, every=1)).seconds, times, atol=1e-3), suffix


def test_a_picture_for_programs_that_know_no_animations_is_none_of_it(tmp_path: Path) -> None:
    path = animated(tmp_path / "moving.png", default_image=True, duration=LASTS[1:])
    assert Seen(FrameReader(path, every=1)).numbers == [1, 2, 3, 4]


def test_what_lasts_no_time_lasts_as_long_as_in_a_browser(tmp_path: Path) -> None:
    seen = Seen(FrameReader(animated(tmp_path / "moving.webp", [0, 10, 16, 0]), every=1))
    assert np.allclose(seen.seconds, [0, 0.1, 0.2, 0.216])


def test_limits_are_judged_by_the_pictures_own_times(tmp_path: Path) -> None:
    path = animated(tmp_path / "moving.webp")
    with pytest.raises(InputError, match="at most 0 s are accepted"):
        list(FrameReader(path, every=1, limits=Limits(max_seconds=0.2)))
    short = Seen(FrameReader(path, every=1, limits=Limits(trim_seconds=0.2)))
    assert short.numbers == [0, 1, 2]
    with pytest.raises(InputError, match="pixels"):
        FrameReader(path, limits=Limits(max_clip_pixels=1000))


def test_what_is_cut_short_ends_with_a_note(tmp_path: Path) -> None:
    path = animated(tmp_path / "moving.png")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 5])
    seen = Seen(FrameReader(path, every=1))
    assert 0 < len(seen.numbers) < 5
    assert seen.numbers == list(range(len(seen.numbers)))
    assert f"breaks off after frame {len(seen.numbers) - 1}" in seen.notes[0]


def test_a_set_takes_animations_for_clips_and_not_for_stills(tmp_path: Path) -> None:
    for at, name in enumerate(("Hug", "Kiss")):
        for n in range(2):
            frame(tmp_path / f"web/{name}/{n}.png", 500 + 10 * at + n)
            (tmp_path / f"video/{name}").mkdir(parents=True, exist_ok=True)
            animated(tmp_path / f"video/{name}/{n}.webp")
        frame(tmp_path / f"video/{name}/poster.webp", 7)
    source = open_source(tmp_path)
    assert {clip.path.name for clip in source.clips} == {"0.webp", "1.webp"}
    assert any("poster.webp" in said for said in source.skipped)
    moving = animated(tmp_path / "web/Hug/moving.webp")
    with_it = open_source(tmp_path)
    assert len(with_it.stills) == 4
    assert any(
        "1 animation left out of the stills: moving.webp" in said for said in with_it.skipped
    )
    assert "moving pictures" in see_still(moving, "Hug").why
    assert frame_number(Seen(FrameReader(tmp_path / "web/Hug/0.png")).rgb[0]) == 500


def test_numbered_animations_are_clips_each_and_no_frames_of_one(tmp_path: Path) -> None:
    folder = tmp_path / "video/Hug/site"
    folder.mkdir(parents=True)
    frame(folder / "1.webp", 1)
    animated(folder / "2.webp")
    with pytest.raises(InputError, match=r"site holds animations \(2\.webp\)"):
        FrameReader(folder)
    clips, notes = files_of(tmp_path / "video", "clips")
    assert clips["Hug"] == (folder / "2.webp",)
    assert any("1.webp" in note for note in notes)
    found = places([str(tmp_path / "video")], tmp_path / "out", set())
    assert [place for place, _ in found] == ["Hug/site/1.webp", "Hug/site/2.webp"]


def test_many_animations_are_not_compared_path_by_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = animated(tmp_path / "one.webp", LASTS[:2]).read_bytes()
    for half in ("web/Hug", "video/Hug"):
        (tmp_path / half).mkdir(parents=True)
        for n in range(60):
            (tmp_path / half / f"{n}.webp").write_bytes(one)
    compared = 0
    equal = PurePath.__eq__

    def counting(self: PurePath, other: object) -> bool:
        nonlocal compared
        compared += 1
        return equal(self, other)

    monkeypatch.setattr(PurePath, "__eq__", counting)
    stills, _ = files_of(tmp_path / "web", "stills")
    clips, _ = files_of(tmp_path / "video", "clips")
    assert (len(stills["Hug"]), len(clips["Hug"])) == (0, 60)
    assert compared < 1000  # 3,600 when every path is compared with all
