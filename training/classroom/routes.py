"""The class room over HTTP: short JSON answers that a page asks for once a second.

A fault is {"error": a sentence} with a status of its own. GET names the room by ?code= and proves the
teacher by a header, so that a secret stands in no address.
"""

import json
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, TypeVar, get_args

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from attention.errors import InputError, short
from attention.gate.visitors import asking
from attention.records import validated
from training.classroom import items
from training.classroom.export import csv_of
from training.classroom.records import Answered, Drawn, OfPupil, OfTeacher, Sheet, Steered, Which
from training.classroom.room import NotTheTeacherError, Room
from training.classroom.rooms import LONGEST, NoSuchRoomError, Rooms, TooManyError
from training.classroom.tally import marked

SECRET, PUPIL = "x-class-secret", "x-class-pupil"
LARGEST = 16_000  # bytes of a request; a drawing has 2,000
STATUSES: dict[type[InputError], HTTPStatus] = {
    NotTheTeacherError: HTTPStatus.FORBIDDEN,
    NoSuchRoomError: HTTPStatus.NOT_FOUND,
    TooManyError: HTTPStatus.TOO_MANY_REQUESTS,
}
COUNTED = {"counted": True}
Handler = Callable[[Request], Awaitable[Response]]
Record = TypeVar("Record", bound=BaseModel)


def class_routes(rooms: Rooms | None = None) -> list[Route]:
    """The routes of class rooms, for an app behind the gate's door."""
    pages = _ClassRooms(rooms or Rooms())
    posts = ("open", "join", "answer", "draw", "test", "steer", "leave", "close")
    gets = ("state", "tally", "export", "items", "handout")
    return [
        Route(f"/class/{name}", _answered(getattr(pages, name)), methods=[method])
        for method, names in (("POST", posts), ("GET", gets))
        for name in names
    ]


class _ClassRooms:
    """A method for each route."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def open(self, request: Request) -> Response:
        await _body(request)  # what a browser sends from another site without asking is no JSON
        room = self._rooms.open(asking())
        return JSONResponse({"code": room.code, "secret": room.secret, "hours": LONGEST / 3600})

    async def join(self, request: Request) -> Response:
        given = await _given(request, OfPupil)
        room = self._rooms.find(given.code, asking())
        self._rooms.join(room, given.pupil, asking())
        return JSONResponse(self._rooms.state(room))

    async def answer(self, request: Request) -> Response:
        given = await _given(request, Answered)
        self._joined(given).tally.answer(given)
        return JSONResponse(COUNTED)

    async def draw(self, request: Request) -> Response:
        given = await _given(request, Drawn)
        self._joined(given).tally.draw(given)
        return JSONResponse(COUNTED)

    async def test(self, request: Request) -> Response:
        """Counts a sheet; after the second test the pupil hears what was right, and how many of each."""
        given = await _given(request, Sheet)
        room = self._joined(given)
        room.check_begun(given.which)
        room.tally.hand_in(given)
        if given.which == "pre":
            return JSONResponse(COUNTED)
        before = room.tally.sheets["pre"].get(given.pupil)
        right = items.right()
        scores = {"post": sum(marked(given.choices, right["post"]))}
        if before is not None:
            scores["pre"] = sum(marked(before, right["pre"]))
        solved = items.solved("post", request.query_params.get("language", items.USUAL))
        return JSONResponse({**COUNTED, "scores": scores, "solved": solved})

    async def state(self, request: Request) -> Response:
        room = self._rooms.find(request.query_params.get("code", ""), asking())
        room.ask(request.headers.get(PUPIL, ""), self._rooms.now())
        return _unless_known(request, self._rooms.state(room))

    async def tally(self, request: Request) -> Response:
        room = self._taught(request)
        tally = room.tally
        counted = {"bars": tally.bars(), "heat": tally.heat(), "tests": tally.tests(items.right())}
        return _unless_known(request, self._rooms.state(room) | counted)

    async def steer(self, request: Request) -> Response:
        given = await _given(request, Steered)
        room = self._rooms.taught(given.code, given.secret, asking())
        room.steer(given)
        return JSONResponse(self._rooms.state(room))

    async def leave(self, request: Request) -> Response:
        room = await self._of_teacher(request)
        room.leave()
        return JSONResponse(COUNTED)

    async def close(self, request: Request) -> Response:
        self._rooms.close(await self._of_teacher(request))
        return JSONResponse({"closed": True})

    async def export(self, request: Request) -> Response:
        room = self._taught(request)
        name = f'attachment; filename="class-{room.code}.csv"'
        return Response(
            csv_of(room.tally), media_type="text/csv", headers={"content-disposition": name}
        )

    async def items(self, request: Request) -> Response:
        which = request.query_params.get("which", "")
        if which not in get_args(Which):
            raise InputError(f"There is no test '{short(which, 20)}'; ask for pre or post.")
        language = request.query_params.get("language", items.USUAL)
        return JSONResponse(items.asked("pre" if which == "pre" else "post", language))

    async def handout(self, request: Request) -> Response:
        """The two pages for pupils, as they were made last."""
        language = request.query_params.get("language", items.USUAL)
        return FileResponse(items.lesson_file("handout.pdf", language), filename="handout.pdf")

    def _joined(self, given: OfPupil) -> Room:
        room = self._rooms.find(given.code, asking())
        room.check_joined(given.pupil)
        return room

    def _taught(self, request: Request) -> Room:
        code = request.query_params.get("code", "")
        return self._rooms.taught(code, request.headers.get(SECRET, ""), asking())

    async def _of_teacher(self, request: Request) -> Room:
        given = await _given(request, OfTeacher)
        return self._rooms.taught(given.code, given.secret, asking())


def _answered(handler: Handler) -> Handler:
    """What a route answers; a fault as a sentence."""

    async def answer(request: Request) -> Response:
        if not _is_signed_in(request):
            return _fault("Sign in to this page first.", HTTPStatus.UNAUTHORIZED)
        try:
            answered = await handler(request)
        except InputError as error:
            return _fault(str(error), STATUSES.get(type(error), HTTPStatus.BAD_REQUEST))
        answered.headers.setdefault("cache-control", "no-store")
        return answered

    return answer


def _is_signed_in(request: Request) -> bool:
    """Whether somebody may come in at all, where the page asks for a name and a password."""
    page = request.app
    if not getattr(page, "auth", None):
        return True
    cookies = (f"access-token-{page.cookie_id}", f"access-token-unsecure-{page.cookie_id}")
    return any(page.tokens.get(request.cookies.get(name)) for name in cookies)


async def _given(request: Request, record: type[Record]) -> Record:
    return validated(record, await _body(request), "The class's")


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object of a request. InputError for anything else, and for more than LARGEST bytes."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise InputError("A class takes JSON alone; send it as application/json.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise InputError(f"A class takes {LARGEST} bytes at most in a request; send less.")
    try:
        given = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise InputError("A class takes a JSON object; this is none.")
    return given


def _unless_known(request: Request, told: dict[str, Any]) -> Response:
    """The answer with its mark, or 304 for a browser that has it already."""
    body = json.dumps(told, separators=(",", ":")).encode()
    mark = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    headers = {"etag": mark, "cache-control": "no-store"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _fault(sentence: str, status: HTTPStatus) -> Response:
    return JSONResponse({"error": sentence}, status, {"cache-control": "no-store"})
