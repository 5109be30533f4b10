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
from attention.gate.classes import CLASSES, shared_by_a_class
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
MOST_ELSEWHERE = 20_000_000  # bytes of a request that is no upload; a short clip may come by MCP
DISCONNECT: Message = {"type": "http.disconnect"}


class RefusedError(InputError):
    """An upload that is not taken, why and what to do."""

    def __init__(self, sentence: str, status: HTTPStatus) -> None:
        super().__init__(sentence)
        self.status = status


HALTED = ("This upload came to a halt: send it again.", HTTPStatus.REQUEST_TIMEOUT)
CRAWLS = (
    "This upload comes in too slowly: send a shorter or smaller clip.",
    HTTPStatus.REQUEST_TIMEOUT,
)
TOO_MANY = (
    f"This upload has more than {MOST_FILES} files: send them one by one.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
)


class Uploads:
    """Around an ASGI app: lets in what the store has room for. largest: bytes of a file."""

    def __init__(self, app: ASGIApp, store: Store, largest: int) -> None:
        self._app = app
        self._store = store
        self._largest = largest
        self._coming: list[Visitor] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on an upload, and what is none and short; refuses anything else in a sentence."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        most = min(self._largest, self._store.quotas.visitor) + MOST_FILES * AROUND_A_FILE
        body = _Body(receive, headers.get("content-type", ""), most)
        try:
            if not scope["path"].rstrip("/").endswith(ROUTE):
                _check_other(headers)
                await self._app(scope, _counted(receive), send)
                return
            size = _size(headers, most)
            if size > most:
                raise _too_large(most)
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

    @contextmanager
    def _place(self, visitor: Visitor) -> Iterator[Visitor]:
        near = [other for other in self._coming if other.address == visitor.address]
        own = sum(other.id == visitor.id for other in near) if visitor.id else 0
        most = OF_AN_ADDRESS
        if CLASSES.has(visitor):
            most = shared_by_a_class(most, OF_ALL)
        if own >= OF_A_VISITOR or len(near) >= most or len(self._coming) >= OF_ALL:
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

    def __init__(self, receive: Receive, content_type: str, most: int) -> None:
        self.refused: RefusedError | None = None
        self._receive = receive
        self._most = most
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
            return self._refuse(RefusedError(*HALTED))
        chunk = message.get("body", b"")
        self._size += len(chunk)
        self._is_whole = not message.get("more_body", False)
        why = self._fault(chunk)
        return self._refuse(why) if why else message

    def _fault(self, chunk: bytes) -> RefusedError | None:
        if self._is_too_slow():
            return RefusedError(*CRAWLS)
        if self._size > self._most:
            return _too_large(self._most)
        return RefusedError(*TOO_MANY) if self._holds_too_many(chunk) else None

    async def drain(self) -> None:
        """Reads what still comes, for LINGER seconds at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                while not self._is_whole:
                    self._is_whole = not (await self._receive()).get("more_body", False)

    def _refuse(self, why: RefusedError) -> Message:
        self.refused = why
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


def _check_other(headers: Headers) -> None:
    """gradio has more places that write the files they are sent, and leave them: they get none."""
    if "boundary" in headers.get("content-type", "").lower():
        raise RefusedError(
            f"Files are taken at {ROUTE} alone: send them there.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        )
    if _size(headers, 0) > MOST_ELSEWHERE:
        raise RefusedError(
            f"A request may have up to {size_text(MOST_ELSEWHERE)}: upload files first.",
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        )


def _size(headers: Headers, unsaid: int) -> int:
    """Bytes of a request as it says, else `unsaid`."""
    said = headers.get("content-length", "")
    return int(said) if said.isdecimal() else unsaid


def _too_large(most: int) -> RefusedError:
    return RefusedError(
        f"One upload may have up to {size_text(most)}: send less at a time, or a shorter clip.",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )


def _counted(receive: Receive) -> Receive:
    """A request that is no upload: beyond MOST_ELSEWHERE it ends as if the sender had gone."""
    size = 0

    async def received() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        return message if size <= MOST_ELSEWHERE else DISCONNECT

    return received


def _paths(said: bytes) -> list[str]:
    with suppress(ValueError):
        found: Any = json.loads(said)
        if isinstance(found, list):
            return [path for path in found if isinstance(path, str)]
    return []
