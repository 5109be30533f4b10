"""What people upload: how much, how many at a time and how slowly; what is broken off leaves nothing."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from attention.disk.room import size_text
from attention.errors import InputError
from attention.gate.temporary.quotas import NOBODY, NoRoomError
from attention.gate.temporary.store import Store
from attention.gate.visitors import Visitor

ROUTE = "/gradio_api/upload"
MOST_FILES = 4  # in one upload; the page sends one
AROUND_A_FILE = 10_000  # bytes: its name and kind
OF_A_VISITOR, OF_AN_ADDRESS, OF_ALL = 3, 20, 40  # uploads that come in at the same time
SILENCE = 30.0  # seconds without a byte
SLOWEST = 16_000  # bytes per second, on average after SILENCE
LONGEST = 1800.0  # seconds
LINGER = 5.0  # seconds for what a refused one still sends: a browser reads the answer after that
DISCONNECT: Message = {"type": "http.disconnect"}


class RefusedError(InputError):
    """An upload that is not taken, why and what to do."""

    def __init__(self, sentence: str, status: HTTPStatus) -> None:
        super().__init__(sentence)
        self.status = status


class Uploads:
    """Around an ASGI app: lets in what the store has room for. largest: bytes of a file."""

    def __init__(self, app: ASGIApp, store: Store, largest: int) -> None:
        self._app = app
        self._store = store
        self._largest = largest
        self._coming: list[Visitor] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes an upload on, or refuses it in a sentence; passes on all else."""
        if scope["type"] != "http" or not scope["path"].rstrip("/").endswith(ROUTE):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = _Body(receive, headers.get("content-type", ""))
        try:
            size = self._size(headers.get("content-length", ""))
            with self._place(scope.get("state", {}).get("visitor", NOBODY)) as visitor:
                await self._let_in(visitor, size, scope, body, send)
        except RefusedError as error:
            await body.drain()
            answer = PlainTextResponse(str(error), error.status, {"retry-after": "60"})
            await answer(scope, receive, send)

    async def _let_in(
        self, visitor: Visitor, size: int, scope: Scope, body: "_Body", send: Send
    ) -> None:
        try:
            # it may have to remove files: not on the loop that serves everybody
            announced = await asyncio.to_thread(self._store.announce, visitor, size)
        except NoRoomError as error:
            status = HTTPStatus.TOO_MANY_REQUESTS if error.own else HTTPStatus.INSUFFICIENT_STORAGE
            raise RefusedError(str(error), status) from None
        try:
            with suppress(ClientDisconnect):
                await self._app(scope, body, self._adopting(visitor, send))
        finally:
            self._store.clear_loose(even_open=len(self._coming) == 1)  # nobody else writes any
            self._store.end(announced)
        if body.refused:
            raise body.refused

    def _size(self, size: str) -> int:
        most = self._largest
        if not size.isdecimal():
            raise RefusedError(
                "This upload does not say how long it is: send a Content-Length.",
                HTTPStatus.LENGTH_REQUIRED,
            )
        if int(size) > most + MOST_FILES * AROUND_A_FILE:
            raise RefusedError(
                f"This upload has {size_text(int(size))}, and one may have up to {size_text(most)}: send "
                "less at a time, or a shorter clip.",
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )
        return int(size)

    @contextmanager
    def _place(self, visitor: Visitor) -> Iterator[Visitor]:
        near = [other for other in self._coming if other.address == visitor.address]
        own = sum(other.id == visitor.id for other in near) if visitor.id else 0
        if own >= OF_A_VISITOR or len(near) >= OF_AN_ADDRESS or len(self._coming) >= OF_ALL:
            raise RefusedError(
                "Too many uploads come in at the moment: try again once yours, or those of others, are done.",
                HTTPStatus.TOO_MANY_REQUESTS,
            )
        self._coming.append(visitor)
        try:
            yield visitor
        finally:
            self._coming.remove(visitor)

    def _adopting(self, visitor: Visitor, send: Send) -> Send:
        """Sends on, and says whose the files are that the answer names, before anybody hears of them."""
        said = bytearray()

        async def sent(message: Message) -> None:
            said.extend(message.get("body", b""))
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._store.adopt(visitor, _paths(bytes(said)))
            await send(message)

        return sent


class _Body:
    """A request's body within limits: beyond them, it ends as if the sender had gone."""

    def __init__(self, receive: Receive, content_type: str) -> None:
        self.refused: RefusedError | None = None
        self._receive = receive
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        self._mark = b"--" + boundary
        self._tail = b""
        self._marks = 0
        self._is_whole = False
        self._size = 0
        self._began = time.monotonic()

    async def __call__(self) -> Message:
        if self.refused:
            return DISCONNECT
        if self._is_whole:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), SILENCE)
        except TimeoutError:
            return self._refuse(
                "This upload came to a halt: send it again.", HTTPStatus.REQUEST_TIMEOUT
            )
        chunk = message.get("body", b"")
        self._size += len(chunk)
        self._is_whole = not message.get("more_body", False)
        if self._is_too_slow():
            return self._refuse(
                "This upload comes in too slowly: send a shorter or smaller clip.",
                HTTPStatus.REQUEST_TIMEOUT,
            )
        if self._holds_too_many(chunk):
            return self._refuse(
                f"This upload has more than {MOST_FILES} files: send them one by one.",
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            )
        return message

    async def drain(self) -> None:
        """Reads what still comes, for LINGER seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while not self._is_whole:
                    self._is_whole = not (await self._receive()).get("more_body", False)

    def _refuse(self, sentence: str, status: HTTPStatus) -> Message:
        self.refused = RefusedError(sentence, status)
        return DISCONNECT

    def _is_too_slow(self) -> bool:
        seconds = time.monotonic() - self._began
        return seconds > LONGEST or self._size < SLOWEST * (seconds - SILENCE)

    def _holds_too_many(self, chunk: bytes) -> bool:
        """Counts the marks between files; one that lies across two chunks, too."""
        seen = self._tail + chunk
        self._marks += seen.count(self._mark)
        self._tail = seen[-(len(self._mark) - 1) :] if len(self._mark) > 1 else b""
        return self._marks > MOST_FILES + 1  # the last one ends the upload


def _paths(said: bytes) -> list[str]:
    with suppress(ValueError):
        found: Any = json.loads(said)
        if isinstance(found, list):
            return [path for path in found if isinstance(path, str)]
    return []
