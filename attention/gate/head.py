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
    """Around an ASGI app: the page's own styles and scripts, two files that a browser fetches once and keeps.

    The page at `/` begins with them. Scripts run in their order, after the page is read and before gradio's.
    """

    def __init__(self, app: App, scripts: str, styles: str = "") -> None:
        self._app = app
        script, style = _File("js", "text/javascript", scripts), _File("css", "text/css", styles)
        self._files = {f"/{file.name}": file for file in (script, style)}
        self._begun = (
            f'<link rel="stylesheet" href="{style.name}"><script defer src="{script.name}"></script>'
        ).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers for the two files, and as the app does for all else: the page with what it begins with."""
        is_asked = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        if is_asked and (file := self._files.get(scope["path"])):
            await file.answer(Request(scope))(scope, receive, send)
        elif is_asked and scope["method"] == "GET" and scope["path"] == "/":
            await self._app(scope, receive, _Sending(send, self._begun))
        else:
            await self._app(scope, receive, send)


class _File:
    """A text that is served under a name of its own, packed for who takes that."""

    def __init__(self, suffix: str, kind: str, text: str) -> None:
        self._kind = kind
        self._plain = text.encode()
        self._packed = gzip.compress(self._plain, mtime=0)
        self.name = f"page/{hashlib.sha256(self._plain).hexdigest()[:16]}.{suffix}"

    def answer(self, request: Request) -> Response:
        headers = {"cache-control": KEPT, "vary": "accept-encoding"}
        is_packed = "gzip" in request.headers.get("accept-encoding", "")
        if is_packed:
            headers["content-encoding"] = "gzip"
        text = self._packed if is_packed else self._plain
        return Response(text, HTTPStatus.OK, headers, media_type=self._kind)


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
