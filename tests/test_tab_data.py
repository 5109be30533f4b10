"""Behind the Data tab: Figure 1's pages, thumbnails, check-ups in a confined process, and their HTML."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from attention.catalogue.languages import spoken
from attention.confined.batch import end, start_confined
from attention.errors import InputError
from tests.clips import frame_number, numbered_frames, write_clip
from tests.zips import clip, good, still, zipped
from training.data import pictures as decoding
from training.data import thumbnails
from training.data.checks import kept as checkups
from training.data.checks import shipped
from training.data.checks.checkup import check
from training.data.checks.findings import Checkup
from training.data.checks.kept import Checkups, Standing, check_confined
from training.data.checks.shipped import shipped_checkup
from training.data.content import content_key, opened
from training.data.own_sets import add_set, leave_out
from training.data.sets import DRAWN_FOLDER, set_folder, source_of
from training.data.sources import open_source
from training.data.thumbnails import SIDE, Thumbnail, thumbnail_of
from training.tabs.data.browsing import leaf_views
from training.tabs.data.checking import checkup_views
from training.tabs.data.checkup import standing_card
from training.tabs.data.figure1 import PER_PAGE, Facts, figure1, page_of
from training.tabs.data.pairs import REST, SHOWN, chosen_files, most_alike, twins_card

ROOT = Path(__file__).parents[1]
ODD = "Kiss & <b>wave"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def own(tmp_path: Path) -> str:
    """A set with a copy of a still, one that is none, and a class that looks like HTML."""
    files = good(classes=("Hug", ODD)) | {
        "web/Hug/copy.jpg": still(0),
        "web/Hug/<i>x.jpg": b"no picture",
    }
    return add_set(zipped(tmp_path / "own.zip", files), "own")


class Tags(HTMLParser):
    """The tags of a piece of HTML with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


# Figure 1


def test_both_sides_of_a_page_show_the_same_classes_by_turns() -> None:
    source = open_source(DRAWN_FOLDER)
    page = page_of(source, None, seed=1, number=0)
    assert [still.label for still in page.stills] == [0, 1, 2, 3] * 3
    assert [clip.label for clip in page.clips] == [0, 1, 2, 3] * 3
    assert page.pages == 100


def test_pages_hold_every_file_once_in_an_order_the_seed_draws() -> None:
    source = open_source(DRAWN_FOLDER)

    def leafed(concept: str | None, seed: int) -> list[Path]:
        first = page_of(source, concept, seed, 0)
        return [
            path
            for number in range(first.pages)
            for path in page_of(source, concept, seed, number).paths
        ]

    files = [item.path for item in (*source.stills, *source.clips)]
    assert sorted(leafed(None, 1)) == sorted(files)
    assert leafed(None, 1) == leafed(None, 1) != leafed(None, 2)
    hugs = leafed("Hug", 1)
    assert len(hugs) == 300 + 110 and {path.parent.name for path in hugs} == {"Hug"}
    assert page_of(source, "Hug", 1, 99).number == 300 // PER_PAGE - 1
    assert page_of(source, "Hug", 1, -5).number == 0


def test_a_page_has_a_described_button_per_file_and_escapes_names(own: str) -> None:
    _, place, html, back, forth = leaf_views(own, None, 1, 0)
    tags = Tags(html)
    assert "Page 1 of 1" in place
    assert len(tags.all("button")) == 8 + 4
    described = [image["alt"] for image in tags.all("img")]
    assert len(described) == 11
    assert f"{ODD}, Web still: 0.jpg" in described
    sides = {str(said).split(", ")[1].split(":")[0] for said in described if "Hug, t" in str(said)}
    assert sides == {"train", "test"}
    assert not tags.all("b") and not tags.all("i")  # a class and a file have these in their names
    assert "<i>x.jpg is neither" in tags.text
    assert all(str(image["src"]).startswith("data:image/jpeg;base64,") for image in tags.all("img"))
    assert not back.interactive and not forth.interactive


def test_a_drawn_clip_tells_when_its_act_happens_and_how_it_was_shifted() -> None:
    source = open_source(DRAWN_FOLDER)
    record = json.loads((DRAWN_FOLDER / "clips.jsonl").read_text().splitlines()[0])
    drawn = next(c for c in source.clips if c.path == DRAWN_FOLDER.resolve() / record["clip"])
    assert record["interval"] == [8, 27] and record["frames"] == 35  # what follows is by hand
    told = Tags(Facts(source, DRAWN_FOLDER, drawn=True).about(drawn, thumbnail_of(drawn.path)))
    for said in (
        "handshake_train_000.mp4",
        "Splittrain",
        "frame 18 of 35, at 1.36 s",
        "0.64 s to 2.16 s of 2.80 s (frames 9 to 27 of 35)",
        "mild",
        f"{record['shift']['darkness']:.0%}",
    ):
        assert said in told.text
    (act,) = told.all("i")
    assert act["style"] == "left:22.9%;width:54.3%"


