"""Data sources: every layout, the splits, and one sentence for each fault."""

import csv
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from attention.errors import InputError
from training.data.folders import count
from training.data.layouts.tvhi import TVHI_SET_1
from training.data.records import LabelledClip, Still
from training.data.sources import open_source
from training.data.splitting import (
    FRACTIONS,
    nested_fractions,
    smallest_fraction,
    split_stills,
)

ACTIONS5 = Path(__file__).parents[2] / "shared" / "data" / "actions5"


def touch(*paths: Path) -> None:
    """Writes files that are not empty; no source opens them."""
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(path.name.encode())


def own(root: Path, stills=("Hug", "Kiss"), clips=("Hug", "Kiss"), each=4) -> Path:
    for name in stills:
        touch(*(root / "web" / name / f"{n}.jpg" for n in range(each)))
    for name in clips:
        touch(*(root / "video" / name / f"{n}.mp4" for n in range(each)))
    return root


def write_splits(root: Path, rows: list[str], head: str = "clip,split,fold") -> None:
    (root / "splits.csv").write_text("\n".join([head, *rows]) + "\n")


def one_line(caught: pytest.ExceptionInfo[InputError]) -> str:
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def names(clips) -> set[str]:
    return {f"{clip.path.parent.name}/{clip.path.stem}" for clip in clips}


# own folders


def test_own_folders_match_their_names_in_any_spelling(tmp_path):
    own(tmp_path, stills=("High five", "Hug"), clips=("high_five", "HUG"), each=2)
    source = open_source(tmp_path)
    assert source.concepts == ("High five", "Hug")
    assert Counter(still.label for still in source.stills) == {0: 2, 1: 2}
    for item in (*source.stills, *source.clips):
        assert item.label == (item.path.parent.name.casefold() == "hug")


def test_only_stills_count_as_stills_and_a_note_names_the_rest(tmp_path):
    own(tmp_path)
    touch(tmp_path / "web/Hug/deep/er.WEBP", tmp_path / "web/Hug/readme.txt")
    touch(tmp_path / "web/Hug/.DS_Store", tmp_path / "web/.git/x.jpg", tmp_path / "web/Hug/._a.jpg")
    (tmp_path / "web/Kiss/empty.jpg").touch()
    source = open_source(tmp_path)
    assert len(source.stills) == 9
    assert any("readme.txt" in said and "1 file" in said for said in source.skipped)
    assert any("empty.jpg" in said and "0 bytes" in said for said in source.skipped)
    assert not any("DS_Store" in said for said in source.skipped)


def test_files_of_phones_and_cameras_are_stills_and_clips_by_the_readers_own_list(tmp_path):
    own(tmp_path)
    touch(*(tmp_path / "web/Hug" / name for name in ("a.jfif", "b.avif", "c.JPE")))
    touch(
        *(tmp_path / "video/Hug" / name for name in ("a.m4v", "b.MTS", "c.wmv", "d.3gp", "e.vob"))
    )
    source = open_source(tmp_path)
    assert (len(source.stills), len(source.clips)) == (8 + 3, 8 + 5)


def test_parts_of_a_film_without_recordings_are_not_claimed_to_be_kept_together(tmp_path):
    own(tmp_path, clips=())
    for name in ("Hug", "Kiss"):
        touch(*(tmp_path / f"video/{name}/movie{n // 4}_{name}_{n % 4}.avi" for n in range(8)))
    (said,) = open_source(tmp_path).skipped
    assert "recordings are not known" in said and "_g01_c01" in said
    assert "kept together" not in said


def test_noisy_stills_are_added_when_asked_for(tmp_path):
    own(tmp_path)
    touch(tmp_path / "noisy/hug/0.jpg")  # a name that web/Hug has too
    assert len(open_source(tmp_path).stills) == 8
    noisy = open_source(tmp_path, noisy=True)
    assert noisy.concepts == ("Hug", "Kiss")
    assert Counter(still.label for still in noisy.stills) == {0: 5, 1: 4}


