"""What the page's HTML begins with, before any script of gradio's: gradio adds its own `head` later."""

from collections.abc import MutableMapping
from typing import Any

from attention.gate.door import App, Receive, Scope, Send

OPENED = b"<head>"


class Head:
    """Around an ASGI app: `begun` stands first in the head of the page at `/`, and of nothing else."""

    def __init__(self, app: App, begun: str) -> None:
        self._app = app
        self._begun = begun.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the app does, the page itself with what it begins with."""
        is_page = scope["type"] == "http" and scope["path"] == "/" and scope["method"] == "GET"
        await self._app(scope, receive, _Sending(send, self._begun) if is_page else send)


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
