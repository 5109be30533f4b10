"""python -m attention with several clips: a folder for each, one table, no work done twice."""

import csv
import os
from pathlib import Path

import pytest

from attention.command import many
from attention.command.places import places
from tests.clips import numbered_frames, write_clip

FEW = ("--concepts", "lion, cheetah", "--every", "6")


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder with two clips, one in a subfolder, a broken clip, a text file and a hidden clip."""
    folder = tmp_path / "clips"
    (folder / "deeper").mkdir(parents=True)
    write_clip(folder / "a.mp4", numbered_frames(8))
    write_clip(folder / "deeper" / "a.mp4", numbered_frames(5))
    (folder / "broken.mp4").write_bytes(b"no clip at all")
    (folder / "notes.txt").write_text("not a clip")
    (folder / ".hidden.mp4").write_bytes(b"")
    return folder


def table(out: Path) -> dict[str, dict[str, str]]:
    with (out / many.TABLE).open(encoding="utf-8", newline="") as file:
        return {row["folder"]: row for row in csv.DictReader(file)}


def test_every_clip_has_a_folder_and_a_row_and_is_looked_at_once(  # type: ignore[no-untyped-def]
    said, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = clips / "results"  # below what is looked at: its films are no clips to look at
    status, text, err = said(clips, clips / "a.mp4", "--out", out, *FEW)
    assert (status, err) == (0, "")
    assert "broken.mp4: broken.mp4 is neither a video nor an image" in text
    assert text.splitlines()[-1].startswith("2 of 3 clips were looked at")
    rows = table(out)
    assert list(rows) == ["a.mp4", "broken.mp4", "deeper/a.mp4"]
    assert [rows[place]["frames"] for place in rows] == ["2", "", "1"]
    assert {rows["a.mp4"]["CNN"], rows["deeper/a.mp4"]["UnAtt"]} <= {"lion", "cheetah"}
    assert rows["broken.mp4"]["fault"] and not rows["broken.mp4"]["CNN"]
    assert (out / "deeper" / "a.mp4" / "overlay.mp4").exists()

    looked: list[str] = []
    real = many.analysis_of

    def counted(clip: str, *rest: object):  # type: ignore[no-untyped-def]
        looked.append(Path(clip).name)
        return real(clip, *rest)

    monkeypatch.setattr(many, "analysis_of", counted)
    write_clip(clips / "broken.mp4", numbered_frames(2))  # mended
    status, text, _ = said(clips, "--out", out, *FEW)
    assert (status, looked) == (0, ["broken.mp4"])
    assert text.startswith("3 of 3 clips")
    assert [row["fault"] for row in table(out).values()] == ["", "", ""]
    later = (out / "a.mp4" / "analysis.json").stat().st_mtime + 1
    os.utime(clips / "a.mp4", (later, later))  # changed since
    said(clips, "--out", out, *FEW)
    assert looked == ["broken.mp4", "a.mp4"]

    other = write_clip(tmp_path / "a.mp4", numbered_frames(9))
    os.utime(other, (1, 1))  # older than the analysis of a clip of the same name
    said(other, clips / "broken.mp4", "--out", out, *FEW)
    assert looked == ["broken.mp4", "a.mp4", "a.mp4"]

    status, text, err = said(clips, "--out", out, *FEW, "--window", "2")
    assert (status, text) == (2, "")
    assert "with another --window" in err


def test_what_was_done_before_a_stop_stays(  # type: ignore[no-untyped-def]
    said, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = many.analysis_of

    def stopped(clip: str, *rest: object):  # type: ignore[no-untyped-def]
        if "deeper" in clip:
            raise KeyboardInterrupt
        return real(clip, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(many, "analysis_of", stopped)
        assert said(clips, "--out", tmp_path / "out", *FEW)[::2] == (130, "")
    assert list(table(tmp_path / "out")) == ["a.mp4", "broken.mp4"]
    assert not list((tmp_path / "out").rglob(".*"))


def test_clips_of_one_name_do_not_share_a_folder(tmp_path: Path) -> None:
    named = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        named.append(str(tmp_path / folder / "verdicts.csv"))
        named.append(str(tmp_path / folder / "x.mp4"))
    found = [place for place, _ in places(named, tmp_path / "out", {"verdicts.csv"})]
    assert found == ["verdicts (2).csv", "x.mp4", "verdicts (3).csv", "x (2).mp4"]


@pytest.mark.parametrize(
    ("named", "says"),
    [
        (["https://example.org/a.mp4"], "is an address"),
        (["a.mp4", "HTTP://example.org/b.mp4"], "is an address"),
        (["-"], "standard input"),
        (["a.mp4", "b.mp4"], "add --out"),
        (["a.mp4", "b.mp4", "--out", "here", "--json"], "--json prints one clip"),
        (["a.mp4", "b.mp4", "--out", "here", "--model", "nosuch"], "nosuch"),
        (["a.mp4", "b.mp4", "--out", "here", "--concepts", "lion, nosuch"], "nosuch"),
        (["a.mp4", "b.mp4", "--out", "here", "--device", "toaster"], "no device 'toaster'"),
        (["a.mp4", "b.mp4", "--out", "here", "--precision", "int4"], "no precision 'int4'"),
        (["{empty}", "--out", "here"], "no video or image"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_nothing_is_written(  # type: ignore[no-untyped-def]
    said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    status, out, err = said(*(name.replace("{empty}", str(tmp_path / "empty")) for name in named))
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
