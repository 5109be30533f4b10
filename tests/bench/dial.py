"""The dial as several people turn it at once: seconds from a changed slider to the new verdicts.

The app runs as a process of its own; people are HTTP clients that ask as the page does, each with a session
of its own, all at the same moment, and wait for all before the next change. No browser: what the page itself
takes is not in it.
"""

import asyncio
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from tests.bench.race import Row
from tests.soak.running_app import RunningApp

SAMPLE, MODEL = "high_five-0", "interactions"  # 16 frames
PEOPLE, CHANGES = 10, 6
GOALS = {1: 1.0, PEOPLE: 3.0}  # seconds, medians
PATIENCE = 120.0


@dataclass(frozen=True)
class Events:
    """Where the app answers: a sample's click, and what the player asks."""

    url: str
    choose: int
    ask: int

    @classmethod
    def of(cls, url: str) -> "Events":
        """Asks the app."""
        config = httpx.get(f"{url}/config", timeout=30).raise_for_status().json()
        ids = {c["props"].get("elem_id"): c["id"] for c in config["components"]}

        def event(name: str, kind: str) -> int:
            target = [ids[name], kind]
            return next(int(d["id"]) for d in config["dependencies"] if target in d["targets"])

        return cls(f"{url}/gradio_api", event("samples", "click"), event("player", "input"))


@dataclass
class Person:
    """An open page with a clip of its own in hand."""

    http: httpx.AsyncClient
    at: Events
    session: str = field(default_factory=lambda: secrets.token_hex(6))

    async def told(self, event: int, data: list[Any], about: dict[str, Any]) -> float:
        """Seconds until an event is over. RuntimeError when the app reports a fault."""
        started = time.perf_counter()
        asked = {"data": data, "fn_index": event, "event_data": about, "trigger_id": None}
        asked["session_hash"] = self.session
        (await self.http.post(f"{self.at.url}/queue/join", json=asked)).raise_for_status()
        where = f"{self.at.url}/queue/data?session_hash={self.session}"
        async with self.http.stream("GET", where) as stream:
            async for line in stream.aiter_lines():
                if '"process_completed"' not in line[:400]:
                    continue
                if '"success":true' not in line.replace(" ", ""):
                    raise RuntimeError(line[:400])
                return time.perf_counter() - started
        raise RuntimeError("the app said nothing more")

    async def begin(self) -> None:
        """Chooses the sample and opens the dial."""
        await self.told(self.at.choose, [None], {"sample": SAMPLE})
        await self.told(self.at.ask, [None, None, MODEL], {"open": True})

    async def change(self, darkness: float) -> float:
        """Seconds until the clip in hand is looked at in another light."""
        about = {"shift": {"darkness": darkness}}
        return await self.told(self.at.ask, [None, None, MODEL], about)


def rows() -> Iterator[Row]:
    """One person alone, then ten at once: median, range and 95th percentile of all their changes."""
    with tempfile.TemporaryDirectory() as folder:
        app = RunningApp(Path(folder) / "home")
        app.start()
        try:
            app.wait_until_idle()
            for people, goal in GOALS.items():
                found = np.array(asyncio.run(_changes(app.url, people)))
                name = "one person" if people == 1 else f"{people} people at once"
                yield Row(f"dial, {name}: to the new verdicts, s", found, -goal)
                yield Row("    95th percentile, s", np.percentile(found, [95]))
        finally:
            app.kill()


async def _changes(url: str, people: int) -> list[float]:
    """Seconds of each change of each person."""
    at = Events.of(url)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as http:
        persons = [Person(http, at) for _ in range(people)]
        for person in persons:
            await person.begin()
        found: list[float] = []
        for change in range(CHANGES):
            values = (0.1 + 0.05 * change + 0.002 * number for number in range(people))
            pairs = zip(persons, values, strict=True)
            found += await asyncio.gather(*(person.change(value) for person, value in pairs))
    return found
