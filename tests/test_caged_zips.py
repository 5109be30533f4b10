"""A stranger's zip is opened in a caged child; the server believes nothing that the child says."""

import json
from pathlib import Path

import pytest

from attention.confined.batch import start_confined
from attention.confined.cage.layers import missing
from attention.errors import InputError
from tests.cage_probe import ways
from tests.zips import good, renamed, zipped
from training.data.archive import caged
from training.data.own_sets import add_set
from training.data.sets import set_folder

DAMAGED = "mine.zip is damaged or not a zip: zip the folders again and upload the new file."
FILES = [[name, 3, 0] for name in good()]
LIES: dict[str, tuple[object, bytes]] = {
    "a path that leaves": ({"files": [["web/Hug/../../../../x.jpg", 3, 0], *FILES]}, b"abc" * 11),
    "an absolute path": ({"files": [["/web/Hug/x.jpg", 3, 0], *FILES]}, b"abc" * 11),
    "a drive": ({"files": [["C:/web/Hug/x.jpg", 3, 0], *FILES]}, b"abc" * 11),
    "another system's path": ({"files": [["web/Hug\\x.jpg", 3, 0], *FILES]}, b"abc" * 11),
    "a line in a name": ({"files": [["web/Hug/\n.jpg", 3, 0], *FILES]}, b"abc" * 11),
    "a size below nothing": ({"files": [["web/Hug/x.jpg", -3, 0], *FILES]}, b"abc" * 11),
    "no path": ({"files": [[7, 3, 0]]}, b""),
    "no list": ({"files": "web"}, b""),
    "nothing": ({}, b""),
    "no record": (["web"], b""),
    "too little": ({"files": FILES}, b"abc" * 9),
    "no end": ({"files": FILES}, b"abc" * 10),
    "more than was said": ({"files": FILES}, b"abc" * 10 + b"d"),
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return zipped(tmp_path / "mine.zip", good())


def says(monkeypatch: pytest.MonkeyPatch, *script: str) -> None:
    """In place of the child: zip_probe.py with these options."""
    monkeypatch.setattr(
        caged,
        "start_confined",
        lambda _module, _options, files, **bounds: start_confined(
            "tests.zip_probe", script, files, **bounds
        ),
    )


def nothing_is_left(home: Path) -> bool:
    return [f for f in (home / "sets").rglob("*") if f.name != ".lock"] == []


def test_a_zip_is_unpacked_from_the_cage_whole(archive: Path, tmp_path: Path) -> None:
    add_set(archive, "mine")
    written = {name: (set_folder("mine") / name).read_bytes() for name in good()}
    assert written == good()
    add_set(renamed(tmp_path / "old.zip", b"1234.jpg", "Kü1.jpg".encode()), "old")
    assert len(list((set_folder("old") / "web/Hug").iterdir())) == 4


def test_damage_within_a_file_is_a_sentence_and_leaves_nothing(archive: Path, home: Path) -> None:
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") - 40] ^= 0xFF  # in the last clip
    archive.write_bytes(content)
    with pytest.raises(InputError) as said:
        add_set(archive, "mine")
    assert str(said.value) == DAMAGED
    assert nothing_is_left(home)


@pytest.mark.parametrize("lie", LIES)
def test_a_child_that_was_taken_over_is_not_believed(
    archive: Path, home: Path, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    said, content = LIES[lie]
    lines = json.dumps(said).encode() + b"\n" + content
    answers = (tmp := archive.with_name("answers")).open("wb")
    with answers:
        answers.write(lines if lie == "no end" else lines + caged.END)
    monkeypatch.setattr(caged, "start_confined", lambda *_, **__: _Said(tmp))
    with pytest.raises(InputError) as refused:
        add_set(archive, "mine")
    assert str(refused.value) == DAMAGED
    assert nothing_is_left(home)
    assert not list(home.parent.rglob("x.jpg"))


def test_limits_hold_for_what_the_child_names(
    archive: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp = archive.with_name("answers")
    monkeypatch.setattr(caged, "start_confined", lambda *_, **__: _Said(tmp))
    for files, said in (
        ([["web/Hug/x.jpg", 10**12, 0]], "x.jpg in mine.zip has 1e\\+03 GB, at most 20 MB"),
        ([[f"web/Hug/{n}.jpg", 3, 0] for n in range(6000)], "holds 6,000 files, at most 5,000"),
        ([[f"web/Hug/{'a' * 300}.jpg", 3, 0]], "a name of 304 characters"),
        ([["web/Hug/x.jpg", 3, 0]] * 2, "two files of one name"),
    ):
        tmp.write_bytes(json.dumps({"files": files}).encode() + b"\n")
        with pytest.raises(InputError, match=said):
            add_set(archive, "mine")
    tmp.write_bytes(b'{"error": "A\\u001b[31m\\nsentence' + b"!" * 5000 + b'"}\n')
    with pytest.raises(InputError, match=r"^A\?\[31m\?sentence!{900,990}$"):
        add_set(archive, "mine")
    assert nothing_is_left(home)


@pytest.mark.parametrize(("script", "said"), [("hangs", "takes longer than"), ("ends", DAMAGED)])
def test_a_child_that_hangs_or_ends_is_a_sentence(
    archive: Path, home: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    says(monkeypatch, script)
    monkeypatch.setattr(caged, "WALL_SECONDS", 1.0 if script == "hangs" else 60.0)
    with pytest.raises(InputError, match=said):
        add_set(archive, "mine")
    assert nothing_is_left(home)


@pytest.mark.skipif(bool(missing()), reason=" ".join(missing()))
def test_the_child_sits_in_the_cage(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way out, tried where the zip is read: with the very bounds and files of `planned_zip`."""
    for name in ("secret", "victim", "moved"):
        (archive.parent / name).write_text("xy")
    says(monkeypatch, "tries", str(archive.parent))
    with pytest.raises(InputError, match=rf"^{len(ways('', Path()))} tried, open: \[\]$"):
        add_set(archive, "mine")


class _Said:
    """A child that has said what lies in a file."""

    def __init__(self, path: Path) -> None:
        self.stdin, self.stdout = None, path.open("rb")

    def kill(self) -> None:
        """It has ended."""

    def wait(self) -> int:
        return 0
