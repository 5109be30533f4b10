"""The drawn set on disk: its table of seeds, its layout, and going on after a stop."""

import csv
import hashlib
import json

import cv2
import pytest

from attention.errors import InputError
from training.drawn import dataset
from training.drawn.__main__ import main
from training.drawn.dataset import CLIPS, SPLITS, Item, drawn_items, write_drawn_set
from training.drawn.seeds import CONCEPTS
from training.drawn.shift import LEVELS

# Fixed before any tuning; a new value means that every reported test number is void.
TEST_TABLE = "bb58037c84487ae011c1fa816137f60c7c2e60e983663befddac2c58ddea9db9"


def test_the_set_is_as_large_as_promised():
    sizes = {split: len(drawn_items(split)) for split in SPLITS}
    assert sizes["web"] >= 1000
    assert sizes["train"] == sizes["dev"] == 100
    assert sizes["test"] >= 200
    for split in SPLITS:
        counts = {c: sum(i.concept == c for i in drawn_items(split)) for c in CONCEPTS}
        assert len(set(counts.values())) == 1


def test_seeds_are_disjoint_between_all_items():
    items = [item for split in SPLITS for item in drawn_items(split)]
    assert len({item.seed for item in items}) == len(items)
    assert len({item.path for item in items}) == len(items)


def test_the_table_of_the_test_clips_is_frozen():
    rows = "\n".join(f"{i.path} {i.seed} {i.level}" for i in drawn_items("test"))
    assert hashlib.sha256(rows.encode()).hexdigest() == TEST_TABLE


def test_every_level_has_its_share_of_each_concept():
    for concept in CONCEPTS:
        levels = [i.level for i in drawn_items("test") if i.concept == concept]
        assert {levels.count(level) for level in LEVELS} == {len(levels) // 3}


def test_layout_lists_and_records(tmp_path):
    seen = []
    paths = write_drawn_set(
        tmp_path,
        ["web", "noisy"],
        lambda done, total: seen.append((done, total)),
        workers=1,
        limit=1,
    )
    assert len(paths) == 8
    assert seen[0] == (0, 8)
    assert seen[-1] == (8, 8)
    for concept in CONCEPTS:
        for split in ("web", "noisy"):
            picture = cv2.imread(str(next((tmp_path / split / concept).glob("*.jpg"))))
            assert picture.shape[2] == 3


@pytest.fixture
def one_clip_set(monkeypatch):
    """A set of one clip per split and concept that costs two frames each."""
    monkeypatch.setattr(dataset, "PER_CONCEPT", dict.fromkeys(SPLITS, 1))
    whole = dataset.draw_frames
    monkeypatch.setattr(dataset, "draw_frames", lambda plan: whole(plan, [0, 1]))


def test_clips_come_with_splits_intervals_boxes_and_shifts(tmp_path, one_clip_set):
    write_drawn_set(tmp_path, ["train"], workers=1)
    with (tmp_path / "splits.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["split"] for row in rows} == {"train"}
    assert {row["clip"] for row in rows} == {i.path for i in drawn_items("train", 1)}
    records = [json.loads(line) for line in (tmp_path / "clips.jsonl").read_text().splitlines()]
    assert len(records) == 4
    for record in records:
        start, end = record["interval"]
        boxed = [i for i, box in enumerate(record["boxes"]) if box]
        assert boxed == list(range(start, end))
        assert len(record["boxes"]) == record["frames"]
        assert record["level"] in LEVELS
        assert (tmp_path / record["clip"]).exists()
        assert set(record["shift"]) >= {"scale", "darkness", "compression", "viewpoint"}


def test_a_stopped_run_goes_on_and_leaves_what_is_there(tmp_path, one_clip_set, monkeypatch):
    first = Item("train", CONCEPTS[0], 0)
    path = tmp_path / first.path
    path.parent.mkdir(parents=True)
    path.write_bytes(b"already here")
    drawn = []
    whole = dataset._draw
    monkeypatch.setattr(
        dataset, "_draw", lambda folder, item: drawn.append(item) or whole(folder, item)
    )
    write_drawn_set(tmp_path, ["train"], workers=1)
    assert path.read_bytes() == b"already here"
    assert len(drawn) == 3
    write_drawn_set(tmp_path, ["train"], workers=1)
    assert len(drawn) == 3


def test_a_clip_that_fails_leaves_nothing_under_its_name(tmp_path, one_clip_set, monkeypatch):
    def broken(plan):
        yield from whole(plan)
        raise RuntimeError("stop")

    whole = dataset.draw_frames
    monkeypatch.setattr(dataset, "draw_frames", broken)
    with pytest.raises(RuntimeError):
        write_drawn_set(tmp_path, ["train"], workers=1)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_what_cannot_be_drawn_is_said_in_one_line(tmp_path, capsys):
    with pytest.raises(InputError, match="holiday"):
        drawn_items("holiday")
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert main(["write", str(blocked), "--what", "web", "--limit", "1"]) == 2
    told = capsys.readouterr().err.strip()
    assert "\n" not in told
    assert "file" in told


def test_stills_have_no_shift():
    with pytest.raises(InputError, match="still"):
        _ = Item("web", "Hug", 0).shift
    for split in CLIPS:
        assert Item(split, "Hug", 0).shift.scale >= 1
