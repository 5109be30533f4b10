"""Downloads one file: streamed, checked, whole or not at all."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attention.disk.room import check_room, disk_error_as_input_error, size_text
from attention.errors import InputError
from attention.media.frames import label
from training.data.fetching.places import Remote

TIMEOUT = 60.0  # seconds without an answer

Progress = Callable[[str, int, int | None], None]


class _Steps:
    """A progress bar with pooch's interface; it forwards every step to on_progress."""

    def __init__(self, remote: Remote, folder: Path, on_progress: Progress | None) -> None:
        self.remote, self.folder, self.on_progress = remote, folder, on_progress
        self.done = 0
        self._total = 0

    @property
    def total(self) -> int:
        """Bytes in all, 0 when unknown. Setting it raises InputError when the disk lacks room."""
        return self._total

    @total.setter
    def total(self, size: int) -> None:
        check_room(self.folder, size or self.remote.size or 0, self.remote.name)
        self._total = size

    def update(self, size: int) -> None:
        """Adds received bytes; pooch's last value may be too large."""
        self.done = min(self.done + size, self.total) if self.total else self.done + size
        if self.on_progress:
            self.on_progress(self.remote.name, self.done, self.total or None)

    def reset(self) -> None:
        """Resets the count: pooch counts the whole file again at the end."""
        self.done = 0

    def close(self) -> None:
        """Does nothing: there is nothing to close."""


def download(remote: Remote, folder: Path, on_progress: Progress | None = None) -> Path:
    """Returns the file's path in `folder`; downloads it unless it exists. Checks size and checksum.

    on_progress(name, bytes done, bytes in all or None). An interrupted download, or one with a wrong
    checksum, leaves nothing. Raises InputError.
    """
    import pooch

    target = folder / remote.name
    if target.exists():
        _check_found(target, remote)
        return target
    _check_address(remote.url)
    pooch.get_logger().setLevel("WARNING")
    with (
        disk_error_as_input_error(folder, f"nothing is left of {remote.name}"),
        _reaching(remote.url),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        steps = _Steps(remote, folder, on_progress)
        server = pooch.HTTPDownloader(progressbar=steps, timeout=TIMEOUT, **_manners())
        try:
            pooch.retrieve(remote.url, remote.checksum, remote.name, folder, downloader=server)
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(
                f"{remote.name} arrived with another checksum than is known and was removed: run "
                f"this again; if it happens again, the file at {remote.url} has changed."
            ) from None
        finally:
            with suppress(OSError):  # rmdir fails, as it should, when the folder has files
                folder.rmdir()
    return target


def read_json(url: str) -> Any:
    """The JSON answer of a server. Raises InputError."""
    import requests

    _check_address(url)
    with _reaching(url):
        answer = requests.get(url, timeout=TIMEOUT, **_manners())
        answer.raise_for_status()
        try:
            return answer.json()
        except ValueError:
            raise InputError(f"{url} did not answer as expected: try again later.") from None


def _manners() -> dict[str, Any]:
    return {
        "headers": {"User-Agent": "attention-transfer"},
        "hooks": {"response": _stay_protected},
    }


def _stay_protected(answer: Any, **_: Any) -> None:
    """Raises InputError for a redirection from https to http."""
    goes_to = answer.headers.get("Location", "") if answer.is_redirect else ""
    if answer.url.startswith("https:") and goes_to.startswith("http:"):
        raise InputError(f"{answer.url} leads to an unprotected address: it is not opened.")


def _check_address(url: str) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"{url[:80]!r} is not an address on the Web: it is not opened.")


def _check_found(path: Path, remote: Remote) -> None:
    """Raises InputError when an existing file is too short or has another checksum."""
    size = path.stat().st_size
    short = remote.size is not None and size < remote.size
    if short or not _matches(path, remote.checksum):
        what = f"has {size_text(size)} of {size_text(remote.size)}" if short else "has changed"
        raise InputError(f"{label(path)} is there but {what}: remove it and run this again.")


def _matches(path: Path, checksum: str | None) -> bool:
    """Whether a file has the checksum, such as "sha256:…"; True when none is known."""
    if not checksum:
        return True
    algorithm, _, digest = checksum.partition(":")
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest() == digest.casefold()


@contextmanager
def _reaching(url: str) -> Iterator[None]:
    """Turns network errors into an InputError."""
    from requests import HTTPError, RequestException
    from requests.exceptions import ChunkedEncodingError, SSLError

    try:
        yield
    except HTTPError as error:
        answer = error.response
        raise InputError(
            f"{url} answers {answer.status_code} ({answer.reason}): check whether its page still offers "
            "it, or try again later."
        ) from None
    except SSLError as error:
        raise InputError(
            f"The certificate of {urlsplit(url).hostname} is not valid ({error}): download {url} with a "
            "browser into the same folder and run this again."
        ) from None
    except ChunkedEncodingError:
        raise InputError(
            f"The download of {url} broke off: run this again, or download it with a browser into the "
            "same folder."
        ) from None
    except RequestException as error:
        raise InputError(
            f"{url} cannot be reached ({type(error).__name__}): check the network and run this again."
        ) from None
