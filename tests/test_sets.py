"""Sets by name and uploaded zips: the files kept, every refusal, and nothing left after a refusal."""

import errno
import json
import os
import random
import shutil
import stat
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BufferedReader, BytesIO
from pathlib import Path
from unittest.mock import Mock

import pytest

from attention.disk.process import signature
from attention.errors import InputError
from tests.zips import (
    claiming,
    clip,
    encrypted,
    good,
    link,
    renamed,
    still,
    with_kind,
    zipped,
)
from training.data import own_sets as shelf
from training.data.archive import caged, unpack
from training.data.archive.zips import ZipLimits
from training.data.naming import checked_name, proposed_name
from training.data.own_sets import add_set, leave_out, put_back, remove_set
from training.data.sets import DRAWN_FOLDER, left_out, notes_of, set_folder, sets, source_of


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder in an otherwise empty folder, so that stray files are noticed."""
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "around" / "home"))
    (tmp_path / "around" / "home").mkdir(parents=True)
    return tmp_path / "around" / "home"


@pytest.fixture(autouse=True)
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child's work done in this process: 250 zips are read here, test_caged_zips.py starts children."""

    def start(_: str, options: Sequence[str], files: Sequence[Path], **bounds: object) -> Mock:
        answers = BytesIO()
        caged.answer(files[0], ZipLimits(**json.loads(options[0])), answers)
        return Mock(stdin=None, stdout=BufferedReader(BytesIO(answers.getvalue())))

    monkeypatch.setattr(caged, "start_confined", start)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The path of a test's zip."""
    (tmp_path / "in").mkdir()
    return tmp_path / "in" / "mine.zip"


def files_under(folder: Path) -> set[str]:
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()} - {
        "home/sets/.lock",
        "sets/.lock",
    }


def test_the_drawn_set_is_there_first_and_is_no_path() -> None:
    assert list(sets()) == ["drawn"]
    assert set_folder("drawn") == DRAWN_FOLDER
    assert source_of("drawn").concepts == ("Handshake", "High five", "Hug", "Kiss")
    for name in ("", "..", "../drawn", str(DRAWN_FOLDER), ".lock", "Drawn"):
        with pytest.raises(InputError, match="There is no set"):
            set_folder(name)


def test_a_good_zip_becomes_a_set_as_it_is(archive: Path, home: Path) -> None:
    splits = b"clip,split\n" + b"".join(
        f"{c}/{n}.mp4,{s}\n".encode()
        for c in ("Hug", "Kiss")
        for n, s in ((0, "train"), (1, "test"))
    )
    files = good() | {"splits.csv": splits}
    steps: list[tuple[int, int]] = []
    assert add_set(zipped(archive, files), "Öffis 1", on_progress=lambda *s: steps.append(s)) == (
        "Öffis 1"
    )
    assert list(sets()) == ["drawn", "Öffis 1"]
    folder = set_folder("Öffis 1")
    assert folder == home / "sets" / "Öffis 1"
    written = {name: (folder / name).read_bytes() for name in files_under(folder) - {"notes.json"}}
    assert written == files
    assert steps[-1] == (sum(map(len, files.values())),) * 2
    assert [len(fold.train) for fold in source_of("Öffis 1").folds] == [2]
    assert notes_of("Öffis 1") == ()


@pytest.mark.parametrize("prefix", ["my pictures/", "a/b/", "./"])
def test_web_and_video_may_lie_inside_other_folders(archive: Path, prefix: str) -> None:
    assert add_set(zipped(archive, good(prefix)), "") == "mine"
    assert len(source_of("mine").clips) == 4


