"""One file from the network: streamed, resumed where it stopped, checked, whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attention.disk.room import check_room, size_text, telling_of_a_full_disk
from attention.errors import InputError
from attention.media.frames import label
from training.data.fetching.places import Remote

CHUNK = 1 << 18
TIMEOUT = 60.0  # seconds without an answer
TRIES = 3  # a server that breaks off is asked this often for the rest
LONGEST_ANSWER = 10_000_000  # bytes of JSON

Progress = Callable[[str, int, int | None], None]


class _BrokenOffError(Exception):
    """The connection ended before the file did."""


class _CannotGoOnError(Exception):
    """The server has no rest to send of what was begun: it starts anew."""


@dataclass(frozen=True)
class _Begun:
    """What a .part file holds: how far it is, of which file and version."""

    have: int
    total: int | None
    version: str


def download(remote: Remote, folder: Path, on_progress: Progress | None = None) -> Path:
    """The file in `folder`: downloaded, or found there complete. Checked against what is known.

    While it is incomplete it is called `<name>.part`, from which a later call goes on.
    on_progress(name, bytes done, bytes in all or None). Raises InputError, also for a wrong
    checksum, after which nothing is kept.
    """
    target = folder / remote.name
    if target.exists():
        _check_found(target, remote)
        return target
    part = folder / f"{remote.name}.part"
    with telling_of_a_full_disk(folder, f"what came of {remote.name} is kept"):
        _receive_all(remote, part, on_progress)
        if not _matches(part, remote.checksum):
            _forget(part)
            raise InputError(
                f"{remote.name} arrived with another checksum than is known and was removed: run "
                f"this again; if it happens again, the file at {remote.url} has changed."
            )
        os.replace(part, target)
        _note_of(part).unlink(missing_ok=True)
    return target


def read_json(url: str) -> Any:
    """What a server answers as JSON. Raises InputError."""
    with _opened(_request(url), url) as answer:
        text = answer.read(LONGEST_ANSWER + 1)
    try:
        return json.loads(text)
    except ValueError:
        raise InputError(f"{url} did not answer as expected: try again later.") from None


def _receive_all(remote: Remote, part: Path, on_progress: Progress | None) -> None:
    for _ in range(TRIES):
        try:
            _receive(remote, part, on_progress)
        except _BrokenOffError:
            continue
        except _CannotGoOnError:
            _forget(part)
            continue
        return
    raise InputError(
        f"The download of {remote.name} broke off after {size_text(_begun(part).have)}, which are "
        "kept: run this again to go on."
    )


def _receive(remote: Remote, part: Path, on_progress: Progress | None) -> None:
    """Appends to the .part file until it is complete.

    Raises _BrokenOffError, _CannotGoOnError and InputError.
    """
    begun = _begun(part)
    if begun.have and begun.have == begun.total:
        return
    request = _request(remote.url)
    if begun.have:
        request.add_header("Range", f"bytes={begun.have}-")
        if begun.version:
            request.add_header("If-Range", begun.version)
    with _opened(request, remote.url) as answer:
        have = begun.have if _continues(answer, begun) else 0
        length = answer.headers.get("Content-Length", "")
        total = have + int(length) if length.isdigit() else None
        part.parent.mkdir(parents=True, exist_ok=True)
        check_room(part.parent, (total or remote.size or 0) - have, remote.name)
        note = {"url": remote.url, "total": total, "version": _version(answer)}
        _note_of(part).write_text(json.dumps(note), encoding="utf-8")
        with part.open("ab" if have else "wb") as file:
            for chunk in _chunks(answer):
                file.write(chunk)
                have += len(chunk)
                if on_progress:
                    on_progress(remote.name, have, total)
    if total is not None and have != total:
        raise _BrokenOffError


def _chunks(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    while True:
        try:
            chunk = answer.read(CHUNK)
        except (OSError, http.client.HTTPException):
            raise _BrokenOffError from None
        if not chunk:
            return
        yield chunk


def _continues(answer: http.client.HTTPResponse, begun: _Begun) -> bool:
    """Whether the server sends the rest of the same file rather than a file from its start."""
    if answer.status != http.client.PARTIAL_CONTENT:
        return False
    span, _, total = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    same = begun.total is None or total in ("*", str(begun.total))
    if not (same and span.startswith(f"{begun.have}-")):
        raise _CannotGoOnError
    return True


def _version(answer: http.client.HTTPResponse) -> str:
    """What If-Range names the file's version by; a weak ETag does not vouch for every byte."""
    etag: str = answer.headers.get("ETag", "")
    return etag if etag and not etag.startswith("W/") else answer.headers.get("Last-Modified", "")


def _note_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _begun(part: Path) -> _Begun:
    """What there is to go on from; nothing where the .part file does not say what it belongs to."""
    try:
        note = json.loads(_note_of(part).read_text(encoding="utf-8"))
        total = None if note["total"] is None else int(note["total"])
        begun = _Begun(part.stat().st_size, total, str(note["version"]))
    except (OSError, ValueError, KeyError, TypeError):
        return _Begun(0, None, "")
    # Of a file without a stated length nobody knows whether it is complete.
    return begun if total is not None and begun.have <= total else _Begun(0, None, "")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note_of(part).unlink(missing_ok=True)


def _check_found(path: Path, remote: Remote) -> None:
    """Raises InputError when a file that lies there already is cut short or another one."""
    size = path.stat().st_size
    short = remote.size is not None and size < remote.size
    if short or not _matches(path, remote.checksum):
        what = f"has {size_text(size)} of {size_text(remote.size)}" if short else "has changed"
        raise InputError(f"{label(path)} is there but {what}: remove it and run this again.")


def _matches(path: Path, checksum: str | None) -> bool:
    """Whether a file has a checksum such as "sha256:…"; True when none is known."""
    if not checksum:
        return True
    algorithm, _, digest = checksum.partition(":")
    if algorithm not in hashlib.algorithms_available:
        return True
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == digest.casefold()


def _request(url: str) -> urllib.request.Request:
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"{url[:80]!r} is not an address on the Web: it is not opened.")
    return urllib.request.Request(url, headers={"User-Agent": "attention-transfer"})


@contextmanager
def _opened(request: urllib.request.Request, url: str) -> Iterator[http.client.HTTPResponse]:
    """An answer from the network; what goes wrong on the way is said in one sentence."""
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _CannotGoOnError from None
        raise InputError(
            f"{url} answers {error.code} ({error.reason}): look whether its page still offers it, "
            "or try again later."
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise InputError(_unreachable(url, error)) from None
    with answer:
        if url.startswith("https:") and not answer.geturl().startswith("https:"):
            raise InputError(f"{url} leads to an unprotected address: it is not opened.")
        yield answer


def _unreachable(url: str, error: Exception) -> str:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {urlsplit(url).hostname} does not hold ({reason.verify_message}): "
            f"download {url} with a browser into the same folder and run this again."
        )
    why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    return f"{url} cannot be reached ({why}): check the network and run this again."