def test_noisy_stills_that_are_not_there(tmp_path):
    with pytest.raises(InputError, match="noisy"):
        open_source(own(tmp_path), noisy=True)


def test_one_half_is_a_source_too(tmp_path):
    stills = open_source(own(tmp_path / "a", clips=()))
    assert (len(stills.stills), stills.folds) == (8, ())
    clips = open_source(own(tmp_path / "b", stills=()))
    assert clips.stills == ()
    assert len(clips.folds) == 1


@pytest.mark.parametrize(
    ("stills", "clips", "said"),
    [
        (("Hug", "Kiss"), ("Hug",), "stills but no clips of Kiss"),
        (("Hug",), ("Hug", "Kiss"), "clips but no stills of Kiss"),
        (("Hug", "Kisses"), ("Hug", "Kiss"), "no clips of Kisses and there are clips but no"),
        (("Hug", "hug "), ("Hug",), "cannot be told apart"),
    ],
)
def test_classes_that_do_not_match_are_named(tmp_path, stills, clips, said):
    with pytest.raises(InputError) as caught:
        open_source(own(tmp_path, stills, clips))
    assert said in one_line(caught)


def test_a_class_folder_without_stills(tmp_path):
    own(tmp_path)
    for still in (tmp_path / "web/Kiss").iterdir():
        still.unlink()
    with pytest.raises(InputError, match="no stills of Kiss"):
        open_source(tmp_path)


@pytest.mark.parametrize("where", ["", "not there", "UCF101:not there", "BU101:"])
def test_what_is_no_folder(tmp_path, monkeypatch, where):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="not a folder"):
        open_source(where)


def test_a_folder_of_something_else(tmp_path):
    touch(tmp_path / "holiday/beach.jpg")
    with pytest.raises(InputError) as caught:
        open_source(tmp_path)
    assert "web/<Class>/" in one_line(caught)


def test_one_folder_with_a_known_name_makes_no_data_set(tmp_path):
    touch(*(tmp_path / f"{name}/1.jpg" for name in ("Hug", "cats", "dogs", "Archery")))
    with pytest.raises(InputError, match="laid out in no way"):
        open_source(tmp_path)


def test_the_drawn_set_opens(tmp_path, monkeypatch):
    from training.drawn import dataset

    monkeypatch.setattr(dataset, "PER_CONCEPT", dict.fromkeys(dataset.SPLITS, 1))
    blank = np.zeros((64, 64, 3), np.uint8)
    monkeypatch.setattr(dataset, "draw_still", lambda *_, **__: blank)
    monkeypatch.setattr(dataset, "draw_frames", lambda _: iter([blank, blank]))
    dataset.write_drawn_set(tmp_path, workers=1)
    source = open_source(tmp_path)
    assert source.concepts == ("Handshake", "High five", "Hug", "Kiss")
    (fold,) = source.folds
    assert [len(side) for side in (fold.train, fold.dev, fold.test)] == [4, 4, 4]
    assert all("_dev_" in clip.path.name for clip in fold.dev)
    assert len(open_source(tmp_path, noisy=True).stills) == 2 * len(source.stills) == 8
    assert source.skipped == ()


@pytest.mark.skipif(not ACTIONS5.exists(), reason="shared/data/actions5 is not here")
def test_five_real_actions():
    source = open_source(ACTIONS5)
    assert [sum(s.label == place for s in source.stills) for place in range(5)] == [
        200, 189, 297, 32, 40,
    ]  # fmt: skip
    assert [(len(fold.train), len(fold.test)) for fold in source.folds] == [
        (166, 87), (177, 76), (195, 58),
    ]  # fmt: skip
    for fold in source.folds:
        assert not {c.group for c in fold.train} & {c.group for c in fold.test}
    for fold, groups in zip(source.folds, (range(1, 8), range(8, 15), range(15, 22)), strict=True):
        assert {int(clip.group[-2:]) for clip in fold.test} <= set(groups)


# splits.csv