def test_other_files_are_left_out_and_named_and_litter_is_not(archive: Path) -> None:
    extra = {
        "top/readme.txt": b"hello",
        "top/web/loose.jpg": still(),
        "top/web/Hug/notes.doc": b"x",
        "top/video/Hug/empty.mp4": b"",
        "__MACOSX/top/web/Hug/._0.jpg": b"x",
        "top/web/Hug/.DS_Store": b"x",
        "top/web/Kiss/Thumbs.db": b"x",
    }
    add_set(zipped(archive, good("top/") | extra), "set")
    kept = files_under(set_folder("set"))
    assert kept == set(good()) | {"notes.json"}
    (said,) = notes_of("set")
    assert said.startswith("4 files left out") and "readme.txt" in said


def test_folders_are_read_whatever_their_case_and_names_in_unmarked_utf8(archive: Path) -> None:
    files = {
        name.replace("web/", "Web/").replace("video/", "VIDEO/"): c for name, c in good().items()
    }
    add_set(zipped(archive, files), "one")
    assert files_under(set_folder("one")) == set(good()) | {"notes.json"}
    renamed(archive, b"1234567.jpg", "Küß€.jpg".encode().ljust(11, b"g")[:11])
    add_set(renamed(archive, b"123456.jpg", "Küsse.jpg".encode()), "two")
    assert "web/Hug/Küsse.jpg" in files_under(set_folder("two"))


# refusals: how the zip is made → what the sentence must hold

