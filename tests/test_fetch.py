"""Downloads from a local server: whole, checked, safely unpacked."""

import errno
import hashlib
import io
import json
import os
import shutil
import stat
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from attention.disk.room import size_text
from attention.errors import InputError
from training.data.archive import unpack as unpacking
from training.data.archive.unpack import unpack
from training.data.fetching import download as downloading
from training.data.fetching.download import download, read_json
from training.data.fetching.fetch import fetch, with_files
from training.data.fetching.places import PLACES, Place, Remote, place_of

CONTENT = bytes(range(256)) * 400  # 102,400 bytes
SHA256 = "sha256:" + hashlib.sha256(CONTENT).hexdigest()


class Site:
    """The server's files and faults, and the requests it received."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"/set.bin": CONTENT}
        self.asked: list[str] = []
        self.breaks_after: int | None = None  # bytes
        self.url = ""

    def remote(self, **known) -> Remote:
        return Remote(f"{self.url}/set.bin", "set.bin", **known)


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            site.asked.append(self.path)
            body = site.files.get(self.path)
            if body is None:
                return self.send_error(404)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            return self.wfile.write(body[: site.breaks_after])

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def stop_at(least: int):
    def on_progress(_name, done, _total):
        if done >= least:
            raise KeyboardInterrupt

    return on_progress


# one file


def test_a_download_is_whole_and_reports_its_progress(site, tmp_path):
    steps = []
    path = download(site.remote(), tmp_path / "new/folder", lambda *step: steps.append(step))
    assert path.read_bytes() == CONTENT
    assert names(path.parent) == ["set.bin"]
    assert [step[1] for step in steps] == sorted(step[1] for step in steps)
    assert steps[-1] == ("set.bin", len(CONTENT), len(CONTENT))


def test_what_breaks_off_or_is_stopped_leaves_nothing_and_can_begin_again(site, tmp_path):
    site.breaks_after = 10_000
    with pytest.raises(InputError, match="broke off"):
        download(site.remote(), tmp_path)
    assert names(tmp_path) == []
    site.breaks_after = None
    with pytest.raises(KeyboardInterrupt):
        download(site.remote(), tmp_path, stop_at(40_000))
    assert names(tmp_path) == []
    assert download(site.remote(checksum=SHA256), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_checksum_that_fits(site, tmp_path, algorithm):
    digest = hashlib.new(algorithm, CONTENT).hexdigest()
    assert download(site.remote(checksum=f"{algorithm}:{digest}"), tmp_path).exists()


def test_a_wrong_checksum_leaves_nothing(site, tmp_path):
    with pytest.raises(InputError) as caught:
        download(site.remote(checksum="sha256:" + "0" * 64), tmp_path)
    assert "set.bin arrived with another checksum" in str(caught.value)
    assert names(tmp_path) == []


def test_a_file_that_is_there_is_checked_and_never_removed(site, tmp_path):
    path = tmp_path / "set.bin"
    path.write_bytes(CONTENT)
    assert download(site.remote(size=len(CONTENT), checksum=SHA256), tmp_path) == path
    for content, said in ((CONTENT[:-1], "102 kB of 102 kB"), (CONTENT[::-1], "has changed")):
        path.write_bytes(content)
        with pytest.raises(InputError, match=said):
            download(site.remote(size=len(CONTENT), checksum=SHA256), tmp_path)
        assert path.read_bytes() == content
    assert site.asked == []


# disks


def test_a_disk_without_room_is_an_error_before_anything_is_written(site, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=16_000_000))
    with pytest.raises(InputError) as caught:
        download(site.remote(), tmp_path)
    assert "set.bin takes 102 kB" in str(caught.value)
    assert "has 16 MB free" in str(caught.value)
    assert names(tmp_path) == []


def test_a_disk_that_fills_up_is_said_and_leaves_nothing(site, tmp_path):
    def full(_name, done, _total):
        if done > 20_000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match=r"is full: nothing is left of set\.bin"):
        download(site.remote(), tmp_path, full)
    assert names(tmp_path) == []


def test_a_folder_that_is_a_file(site, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="cannot be written to"):
        download(site.remote(), tmp_path / "taken")


# servers


def test_a_file_that_is_gone(site, tmp_path):
    del site.files["/set.bin"]
    with pytest.raises(InputError, match="answers 404"):
        download(site.remote(), tmp_path)
    assert names(tmp_path) == []


def test_no_server(site, tmp_path):
    with pytest.raises(InputError, match="cannot be reached"):
        download(Remote("http://127.0.0.1:9/x", "x"), tmp_path)


def test_an_invalid_certificate(tmp_path, monkeypatch):
    def refused(*_, **__):
        raise requests.exceptions.SSLError("certificate has expired")

    monkeypatch.setattr(requests, "get", refused)
    with pytest.raises(InputError, match=r"example.org is not valid \(certificate has expired\)"):
        download(Remote("https://example.org/x", "x"), tmp_path)


def test_a_protected_address_never_leads_to_an_unprotected_one(site):
    answer = requests.Response()
    answer.status_code, answer.url = 302, "https://example.org/x"
    answer.headers["Location"] = "http://example.org/x"
    with pytest.raises(InputError, match="unprotected"):
        downloading._stay_protected(answer)
    answer.headers["Location"] = "https://example.org/y"
    downloading._stay_protected(answer)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "/etc/passwd"])
def test_only_the_web_is_read(tmp_path, url):
    with pytest.raises(InputError, match="not an address on the Web"):
        download(Remote(url, "x"), tmp_path)
    with pytest.raises(InputError, match="not an address on the Web"):
        read_json(url)


# archives


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, files: dict[str, bytes], *special: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in special:
            archive.addfile(info)
    return path


FILES = {"set/Hug/1.jpg": b"one", "set/Kiss/2.jpg": b"two" * 1000, "readme.txt": b""}


@pytest.mark.parametrize(("make", "name"), [(zipped, "hii.zip"), (tarred, "hii.tar.gz")])
def test_an_archive_unpacks_beside_itself(tmp_path, make, name):
    steps = []
    folder = unpack(make(tmp_path / name, FILES), lambda *step: steps.append(step))
    assert folder == tmp_path / "hii"
    assert {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")} == FILES
    assert steps[-1] == (3003, 3003)
    assert names(tmp_path) == ["hii", name]


def test_what_is_unpacked_already_stays_as_it_is(tmp_path):
    archive = zipped(tmp_path / "hii.zip", FILES)
    (unpack(archive) / "readme.txt").write_text("mine")
    assert (unpack(archive) / "readme.txt").read_text() == "mine"


def link(name: str, kind=tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def zip_with_link(path: Path) -> Path:
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return path


def encrypted(path: Path) -> Path:
    content = bytearray(zipped(path, {"a": b"x"}).read_bytes())
    content[6] |= 1  # the flag in the file's own header, and in the list of files
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


HOSTILE = {
    "up.zip": lambda p: zipped(p, {"../evil": b"x"}),
    "deep up.zip": lambda p: zipped(p, {"a/../../evil": b"x"}),
    "backslash.zip": lambda p: zipped(p, {"..\\evil": b"x"}),
    "root.zip": lambda p: zipped(p, {"/evil": b"x"}),
    "drive.zip": lambda p: zipped(p, {"C:/evil": b"x"}),
    "link.zip": zip_with_link,
    "encrypted.zip": encrypted,
    "two as one.zip": lambda p: zipped(p, {"a": b"x", "./a": b"y"}),
    "file as folder.zip": lambda p: zipped(p, {"a": b"x", "a/b": b"y"}),
    "up.tar.gz": lambda p: tarred(p, {"../evil": b"x"}),
    "root.tar.gz": lambda p: tarred(p, {"/evil": b"x"}),
    "link.tar.gz": lambda p: tarred(p, {"a": b"x"}, link("b")),
    "hard link.tgz": lambda p: tarred(p, {"a": b"x"}, link("b", tarfile.LNKTYPE)),
    "device.tar.gz": lambda p: tarred(p, {"a": b"x"}, link("b", tarfile.CHRTYPE)),
    "text.zip": lambda p: p.write_text("not an archive") and p,
    "text.tar.gz": lambda p: p.write_text("not an archive") and p,
    "empty.zip": lambda p: p.touch() or p,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_damaged_archives_leave_nothing(tmp_path, name):
    archive = HOSTILE[name](tmp_path / "in" / name if (tmp_path / "in").mkdir() is None else None)
    with pytest.raises(InputError) as caught:
        unpack(archive)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == ["in"]
    assert names(tmp_path / "in") == [name]


@pytest.mark.parametrize(("make", "name"), [(zipped, "cut.zip"), (tarred, "cut.tar.gz")])
def test_an_archive_that_is_cut_short_leaves_nothing(tmp_path, make, name):
    archive = make(tmp_path / name, {f"{n}.bin": os.urandom(5000) for n in range(5)})
    content = archive.read_bytes()
    archive.write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="damaged"):
        unpack(archive)
    assert names(tmp_path) == [name]


def test_a_file_whose_content_does_not_match_leaves_nothing(tmp_path):
    archive = zipped(tmp_path / "bad.zip", {"a": os.urandom(3000)})
    content = bytearray(archive.read_bytes())
    content[1000] ^= 255
    archive.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        unpack(archive)
    assert names(tmp_path) == ["bad.zip"]


@pytest.mark.parametrize(("make", "name"), [(zipped, "bomb.zip"), (tarred, "bomb.tar.gz")])
def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch, make, name):
    monkeypatch.setattr(unpacking, "SMALL", 100_000)
    archive = make(tmp_path / name, {f"{n}": bytes(1_000_000) for n in range(3)})
    with pytest.raises(InputError, match="out of all proportion"):
        unpack(archive)
    assert names(tmp_path) == [name]


def test_too_many_files_are_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_FILES", 2)
    with pytest.raises(InputError, match="3 files"):
        unpack(zipped(tmp_path / "many.zip", FILES))


def test_stopping_and_full_disks_leave_nothing_unpacked(tmp_path, monkeypatch):
    archive = zipped(tmp_path / "hii.zip", FILES)

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unpack(archive, stop)
    assert names(tmp_path) == ["hii.zip"]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(InputError, match=r"The content of hii\.zip takes 3 kB"):
        unpack(archive)
    assert names(tmp_path) == ["hii.zip"]


# whole sets


def place(**changes) -> Place:
    return Place(**({"name": "SET", "holds": "clips", "page": "http://page", "size": "1 MB",
                     "licence": "none", "cite": "us"} | changes))  # fmt: skip


def test_a_set_is_downloaded_and_unpacked_once(site, tmp_path):
    site.files |= {
        "/lists.zip": zipped(tmp_path / "x", {"lists/a.txt": b"a"}).read_bytes(),
        "/clips.rar": b"Rar!",
    }
    files = tuple(Remote(f"{site.url}/{name}", name) for name in ("lists.zip", "clips.rar"))
    folder = tmp_path / "my data"
    wanted = place(files=files, then="unrar x {folder}/clips.rar {folder}/")
    said = fetch(wanted, folder)
    assert (folder / "lists/lists/a.txt").read_text() == "a"
    assert said[-1] == f"Then unpack the rest with: unrar x '{folder}'/clips.rar '{folder}'/"
    assert len(site.asked) == 2
    assert "before" in fetch(wanted, folder)[0]
    assert len(site.asked) == 2


def test_a_set_without_an_address_is_unpacked_when_a_person_brought_it(tmp_path):
    with pytest.raises(InputError, match="download it from http://page into"):
        fetch(place(), tmp_path)
    zipped(tmp_path / "BU101.zip", FILES)
    assert "BU101.zip is unpacked" in fetch(place(), tmp_path)[0]


def record(site: Site, **changes) -> dict:
    entry = {"key": "HII.zip", "size": len(site.files["/HII.zip"]), "links": {"self": f"{site.url}/HII.zip"},
             "checksum": "md5:" + hashlib.md5(site.files["/HII.zip"]).hexdigest()}  # fmt: skip
    listing = {"files": [entry | changes], "metadata": {"license": {"id": "cc-by-4.0"}}}
    site.files["/record"] = json.dumps(listing).encode()
    return listing


def test_a_zenodo_record_says_files_sizes_checksums_and_licence(site, tmp_path):
    site.files["/HII.zip"] = zipped(tmp_path / "x", FILES).read_bytes()
    listing = record(site)
    wanted = with_files(place(record=f"{site.url}/record"))
    assert wanted.licence == "cc-by-4.0"
    (remote,) = wanted.files
    assert remote.checksum == listing["files"][0]["checksum"]
    assert remote.size == len(site.files["/HII.zip"])
    fetch(wanted, tmp_path / "hii")
    assert (tmp_path / "hii/HII/set/Hug/1.jpg").read_bytes() == b"one"
    record(site, checksum="md5:" + "0" * 32)
    with pytest.raises(InputError, match="checksum"):
        fetch(with_files(place(record=f"{site.url}/record")), tmp_path / "again")
    assert names(tmp_path / "again") == []


@pytest.mark.parametrize("key", ["../HII.zip", "/etc/x", "a/b.zip", "", ".hidden", "a\nb"])
def test_a_record_does_not_choose_where_its_files_go(site, tmp_path, key):
    site.files["/HII.zip"] = b""
    record(site, key=key)
    with pytest.raises(InputError, match="not as expected"):
        with_files(place(record=f"{site.url}/record"))


@pytest.mark.parametrize("text", [b"<html>", b"{}", b"[]", b'{"files": []}', b'{"files": [1]}'])
def test_a_record_that_is_something_else(site, text):
    site.files["/record"] = text
    with pytest.raises(InputError):
        with_files(place(record=f"{site.url}/record"))


def test_the_places_say_what_they_know_and_nothing_else():
    assert [p.name for p in PLACES] == ["HII", "TVHI", "BU101", "UCF101"]
    for known in PLACES:
        assert known.page.startswith("http")
        assert known.licence
        assert known.cite.endswith((".", "832380"))
        if known.files and any(file.size is None for file in known.files):
            assert known.size == "not published"
        for file in known.files:
            assert file.url.endswith(file.name)
            assert file.checksum is None or len(file.checksum) == len("sha256:") + 64
    assert place_of(" ucf101 ").name == "UCF101"
    with pytest.raises(InputError, match="perhaps UCF101"):
        place_of("UCF-101")


@pytest.mark.parametrize(
    ("size", "said"),
    [(5, "5 bytes"), (1500, "1.5 kB"), (6_932_971_618, "6.93 GB"), (None, "of unknown size")],
)
def test_sizes_as_people_read_them(size, said):
    assert size_text(size) == said