def test_splits_are_read_by_fold_with_or_without_the_folder(tmp_path):
    own(tmp_path, each=3)
    write_splits(
        tmp_path,
        ["Hug/0.mp4,train,a", "video/Hug/1.mp4, TEST ,a", "Hug\\2.mp4,dev,a", "Kiss/0.mp4,train,a",
         "Kiss/1.mp4,test,a", "Hug/0.mp4,test,b", "Kiss/0.mp4,test,b", "Hug/1.mp4,train,b"],
    )  # fmt: skip
    source = open_source(tmp_path)
    a, b = source.folds
    assert (names(a.train), names(a.test), names(a.dev)) == (
        {"Hug/0", "Kiss/0"}, {"Hug/1", "Kiss/1"}, {"Hug/2"},
    )  # fmt: skip
    assert (names(b.train), names(b.test)) == ({"Hug/1"}, {"Hug/0", "Kiss/0"})
    left_out, unknown = source.skipped
    assert left_out == "1 clip left out because splits.csv does not name it: 2.mp4."
    assert "recordings are not known" in unknown and "column group" in unknown


@pytest.mark.parametrize(
    ("between", "encoding", "before"),
    [
        (",", "utf-8-sig", ""),
        (";", "utf-8-sig", ";;\r\n"),
        ("\t", "utf-16", ""),
        (";", "utf-8", "sep=;\r\n"),
    ],
    ids=["comma", "semicolon", "Unicode text", "named separator"],
)
def test_a_table_as_spreadsheets_save_it(tmp_path, between, encoding, before):
    own(tmp_path, each=2)
    rows = [["clip", "split"], ["Hug/0.mp4", "train"], ["Hug/1.mp4", "test"], ["", ""]]
    rows += [["Kiss/0.mp4", "train"], ["Kiss/1.mp4", "test"], ["", ""], [" ", ""], ["", "", ""]]
    text = "".join(between.join(row) + "\r\n" for row in rows)
    (tmp_path / "Splits.CSV").write_bytes((before + text).encode(encoding))
    (fold,) = open_source(tmp_path).folds
    assert names(fold.train) == {"Hug/0", "Kiss/0"}
    assert names(fold.test) == {"Hug/1", "Kiss/1"}


def test_names_are_compared_in_one_unicode_form(tmp_path):
    composed, apart = "Caf\u00e9", "Cafe\u0301"
    own(tmp_path, stills=(composed, "Kiss"), clips=(apart, "Kiss"), each=2)
    touch(tmp_path / f"video/{apart}/{apart}.mp4")
    rows = [f"{composed}/0.mp4,train,", f"{composed}/1.mp4,test,{composed}"]
    rows += [f"{apart}/{composed}.mp4,test,{apart}", "Kiss/0.mp4,train,", "Kiss/1.mp4,test,"]
    write_splits(tmp_path, rows, "clip,split,group")
    source = open_source(tmp_path)
    assert source.concepts == (composed, "Kiss")
    assert len(source.folds[0].test) == 3
    assert {clip.group for clip in source.clips} == {"", composed}


# symbolic links


def test_links_within_the_set_are_followed(tmp_path):
    root = own(tmp_path / "set", each=2)
    (root / "pool").mkdir()
    (root / "web/Hug/0.jpg").rename(root / "pool/0.jpg")
    (root / "web/Hug/0.jpg").symlink_to("../../pool/0.jpg")
    (root / "web/Kiss").rename(root / "pool/Kiss")
    (root / "web/Kiss").symlink_to(root / "pool/Kiss")
    touch(root / "pool/more/9.jpg")
    (root / "web/Hug/more").symlink_to("../../pool/more")
    stills = open_source(root).stills
    found = {still.path.relative_to(root).as_posix() for still in stills}
    assert found == {f"web/{name}" for name in (
        "Hug/0.jpg", "Hug/1.jpg", "Hug/more/9.jpg", "Kiss/0.jpg", "Kiss/1.jpg"
    )}  # fmt: skip


