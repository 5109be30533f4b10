"""Thirty pupils behind one address step through the lesson: how long they wait, and their teacher."""

import asyncio
import os
import random
import secrets
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from attention.gate.visitors import HEADER
from attention.probe.shift.registry import shifts
from attention.probe.shift.shift import Shift
from tests.soak.report import Report
from tests.soak.running_app import RunningApp
from tests.soak.visitor import Events, RefusedError, Visitor

PUPILS, STEPS = 30, 8
PACE = 30.0  # seconds for a step: a lesson of 45 minutes has ten times as many
POLL = 1.0  # seconds between two questions of a page, as room.js asks
DRAWN, SLID, PRESSED = 3, 6, 8  # steps with a drawing, a slider of Heatmaps, the lesson's own dial
PLACES = 300  # of a slider, from none to hard
THINKS = 2.0  # seconds between an answer of the dial and the next press
SCHOOL = "10.0.0.1"
SEED = 0
SLIDER, LESSON = "with the CNN: a slider, anywhere", "with the CNN: the lesson's levels"
GOALS = {"without the CNN": 0.3, SLIDER: 8.0, LESSON: 8.0, "the teacher's bars behind": 2.0}


@dataclass
class Noted:
    """Seconds that actions took; when each question's answers were sent; what the teacher saw and when."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: dict[tuple[int, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    seen: list[tuple[float, dict[tuple[int, str], int]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def behind(self) -> list[float]:
        """Of each answer, the seconds until the teacher's bars had it."""
        found = []
        for key, sent in self.sent.items():
            for count, began in enumerate(sorted(sent), start=1):
                shown = next((at for at, bars in self.seen if bars.get(key, 0) >= count), None)
                if shown is None:
                    self.faults.append(f"the teacher never saw answer {count} of {key}")
                else:
                    found.append(max(0.0, shown - began))
        return found


@dataclass
class Browser:
    """A page in the class, without a browser."""

    visitor: Visitor
    noted: Noted
    code: str = ""
    pupil: str = field(default_factory=lambda: secrets.token_hex(16))

    async def post(self, what: str, **given: Any) -> Any:
        """Sends an action of the class; its seconds are noted."""
        answer = await self._asked("POST", what, json=given, headers=self.headers())
        return answer.json() if answer else {}

    async def poll(self, what: str, **headers: str) -> None:
        """Asks once a second until it is cancelled, as the page does."""
        mark: dict[str, str] = {}
        while True:
            told = self.headers() | headers | mark
            answer = await self._asked("GET", what, params={"code": self.code}, headers=told)
            if answer:
                mark = {"if-none-match": answer.headers.get("etag", "")}
            if answer and what == "tally" and answer.status_code == 200:
                bars = {
                    (bar["step"], when): sum(bar[when])
                    for bar in answer.json()["bars"]
                    for when in ("before", "after")
                }
                self.noted.seen.append((time.monotonic(), bars))
            await asyncio.sleep(POLL)

    async def _asked(self, method: str, what: str, **given: Any) -> httpx.Response | None:
        """An answer, its seconds noted; None, and a fault, where none came or it is a refusal."""
        began = time.perf_counter()
        try:
            answer = await self.visitor.http.request(method, f"{self.site}/class/{what}", **given)
        except httpx.HTTPError as error:
            self.noted.faults.append(f"{what}: {type(error).__name__}")
            return None
        self.noted.seconds["without the CNN"].append(time.perf_counter() - began)
        if answer.is_error:
            self.noted.faults.append(f"{what}: {answer.status_code} {answer.text[:100]}")
            return None
        return answer

    def headers(self) -> dict[str, str]:
        """Whose page it is, and from where."""
        return {"x-forwarded-for": self.visitor.address, HEADER: self.visitor.token}

    @property
    def site(self) -> str:
        return self.visitor.at.url.removesuffix("/gradio_api")


def main() -> bool:
    """Prints the 95th percentiles. False for an error, a refusal, or more than a goal."""
    report = Report(f"A class of {PUPILS}, {STEPS} steps of {PACE:g} s, seed {SEED}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATTENTION_HOSTED"] = "1"
        app = RunningApp(Path(folder) / "home")
        try:
            app.start()
            app.wait_until_idle()
            noted = asyncio.run(_lesson(app))
        finally:
            app.kill()
            del os.environ["ATTENTION_HOSTED"]
    noted.seconds["the teacher's bars behind"] = noted.behind()
    report.add(sorted(set(noted.faults)))
    for what, goal in GOALS.items():
        taken = np.array(noted.seconds[what])
        middle, most = np.percentile(taken, [50, 95]) if len(taken) else (np.nan, np.nan)
        report.line(what, f"{most:.3f}", f"s, 95th percentile of {len(taken)}; median {middle:.3f}")
        if not most <= goal:
            report.add([f"{what}: {most:.2f} s, goal {goal:g} s"])
    return report.close()


