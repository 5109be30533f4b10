"""Uploads to the page as gradio takes them: what is refused, what is broken off, and what is left of it."""

import contextlib
import http.client
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import gradio as gr
import httpx
import pytest
from gradio.processing_utils import move_files_to_cache
from gradio_client import Client, handle_file
from starlette.middleware import Middleware

from attention.gate.door import Door
from attention.gate.hosting import Hosting
from attention.gate.temporary import uploads
from attention.gate.temporary.files import Files
from attention.gate.temporary.quotas import Quotas
from attention.gate.temporary.store import Store
from attention.gate.temporary.uploads import Uploads
from attention.gate.visitors import HEADER, asking, token_of
from attention.pack import save_pack
from attention.serving.workroom import Workroom
from attention.tabs.incoming import take_uploads_only
from attention.tabs.page import Page
from attention.tabs.player import player_value
from tests.looks import look
from tests.pages import served

KB = 1000
LARGEST = 3_000 * KB
ROOM = Quotas(8_000 * KB, 8_000 * KB, 4_000 * KB)
LATE = 20.0  # seconds; waiting is for something to happen, this only bounds it


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Store(tmp_path_factory.mktemp("store"), ROOM)
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Where a page is served that takes uploads, shows a look and makes one."""
    room = Workroom(store, asking)
    pack = save_pack(room.lasting_folder("samples") / "analysis.pack", look())

    def making() -> Iterator[str]:
        yield ""
        with room.folder_for() as folder:
            yield folder.name

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(store.folder))
        patch.setenv("ATTENTION_HOME", str(tmp_path_factory.mktemp("home")))
        take_uploads_only()
        with Page() as demo:
            file, said = gr.File(), gr.Textbox()
            gr.Button().click(lambda path: Path(path).name, file, said, api_name="name")
            gr.Button().click(lambda: player_value(pack), outputs=gr.HTML(), api_name="look")
            gr.Button().click(making, outputs=said, api_name="making")
        middleware = [
            Middleware(Door, hosting=Hosting()),
            Middleware(Uploads, store=store, largest=LARGEST),
            Middleware(Files, store=store),
        ]
        settings = {"app_kwargs": {"middleware": middleware}, "max_file_size": LARGEST}
        with served(demo, settings) as url:
            yield "127.0.0.1", int(url.rstrip("/").rpartition(":")[2])


@pytest.fixture(scope="module")
def ask(address: tuple[str, int]) -> Client:
    return Client(f"http://{address[0]}:{address[1]}", verbose=False, download_files=False)


@pytest.fixture(autouse=True)
def _fresh(store: Store) -> Iterator[None]:
    """Each test finds the store empty, and leaves no file half-written."""
    store.make_room(visitor=uploads.NOBODY, needed=ROOM.total - 3_000 * KB)
    yield
    until(lambda: not loose(store))


def loose(store: Store) -> list[str]:
    return [path.name for path in store.folder.iterdir() if path.is_file()]


def files(store: Store) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + LATE
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)


def head(size: int, who: str = "anna") -> bytes:
    return (
        "POST /gradio_api/upload HTTP/1.1\r\nHost: localhost\r\n"
        f"{HEADER}: {token_of(who)}\r\nContent-Length: {size}\r\n"
        "Content-Type: multipart/form-data; boundary=frontier\r\n\r\n"
    ).encode()


def part(content: bytes, name: str = "a.mp4", field: str = "files") -> bytes:
    said = (
        f'--frontier\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'
    )
    return said.encode() + content + b"\r\n"


@contextlib.contextmanager
def sending(address: tuple[str, int], data: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(address, LATE) as opened:
        opened.sendall(data)
        yield opened


def answer(opened: socket.socket) -> tuple[int, str]:
    response = http.client.HTTPResponse(opened)
    response.begin()
    return response.status, response.read().decode()


def upload(address: tuple[str, int], *parts: bytes, who: str = "anna") -> tuple[int, str]:
    body = b"".join(parts) + b"--frontier--\r\n"
    with sending(address, head(len(body), who) + body) as opened:
        return answer(opened)


def test_an_upload_lies_there_once_and_is_the_senders(
    address: tuple[str, int], store: Store
) -> None:
    status, said = upload(address, part(b"film" * KB))
    assert status == 200
    (path,) = json.loads(said)
    assert files(store).count(Path(path)) == 1 and Path(path).read_bytes() == b"film" * KB
    owners = {entry.name: entry.owner for entry in store.entries()}
    assert owners[Path(path).parent.name].id == "anna"


def test_who_send_the_same_bytes_have_a_file_each(address: tuple[str, int], store: Store) -> None:
    """Neither knows where the other's lies, and what becomes of one is nothing to the other."""
    paths = [
        Path(*json.loads(upload(address, part(b"film" * 300 * KB), who=who)[1]))
        for who in ("anna", "ben", "ben")
    ]
    assert len({path.parent for path in paths}) == 3 and {path.name for path in paths} == {"a.mp4"}
    owners = {entry.name: entry.owner.id for entry in store.entries()}
    assert [owners[path.parent.name] for path in paths] == ["anna", "ben", "ben"]
    for _ in range(4):  # ben's fill his share, and his oldest go
        upload(address, part(os.urandom(900 * KB)), who="ben")
    assert paths[0].read_bytes() == b"film" * 300 * KB and not paths[1].exists()


def test_what_is_broken_off_half_way_leaves_nothing(address: tuple[str, int], store: Store) -> None:
    before = files(store)
    with sending(address, head(2_000 * KB) + part(b"x" * 500 * KB)[:-2]):
        until(lambda: bool(loose(store)))
        assert any(entry.size >= 2_000 * KB for entry in store.entries())
    until(lambda: files(store) == before)
    until(lambda: not any(entry.stays for entry in store.entries() if entry.owner.id))