@pytest.mark.parametrize(
    ("link", "target", "said"),
    [
        (
            "web/Hug/9.jpg",
            "../../../outside/9.jpg",
            "web/Hug/9.jpg is a link that leads out of set",
        ),
        ("web/Hug/more", "../../../outside", "web/Hug/more is a link that leads out of set"),
        ("web/Wave", "../../outside", "web/Wave is a link that leads out of set"),
        ("video/Hug/9.mp4", "8.mp4", "video/Hug/9.mp4 is a link that leads nowhere"),
        ("video/Hug/again", "..", "is a link to a folder it lies in"),
        ("splits.csv", "../outside/9.jpg", "splits.csv is a link that leads out of set"),
        ("video/Splits.csv", "lost.csv", "video/Splits.csv is a link that leads nowhere"),
    ],
)
def test_links_that_lead_elsewhere_are_refused_by_name(tmp_path, link, target, said):
    root = own(tmp_path / "set", each=2)
    touch(tmp_path / "outside/9.jpg")
    (root / link).symlink_to(target)
    with pytest.raises(InputError) as caught:
        open_source(root)
    assert said in one_line(caught)


def test_a_half_that_is_a_link_out_of_the_set_is_refused(tmp_path):
    root = own(tmp_path / "set", each=2)
    (root / "video").rename(tmp_path / "clips")
    (root / "video").symlink_to(tmp_path / "clips")
    with pytest.raises(InputError, match="video is a link that leads out of set"):
        open_source(root)


def test_the_fold_and_the_recording_are_optional_columns(tmp_path):
    own(tmp_path, each=2)
    write_splits(
        tmp_path,
        [
            "train,tape 1,Hug/0.mp4",
            "test,tape 2,Hug/1.mp4",
            "train,,Kiss/0.mp4",
            "test,,Kiss/1.mp4",
        ],
        head="\ufeffSplit, Group,clip",
    )
    (fold,) = open_source(tmp_path).folds
    assert fold.name == "1"
    assert {clip.group for clip in fold.clips} == {"tape 1", "tape 2", ""}


@pytest.mark.parametrize(
    ("rows", "head", "said"),
    [
        (
            ["Hug/9.mp4,train,1", "Hug/0.mp4,test,1"],
            "clip,split,fold",
            "1 clip that splits.csv names (9.mp4)",
        ),
        (["../../etc/passwd,train,1"], "clip,split,fold", "passwd"),
        (["Hug/0.mp4,train,1", "Hug/0.mp4,test,1"], "clip,split,fold", "Line 3"),
        (["Hug/0.mp4,learn,1"], "clip,split,fold", "Line 2 of splits.csv has the split 'learn'"),
        (["Hug/0.mp4|train"], "clip|split", "clip|split"),
        (["Hug/0.mp4,1"], "clip,fold", "needs clip and split"),
        (["Hug/0.mp4,train,test"], "clip,split,Split", "has two columns split"),
        ([], "clip,split", "names no clips"),
        (
            ["Hug/0.mp4,train,1", "Kiss/0.mp4,train,1"],
            "clip,split,fold",
            "Fold 1 of own has no test",
        ),
    ],
)
def test_splits_that_cannot_be_used(tmp_path, rows, head, said):
    root = own(tmp_path / "own")
    write_splits(root, rows, head)
    with pytest.raises(InputError) as caught:
        open_source(root)
    assert said in one_line(caught)


@pytest.mark.parametrize(
    "data", ["clip,split\nCaf\u00e9/0.mp4,train".encode("cp1252"), b"PK\3\4\x14\0\6\0"]
)
def test_splits_that_are_no_text(tmp_path, data):
    own(tmp_path)
    (tmp_path / "splits.csv").write_bytes(data)
    with pytest.raises(InputError, match="UTF-8"):
        open_source(tmp_path)


def test_without_splits_recordings_are_halved_and_this_is_said(tmp_path):
    own(tmp_path, clips=())
    for name in ("Hug", "Kiss"):
        touch(
            *(
                tmp_path / f"video/{name}/v_g{g:02d}_c{c:02d}.avi"
                for g in range(6)
                for c in range(3)
            )
        )
    source = open_source(tmp_path)
    (fold,) = source.folds
    for label in (0, 1):
        sides = [[c for c in side if c.label == label] for side in (fold.train, fold.test)]
        assert [len(side) for side in sides] == [9, 9]
        assert not {c.group for c in sides[0]} & {c.group for c in sides[1]}
    assert open_source(tmp_path) == source
    assert any("half" in said for said in source.skipped)


