"""The checkup: unreadable files, near-duplicate stills, and the advice."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.clips import numbered_frames, write_clip
from training.data.checks.advice import advice_on
from training.data.checks.checkup import Checkup, FoldCount, check, without
from training.data.checks.histograms import colour_histogram, mirrored, twins
from training.data.sources import open_source
from training.settings import DATA

SHARED = Path(__file__).parents[2] / "shared" / "data"


def scene(seed: int, height=240, width=320) -> Image.Image:
    """A picture of coloured shapes under uneven light, different for each seed."""
    draw = np.random.default_rng(seed)
    ground = cv2.resize(draw.integers(0, 256, (3, 4, 3)).astype(np.uint8), (width, height))
    for _ in range(12):
        place = tuple(int(x) for x in draw.integers(0, (width, height)))
        colour = tuple(int(c) for c in draw.integers(0, 256, 3))
        cv2.circle(ground, place, int(draw.integers(10, 60)), colour, -1)
    noise = draw.normal(0, 6, ground.shape)
    return Image.fromarray(np.clip(ground + noise, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Two classes of distinct scenes, copies of one scene, and unreadable files."""
    root = tmp_path_factory.mktemp("set")
    for place, name in enumerate(("Hug", "Kiss")):
        (root / "web" / name).mkdir(parents=True)
        (root / "video" / name).mkdir(parents=True)
        for n in range(12):
            scene(100 * place + n).save(root / f"web/{name}/{n:02d}.jpg", quality=92)
        for n in range(2):
            write_clip(root / f"video/{name}/{n}.mp4", numbered_frames(3))
    original = scene(0)
    width, height = original.size
    copies = root / "web/Hug"
    (copies / "copy_exact.jpg").write_bytes((copies / "00.jpg").read_bytes())
    original.save(copies / "copy_recoded.jpg", quality=40)
    original.save(copies / "copy_as.png")
    original.resize((int(width * 0.8), int(height * 0.8))).save(
        copies / "copy_smaller.webp", quality=75
    )
    original.crop((4, 3, width - 4, height - 3)).save(copies / "copy_cropped.jpg", quality=85)
    original.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(copies / "copy_mirrored.jpg")
    scene(0).save(root / "web/Kiss/same_in_another_class.jpg")
    (root / "web/Kiss/text.jpg").write_text("not a picture")
    (root / "web/Kiss/cut.jpg").write_bytes((copies / "01.jpg").read_bytes()[:2000])
    write_clip(root / "web/Kiss/moving.png", numbered_frames(2), container="mp4")
    (root / "video/Kiss/text.avi").write_text("not a clip")
    original.save(root / "video/Kiss/still.mp4", format="png")
    lines = [f"{c}/{n}.mp4,{s}" for c in ("Hug", "Kiss") for n, s in ((0, "train"), (1, "test"))]
    lines += ["Kiss/text.avi,train", "Kiss/still.mp4,test"]
    (root / "splits.csv").write_text("\n".join(["clip,split", *lines]))
    return root


@pytest.fixture(scope="module")
def seen(root) -> Checkup:
    return check(open_source(root))


def test_copies_are_found_within_a_class_and_distinct_stills_are_not(seen):
    copies = {"exact.jpg", "recoded.jpg", "as.png", "smaller.webp", "cropped.jpg", "mirrored.jpg"}
    family = {"00.jpg"} | {f"copy_{name}" for name in copies}
    pairs = {frozenset((t.one.name, t.other.name)) for t in seen.twins}
    assert pairs == {frozenset((a, b)) for a in family for b in family if a < b}
    assert all(t.one.parent == t.other.parent for t in seen.twins)
    exact = next(
        t for t in seen.twins if {t.one.name, t.other.name} == {"00.jpg", "copy_exact.jpg"}
    )
    assert exact.similarity == pytest.approx(1, abs=1e-5)


def test_what_cannot_be_read_is_listed_with_its_reason_and_not_counted(seen):
    assert {u.path.name for u in seen.unreadable} == {
        "text.jpg", "cut.jpg", "moving.png", "text.avi", "still.mp4",
    }  # fmt: skip
    assert all(u.path.name in u.why and "\n" not in u.why for u in seen.unreadable)
    assert (seen.stills, seen.clips) == ((18, 13), (2, 2))
    assert (seen.folds[0].train, seen.folds[0].test) == ((1, 1), (1, 1))
    assert any("5 files cannot be read" in said for said in seen.advice)


def test_progress_counts_every_file_once(root):
    steps = []
    source = open_source(root)
    check(source, lambda done, total: steps.append((done, total)))
    assert steps == [(n, 40) for n in range(1, 41)]


def test_a_checkup_is_json(seen):
    record = json.loads(json.dumps(seen.to_json()))
    assert record["stills"] == [18, 13]
    assert len(record["unreadable"]) == 5
    assert len(record["twins"]) == 21
    assert record["twin_similarity"] == DATA.twin_similarity


def test_without_leaves_files_out_of_stills_and_folds(root):
    source = open_source(root)
    gone = {source.stills[0].path, source.folds[0].train[0].path}
    rest = without(source, gone)
    assert len(rest.stills) == len(source.stills) - 1
    assert len(rest.folds[0].train) == len(source.folds[0].train) - 1
    assert rest.folds[0].test == source.folds[0].test
    assert without(source, ()) == source


