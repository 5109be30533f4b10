"""What a page is told of a fault: a toast for bad input, an answer where something outside fails."""

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from attention.errors import DISK_IS_FULL, InputError, is_full_disk

INSUFFICIENT_STORAGE = 507


@contextmanager
def toasting() -> Iterator[None]:
    """Shows the sentence of an InputError as a toast."""
    try:
        yield
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from None


async def disk_fault(_request: Request, error: Exception) -> Response:
    """Says that the disk is full, where gradio itself writes an upload; other faults pass."""
    if not is_full_disk(error):
        raise error
    return PlainTextResponse(DISK_IS_FULL, status_code=INSUFFICIENT_STORAGE)