MANY = {f"web/Hug/{n}.jpg": b"x" for n in range(10_000)}
LIMITS = ZipLimits()
Make = Callable[[Path], Path]
REFUSED: dict[str, tuple[Make, tuple[str, ...]]] = {
    "up": (
        lambda p: zipped(p, good() | {"../evil.jpg": b"x"}),
        ("leaves its folder", "../evil.jpg"),
    ),
    "deep up": (
        lambda p: zipped(p, good() | {"web/Hug/../../../evil.jpg": b"x"}),
        ("leaves its folder", "web/Hug/../../../evil.jpg"),
    ),
    "backslash": (lambda p: zipped(p, good() | {"..\\evil": b"x"}), ("leaves its folder", "evil")),
    "absolute": (
        lambda p: zipped(p, good() | {"/evil": b"x"}),
        ("leaves its folder", "/evil"),
    ),
    "drive": (lambda p: zipped(p, good() | {"C:/evil": b"x"}), ("leaves its folder", "C:/evil")),
    "link": (link, ("link or device", "web/Hug/link.jpg")),
    "device": (
        lambda p: with_kind(p, "video/Hug/tty.mp4", stat.S_IFCHR),
        ("link or device", "video/Hug/tty.mp4"),
    ),
    "pipe": (lambda p: with_kind(p, "web/Hug/p.jpg", stat.S_IFIFO), ("link or device", "p.jpg")),
    "encrypted": (encrypted, ("encrypted", "web/Hug/0.jpg", "without a password")),
    "nested": (lambda p: zipped(p, good() | {"web/Hug/more.ZIP": b"x"}), ("more.ZIP", "archive")),
    "lzma": (lambda p: zipped(p, good(), zipfile.ZIP_LZMA), ("method not read here", "0.jpg")),
    "ten thousand": (lambda p: zipped(p, MANY), ("10,000 files", "5,000")),
    "long list": (lambda p: claiming(p, 40_000_000), ("40 MB of names", "4 MB")),
    "same": (
        lambda p: zipped(p, good() | {"web/Hug/A.jpg": b"x", "web/hug/a.JPG": b"y"}),
        ("two files of one name", "web/Hug/A.jpg", "web/hug/a.JPG"),
    ),
    "composed": (
        lambda p: zipped(p, good() | {"web/Hug/\u00fc.jpg": b"x", "web/Hug/u\u0308.jpg": b"y"}),
        ("two files of one name",),
    ),
    "file as folder": (
        lambda p: zipped(p, good() | {"web/Hug/a.jpg": b"x", "web/Hug/a.jpg/b.jpg": b"y"}),
        ("as a file and as a folder", "web/Hug/a.jpg"),
    ),
    "latin-1": (lambda p: renamed(p, b"abc.jpg", b"\xfc\xe4c.jpg"), ("not in UTF-8",)),
    "false utf-8": (
        lambda p: renamed(p, b"abc.jpg", b"\xff\xfec.jpg", utf8=True),
        ("not in UTF-8", "c.jpg"),
    ),
    "bell": (lambda p: zipped(p, good() | {"web/Hug/\x07.jpg": b"x"}), ("unprintable", "?.jpg")),
    "long name": (
        lambda p: zipped(p, good() | {f"web/Hug/{'a' * 120}.jpg": b"x"}),
        ("124 characters", "100"),
    ),
    "long path": (
        lambda p: zipped(p, good() | {f"web/Hug/{'a' * 90}/{'b' * 90}/{'c' * 90}.jpg": b"x"}),
        ("characters", "240"),
    ),
    "two sets": (lambda p: zipped(p, good("a/") | good("b/")), ("2 sets", "a, b")),
    "wrong layout": (
        lambda p: zipped(p, {"Hug/1.jpg": still(), "Kiss/1.jpg": still(1)}),
        ("neither a folder web nor a folder video", "web/<Class>/"),
    ),
    "loose": (
        lambda p: zipped(p, {"web/1.jpg": still(), "video/1.mp4": clip()}),
        ("folders of their class",),
    ),
    "empty": (lambda p: zipped(p, {}), ("neither a folder web",)),
    "no clips": (lambda p: zipped(p, {"web/Hug/1.jpg": still()}), ("no clips", "video/<Class>/")),
    "no stills": (lambda p: zipped(p, {"video/Hug/1.mp4": clip()}), ("no stills", "web/<Class>/")),
    "one class": (lambda p: zipped(p, good(classes=("Hug",))), ("one class (Hug)", "at least two")),
    "one clip": (
        lambda p: zipped(p, {n: c for n, c in good().items() if n != "video/Kiss/1.mp4"}),
        ("one clip of Kiss", "at least two"),
    ),
    "one still": (
        lambda p: zipped(p, {n: c for n, c in good().items() if n not in ONE_STILL}),
        ("one still of Hug", "at least two"),
    ),
    "class without clips": (
        lambda p: zipped(p, good() | {"web/Wave/1.jpg": still(5), "web/Wave/2.jpg": still(6)}),
        ("no clips of Wave",),
    ),
    "class without stills": (
        lambda p: zipped(p, good() | {"video/Wave/1.mp4": clip(), "video/Wave/2.mp4": clip()}),
        ("no stills of Wave",),
    ),
    "twin classes": (
        lambda p: zipped(p, good(classes=("High five", "high-five"))),
        ("'High five'", "'high-five'"),
    ),
    "strange table": (
        lambda p: zipped(p, good() | {"splits.csv": b"clip,split\nHug/9.mp4,train\n"}),
        ("Not found", "9.mp4"),
    ),
    "one-sided table": (
        lambda p: zipped(p, good() | {"splits.csv": b"clip,split\nHug/0.mp4,train\n"}),
        ("Fold 1 of mine has no test clips",),
    ),
    "text": (lambda p: p.write_text("not a zip") and p, ("damaged or not a zip",)),
    "nothing": (lambda p: p.touch() or p, ("damaged or not a zip",)),
}
ONE_STILL = ("web/Hug/1.jpg", "web/Hug/2.jpg")


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_is_one_sentence_and_leaves_nothing(case: str, archive: Path, home: Path) -> None:
    make, said = REFUSED[case]
    with pytest.raises(InputError) as caught:
        add_set(make(archive), "")
    sentence = str(caught.value)
    assert all(words in sentence for words in said), sentence
    assert "\n" not in sentence and sentence.endswith(".")
    assert str(home) not in sentence
    assert files_under(home.parent) == set()
    assert list(sets()) == ["drawn"]