# colour histograms


def test_a_flat_picture_fills_the_bins_its_colour_lies_between():
    """Level width 32, centres 16, 48, …: 24 lies a quarter of the way from bin 0 to bin 1."""
    picture = np.zeros((50, 70, 3), np.uint8)
    picture[..., 0] = 24
    squares = colour_histogram(picture, levels=8, grid=3).reshape(9, 8, 8, 8) ** 2
    expected = np.zeros((8, 8, 8))
    expected[0, 0, 0], expected[1, 0, 0] = 0.75, 0.25
    np.testing.assert_allclose(squares, np.tile(expected / 9, (9, 1, 1, 1)), atol=1e-6)


def test_each_cell_has_its_own_colours():
    picture = np.zeros((90, 90, 3), np.uint8)
    picture[30:60, 60:] = 255
    squares = colour_histogram(picture).reshape(9, -1) ** 2
    bright = squares[:, -1]
    assert bright.argmax() == 5  # row 1, column 2 of 3×3
    np.testing.assert_allclose(bright, np.eye(9)[5] / 9, atol=1e-6)
    turned = mirrored(colour_histogram(picture)[None])
    np.testing.assert_allclose(turned[0], colour_histogram(picture[:, ::-1]), atol=1e-6)


def test_similarity_is_bhattacharyyas_coefficient_of_all_pairs(monkeypatch):
    monkeypatch.setattr("training.data.checks.histograms.BLOCK", 3)
    draw = np.random.default_rng(0)
    counts = draw.random((11, 9 * 8))
    counts /= counts.sum(axis=1, keepdims=True)
    roots = np.sqrt(counts).astype(np.float32)
    cells = counts.reshape(11, 3, 3, 8)
    found = {(i, j): alike for i, j, alike in twins(roots, threshold=0.9, grid=3)}
    for i in range(11):
        for j in range(i + 1, 11):
            straight = np.sqrt(cells[i] * cells[j]).sum()
            flipped = np.sqrt(cells[i][:, ::-1] * cells[j]).sum()
            alike = max(straight, flipped)
            assert ((i, j) in found) == (alike >= 0.9)
            if alike >= 0.9:
                assert found[i, j] == pytest.approx(alike, abs=1e-5)
    assert all(i < j for i, j in found)


@pytest.mark.skipif(not SHARED.exists(), reason="shared/data is not here")
def test_real_stills_of_one_class_are_not_taken_for_copies():
    stills = sorted((SHARED / "actions5/web/BrushingTeeth").glob("*.jpg"))[:80]
    pictures = [np.asarray(Image.open(path).convert("RGB")) for path in stills]
    assert twins(np.stack([colour_histogram(picture) for picture in pictures])) == []
    for picture in pictures[:20]:
        small = cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
        _, coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 50])
        copy = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        assert twins(np.stack([colour_histogram(picture), colour_histogram(copy)]))


@pytest.mark.skipif(not SHARED.exists(), reason="shared/data is not here")
def test_five_real_actions_have_no_copies_and_two_tell_tale_sources():
    source = open_source(SHARED / "actions5")
    few = replace(source, stills=source.stills[::5], folds=source.folds[:1])
    clips = [clip for clip in few.clips if clip.path.stem.endswith("c01")]
    six = {c.path for label in range(5) for c in [c for c in clips if c.label == label][:6]}
    seen = check(without(few, (clip.path for clip in source.clips if clip.path not in six)))
    assert seen.unreadable == ()
    assert sum(seen.clips) == 30
    assert seen.copies == ()
    assert any("JumpingJack against" in said and "Lunges" in said for said in seen.advice)
    told = {found.fact: found.values for found in seen.giveaways}
    assert told["first word in the file name"]["exdb"] == ("Lunges", "WallPushups")
    assert told["frame rate"]["30 per second"] == ("JumpingJack",)


# advice


def checkup(**changes) -> Checkup:
    plain = Checkup(
        "set", ("Hug", "Kiss"), (200, 150), (40, 40), (fold(),), (), (), (), ()
    )  # fmt: skip
    return replace(plain, **changes)


def fold(train=(20, 20), test=(20, 20)) -> FoldCount:
    return FoldCount("1", train, (0, 0), test)


def test_a_good_set_needs_nothing():
    assert advice_on(checkup()) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"stills": (450, 150)},
            "450 stills of Hug against 150 of Kiss (3.0 to 1): train with class-b",
        ),
        ({"clips": (10, 25)}, "25 clips of Kiss against 10 of Hug (2.5 to 1)"),
        ({"clips": (10, 0)}, "No clip of Kiss can be used"),
        ({"stills": (120, 80)}, "Fewer than 100 stills of Kiss"),
        ({"folds": (fold(train=(20, 5)),)}, "label fractions below 10% leave it none"),
        ({"folds": (fold(test=(0, 9)),)}, "Fold 1 has no test clip of Hug"),
        ({"clips": (0, 0), "folds": ()}, "stills alone"),
        ({"stills": (0, 0)}, "clips alone"),
    ],
)
def test_each_fault_has_its_advice(changes, said):
    (sentence,) = advice_on(checkup(**changes))
    assert said in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("changes", [{"stills": (199, 100)}, {"folds": (fold(train=(10, 10)),)}])
def test_no_advice_below_its_threshold(changes):
    assert advice_on(checkup(**changes)) == ()
