"""Serves the files of the store where they lie: whole or in ranges, once to each browser."""

import mimetypes
from http import HTTPStatus
from os.path import isfile  # false also for a name that no disk takes
from pathlib import Path

from starlette.responses import FileResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from attention.gate.temporary.store import KEPT_FOR, Store

ROUTE = "/gradio_api/file="  # and the whole path, as gradio's components have it
CACHED = f"private, max-age={KEPT_FOR}, immutable"  # a path never gets another content
# what a browser may open by itself; anything else, such as an SVG with a script in it, it only saves
OPENED = {"image/gif", "image/jpeg", "image/png", "image/webp", "video/mp4", "video/webm"}
GONE = "This file is no longer kept: make it again."


class Files:
    """Around an ASGI app: answers for files named by their path: those of the store, and no other."""

    def __init__(self, app: ASGIApp, store: Store) -> None:
        self._app = app
        self._store = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers for a file, and passes on all else."""
        if scope["type"] != "http" or ROUTE not in scope["path"]:
            await self._app(scope, receive, send)
            return
        path = Path(scope["path"].partition(ROUTE)[2])
        with self._store.held(path):
            is_kept = bool(self._store.folder_of(path)) and isfile(path)  # noqa: PTH113
            await _answer(path, is_kept)(scope, receive, send)


def _answer(path: Path, is_kept: bool) -> ASGIApp:
    if not is_kept:
        return PlainTextResponse(GONE, HTTPStatus.NOT_FOUND)
    kind = mimetypes.guess_type(path.name)[0]
    is_opened = kind in OPENED
    return FileResponse(
        path,
        media_type=kind if is_opened else "application/octet-stream",
        headers={"cache-control": CACHED},
        filename=path.name,
        stat_result=path.stat(),
        content_disposition_type="inline" if is_opened else "attachment",
    )