SMALL = {
    "total": (replace(LIMITS, total=1000), {}, "1 kB are accepted"),
    "still": (replace(LIMITS, still=2000), {"web/Hug/large.jpg": os.urandom(3000)}, "large.jpg"),
    "clip": (replace(LIMITS, clip=9000), {"video/Hug/large.mp4": os.urandom(9001)}, "large.mp4"),
    "table": (replace(LIMITS, table=10), {"splits.csv": b"clip,split\n"}, "splits.csv"),
    "bomb": (
        replace(LIMITS, small=100_000),
        {f"web/Hug/{n}.bmp": bytes(5_000_000) for n in range(3)},
        "more than 50 times",
    ),
    "files": (replace(LIMITS, files=9), {}, "10 files, at most 9"),
}


@pytest.mark.parametrize("case", SMALL)
def test_each_limit_is_named(case: str, archive: Path, home: Path) -> None:
    limits, extra, said = SMALL[case]
    with pytest.raises(InputError, match=said):
        add_set(zipped(archive, good() | extra), "set", limits)
    assert files_under(home.parent) == set()


def test_a_zip_damaged_anywhere_is_a_sentence_or_a_set(archive: Path, home: Path) -> None:
    """Random bytes, most in the headers: only InputError, and no file outside the set."""
    draw = random.Random(0)
    whole = zipped(archive, good()).read_bytes()
    headers = whole.index(b"PK\x01\x02")
    refused = 0
    for turn in range(150):
        content = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            first = headers if draw.random() < 0.7 else 0
            content[draw.randrange(first, len(content))] = draw.randrange(256)
        if turn % 10 == 0:
            del content[draw.randrange(len(content)) :]
        archive.write_bytes(content)
        try:
            remove_set(add_set(archive, "set"))
            shutil.rmtree(home / "bin")
        except InputError as error:
            refused += 1
            assert "\n" not in str(error)
        assert files_under(home.parent) == set()
    assert refused > 50


# names


def test_names_are_tidied_or_refused() -> None:
    assert checked_name("  My   set_2 - ü ") == "My set_2 - ü"
    for name in (
        "",
        " ",
        "-a",
        "a/b",
        "..",
        ".hidden",
        "a\x00b",
        "a:b",
        "drawn",
        "DRAWN",
        "x" * 41,
    ):
        with pytest.raises(InputError):
            checked_name(name)


def test_a_name_is_proposed_that_can_be_taken() -> None:
    assert proposed_name("hugs & kisses (1).zip") == "hugs kisses 1"
    for name in ("???.zip", "drawn.zip", ".zip", "../../etc.zip", "x" * 300 + ".zip"):
        assert checked_name(proposed_name(name))


def test_a_taken_name_gets_a_number(archive: Path) -> None:
    zipped(archive, good())
    assert [add_set(archive, name) for name in ("Set", "set", "")] == ["Set", "set-2", "mine"]


def test_two_people_who_add_the_same_name_at_once_both_get_a_set(tmp_path: Path) -> None:
    archives = [zipped(tmp_path / f"{n}.zip", good()) for n in range(4)]
    with ThreadPoolExecutor(4) as threads:
        names = list(threads.map(lambda archive: add_set(archive, "same"), archives))
    assert sorted(names) == ["same", "same-2", "same-3", "same-4"]
    assert all(len(source_of(name).stills) == 6 for name in names)


# the disk