# thumbnails


def test_the_middle_frame_is_shown(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", numbered_frames(21, 240, 400), fps=10)
    made = thumbnail_of(path)
    assert (made.index, made.seconds, made.frames) == (10, 1.0, 21)
    assert (made.width, made.height) == (400, 240)
    (tmp_path / "small.jpg").write_bytes(made.jpeg)
    small = np.asarray(Image.open(tmp_path / "small.jpg"))
    assert small.shape == (round(240 * SIDE / 400), SIDE, 3)
    large = np.asarray(Image.fromarray(small).resize((400, 240)))
    assert frame_number(large) == 10


def test_a_long_clip_is_shown_at_five_seconds_and_one_frame_as_it_is(tmp_path: Path) -> None:
    long = write_clip(tmp_path / "long.mp4", numbered_frames(30), fps=2)
    assert thumbnail_of(long).index == 10
    assert thumbnail_of(write_clip(tmp_path / "one.mp4", numbered_frames(1))).index == 0


def test_confined_and_trusted_thumbnails_are_the_same_and_kept_by_content(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / "a.jpg", tmp_path / "b.mp4", tmp_path / "c.jpg"]
    for path, content in zip(paths, (still(1), clip(), b"nothing"), strict=True):
        path.write_bytes(content)
    confined = thumbnails.thumbnails(paths)
    assert confined == {path: thumbnail_of(path) for path in paths}
    assert "c.jpg is neither" in confined[paths[2]].why
    assert len(list((home / "cache/thumbnails").iterdir())) == 2
    monkeypatch.setattr(thumbnails, "_drawn", lambda seen: pytest.fail("made again"))
    moved = tmp_path / "elsewhere.jpg"
    moved.write_bytes(still(1))
    assert thumbnails.thumbnails([moved])[moved] == confined[paths[0]]


def child(script: str) -> Callable[..., subprocess.Popen[bytes]]:
    """A stand-in for start_confined whose child runs `script`."""

    def start(
        module: str, options: list[str], files: list[Path], **bounds: Any
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )

    return start


def test_a_file_that_ends_the_decoder_costs_only_its_own_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("1.jpg", "kills.jpg", "2.jpg")]
    for path in paths:
        path.write_bytes(still(3))
    monkeypatch.setattr(
        decoding,
        "start_confined",
        lambda _, *given, **bounds: start_confined("tests.decoding_probe", *given, **bounds),
    )
    made = thumbnails.thumbnails(paths)
    assert [bool(made[path].jpeg) for path in paths] == [True, False, True]
    assert made[paths[1]].why.startswith("kills.jpg could not be read: it stopped the decoder")


# the confined child


