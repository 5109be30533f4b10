"""Every event of the page, private ones too, called with values of wrong types: none may end in a fault.

A fault is an error without a sentence, a traceback in the log, or a path of the server in an answer.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.calls import Caller, Event, errors_of

ROOT = Path(__file__).parents[2]
SESSION = 100  # calls in one session
STARTS = 120.0  # seconds within which the app answers
TRACEBACK = "Traceback (most recent call last)"
LEAKS = ("site-packages", 'File "', TRACEBACK)
# what a page's own scripts tell with an event
TOLD = (
    "sample", "probe", "sweep", "clip", "by", "fold", "seed", "truth", "said", "open", "frame", "channels",
    "concept", "side", "shifts", "hidden", "boxes", "index", "value", "darkness",
)  # fmt: skip
QUERY = ("clip", "model", "own", "frame", "run", "tab", "at", "s")
KNOWN = (
    "lion", "imagenet", "interactions", "drawn", "whole", "centre", "web", "tuned", "CNN @ 0", "accuracy",
    "Hug", "working", "energynet", "../../etc/passwd", "/etc/passwd", "<img src=x onerror=alert(1)>",
)  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One call: the event, its values, what is told with it, the address it comes from."""

    event: Event
    values: Any
    told: Any
    query: dict[str, str]


def wild(draw: random.Random, depth: int = 0) -> Any:
    """A value of any type that JSON has."""
    plain = [
        None, True, False, 0, 1, -1, 2**31, 2**63, -(2**70), 0.5, -1e-9, 1e308, float("inf"), float("nan"),
        "", " ", "0", "1,2", "a" * 300, "é\u0000\n\u202e", "x" * 100_000, draw.choice(KNOWN),
        {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, {"url": "http://127.0.0.1:1/"},
    ]  # fmt: skip
    kind = draw.random()
    if depth > 2 or kind < 0.7:
        return draw.choice(plain)
    if kind < 0.85:
        return [wild(draw, depth + 1) for _ in range(draw.randint(0, 4))]
    keys = [*TOLD, "path", "name", "__type__", "visible"]
    return {draw.choice(keys): wild(draw, depth + 1) for _ in range(draw.randint(0, 4))}


def calls(caller: Caller, draw: random.Random, usual: float = 0.5) -> Iterator[Call]:
    """Calls of the page's events without end; no training is begun on a set that there is.

    usual: the share of values that are what the page holds at first.
    """
    sets = {i for i, props in caller.props.items() if props.get("elem_id") == "train-set"}
    while True:
        event = draw.choice(caller.events)
        values: Any = [
            wild(draw)
            if draw.random() >= usual or i in sets or event.name == "start_run"
            else caller.props[i].get("value")
            for i in event.inputs
        ]
        if draw.random() < 0.05:
            values = values[:-1] if draw.random() < 0.5 else [*values, wild(draw)]
        told = {draw.choice(TOLD): wild(draw) for _ in range(3)}
        query = {draw.choice(QUERY): str(wild(draw))[:2000] for _ in range(2)}
        yield Call(event, values, told if draw.random() < 0.7 else wild(draw), query)


def faults_of(call: Call, answers: list[dict[str, Any]], secret: tuple[str, ...]) -> list[str]:
    """What is wrong with the answers to a call. secret: texts that no answer may hold."""
    text = json.dumps(answers)
    faults = [f"it holds {leak}" for leak in (*LEAKS, *secret) if json.dumps(leak)[1:-1] in text]
    faults += ["an error without a sentence" for error in errors_of(answers) if not error]
    faults += [
        "an error of more than 500 characters" for e in errors_of(answers) if len(e or "") > 500
    ]
    faults += [
        f"status {answer['status']}"
        for answer in answers
        if answer.get("status", 0) in range(500, 600)
    ]
    return [f"{call.event.name} {str(call)[:300]}: {fault}" for fault in faults]


def tried(
    url: str, count: int, seed: int, secret: tuple[str, ...] = (), usual: float = 0.5
) -> list[str]:
    """The faults of so many calls to a running app."""
    draw, faults = random.Random(seed), []
    made = calls(Caller(url), draw, usual)
    caller = Caller(url)
    for number in range(count):
        if number % SESSION == 0:
            caller = Caller(url, f"fuzz{number}")
            if number // SESSION % 2:  # with a look in hand
                caller.press("samples", told={"sample": "lion"})
        call = next(made)
        answers = caller.call(
            call.event.number, call.values, call.told, call.event.trigger, call.query
        )
        faults += faults_of(call, answers, secret)
        if draw.random() < 0.05:
            answer = caller.server("run-card", "how_it_goes", wild(draw))
            faults += [f"how_it_goes: {answer.text[:200]}"] if answer.is_server_error else []
    return faults


@contextmanager
def running_app(log: Path) -> Iterator[tuple[str, Path]]:
    """An app of its own, with its address and its home; what it says goes to `log`."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as home, log.open("wb") as said:
        port = random.SystemRandom().randint(20_000, 60_000)
        environment = os.environ | {
            "ATTENTION_HOME": f"{home}/home", "GRADIO_TEMP_DIR": f"{home}/gradio",
            "GRADIO_SERVER_PORT": str(port),
        }  # fmt: skip
        app = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=said, stderr=said
        )
        url, until = f"http://127.0.0.1:{port}/", time.monotonic() + STARTS
        try:
            while not _answers(url):
                if time.monotonic() > until or app.poll() is not None:
                    raise RuntimeError(log.read_text(errors="replace")[-2000:])
                time.sleep(0.2)
            yield url, Path(home) / "home"
        finally:
            app.terminate()
            app.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}config", timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def tracebacks_in(log: str) -> dict[str, str]:
    """The last line of each kind of traceback in a log → the end of the first such."""
    found: dict[str, str] = {}
    for part in log.split(TRACEBACK)[1:]:
        ends = re.search(r"^\w[\w.]*(?:Error|Exception)\b.*$", part, re.M)
        if ends:
            found.setdefault(ends[0], "\n".join(part[: ends.start()].splitlines()[-24:]))
    return found


def run(count: int, seed: int, tried_on: Callable[..., list[str]] = tried) -> int:
    """Calls an app of its own so many times and prints the faults; how many there are.

    tried_on: what calls, as `tried` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with running_app(log) as (url, home):
            started = time.monotonic()
            faults = tried_on(url, count, seed, (str(home), str(ROOT)))
            seconds = time.monotonic() - started
        said = log.read_text(encoding="utf-8", errors="replace")
    tracebacks = said.count(TRACEBACK)
    for fault in faults[:40]:
        print(fault)
    for line, traceback in tracebacks_in(said).items():
        print(f"{line[:200]}\n{traceback}")
    refused = said.count("refused ")
    print(
        f"{count} calls, seed {seed}, {seconds:.0f} s: {refused} refusals and {tracebacks} "
        f"tracebacks in the log, {len(faults)} faults"
    )
    return tracebacks + len(faults)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    sys.exit(min(1, run(asked.count, asked.seed)))