@pytest.mark.parametrize(
    ("parts", "status", "says"),
    [
        ([part(b"x" * 3_100 * KB)], 413, "One upload may have up to 3.04 MB: send less"),
        ([part(b"x", str(n)) for n in range(5)], 413, "more than 4 files: send them one by one"),
        ([part(b"x" * 100 * KB, "..")], 400, "Invalid file name"),
    ],
)
def test_what_is_refused_leaves_nothing(
    address: tuple[str, int], store: Store, parts: list[bytes], status: int, says: str
) -> None:
    before = files(store)
    got, said = upload(address, *parts)
    assert got == status and says in said and "\n" not in said.strip()
    until(lambda: files(store) == before)


def test_files_under_another_name_than_the_pages_are_not_kept(
    address: tuple[str, int], store: Store
) -> None:
    before = files(store)
    assert upload(address, part(b"x" * KB, field="other")) == (200, "[]")
    until(lambda: files(store) == before)


def test_an_upload_that_does_not_say_its_length_is_counted(
    address: tuple[str, int], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LINGER", 0.0)
    said = head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    for size, status in ((2_000 * KB, 200), (3_100 * KB, 413)):
        body = part(b"z" * size) + b"--frontier--\r\n"
        with socket.create_connection(address, LATE) as opened:
            with contextlib.suppress(OSError):  # ended before it has all been sent
                opened.sendall(said + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
            assert answer(opened)[0] == status


@pytest.mark.parametrize(
    ("path", "kind", "size", "status"),
    [
        ("process_recording", "multipart/form-data; boundary=frontier", "9", 415),
        ("component_server", "Multipart/Form-Data; BOUNDARY=frontier", "9", 415),
        ("queue/join", "application/json", "30000000", 413),
    ],
)
def test_files_are_taken_at_one_place_alone(
    address: tuple[str, int],
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    kind: str,
    size: str,
    status: int,
) -> None:
    monkeypatch.setattr(uploads, "LINGER", 0.0)
    length = f"Content-Length: {size}" if size else "Transfer-Encoding: chunked"
    said = (
        f"POST /gradio_api/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n{length}"
    )
    with sending(address, f"{said}\r\n\r\n".encode()) as opened:
        assert answer(opened)[0] == status


def test_one_visitor_sends_three_at_a_time_and_not_more_than_a_share(
    address: tuple[str, int], store: Store
) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(sending(address, head(1_200 * KB) + part(b"x" * 10 * KB)[:-2]))
        until(lambda: len(loose(store)) == 3)
        assert upload(address, part(b"y"))[0] == 429
        assert upload(address, part(b"y"), who="ben")[0] == 200
    until(lambda: not loose(store))
    with sending(address, head(2_800 * KB) + part(b"x" * 10 * KB)[:-2]):
        until(lambda: bool(loose(store)))
        status, said = upload(address, part(b"y" * 1_300 * KB))
        assert (status, said[:39]) == (429, "A visitor may have 4 MB on this page, a")
    until(lambda: not loose(store))
    assert upload(address, part(b"y" * 1_300 * KB))[0] == 200


def test_a_full_page_says_so(address: tuple[str, int], store: Store) -> None:
    coming = [store.announce(uploads.NOBODY, 3_000 * KB) for _ in range(2)]
    status, said = upload(address, part(b"y" * 2_500 * KB))
    assert (status, said[:26]) == (507, "This page has room for 8 M")
    for one in coming:
        store.end(one)


def test_an_upload_that_halts_or_crawls_is_ended(
    address: tuple[str, int], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "LINGER", 0.0)
    monkeypatch.setattr(uploads, "SILENCE", 0.2)
    with sending(address, head(KB * KB) + part(b"x" * KB)[:-2]) as opened:
        assert answer(opened) == (408, "This upload came to a halt: send it again.")
    monkeypatch.setattr(uploads, "SILENCE", 0.0)
    monkeypatch.setattr(uploads, "SLOWEST", 10**12)
    with sending(address, head(KB * KB)) as opened, contextlib.suppress(OSError):
        opened.sendall(part(b"x" * KB)[:-2])
        assert answer(opened)[1].startswith("This upload ")
    until(lambda: not loose(store))


def test_a_look_that_twenty_see_lies_there_once(
    ask: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = ask.predict(api_name="/look")["pack"]
    there = files(store)
    assert there.count(Path(pack["path"])) == 1
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(store.folder))
    shown = gr.HTML()
    for _ in range(20):  # what gradio does with each answer
        value = player_value(pack["path"])
        assert move_files_to_cache(value, shown, postprocess=True)["pack"]["path"] == pack["path"]
    assert files(store) == there
    got = httpx.get(pack["url"], headers={"range": "bytes=0-7"})
    assert got.status_code == 206 and "immutable" in got.headers["cache-control"]
    assert got.content == Path(pack["path"]).read_bytes()[:8]


def test_what_an_event_makes_belongs_to_who_asked_for_it(ask: Client, store: Store) -> None:
    made = ask.predict(api_name="/making")
    (entry,) = (entry for entry in store.entries() if entry.name == made)
    assert entry.owner.address == "127.0.0.1" and not entry.stays


def test_events_with_a_file_leave_no_empty_ones(ask: Client, store: Store, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x" * KB)
    assert ask.predict(handle_file(str(clip)), api_name="/name") == "clip.mp4"
    store.new_folder()
    assert loose(store) == []