def test_a_full_disk_is_said_and_leaves_nothing(
    archive: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write to the device /dev/full fails with ENOSPC."""
    written: list[Path] = []

    def full_after_three(path: Path):
        written.append(path)
        return (path if len(written) <= 3 else Path("/dev/full")).open("wb")

    monkeypatch.setattr(unpack, "new_file", full_after_three)
    with pytest.raises(InputError, match="disk is full: mine"):
        add_set(zipped(archive, good()), "set")
    assert len(written) == 4
    assert files_under(home.parent) == set()


def test_a_disk_without_room_is_said_before_anything_is_written(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("usage", (), {"free": 16_001_000})
    monkeypatch.setattr(shelf.shutil, "disk_usage", lambda folder: usage)
    monkeypatch.setattr(unpack, "new_file", lambda path: pytest.fail("written"))
    with pytest.raises(InputError, match="16 MB free"):
        add_set(zipped(archive, good()), "set")


def test_all_sets_together_have_a_limit(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zipped(archive, good())
    add_set(archive, "one")
    monkeypatch.setattr(shelf, "ALL_TOGETHER", archive.stat().st_size)
    with pytest.raises(InputError, match="remove a set first"):
        add_set(archive, "two")
    monkeypatch.setattr(shelf, "ALL_TOGETHER", 10**9)
    monkeypatch.setattr(shelf, "MOST_SETS", 1)
    with pytest.raises(InputError, match="remove one before"):
        add_set(archive, "two")
    assert list(sets()) == ["drawn", "one"]


def test_a_folder_that_cannot_be_written_is_a_sentence(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(unpack, "new_file", refused)
    with pytest.raises(InputError, match="Permission denied") as caught:
        add_set(zipped(archive, good()), "set")
    assert "sets/" not in str(caught.value)


def test_what_a_killed_server_left_is_swept(archive: Path, home: Path) -> None:
    now = f".new-{signature()}-x"
    for name in (f".new-{signature()[:-1]}-x", ".removed-x", now):
        (home / "sets" / name).mkdir(parents=True)
    add_set(zipped(archive, good()), "set")
    assert sorted(f.name for f in (home / "sets").iterdir() if f.is_dir()) == [now, "set"]
    assert list(sets()) == ["drawn", "set"]


# changing a set


@pytest.fixture
def own(archive: Path) -> str:
    return add_set(zipped(archive, good()), "own")


def test_what_is_left_out_comes_back_to_its_place(own: str) -> None:
    before = files_under(set_folder(own))
    assert leave_out(own, ["web/Hug/1.jpg", "web/Kiss/2.jpg", "web/Hug/1.jpg"]) == 2
    assert left_out(own) == ("web/Hug/1.jpg", "web/Kiss/2.jpg")
    assert [still.path.name for still in source_of(own).stills] == [
        "0.jpg",
        "2.jpg",
        "0.jpg",
        "1.jpg",
    ]
    assert leave_out(own, ["web/Hug/2.jpg"]) == 1
    assert put_back(own) == 3
    assert left_out(own) == ()
    assert files_under(set_folder(own)) == before


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (["../../../etc/passwd"], "no file passwd"),
        (["notes.json"], "no file notes.json"),
        (["/etc/passwd"], "no file passwd"),
        (["web/Hug/1.jpg", "web/Hug/9.jpg"], "no file 9.jpg"),
        ([f"web/Hug/{n}.jpg" for n in range(3)], "no stills of Hug"),
        (["video/Hug/0.mp4"], "one, which cannot be halved"),
    ],
)
def test_leaving_out_too_much_or_what_is_not_there_changes_nothing(
    own: str, files: list[str], said: str
) -> None:
    before = files_under(set_folder(own))
    with pytest.raises(InputError, match=said):
        leave_out(own, files)
    assert files_under(set_folder(own)) == before


def test_the_drawn_set_stays_as_it_is() -> None:
    for change in (lambda: remove_set("drawn"), lambda: put_back("drawn")):
        with pytest.raises(InputError, match="ships with the app"):
            change()
    with pytest.raises(InputError, match="ships with the app"):
        leave_out("drawn", ["web/Hug/hug_0000.jpg"])
    assert (DRAWN_FOLDER / "web/Hug/hug_0000.jpg").exists()


def test_a_removed_set_is_gone(own: str, home: Path) -> None:
    remove_set(own)
    assert list(sets()) == ["drawn"]
    assert {name.split("/")[0] for name in files_under(home)} == {"bin"}
    with pytest.raises(InputError, match="There is no set 'own'"):
        remove_set(own)
