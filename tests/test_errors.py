"""A full disk is one clear sentence in every form of the error; short names; whole numbers."""

import errno
from concurrent.futures import ThreadPoolExecutor

import anyio
import numpy as np
import pytest
from starlette.responses import Response

from attention.errors import (
    DISK_IS_FULL,
    InputError,
    full_disk_told,
    is_full_disk,
    short,
    whole_number,
)
from attention.tabs.faults import disk_fault


class SafetensorsError(Exception):
    """The error of safetensors, which has no errno."""


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


def test_names_in_sentences_are_short_and_printable() -> None:
    assert short("Hug") == "Hug"
    assert short("a\nb\x1b") == "a b "
    assert len(short("x" * 5000)) == 80
    assert short("a" * 70 + "b" * 70).endswith("b" * 19)


@pytest.mark.parametrize("value", [5, 5.0, np.int64(5), np.float32(5)])
def test_whole_numbers_of_any_type(value: object) -> None:
    assert (whole_number("every", value), type(whole_number("every", value))) == (5, int)


@pytest.mark.parametrize("value", [2.5, "5", b"5", None, float("nan"), float("inf"), [5]])
def test_what_is_no_whole_number_is_named(value: object) -> None:
    with pytest.raises(InputError, match=r"every .* is no whole number"):
        whole_number("every", value)


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