@pytest.mark.parametrize("clips", [["v_g01_c01"], ["v_g01_c01", "v_g01_c02"]])
def test_one_recording_cannot_be_halved(tmp_path, clips):
    own(tmp_path, clips=("Kiss",))
    touch(*(tmp_path / f"video/Hug/{clip}.avi" for clip in clips))
    with pytest.raises(InputError, match=r"clips of Hug are .*splits\.csv"):
        open_source(tmp_path)


# UCF101 and BU101

CLASSES = ("ApplyEyeMakeup", "Archery", "HandstandPushups")


def ucf101(root: Path, classes=CLASSES, suffix=".avi") -> Path:
    """UCF101 as unpacked from its archives: lists of all three classes, clips of `classes`."""
    file = {name: name.replace("stand", "Stand") for name in CLASSES}  # v_HandStandPushups_…
    lists = root / "ucfTrainTestlist"
    lists.mkdir(parents=True)
    (lists / "classInd.txt").write_text("".join(f"{i} {n}\n" for i, n in enumerate(CLASSES, 1)))
    for split in (1, 2, 3):
        for side in ("train", "test"):
            lines = [
                f"{name}/v_{file[name]}_g{g:02d}_c01.avi" + (f" {place}" if side == "train" else "")
                for place, name in enumerate(CLASSES, 1)
                for g in range(1, 7)
                if (g in (2 * split - 1, 2 * split)) == (side == "test")
            ]
            (lists / f"{side}list0{split}.txt").write_text("\r\n".join(lines) + "\r\n")
    for name in classes:
        touch(*(root / f"UCF-101/{name}/v_{file[name]}_g{g:02d}_c01{suffix}" for g in range(1, 7)))
    return root


def test_ucf101_has_its_three_official_splits(tmp_path):
    source = open_source(ucf101(tmp_path))
    assert (source.name, source.concepts) == ("UCF101", CLASSES)
    assert [fold.name for fold in source.folds] == ["1", "2", "3"]
    for number, fold in enumerate(source.folds, 1):
        assert {int(c.group[-2:]) for c in fold.test} == {2 * number - 1, 2 * number}
        assert (len(fold.train), len(fold.test)) == (12, 6)
        assert all(CLASSES[c.label] == c.path.parent.name for c in fold.clips)
    assert source.skipped == ()


def test_ucf101_in_another_container_and_from_its_inner_folder(tmp_path):
    ucf101(tmp_path, suffix=".mp4")
    assert len(open_source(tmp_path / "UCF-101").clips) == 18
    assert open_source(f"ucf101:{tmp_path}").folds == open_source(tmp_path).folds


def test_ucf101_splits_where_their_archive_puts_them(tmp_path):
    ucf101(tmp_path)
    inner = tmp_path / "UCF101TrainTestSplits-RecognitionTask"
    inner.mkdir()
    (tmp_path / "ucfTrainTestlist").rename(inner / "ucfTrainTestlist")
    assert len(open_source(tmp_path).folds) == 3


def test_some_classes_of_ucf101_are_a_set_that_says_so(tmp_path):
    source = open_source(ucf101(tmp_path, classes=CLASSES[:2]))
    assert source.concepts == CLASSES[:2]
    assert [len(fold.test) for fold in source.folds] == [4, 4, 4]
    (said,) = source.skipped
    assert "HandstandPushups" in said
    assert "not comparable" in said


