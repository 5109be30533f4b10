"""The dial as several people turn it at once: seconds from a changed slider to the new verdicts.

The app runs as a process of its own; people are HTTP clients that ask as the page does, each with a session
of its own, all at the same moment, and wait for all before the next change. No browser: what the page itself
takes is not in it.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np

from tests.bench.race import Row
from tests.soak.running_app import RunningApp
from tests.soak.visitor import Events, Visitor

SAMPLE = "high_five-0"  # 16 frames
PEOPLE, CHANGES = 10, 6
GOALS = {1: 1.0, PEOPLE: 3.0}  # seconds, medians
PATIENCE = 120.0


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
        persons = [Visitor(http, at, "10.0.0.1") for _ in range(people)]
        for person in persons:
            await person.come()
            await person.choose(SAMPLE)
            await person.open_dial()
        found: list[float] = []
        for change in range(CHANGES):
            values = (0.1 + 0.05 * change + 0.002 * number for number in range(people))
            pairs = zip(persons, values, strict=True)
            found += await asyncio.gather(*(person.shift(value) for person, value in pairs))
    return found
