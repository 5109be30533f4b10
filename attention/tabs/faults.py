"""What the server answers when something outside the app fails it."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from attention.errors import DISK_IS_FULL, is_full_disk

INSUFFICIENT_STORAGE = 507


async def disk_fault(_request: Request, error: Exception) -> Response:
    """Says that the disk is full, where gradio itself writes an upload; other faults pass."""
    if not is_full_disk(error):
        raise error
    return PlainTextResponse(DISK_IS_FULL, status_code=INSUFFICIENT_STORAGE)
