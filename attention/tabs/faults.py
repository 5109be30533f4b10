"""What a page is told of a fault: a toast for bad input, an answer where something outside fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import gradio as gr
from gradio import processing_utils
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from attention.errors import DISK_IS_FULL, InputError, is_full_disk

INSUFFICIENT_STORAGE = 507
NOT_FETCHED = "This page fetches nothing from elsewhere: upload the file itself."


@contextmanager
def toasting() -> Iterator[None]:
    """Shows the sentence of an InputError as a toast."""
    try:
        yield
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from None


def fetch_nothing() -> None:
    """From now on gradio fetches no address that is given to it in the place of a file."""
    processing_utils.async_ssrf_protected_download = _not_fetched
    processing_utils.save_url_to_cache = processing_utils.ssrf_protected_download = _not_fetched


def _not_fetched(*_: object, **__: object) -> NoReturn:
    raise gr.Error(NOT_FETCHED, print_exception=False)


async def disk_fault(_request: Request, error: Exception) -> Response:
    """Says that the disk is full, where gradio itself writes an upload; other faults pass."""
    if not is_full_disk(error):
        raise error
    return PlainTextResponse(DISK_IS_FULL, status_code=INSUFFICIENT_STORAGE)
