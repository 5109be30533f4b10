"""What the script of one's own concepts sends beside the page's events: files, and a camera's frames.

A session is begun here and named by a token that its page alone knows. Each answer is small JSON; what cannot
be taken is a sentence under "trouble".
"""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from attention.errors import InputError, full_disk_told, whole_number
from training.own.looking import frame_of, see_live
from training.own.ready import made_ready
from training.own.records import LARGEST
from training.own.session import Session
from training.own.sessions import sessions

AT_A_TIME = 16  # requests at work or in the line of frames; others wait without a thread
NOTHING = HTTPStatus.NO_CONTENT

Answer = Callable[[Request], Awaitable[Response]]
_threads: list[anyio.CapacityLimiter] = []  # one, made in the loop that serves


def own_routes() -> list[Route]:
    """The routes, all by POST."""
    known = {
        "begin": _begin, "here": _here, "leave": _leave, "bring": _bring, "remove": _remove, "live": _live,
    }  # fmt: skip
    return [
        Route(f"/own/{name}", _in_a_sentence(answer), methods=["POST"])
        for name, answer in known.items()
    ]


def _in_a_sentence(answer: Answer) -> Answer:
    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except InputError as error:
            return JSONResponse({"trouble": str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)

    return answered


async def _begin(_request: Request) -> Response:
    session = await _in_thread(sessions().begin)
    made_ready()
    return JSONResponse({"session": session.token})


async def _here(request: Request) -> Response:
    _session(request)
    return Response(status_code=NOTHING)


async def _leave(request: Request) -> Response:
    await _in_thread(partial(sessions().end, _session(request)))
    return Response(status_code=NOTHING)


async def _bring(request: Request) -> Response:
    """A still or a short clip: its bytes; in the query box, name, take, and whether it is a camera's."""
    session, asked = _session(request), request.query_params
    box, take = (_number(asked.get(name)) for name in ("box", "take"))
    content = await _body(request, LARGEST)
    add = partial(
        session.add,
        box,
        asked.get("name", "still")[:200],
        content,
        take,
        asked.get("camera") == "1",
    )
    with full_disk_told():
        brought = await _in_thread(add)
    return JSONResponse({"key": brought.key})


async def _remove(request: Request) -> Response:
    keys = set(request.query_params.get("keys", "").split(","))
    await _in_thread(partial(_session(request).remove, keys))
    return Response(status_code=NOTHING)


async def _live(request: Request) -> Response:
    session = _session(request)
    frame = frame_of(await _body(request, LARGEST))
    return JSONResponse(await _in_thread(partial(see_live, session, frame)))


def _session(request: Request) -> Session:
    return sessions().of(request.query_params.get("session"))


def _number(given: str | None) -> int:
    return whole_number("a box or take", int(given) if given and given.isdecimal() else given)


async def _body(request: Request, most: int) -> bytes:
    """The bytes of a request; InputError beyond `most`, of which no more is kept."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise InputError(f"At most {most / 1e6:.0f} MB are taken here at a time; bring less.")
    return bytes(body)


async def _in_thread(work: Callable[[], Any]) -> Any:
    """Does it beside the loop, in a thread of these routes' own, for the visitor who asks."""
    if not _threads:
        _threads.append(anyio.CapacityLimiter(AT_A_TIME))
    return await anyio.to_thread.run_sync(work, limiter=_threads[0])