async def _lesson(app: RunningApp) -> Noted:
    noted, warm = Noted(), Noted()
    # the server closes a connection that was silent for five seconds: none is used again so late
    limits = httpx.Limits(max_connections=None, keepalive_expiry=2.0)
    async with httpx.AsyncClient(timeout=180, limits=limits) as http:
        at = Events.of(app.url)
        first = Visitor(http, at, "10.0.1.0")
        await first.come()
        await _slide(Browser(first, warm), random.Random(SEED))  # loads torch and the networks
        teacher = Browser(Visitor(http, at, SCHOOL), noted)
        await teacher.visitor.come()
        opened = await teacher.post("open")
        teacher.code = opened["code"]
        pages = [Browser(Visitor(http, at, SCHOOL), noted, opened["code"]) for _ in range(PUPILS)]
        await asyncio.gather(*(page.visitor.come() for page in pages))
        polls = [teacher.poll("tally", **{"x-class-secret": opened["secret"]})]
        polls += [page.poll("state", **{"x-class-pupil": page.pupil}) for page in pages]
        asking = [asyncio.create_task(poll) for poll in polls]
        began = time.monotonic()
        asking.append(asyncio.create_task(_cost(app, began)))
        pupils = [_pupil(page, began, random.Random(n)) for n, page in enumerate(pages)]
        await asyncio.gather(_teacher(teacher, opened["secret"], began), *pupils)
        await asyncio.sleep(2 * POLL)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    return noted


async def _cost(app: RunningApp, began: float) -> None:
    """Prints how much of a core the class takes while nobody turns the dial."""
    before = app.computed()
    seconds = PACE * (SLID - 1)
    await _until(began + seconds)
    print(f"  without the dial: {(app.computed() - before) / seconds:.3f} of a core", flush=True)


async def _teacher(page: Browser, secret: str, began: float) -> None:
    """Leads all screens from step to step."""
    for step in range(1, STEPS + 1):
        await _until(began + PACE * (step - 1))
        clip = "high_five-0"
        await page.post("steer", code=page.code, secret=secret, led=True, step=step, clip=clip)


async def _pupil(page: Browser, began: float, drawn: random.Random) -> None:
    """Predicts and answers at each step, draws at one, turns the dial at two."""
    await _until(began + drawn.uniform(0, PACE / 4))
    await page.post("join", code=page.code, pupil=page.pupil)
    for step in range(1, STEPS + 1):
        opens = began + PACE * (step - 1)
        await _until(opens + drawn.uniform(0.2, 0.5) * PACE)
        await _answer(page, step, "before", drawn)
        if step == DRAWN:
            cells = [[drawn.random() < 0.2 for _ in range(12)] for _ in range(12)]
            given = {"step": step, "clip": "high_five-0", "frame": 4, "cells": cells}
            await page.post("draw", code=page.code, pupil=page.pupil, **given)
        if step == SLID:
            await _slide(page, drawn)
        if step == PRESSED:
            await _press(page, drawn)
        await _until(opens + drawn.uniform(0.6, 0.9) * PACE)
        await _answer(page, step, "after", drawn)


async def _answer(page: Browser, step: int, when: str, drawn: random.Random) -> None:
    page.noted.sent[step, when].append(time.monotonic())
    given = {"step": step, "question": f"q{step}", "choice": drawn.randrange(3), "when": when}
    await page.post("answer", code=page.code, pupil=page.pupil, **given)


async def _slide(page: Browser, drawn: random.Random) -> None:
    """Opens a clip under Heatmaps and moves a slider of its dial to one of its places: few fall together."""
    shift = drawn.choice(_seen_in_a_browser())
    share, quarter = drawn.randrange(1, PLACES + 1) / PLACES, len(shift.levels)
    stops = [0.0, *shift.levels.values()]
    value = float(np.interp(share * quarter, range(quarter + 1), stops))
    try:
        await page.visitor.choose("high_five-0")
        await page.visitor.open_dial()
        taken = await page.visitor.change({"shift": {shift.name: value}})
        page.noted.seconds[SLIDER].append(taken)
    except (RefusedError, httpx.HTTPError) as error:
        page.noted.faults.append(f"the dial: {type(error).__name__} {error}")


async def _press(page: Browser, drawn: random.Random) -> None:
    """Presses mild, then medium, then hard of a shift under Learn: the first one, or else any."""
    offered = _seen_in_a_browser()
    shift = offered[0] if drawn.random() < 0.5 else drawn.choice(offered)
    try:
        for value in shift.levels.values():
            page.noted.seconds[LESSON].append(
                await page.visitor.press("kiss-0", {shift.name: value})
            )
            await asyncio.sleep(THINKS)
    except (RefusedError, httpx.HTTPError) as error:
        page.noted.faults.append(f"the lesson's dial: {type(error).__name__} {error}")


def _seen_in_a_browser() -> list[Shift]:
    """What the lesson's dial offers."""
    return [shift for shift in shifts() if shift.in_browser]


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
