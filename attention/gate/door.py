"""The door of the page: an ASGI middleware that names the visitor and adds the headers."""

import json
import math
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from secrets import compare_digest
from typing import Any
from urllib.parse import parse_qsl, urlencode

from attention.gate.classes import CLASSES
from attention.gate.headers import headers
from attention.gate.hosting import Hosting
from attention.gate.rate import Rate
from attention.gate.secret import admin_token
from attention.gate.visitors import (
    ADMIN_COOKIE,
    COOKIE,
    Visitor,
    asked_by,
    cookie,
    new_id,
    token_of,
    visitor_of,
)

OF_A_VISITOR = (20.0, 120.0)  # requests that change something: a second, and at once
OF_AN_ADDRESS = (200.0, 1600.0)  # forty open pages of a school, each opened at the same moment
OF_A_CLASS = (200.0, 1600.0)  # as much again for who is in a class room there

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Door:
    """Around an ASGI app: request.state.visitor is a `Visitor` behind it.

    A page that is opened without a cookie gets one · GET /visitor answers with a token, for browsers and
    programs without cookies · /?admin=TOKEN makes its visitor the operator.
    """

    def __init__(self, app: App, hosting: Hosting) -> None:
        self._app = app
        self._hosting = hosting
        self._rates = (Rate(*OF_A_VISITOR), Rate(*OF_AN_ADDRESS), Rate(*OF_A_CLASS))
        self._headers = [(k.encode(), v.encode()) for k, v in headers(hosting).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request itself, or passes it on with its visitor."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        peer = (scope.get("client") or ("", 0))[0]
        visitor = visitor_of(given, peer, self._hosting.proxied)
        scope.setdefault("state", {})["visitor"] = visitor
        with asked_by(visitor):
            await self._answered(scope, receive, send, given, visitor)

    async def _answered(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        given: dict[str, str],
        visitor: Visitor,
    ) -> None:
        # gradio makes addresses of the second one, which anybody can send
        forwarded = given.get("x-forwarded-host", given.get("host", ""))
        if not all(map(self._answers_to, (given.get("host", ""), *forwarded.split(",")))):
            await _answer(send, HTTPStatus.MISDIRECTED_REQUEST, "This page has another address.")
            return
        if scope["method"] == "POST" and (wait := self._wait(visitor)):
            later = {"retry-after": str(math.ceil(wait))}
            sentence = f"Too many requests; try again in {math.ceil(wait)} s."
            await _answer(send, HTTPStatus.TOO_MANY_REQUESTS, sentence, more=later)
            return
        cookies: list[str] = []
        if scope["path"] in {"/", "/visitor"} and not visitor.id:
            token = token_of(new_id())
            cookies.append(cookie(COOKIE, token, self._hosting.public))
        if scope["path"] == "/visitor":
            token = token if cookies else token_of(visitor.id)
            body = json.dumps({"token": token, "known": bool(visitor.id)})
            await _answer(self._with(send, cookies), HTTPStatus.OK, body, "application/json")
        elif scope["path"] == "/" and (asked := self._asks_for_admin(scope)) is not None:
            cookies.append(cookie(ADMIN_COOKIE, admin_token(), self._hosting.public))
            started = {"location": f"?{asked}" if asked else "./"}
            await _answer(self._with(send, cookies), HTTPStatus.SEE_OTHER, "", more=started)
        else:
            await self._app(scope, receive, self._with(send, cookies))

    def _wait(self, visitor: Visitor) -> float:
        """Seconds until this visitor, and this address, may ask again. A page at home counts nothing."""
        if not self._hosting.public:
            return 0.0
        of_visitor, of_others, of_class = self._rates
        own = of_visitor.wait(visitor.id) if visitor.id else 0.0
        of_address = of_class if CLASSES.has(visitor) else of_others
        return max(own, of_address.wait(visitor.address))

    def _answers_to(self, host: str) -> bool:
        host = host.strip()
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        hosts = self._hosting.hosts
        return not hosts or name.lower() in {*hosts, "localhost", "127.0.0.1", "[::1]"}

    def _asks_for_admin(self, scope: Scope) -> str | None:
        """The rest of the query of who brings the operator's token; None of anybody else."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        brought = dict(query).get("admin", "")
        if not brought or not compare_digest(brought.encode(), admin_token().encode()):
            return None
        return urlencode([(name, value) for name, value in query if name != "admin"])

    def _with(self, send: Send, cookies: list[str]) -> Send:
        """Sends with the page's headers, save those that an answer has already, and cookies."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                names = {name.lower() for name, _ in given}
                given += [(name, value) for name, value in self._headers if name not in names]
                given += [(b"set-cookie", value.encode()) for value in cookies]
                message = {**message, "headers": given}
            await send(message)

        return sent


async def _answer(
    send: Send,
    status: HTTPStatus,
    body: str,
    kind: str = "text/plain; charset=utf-8",
    more: dict[str, str] | None = None,
) -> None:
    """A whole answer of the gate's own."""
    given = {"content-type": kind, "cache-control": "no-store", **(more or {})}
    listed = [(name.encode(), value.encode()) for name, value in given.items()]
    await send({"type": "http.response.start", "status": status.value, "headers": listed})
    await send({"type": "http.response.body", "body": body.encode()})
