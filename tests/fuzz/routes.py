"""The routes beside the page's events, of class rooms and of own concepts, asked anything.

A fault is an answer of the kind 500, a refusal without a sentence, or a path of the server in an answer.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any

import httpx

from attention.gate.visitors import HEADER, token_of
from tests.fuzz.endpoints import LEAKS, wild
from training.classroom.records import (
    CELLS,
    Answered,
    Drawn,
    OfPupil,
    OfTeacher,
    Sheet,
    Steered,
)
from training.classroom.routes import PUPIL, SECRET, class_routes
from training.tabs.own.routes import own_routes

LONGEST = 500  # characters of a refusal
RECORDS = {
    "join": OfPupil, "answer": Answered, "draw": Drawn, "test": Sheet,
    "steer": Steered, "leave": OfTeacher, "close": OfTeacher,
}  # fmt: skip
IN_QUERIES = ("code", "session", "box", "take", "name", "keys", "camera", "which", "language")
KINDS = (
    "application/json",
    "text/plain",
    "application/octet-stream",
    "multipart/form-data; boundary=x",
)


@dataclass(frozen=True)
class Request:
    """One request: its route, query, body and headers."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    headers: dict[str, str]


def requests(known: dict[str, Any], draw: random.Random) -> Iterator[Request]:
    """Requests without end; known: the values of a class, a pupil and a session that there are."""
    routes = sorted(
        (sorted(route.methods or ())[0], route.path) for route in [*class_routes(), *own_routes()]
    )
    while True:
        method, path = draw.choice(routes)

        # the class and the session go on
        spared = {"secret", "session"} if path in {"/class/close", "/own/leave"} else set()

        def value(name: str, spared: set[str] = spared) -> Any:
            usual = name in known and name not in spared and draw.random() < 0.85
            return known[name] if usual else wild(draw)

        record = RECORDS.get(path.rpartition("/")[2])
        fields = list(record.model_fields) if record else ["a"]
        given = {name: value(name) for name in fields if draw.random() < 0.95}
        usual = json.dumps(given)
        body = draw.choice(
            (usual, usual, json.dumps(wild(draw)), draw.choice(("{", "", "[" * 5_000)))
        )
        query = {name: str(value(name))[:1000] for name in IN_QUERIES if draw.random() < 0.6}
        secrets = {SECRET: str(value("secret")), PUPIL: str(value("pupil"))}
        headers = {
            name: text.encode("ascii", "ignore")
            .decode()
            .replace("\n", "")
            .replace("\0", "")[:300]
            .strip()
            for name, text in secrets.items()
        }
        kind = draw.choice((*KINDS[:1] * 4, *KINDS[1:]))
        yield Request(method, path, query, body.encode(), headers | {"content-type": kind})


def faults_of(request: Request, said: httpx.Response, secret: tuple[str, ...]) -> list[str]:
    """What is wrong with an answer. secret: texts that no answer may hold."""
    faults = [f"it holds {leak}" for leak in (*LEAKS, *secret) if leak in said.text]
    if said.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        faults.append(f"status {said.status_code}")
    elif said.is_error:
        answer = said.json() if "json" in said.headers.get("content-type", "") else {}
        sentence = answer.get("error") or answer.get("trouble") or said.text
        if not sentence.endswith(".") or len(sentence) > LONGEST:
            faults.append(f"it says {said.text[:LONGEST]!r}")
    return [f"{request.method} {str(request)[:300]}: {fault}" for fault in faults]


def tried_routes(url: str, count: int, seed: int, secret: tuple[str, ...] = ()) -> list[str]:
    """The faults of so many requests to a running app."""
    draw, faults = random.Random(seed), []
    headers = {HEADER: token_of("fuzz-routes")}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as http:
        for request in islice(requests(_known(http), draw), count):
            said = http.request(
                request.method, request.path, params=request.query,
                content=request.body if request.method == "POST" else None, headers=request.headers,
            )  # fmt: skip
            faults += faults_of(request, said, secret)
    return faults


def _known(http: httpx.Client) -> dict[str, Any]:
    """A class that is open with a pupil in it, and a session of own concepts."""
    room = http.post("class/open", json={}).raise_for_status().json()
    pupil = {"code": room["code"], "pupil": "0123456789abcdef"}
    http.post("class/join", json=pupil).raise_for_status()
    session = http.post("own/begin").raise_for_status().json()["session"]
    return {
        **pupil, "secret": room["secret"], "session": session, "step": 2, "when": "before", "choice": 1,
        "question": "why", "clip": "hug-0", "frame": 3, "cells": [[True] * CELLS] * CELLS, "led": True,
        "which": "pre", "test": "pre", "choices": [0] * 8, "box": 0, "take": 0, "language": "de",
    }  # fmt: skip
