"""A full disk, told in one sentence wherever it shows."""

import errno
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest
from starlette.responses import Response

from attention.errors import DISK_IS_FULL, InputError, full_disk_told, is_full_disk
from attention.tabs.faults import disk_fault


class SafetensorsError(Exception):
    """safetensors' own, which has no errno."""


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        SafetensorsError("I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_one_sentence(error: Exception) -> None:
    with pytest.raises(InputError, match="disk is full"), full_disk_told():
        raise error


def test_other_faults_stay_what_they_are() -> None:
    with pytest.raises(PermissionError), full_disk_told():
        raise PermissionError(errno.EACCES, "Permission denied")
    assert not is_full_disk(ValueError("No space"))


def test_an_upload_on_a_full_disk_is_answered_with_507() -> None:
    def answered(error: Exception) -> Response:
        # in a thread of its own: Playwright's browser keeps an event loop running in this one
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(anyio.run, disk_fault, None, error).result()

    answer = answered(OSError(errno.ENOSPC, "No space left on device"))
    assert (answer.status_code, bytes(answer.body).decode()) == (507, DISK_IS_FULL)
    with pytest.raises(PermissionError):
        answered(PermissionError(errno.EACCES, "no"))