def test_a_listed_clip_that_is_missing(tmp_path):
    ucf101(tmp_path)
    (tmp_path / "UCF-101/Archery/v_Archery_g03_c01.avi").unlink()
    with pytest.raises(InputError) as caught:
        open_source(tmp_path)
    assert "Not found: 1 clip that ucfTrainTestlist/ names (v_archery_g03_c01)" in one_line(caught)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("classInd.txt", "Archery\n", "classInd.txt is not a list"),
        ("trainlist01.txt", "Archery/v_Archery_g03_c01.avi 3\n", "Line 1 of trainlist01.txt"),
        ("testlist02.txt", "Diving/v_Diving_g03_c01.avi\n", "Line 1 of testlist02.txt"),
        ("testlist03.txt", None, "testlist03.txt is missing"),
        ("classInd.txt", None, "classInd.txt is missing"),
    ],
)
def test_lists_that_do_not_fit(tmp_path, file, text, said):
    path = ucf101(tmp_path) / "ucfTrainTestlist" / file
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(InputError) as caught:
        open_source(tmp_path)
    assert said in one_line(caught)


def test_ucf101_without_its_lists(tmp_path):
    ucf101(tmp_path)
    (tmp_path / "ucfTrainTestlist").rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="ucfTrainTestlist"):
        open_source(tmp_path)
    rows = [f"UCF-101/{n}/v_{n}_g0{g}_c01.avi,{s},1"
            for n in CLASSES[:2] for g, s in ((1, "train"), (2, "test"))]  # fmt: skip
    write_splits(tmp_path, rows)
    with pytest.raises(InputError, match="HandstandPushups"):
        nested_fractions(open_source(tmp_path).folds[0].train, concepts=CLASSES)


def bu101(root: Path, classes=("apply_eye_makeup", "Archery", "HandStandPushups")) -> Path:
    for name in classes:
        touch(*(root / f"images/{name}/{name}_{n}.jpg" for n in range(3)))
    return root


def test_bu101_and_ucf101_are_a_pair_in_either_order(tmp_path):
    stills, clips = bu101(tmp_path / "web, old"), ucf101(tmp_path / "clips")
    source = open_source(f"BU101:{stills},UCF101:{clips}")
    assert (source.name, source.concepts) == ("BU101+UCF101", CLASSES)
    assert Counter(still.label for still in source.stills) == {0: 3, 1: 3, 2: 3}
    assert open_source(f"UCF101:{clips}, BU101:{stills}") == source


def test_parts_of_a_pair_share_what_they_share(tmp_path):
    stills = bu101(tmp_path / "web", classes=("Archery", "Yo_Yo"))
    source = open_source(f"BU101:{stills},UCF101:{ucf101(tmp_path / 'clips')}")
    assert source.concepts == ("Archery",)
    assert [len(fold.test) for fold in source.folds] == [2, 2, 2]
    assert any("1 class of BU101" in said and "YoYo" in said for said in source.skipped)
    assert any("2 classes of UCF101" in said for said in source.skipped)


def test_bu101_alone_and_with_a_stray_folder(tmp_path):
    bu101(tmp_path)
    assert open_source(tmp_path).name == "BU101"
    touch(tmp_path / "images/holiday/1.jpg")
    with pytest.raises(InputError, match="'holiday'"):
        open_source(tmp_path)


@pytest.mark.parametrize("pair", ["BU101:{0},HII:{0}", "UCF101:{1},video:{1}"])
def test_a_pair_of_two_alike(tmp_path, pair):
    web = bu101(tmp_path / "web")
    touch(web / "hii/Hug/1.jpg")
    clips = ucf101(tmp_path / "clips")
    own(clips, stills=())
    with pytest.raises(InputError, match="two sets of"):
        open_source(pair.format(web, clips).replace(f"HII:{web}", f"HII:{web / 'hii'}"))


# TVHI and HII


def tvhi(root: Path) -> Path:
    folder = root / "tv_human_interactions_videos"
    for name in ("handShake", "highFive", "hug", "kiss"):
        touch(*(folder / f"{name}_{n:04d}.avi" for n in range(1, 51)))
    touch(*(folder / f"negative_{n:04d}.avi" for n in range(1, 101)))
    return root


def hii(root: Path) -> Path:
    for name in ("handshake", "high_five", "hug", "kiss"):
        touch(root / f"HII-filtered/{name}/a.jpg", root / f"HII-noisy/{name}/a.jpg")
        touch(root / f"HII-noisy/{name}/b.jpg", root / f"HII-noisy/{name}/c.jpg")
    return root


