"""What the page's HTML begins with, before any script of gradio's: gradio adds its own `head` later."""

import gzip
import hashlib
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from attention.gate.door import App, Receive, Scope, Send

OPENED = b"<head>"
KEPT = "public, max-age=31536000, immutable"  # a name never gets another content


class Head:
    """Around an ASGI app: the scripts of the page, one file that a browser fetches once and keeps.

    The page at `/` begins with them; they run in their order, after the page is read and before gradio's.
    """

    def __init__(self, app: App, scripts: str) -> None:
        self._app = app
        self._plain = scripts.encode()
        self._packed = gzip.compress(self._plain, mtime=0)
        name = f"scripts/{hashlib.sha256(self._plain).hexdigest()[:16]}.js"
        self._path = f"/{name}"
        self._begun = f'<script defer src="{name}"></script>'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers for the scripts, and as the app does for all else: the page with what it begins with."""
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
        elif scope["path"] == self._path:
            await self._scripts(Request(scope))(scope, receive, send)
        elif scope["path"] == "/" and scope["method"] == "GET":
            await self._app(scope, receive, _Sending(send, self._begun))
        else:
            await self._app(scope, receive, send)

    def _scripts(self, request: Request) -> Response:
        headers = {"cache-control": KEPT, "vary": "accept-encoding"}
        packed = "gzip" in request.headers.get("accept-encoding", "")
        if packed:
            headers["content-encoding"] = "gzip"
        return Response(
            self._packed if packed else self._plain,
            HTTPStatus.OK,
            headers,
            media_type="text/javascript",
        )


class _Sending:
    """Holds the page back until it is whole, for its length changes."""

    def __init__(self, send: Send, begun: bytes) -> None:
        self._send = send
        self._begun = begun
        self._start: MutableMapping[str, Any] = {}
        self._body = b""

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        body = self._body.replace(OPENED, OPENED + self._begun, 1)
        others = [(k, v) for k, v in self._start["headers"] if k.lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await self._send({**self._start, "headers": [*others, length]})
        await self._send({"type": "http.response.body", "body": body})
