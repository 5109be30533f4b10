"""A clip as a folder of numbered frames: at the reader, in its cage, in sets and zips, in the terminal."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import Base

from attention.command.places import one_alone, places
from attention.confined.process import SandboxedReader
from attention.errors import InputError
from attention.media.clip import Limits
from attention.media.frames import FrameReader
from attention.media.sequences.numbered import content_hash
from tests.clips import frame_number, numbered_frame, write_clip
from tests.zips import good, still, zipped
from training.data.checks.checkup import check
from training.data.content import fingerprint
from training.data.own_sets import add_set, leave_out, put_back
from training.data.pictures import confined_pictures
from training.data.records import Source
from training.data.sets import left_out, notes_of, source_of
from training.data.sources import open_source
from training.data.thumbnails import thumbnails


def frame(path: Path, number: int, height: int = 48, width: int = 80) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(numbered_frame(number, height, width)).save(path)
    return path


def frames(folder: Path, numbers: range | list[int], pattern: str = "img_{}.png") -> Path:
    """A folder whose frame of each number carries it."""
    for number in numbers:
        frame(folder / pattern.format(number), number)
    return folder


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        FrameReader(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_frames_come_in_the_order_of_their_numbers_at_25_a_second(tmp_path: Path) -> None:
    folder = frames(tmp_path / "clip", [*range(1, 12), 20])  # img_10 comes after img_9
    (folder / "labels.txt").write_text("passed over")
    (folder / ".DS_Store").touch()
    for reader in (FrameReader(folder, every=2), SandboxedReader(folder, every=2)):
        with reader:
            seen = list(reader)
        rgb = np.concatenate([chunk.rgb for chunk in seen])
        assert [frame_number(picture) for picture in rgb] == [1, 3, 5, 7, 9, 11]
        times = np.concatenate([chunk.seconds for chunk in seen])
        assert np.allclose(times, np.arange(0, 12, 2) / 25)
        clip = reader.clip
        assert (clip.kind, clip.frame_count, clip.seconds) == ("video", 12, 12 / 25)
        (note,) = reader.notes
        assert (
            "its 12 pictures" in note and "25 per second; 8 numbers between them are absent" in note
        )


def test_the_cage_reads_the_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = frames(tmp_path / "clip", [1, 2])
    outside = frame(tmp_path / "outside.png", 3)
    (folder / "img_3.png").symlink_to(outside)
    assert FrameReader(folder).clip.frame_count == 3
    with pytest.raises(InputError, match=r"img_3\.png"), SandboxedReader(folder, every=1) as reader:
        list(reader)


def test_a_folder_that_is_no_clip_is_named_with_the_reason(tmp_path: Path) -> None:
    one = frames(tmp_path / "one", [1])
    assert "one holds one picture (img_1.png)" in refusal(one)
    mixed = frames(tmp_path / "mixed", [1, 2])
    write_clip(mixed / "a.mp4", [numbered_frame(0)])
    assert "mixed holds pictures and a.mp4" in refusal(mixed)
    sizes = frames(tmp_path / "sizes", [1, 2])
    frame(sizes / "img_3.png", 3, 96, 160)
    assert "more than one size (img_1.png, img_3.png)" in refusal(sizes)
    names = frames(frames(tmp_path / "names", [1, 2]), [1, 2], "flow_{}.png")
    assert "differ in more than one number (flow_1.png, img_1.png)" in refusal(names)
    kinds = frames(tmp_path / "kinds", [1])
    Image.fromarray(numbered_frame(2)).save(kinds / "img_2.jpg")
    assert "differ in suffix (img_1.png, img_2.jpg)" in refusal(kinds)
    twice = frames(frames(tmp_path / "twice", [1, 2]), [2], "img_0{}.png")
    assert "two frames of one number (img_02.png, img_2.png)" in refusal(twice)
    broken = frames(tmp_path / "broken", [1, 2])
    (broken / "img_2.png").write_bytes(b"\x89PNG\r\n\x1a\n cut short")
    assert "img_2.png is not an image" in refusal(broken)
    (tmp_path / "empty").mkdir()
    assert "empty is a folder without frames" in refusal(tmp_path / "empty")


def test_limits_hold_for_a_folder(tmp_path: Path) -> None:
    folder = frames(tmp_path / "clip", range(5))
    with pytest.raises(InputError, match="lasts 0 s"):
        FrameReader(folder, limits=Limits(max_seconds=0.1))
    with pytest.raises(InputError, match="MB are accepted"):
        FrameReader(folder, limits=Limits(max_bytes=100))
    with pytest.raises(InputError, match="pixels"):
        FrameReader(folder, limits=Limits(max_clip_pixels=100))


def test_the_hash_of_a_clip_is_that_of_its_frames_in_order(tmp_path: Path) -> None:
    one, other = frames(tmp_path / "a", [1, 2, 10]), frames(tmp_path / "b", [1, 2, 10], "{:04}.png")
    assert content_hash(one) == content_hash(other)
    swapped = tmp_path / "c"
    for name, number in (("img_1.png", 2), ("img_2.png", 1), ("img_10.png", 10)):
        frame(swapped / name, number)
    assert content_hash(swapped) != content_hash(one)


# sets


def framed_set(folder: Path) -> Source:
    """Two classes of two stills and two clips, which are folders of frames."""
    for at, name in enumerate(("Hug", "Kiss")):
        for n in range(2):
            frame(folder / f"web/{name}/{n}.png", 500 + 10 * at + n)
            frames(folder / f"video/{name}/clip{n}", range(30 * at + 9 * n, 30 * at + 9 * n + 4))
    return open_source(folder)


def test_folders_of_frames_are_the_clips_of_a_set(tmp_path: Path) -> None:
    source = framed_set(tmp_path)
    assert [clip.name for clip in source.clips] == [
        "Hug/clip0", "Hug/clip1", "Kiss/clip0", "Kiss/clip1",
    ]  # fmt: skip
    assert len(source.stills) == 4
    (tmp_path / "splits.csv").write_text("clip,split\nHug/clip1/,train\nHug/clip0,test\n")
    (fold,) = open_source(tmp_path).folds
    assert [clip.name for clip in (*fold.train, *fold.test)] == ["Hug/clip1", "Hug/clip0"]


def test_ucf101_may_lie_there_as_folders_of_frames(tmp_path: Path) -> None:
    clips = [f"Archery/v_Archery_g{g:02}_c{c:02}" for g in (1, 8) for c in (1, 2)]
    lists = tmp_path / "ucfTrainTestlist"
    lists.mkdir()
    (lists / "classInd.txt").write_text("1 Archery\n")
    (lists / "testlist01.txt").write_text("".join(f"{clip}.avi\n" for clip in clips[:2]))
    (lists / "trainlist01.txt").write_text("".join(f"{clip}.avi 1\n" for clip in clips[2:]))
    for clip in clips:
        frames(tmp_path / "UCF-101" / clip, [1, 2], "img_{:05}.png")
    source = open_source(tmp_path)
    assert [(clip.path.name[-7:], clip.group) for clip in source.folds[0].test] == [
        ("g01_c01", "Archery/g01"), ("g01_c02", "Archery/g01"),
    ]  # fmt: skip
    assert all(clip.path.is_dir() for clip in source.clips) and len(source.clips) == 4


def test_what_changes_in_a_frame_changes_what_is_known_of_the_set(tmp_path: Path) -> None:
    before = fingerprint(framed_set(tmp_path))
    clip = tmp_path / "video/Hug/clip0"
    first = thumbnails([clip])[clip]
    assert first.frames == 4 and not first.why
    frame(clip / "img_2.png", 200, 96, 160)  # in place: the folder's own time stays
    assert fingerprint(open_source(tmp_path)) != before
    assert "more than one size" in thumbnails([clip])[clip].why


def test_a_check_up_reads_folders_of_frames(tmp_path: Path) -> None:
    source = framed_set(tmp_path)
    seen = check(source)
    assert seen.clips == (2, 2) and not seen.unreadable
    frame(tmp_path / "video/Hug/clip0/img_3.png", 3, 96, 160)
    (fault,) = check(source).unreadable
    assert fault.path.name == "clip0" and "more than one size" in fault.why


def test_frames_of_many_clips_are_read_in_one_cage(tmp_path: Path) -> None:
    clips = [clip.path for clip in framed_set(tmp_path).clips]
    found = [
        [frame_number(rgb) for chunk in read for rgb in chunk]
        for read in confined_pictures(clips, 3, 8)
    ]
    assert found == [[0, 3], [9, 12], [30, 33], [39, 42]]


def test_what_lies_beside_clips_is_left_out_with_its_reason(tmp_path: Path) -> None:
    framed_set(tmp_path)
    frames(tmp_path / "video/Hug/alone", [7])
    frames(tmp_path / "video/Kiss", [7], "poster.png")
    source = open_source(tmp_path)
    assert len(source.clips) == 4
    said = " ".join(source.skipped)
    assert "Left out: alone holds one picture (img_7.png)" in said
    assert "1 file left out, not clips by their names" in said and "poster.png" in said


@pytest.mark.parametrize("table", ["", "clip,split\nHug/clip0,train\nHug/clip1,test\n"])
def test_a_clip_that_lacks_is_said_with_the_reason_it_was_left_out(
    tmp_path: Path, table: str
) -> None:
    framed_set(tmp_path)
    frame(tmp_path / "video/Hug/clip1/img_009.png", 9)
    frame(tmp_path / "video/Hug/clip1/img_0009.png", 9)
    if table:
        (tmp_path / "splits.csv").write_text(table)
    with pytest.raises(InputError) as caught:
        open_source(tmp_path)
    lacks = "Not found or empty: 1 clip" if table else "The clips of Hug are one"
    assert str(caught.value).startswith(lacks)
    assert "; left out: clip1 holds two frames of one number" in str(caught.value)


def test_a_class_of_loose_frames_is_told_where_to_put_them(tmp_path: Path) -> None:
    frames(tmp_path / "video/Hug", range(3))
    frames(tmp_path / "video/Kiss/a", range(3))
    with pytest.raises(InputError, match="frames of each clip into a folder of its own"):
        open_source(tmp_path)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_zip_brings_folders_of_frames(home: Path) -> None:
    files = {name: content for name, content in good().items() if "video/Hug" not in name}
    framed = {f"video/Hug/{clip}/{n}.jpg": still(n) for clip in ("one", "two") for n in range(3)}
    add_set(zipped(home / "a.zip", files | framed), "mine")
    names = {clip.name for clip in source_of("mine").clips}
    assert {"Hug/one", "Hug/two"} <= names and len(names) == 4
    add_set(zipped(home / "b.zip", good() | framed | {"video/Hug/poster.jpg": still()}), "both")
    assert len(source_of("both").clips) == 6
    assert notes_of("both")[0].startswith("1 file left out")
    lone = {name: content for name, content in framed.items() if "one" in name}
    with pytest.raises(InputError, match="one clip of Hug"):
        add_set(zipped(home / "c.zip", files | lone), "lone")


def test_a_folder_of_frames_is_left_out_and_put_back_as_one_clip(home: Path) -> None:
    framed = {f"video/Hug/one/{n}.jpg": still(n) for n in range(3)}
    add_set(zipped(home / "a.zip", good() | framed), "mine")
    leave_out("mine", ["video/Hug/one"])
    assert left_out("mine") == ("video/Hug/one",)
    assert len(source_of("mine").clips) == 4
    assert put_back("mine") == 1
    assert len(source_of("mine").clips) == 5


# the terminal


def named(tmp_path: Path, *folders: Path) -> list[str]:
    return [place for place, _ in places([str(f) for f in folders], tmp_path / "out", set())]


def test_the_terminal_takes_a_folder_of_frames_for_a_clip(tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    frames(clips / "a", range(3))
    frames(clips / "deeper/b", range(3), "{:05}.png")
    frame(clips / "photo.png", 1)
    assert one_alone([str(clips / "a")]) and not one_alone([str(clips)])
    assert named(tmp_path, clips) == ["a", "deeper/b", "photo.png"]
    assert named(tmp_path, clips / "a", clips / "photo.png") == ["a", "photo.png"]


def test_the_terminal_says_why_numbered_pictures_are_stills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = frames(tmp_path / "photos", [1, 2])
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = "Maker", "One"
    Image.fromarray(numbered_frame(1)).save(photos / "img_1.png", exif=exif)
    sizes = frames(tmp_path / "sizes", [1])
    frame(sizes / "img_2.png", 2, 96, 160)
    web = frames(tmp_path / "web/Hug", [1, 2])
    deeper = frames(tmp_path / "web/Kiss/site", [1, 2])
    for folder, reason in (
        (photos, "of the camera Maker One"),
        (sizes, "img_1.png and img_2.png differ in size"),
        (web, "in web lie stills"),
        (deeper, "in web lie stills"),
    ):
        assert not one_alone([str(folder)])
        assert reason in capsys.readouterr().out
        assert named(tmp_path, folder) == ["img_1.png", "img_2.png"]


def test_a_damaged_frame_keeps_no_other_clip_from_the_terminal(tmp_path: Path) -> None:
    clips = tmp_path / "clips"
    frames(clips / "a", range(3))
    (frames(clips / "b", range(3)) / "img_1.png").write_bytes(b"")
    assert named(tmp_path, clips) == ["a", "b"]
    assert "img_1.png is not an image" in refusal(clips / "b")