def test_tvhi_has_its_two_published_sets(tmp_path):
    source = open_source(tvhi(tmp_path))
    assert source.concepts == ("Handshake", "High five", "Hug", "Kiss")
    one, other = source.folds
    assert (names(one.train), names(one.test)) == (names(other.test), names(other.train))
    assert not names(one.train) & names(one.test)
    for side in (one.train, one.test):
        assert Counter(clip.label for clip in side) == dict.fromkeys(range(4), 25)
    folder = "tv_human_interactions_videos"
    # Both ends of each published list, and a few numbers that the other set has.
    assert {f"{folder}/{c}" for c in ("handShake_0002", "handShake_0050", "kiss_0001")} <= names(
        one.train
    )
    assert {f"{folder}/{c}" for c in ("handShake_0001", "hug_0001", "kiss_0050")} <= names(one.test)
    assert source.skipped == ("100 negative clips left out, as in Section 4.1.1 of the paper.",)


def test_the_published_sets_are_as_listed():
    """Set 2 of two classes as on the page, and checksums of all four lists of set 1."""
    every = set(range(1, 51))
    assert sorted(every - set(TVHI_SET_1["handShake"])) == [
        1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 17, 22, 23, 29, 30, 31, 33, 34, 35, 36, 37, 38, 39,
    ]  # fmt: skip
    assert sorted(every - set(TVHI_SET_1["kiss"])) == [
        2, 3, 4, 5, 6, 15, 19, 20, 21, 25, 27, 28, 30, 32, 33, 34, 37, 43, 44, 45, 46, 47, 48, 49, 50,
    ]  # fmt: skip
    assert {name: sum(numbers) for name, numbers in TVHI_SET_1.items()} == {
        "handShake": 782, "highFive": 612, "hug": 657, "kiss": 562,
    }  # fmt: skip