def test_a_confined_child_has_limits_and_nothing_of_its_parents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    process = start_confined(
        "tests.confined_probe", ["report"], [], cpu_seconds=7, memory_bytes=3 << 30
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
    finally:
        end(process)
    assert (told["memory"], told["cpu"], told["file"]) == (3 << 30, 7, 0)
    assert "HF_TOKEN" not in told["environment"] and "HOME" not in told["environment"]


def test_a_confined_child_ends_when_nobody_holds_its_input() -> None:
    process = start_confined("tests.confined_probe", ["wait"], [], cpu_seconds=60)
    try:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == b"waiting\n"
        process.stdin.close()
        assert process.wait(20) == 1
    finally:
        end(process)


# check-ups


def test_check_in_lines_for_other_programs(own: str) -> None:
    folder = set_folder(own)
    command = [sys.executable, "-m", "training", "data", "check", "--progress"]
    done = subprocess.run(
        [*command, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    *steps, last = map(json.loads, done.stdout.splitlines())
    assert (done.returncode, done.stderr) == (0, "")
    assert steps == [{"done": n, "total": 12} for n in range(1, 13)]
    assert last == {"checkup": json.loads(json.dumps(check(open_source(folder)).to_json()))}
    none = subprocess.run(
        [*command, "nowhere"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert none.returncode == 2
    assert json.loads(none.stdout)["error"].startswith("'nowhere' is not a folder")


def test_a_confined_checkup_is_the_checkup(own: str) -> None:
    *under_way, last = check_confined(set_folder(own))
    assert last.checkup == check(source_of(own))
    assert [s.done for s in under_way] == list(range(1, 13))
    assert under_way[-1].left == 0 and not under_way[-1].finished and last.finished


def test_a_confined_checkup_imports_nothing_in_its_cage(own: str, tmp_path: Path) -> None:
    """Of a set with splits and of one without, for which folds are drawn."""
    program = (
        "import sys; from attention.media.frames import load_readers\n"
        "from training.data.checks import lines\n"
        "load_readers(sys.argv[1:]); before = set(sys.modules)\n"
        "for folder in sys.argv[1:]: lines.main([], [folder])\n"
        "sys.exit(str(set(sys.modules) - before))"
    )
    folder = set_folder(own)
    split = Path(shutil.copytree(folder, tmp_path / "split"))
    clips = sorted(split.glob("video/*/*"))
    rows = [f"{clip.relative_to(split)},{('train', 'test')[n % 2]}" for n, clip in enumerate(clips)]
    (split / "splits.csv").write_text("\n".join(["clip,split", *rows]), encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", program, str(folder), str(split)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stdout.count('"checkup"') == 2 and ended.stderr == "set()\n"


def finished(desk: Checkups, key: str) -> Standing:
    while not (standing := desk.standing(key)).finished:
        time.sleep(0.02)
    return standing


def test_a_checkup_is_made_once_and_kept_until_the_set_changes(
    own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def counted(folder: Path) -> Any:
        made.append(folder)
        yield Standing(checkup=check(opened(folder)))

    monkeypatch.setattr(checkups, "check_confined", counted)
    desk = Checkups()
    seen = finished(desk, desk.ask(own)).checkup
    assert desk.standing(desk.ask(own)).checkup is seen
    restarted = Checkups()
    assert restarted.standing(restarted.ask(own)).checkup == seen
    assert len(made) == 1
    leave_out(own, ["web/Hug/copy.jpg"])
    assert finished(restarted, restarted.ask(own)).checkup != seen
    assert len(made) == 2


def test_the_drawn_set_has_a_checkup_that_ships_and_no_other_set_has(
    own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    monkeypatch.setattr(checkups, "check_confined", lambda folder: made.append(folder) or iter(()))
    desk = Checkups(shipped_checkup)
    seen = desk.standing(desk.ask("drawn")).checkup
    source = opened(DRAWN_FOLDER)
    assert seen is not None and not made
    assert sum(seen.stills) == len(source.stills) and sum(seen.clips) == len(source.clips)
    assert shipped_checkup(set_folder(own).resolve()) is None
    record = json.loads(shipped.FILE.read_text(encoding="utf-8"))
    files, form = record["made_from"]
    for other in ("0123456789abcdef", form), (files, form + 1):
        monkeypatch.setattr(shipped, "made_from", lambda other=other: list(other))
        assert shipped_checkup(DRAWN_FOLDER.resolve()) is None


def test_a_damaged_kept_checkup_is_made_again(own: str, home: Path) -> None:
    desk = Checkups()
    first = finished(desk, key := desk.ask(own)).checkup
    (kept,) = (home / "cache/checkups").iterdir()
    kept.write_text(kept.read_text()[:-40])
    desk = Checkups()
    assert desk.ask(own) == key
    assert finished(desk, key).checkup == first


@pytest.mark.parametrize("change", ["web/Hug/0.jpg", "splits.csv", "left_out/x"])
def test_the_content_key_follows_what_a_checkup_reads(own: str, change: str) -> None:
    folder = set_folder(own)
    before = content_key(folder)
    (folder / change).parent.mkdir(exist_ok=True)
    (folder / change).write_bytes(b"other")
    assert (content_key(folder) == before) == change.startswith("left_out")


STOPS = """
import os, sys
for n in (1, 2, 3):
    print('{"done": %d, "total": 12}' % n, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (STOPS, "stopped after 3 of 12 files, at Hug/copy.jpg or one of the next few"),
        ("print('nonsense')", "stopped after 0 of 12 files, at Hug/0.jpg"),
        ("print('{}')", "stopped after 0 of 12"),
        ("""print('{"checkup": {"name": 1}}')""", "stopped after 0 of 12"),
        ("""print('{"error": "No."}')""", "No."),
    ],
)
def test_a_checkup_that_ends_before_its_time_says_where(
    own: str, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    (set_folder(own) / "web/Hug/<i>x.jpg").rename(set_folder(own) / "web/Hug/x.jpg")
    monkeypatch.setattr(checkups, "start_confined", child(script))
    desk = Checkups()
    standing = finished(desk, desk.ask(own))
    assert said in standing.fault
    assert said in Tags(standing_card(own, standing)).text


def test_a_childs_checkup_cannot_name_files_elsewhere(own: str) -> None:
    folder = set_folder(own)
    told = check(source_of(own)).to_json()
    assert Checkup.from_json(told, folder).twins
    for path in ("/etc/passwd", f"{folder}/../../secret.jpg", "web/Hug/0.jpg"):
        with pytest.raises(ValueError, match=r".*"):
            Checkup.from_json(told | {"unreadable": [{"path": path, "why": ""}]}, folder)
    with pytest.raises(ValueError, match=r".*"):
        Checkup.from_json(told | {"stills": [1, 2, 3]}, folder)


def test_the_card_tells_counts_faults_and_what_to_do(own: str) -> None:
    seen = check(source_of(own))
    tags = Tags(standing_card(own, Standing(checkup=seen)))
    assert "2 classes · 7 stills · 4 clips · 2 train, 2 test" in tags.text
    rows = tags.text[tags.text.index("Hug") :]
    assert rows.startswith("Hug41 + 1" + ODD + "31 + 1")
    widths = [bar["style"] for bar in tags.all("i") if "style" in bar]
    assert widths == [
        f"width:{w}%" for w in ("100.00", "50.00", "50.00", "75.00", "50.00", "50.00")
    ]
    assert "1 file cannot be read" in tags.text and "<i>x.jpg is neither" in tags.text
    assert "Stills that look alike: 1 pair" in tags.text


def test_the_check_up_speaks_the_language_of_who_looks(own: str) -> None:
    seen = check(source_of(own))
    with spoken("de"):
        card = Tags(standing_card(own, Standing(checkup=seen))).text
        pairs = Tags(twins_card(replace(seen, twins=()), set_folder(own), {}, own=True)).text
        going = standing_card("own", Standing(done=3, total=1200, seconds=3.0))
    assert "2 Klassen · 7 Standbilder · 4 Clips · 2 Training, 2 Test" in card
    assert "1 Datei ist nicht lesbar" in card and "Was zu tun ist" in card
    assert pairs == "Keine zwei Standbilder einer Klasse gleichen sich."
    assert "own wird geprüft: Datei 3 von 1,200 · noch etwa" in going


def test_progress_tells_the_time_left() -> None:
    html = standing_card("own", Standing(done=30, total=120, seconds=3.0))
    assert "file 30 of 120 · about 9 s left" in html
    assert Tags(html).all("progress") == [{"value": "30", "max": "120"}]


# copies


def test_copies_of_an_own_set_are_pairs_with_boxes_and_the_drawn_ones_without(own: str) -> None:
    desk = Checkups()
    key = desk.ask(own)
    finished(desk, key)
    _, _, html, timer, leave = checkup_views(desk, own, key)
    tags = Tags(html)
    assert [image["alt"] for image in tags.all("img")] == ["Hug: 0.jpg", "Hug: copy.jpg"]
    (box,) = tags.all("input")
    assert box["value"] == "web/Hug/copy.jpg" and "checked" in box
    assert "1.000" in tags.text
    assert not timer.active and leave.visible
    seen = desk.standing(key).checkup
    assert seen
    pictures = thumbnails.thumbnails([seen.twins[0].one, seen.twins[0].other])
    assert not Tags(twins_card(seen, set_folder(own), pictures, own=False)).all("input")


def test_one_box_stands_for_the_pairs_not_shown(tmp_path: Path) -> None:
    for n in range(6):
        (tmp_path / f"web/Hug/{n}.jpg").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"web/Hug/{n}.jpg").write_bytes(still())
    seen = check(open_source(tmp_path))
    assert len(seen.twins) == 15
    pictures = {p: Thumbnail(b"") for pair in seen.twins for p in (pair.one, pair.other)}
    boxes = [
        box["value"] for box in Tags(twins_card(seen, tmp_path, pictures, own=True)).all("input")
    ]
    assert len(boxes) == SHOWN + 1 and boxes[-1] == REST
    rest = {pair.other.name for pair in most_alike(seen)[SHOWN:]}
    assert {Path(f).name for f in chosen_files([REST], seen, tmp_path)} == rest
    everything = chosen_files([str(box) for box in boxes], seen, tmp_path)
    assert sorted(everything) == [f"web/Hug/{n}.jpg" for n in range(1, 6)]  # the first one stays


def test_a_set_that_is_gone_is_a_sentence() -> None:
    with pytest.raises(InputError, match="There is no set"):
        leaf_views("gone", None, 1, 0)
    with pytest.raises(InputError, match="There is no set"):
        Checkups().ask("gone")
    assert "Choose the set again" in Checkups().standing("no such key").fault


def test_figure1_says_when_a_side_has_no_more(own: str) -> None:
    source = source_of(own)
    page = page_of(source, "Hug", 1, 0)
    html = figure1(
        type(page)(page.stills, (), 0, 2), source, thumbnails.thumbnails(page.paths), lambda *_: ""
    )
    assert "No more clips" in html
