"""The store: who may fill how much, what goes first, what never goes, and that nothing stays behind."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from attention.disk.process import born
from attention.errors import InputError
from attention.gate.temporary import store as store_module
from attention.gate.temporary.files import Files
from attention.gate.temporary.quotas import NOBODY, Entry, NoRoomError, Quotas, to_remove
from attention.gate.temporary.store import KEPT_FOR, PREFIX, Store, usual_quotas
from attention.gate.visitors import Visitor

MB = 1_000_000
ANNA, BEN, CARA = Visitor("anna", "1.1.1.1"), Visitor("ben", "1.1.1.1"), Visitor("cara", "2.2.2.2")
QUOTAS = Quotas(total=100 * MB, address=60 * MB, visitor=40 * MB)


def entry(name: str, owner: Visitor, mb: int, used: float, stays: bool = False) -> Entry:
    return Entry(name, owner, mb * MB, used, stays)


FULL = (
    entry("anna's first", ANNA, 20, 1),
    entry("cara's first", CARA, 30, 0),
    entry("ben's", BEN, 25, 2),
    entry("anna's second", ANNA, 15, 3),
    entry("cara's second", CARA, 8, 4),
)


@pytest.mark.parametrize(
    ("visitor", "mb", "goes"),
    [
        # 98 of 100 are there; anna has 35 of 40, her network 60 of 60, cara 38 of 40
        (CARA, 2, []),
        (CARA, 3, ["cara's first"]),  # 41 > 40: her own, which is the oldest of all too
        (ANNA, 5, ["anna's first"]),  # 40 fits her, 65 > 60 does not fit her network
        (ANNA, 6, ["anna's first"]),
        (ANNA, 26, ["anna's first", "anna's second"]),
        (BEN, 14, ["anna's first"]),
        (BEN, 36, ["anna's first", "ben's"]),
        (NOBODY, 3, ["cara's first"]),
        (NOBODY, 33, ["cara's first", "anna's first"]),
    ],
)
def test_what_was_used_longest_ago_goes(visitor: Visitor, mb: int, goes: list[str]) -> None:
    assert {gone.name for gone in to_remove(FULL, visitor, mb * MB, QUOTAS)} == set(goes)


@pytest.mark.parametrize(
    ("visitor", "mb", "staying", "says", "own"),
    [
        (ANNA, 41, [], "A visitor may have 40 MB on this page", True),
        (ANNA, 10, [entry("a", ANNA, 31, 0, True)], "A visitor may have 40 MB", True),
        (ANNA, 30, [entry("b", BEN, 31, 0, True)], "one network may have 60 MB", True),
        (ANNA, 30, [entry("c", CARA, 71, 0, True)], "room for 100 MB, and all of it", False),
    ],
)
def test_what_stays_is_not_touched_and_a_sentence_says_so(
    visitor: Visitor, mb: int, staying: list[Entry], says: str, own: bool
) -> None:
    with pytest.raises(NoRoomError, match=says) as refused:
        to_remove(staying, visitor, mb * MB, QUOTAS)
    assert refused.value.own is own


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path, Quotas(10 * MB, 10 * MB, 10 * MB))
    yield made
    made.close()


def filled(folder: Path, mb: int, name: str = "analysis.pack") -> Path:
    file = folder / name
    with file.open("wb") as opened:
        opened.truncate(mb * MB)
    return file


def names(store: Store) -> set[str]:
    return {path.name for path in store.folder.iterdir()}


def test_the_oldest_goes_but_never_what_is_in_use_or_lasts(store: Store) -> None:
    lasting = filled(store.lasting_folder("samples"), 2)
    read, written, idle, young = (filled(store.new_folder(), mb) for mb in (2, 1, 2, 1))
    with store.held(read, written.parent, Path("/elsewhere/clip.mp4")):
        store.make_room(NOBODY, 3 * MB)  # 8 + 3 > 10: two have to go
        assert lasting.exists() and read.exists() and young.exists() and not idle.exists()
        assert written.exists()
        with pytest.raises(InputError, match="room for 10 MB"):
            store.make_room(NOBODY, 6 * MB)
        assert young.exists()  # what would not help does not go
    filled(store.new_folder(), 2)
    store.make_room(NOBODY, 3 * MB)  # what was in use has become the younger
    assert lasting.exists() and read.exists() and not young.exists()


def test_a_file_that_was_looked_at_counts_as_used(store: Store) -> None:
    first, second = filled(store.new_folder(), 4), filled(store.new_folder(), 4)
    with store.held(first):
        pass
    store.make_room(NOBODY, 3 * MB)
    assert first.exists() and not second.exists()


def test_small_folders_count_too_and_uploads_before_they_are_here(store: Store) -> None:
    for _ in range(30):
        store.new_folder()
    assert len(names(store)) == 10  # each counts 1 MB
    coming = store.announce(ANNA, 9 * MB)
    assert len(names(store)) == 1
    with pytest.raises(NoRoomError, match="A visitor may have 10 MB"):
        store.announce(ANNA, 2 * MB)
    store.end(coming)
    store.announce(BEN, 9 * MB)


def test_what_was_not_used_for_long_goes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    old, read = filled(store.new_folder(), 1), filled(store.new_folder(), 1)
    lasting = store.lasting_folder("samples")
    now = store_module.time.monotonic()
    monkeypatch.setattr(store_module.time, "monotonic", lambda: now + KEPT_FOR + 60)
    with store.held(read):
        store.make_room(NOBODY, 0)
    assert not old.parent.exists() and read.exists() and lasting.exists()


def test_a_nearly_full_disk_has_less_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    old = filled(store.new_folder(), 4)
    # 2 MB more than always stay free
    monkeypatch.setattr(store_module.shutil, "disk_usage", lambda _: SimpleNamespace(free=18 * MB))
    store.make_room(NOBODY, 2 * MB)
    assert old.exists()
    store.make_room(NOBODY, 3 * MB)
    assert not old.exists()
    with pytest.raises(NoRoomError, match="room for 2 MB"):
        store.make_room(NOBODY, 3 * MB)


def test_many_make_room_at_a_time(store: Store) -> None:
    threads = [threading.Thread(target=lambda: filled(store.new_folder(), 1)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(store)) == 10


def test_empty_files_beside_the_folders_go_and_open_ones_stay(store: Store) -> None:
    (store.folder / "tmpempty").touch()
    left = filled(store.folder, 1, "tmpleft")
    with (store.folder / "tmpcoming").open("wb"):
        store.make_room(NOBODY, 0)
        assert names(store) == {"tmpleft", "tmpcoming"}
        store.clear_loose()
        assert names(store) == {"tmpcoming"}
    assert not left.exists()


def test_how_much_is_kept_is_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        store_module.shutil, "disk_usage", lambda _: SimpleNamespace(free=6_000 * MB)
    )
    monkeypatch.delenv("ATTENTION_STORE_GB", raising=False)
    assert usual_quotas(tmp_path) == Quotas(3_000 * MB, 1_500 * MB, 750 * MB)
    monkeypatch.setenv("ATTENTION_STORE_GB", "0.5")
    assert usual_quotas(tmp_path).total == 500 * MB
    for said in ("much", "0", "-1", "1e3", "nan"):
        monkeypatch.setenv("ATTENTION_STORE_GB", said)
        with pytest.raises(InputError, match=f"ATTENTION_STORE_GB={said} is no size"):
            usual_quotas(tmp_path)


def test_a_store_is_its_owners_alone_ends_with_its_process_and_a_killed_ones_is_swept(
    tmp_path: Path,
) -> None:
    make = (
        "import os; from pathlib import Path; from attention.gate.temporary.store import Store;"
        f"made = Store(Path({str(tmp_path)!r})); made.new_folder();"
    )
    run = [sys.executable, "-c"]
    subprocess.run([*run, make], check=True)
    assert not list(tmp_path.iterdir())
    killed = subprocess.run([*run, f"{make} os.kill(os.getpid(), 9)"], check=False)
    assert killed.returncode == -9
    (left,) = tmp_path.iterdir()
    assert stat.S_IMODE(left.stat().st_mode) == 0o700
    # a number that another process has by now, and a second app of this user that is alive
    (tmp_path / f"{PREFIX}{os.getpid()}-{born() - 900:.0f}-reused").mkdir()
    live = tmp_path / f"{PREFIX}{os.getpid()}-{born():.0f}-live"
    live.mkdir()
    mine = Store(tmp_path, QUOTAS)
    assert set(tmp_path.iterdir()) == {live, mine.folder}
    mine.close()


# Files


@pytest.fixture
def client(store: Store) -> TestClient:
    passed_on = Route("/{path:path}", lambda request: PlainTextResponse("passed on"))
    return TestClient(Starlette(routes=[passed_on], middleware=[Middleware(Files, store=store)]))


def ask(client: TestClient, path: Path | str, **headers: str) -> Any:
    return client.get(f"/gradio_api/file={path}", headers=headers)


def test_a_range_of_a_pack_comes_with_a_cache_header(store: Store, client: TestClient) -> None:
    pack = store.new_folder() / "analysis.pack"
    pack.write_bytes(bytes(range(100)))
    part = ask(client, pack, range="bytes=10-19")
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["content-range"] == "bytes 10-19/100"
    assert part.headers["cache-control"] == f"private, max-age={KEPT_FOR}, immutable"
    whole = ask(client, pack)
    assert (whole.status_code, len(whole.content)) == (200, 100)
    assert whole.headers["accept-ranges"] == "bytes"
    pack.unlink()
    assert (ask(client, pack).status_code, ask(client, pack).text) == (
        404,
        "This file is no longer kept: make it again.",
    )


def test_only_files_in_the_stores_folders_are_served(
    store: Store, client: TestClient, tmp_path: Path
) -> None:
    secret = filled(tmp_path, 1, "secret")
    (store.new_folder() / "link").symlink_to(secret)
    coming = filled(store.folder, 1, "tmpcoming")
    link = next(store.folder.rglob("link"))
    for asked in (
        secret,
        link,
        coming,
        f"{link.parent}/../tmpcoming",
        link.parent,
        "http://evil.example/a.mp4",
        "app.py",
        "",
        "a%00b",
    ):
        assert ask(client, asked).status_code == 404, asked
    assert client.get("/").text == "passed on"


def test_a_page_in_a_file_is_saved_and_never_opened(store: Store, client: TestClient) -> None:
    folder = store.new_folder()
    for name in ("a.svg", "a.html", "film.mp4"):
        (folder / name).write_text("<script>1</script>")
    said = {path.name: ask(client, path).headers for path in folder.iterdir()}
    for name in ("a.svg", "a.html"):
        assert said[name]["content-type"] == "application/octet-stream"
        assert said[name]["content-disposition"].startswith("attachment")
    assert said["film.mp4"]["content-type"] == "video/mp4"


def test_what_is_removed_goes_at_once_and_nothing_beside_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    gone, stays = store.new_folder(ANNA), store.new_folder(ANNA)
    (gone / "still.jpg").write_bytes(b"x")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    store.remove(gone / "still.jpg", elsewhere, store.folder)
    assert not gone.exists() and stays.exists() and elsewhere.exists()
    assert [there.name for there in store.entries()] == [stays.name]
    store.close()