def test_splits_csv_goes_before_the_published_sets(tmp_path):
    tvhi(tmp_path)
    with (tmp_path / "splits.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["clip", "split"])
        for name in TVHI_SET_1:
            table.writerows(
                [f"{name}_{n:04d}.avi", "test" if n > 40 else "train"] for n in range(1, 51)
            )
    (fold,) = open_source(tmp_path).folds
    assert (len(fold.train), len(fold.test)) == (160, 40)


def test_a_missing_clip_of_tvhi(tmp_path):
    (tvhi(tmp_path) / "tv_human_interactions_videos/kiss_0007.avi").unlink()
    with pytest.raises(InputError, match="kiss_0007"):
        open_source(tmp_path)


def test_hii_and_tvhi_are_a_pair(tmp_path):
    where = f"HII:{hii(tmp_path / 'web')},TVHI:{tvhi(tmp_path / 'tv')}"
    source = open_source(where)
    assert source.concepts == ("Handshake", "High five", "Hug", "Kiss")
    assert len(source.stills) == 4
    noisy = open_source(where, noisy=True)
    assert noisy.name == "HII-noisy+TVHI"
    assert Counter(s.path.name for s in noisy.stills) == {"a.jpg": 4, "b.jpg": 4, "c.jpg": 4}


def test_hii_without_noisy_stills(tmp_path):
    hii(tmp_path)
    with pytest.raises(InputError, match="noisy"):
        open_source(tmp_path / "HII-filtered", noisy=True)
    with pytest.raises(InputError, match="noisy"):
        open_source(f"HII:{tmp_path / 'HII-noisy'}")


def test_own_stills_with_published_clips(tmp_path):
    own(tmp_path, stills=("Kiss", "Hug", "hand shake", "High-Five"), clips=())
    source = open_source(f"web:{tmp_path / 'web'},TVHI:{tvhi(tmp_path / 'tv')}")
    assert source.concepts == ("Handshake", "High five", "Hug", "Kiss")
    assert {(s.path.parent.name, s.label) for s in source.stills} == {
        ("hand shake", 0), ("High-Five", 1), ("Hug", 2), ("Kiss", 3),
    }  # fmt: skip


# label fractions and validation stills


def clips_of(*sizes: int) -> tuple[LabelledClip, ...]:
    return tuple(
        LabelledClip(Path(f"{label}/{n:03d}.mp4"), label)
        for label, size in enumerate(sizes)
        for n in range(size)
    )


@pytest.mark.parametrize("seed", range(5))
def test_fractions_are_nested_balanced_and_whole(seed):
    clips = clips_of(95, 40, 10)
    taken = nested_fractions(clips, FRACTIONS, seed)
    assert list(taken) == list(FRACTIONS) == [0.05, 0.10, 0.20, 0.33, 0.50, 1.00]
    by_hand = {0.05: [5, 2, 1], 0.10: [10, 4, 1], 0.20: [19, 8, 2], 0.33: [31, 13, 3],
               0.50: [48, 20, 5], 1.00: [95, 40, 10]}  # fmt: skip
    for fraction, kept in taken.items():
        assert [sum(c.label == k for c in kept) for k in range(3)] == by_hand[fraction]
    sets = [set(kept) for kept in taken.values()]
    assert all(small < large for small, large in pairwise(sets))
    assert taken[1.00] == clips


def test_fractions_depend_on_the_seed_and_on_nothing_else():
    clips = clips_of(40, 40)
    first = nested_fractions(clips, [0.2], 0)[0.2]
    assert set(nested_fractions(tuple(reversed(clips)), [0.2, 0.5], 0)[0.2]) == set(first)
    assert set(nested_fractions(clips, [0.2], 1)[0.2]) != set(first)
    alone = nested_fractions(clips[40:], [0.2], 0)[0.2]
    assert set(alone) == {clip for clip in first if clip.label == 1}


def test_too_few_clips_for_a_fraction_names_the_class_and_what_works():
    clips = clips_of(20, 7)
    with pytest.raises(InputError) as caught:
        nested_fractions(clips, [0.05, 1.0], 0, ("Hug", "Kiss"))
    assert one_line(caught) == (
        "5% of the 7 training clips of Kiss is less than one clip: take 8% or more, or add clips."
    )
    assert smallest_fraction(clips) == 0.08
    assert all(nested_fractions(clips, [0.08], 0).values())
    with pytest.raises(InputError):
        nested_fractions(clips, [0.07], 0)


@pytest.mark.parametrize("fraction", [0.0, -0.1, 1.01, float("nan")])
def test_fractions_out_of_range(fraction):
    with pytest.raises(InputError, match="not above 0"):
        nested_fractions(clips_of(5), [fraction], 0)


def test_a_class_without_training_clips_has_no_fraction():
    with pytest.raises(InputError, match="Kiss has no training clip"):
        nested_fractions(clips_of(5), [1.0], 0, ("Hug", "Kiss"))
    with pytest.raises(InputError, match="no clips"):
        nested_fractions((), [1.0], 0)


def stills_of(*sizes: int) -> tuple[Still, ...]:
    return tuple(Still(clip.path, clip.label) for clip in clips_of(*sizes))


@pytest.mark.parametrize("seed", range(4))
def test_thirty_percent_of_each_class_validates(seed):
    stills = stills_of(100, 50, 10, 2)
    training, validation = split_stills(stills, 0.30, seed)
    assert [sum(s.label == k for s in validation) for k in range(4)] == [30, 15, 3, 1]
    assert sorted((*training, *validation), key=stills.index) == list(stills)
    assert split_stills(stills, seed=seed) == (training, validation)


def test_a_class_that_cannot_be_divided():
    with pytest.raises(InputError, match="Hug has 1 still, and both"):
        split_stills(stills_of(1), concepts=("Hug",))


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_shares_out_of_range(share):
    with pytest.raises(InputError, match="between 0 and 1"):
        split_stills(stills_of(5), share)


@pytest.mark.parametrize(
    ("number", "noun", "said"), [(1, "file", "1 file"), (2000, "class", "2,000 classes")]
)
def test_numbers_are_said_with_their_plural(number, noun, said):
    assert count(number, noun) == said
