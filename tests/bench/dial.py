"""The dial as several people turn it at once, or hide a part: seconds from a change to the new verdicts.

The app runs as a process of its own; people are HTTP clients that ask as the page does, each with a session
of its own, all at the same moment, and wait for all before the next change. No browser: what the page itself
takes is not in it.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

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
            for (people, goal), (name, changed) in product(GOALS.items(), KINDS.items()):
                found = np.array(asyncio.run(_changes(app.url, people, changed)))
                who = "one person" if people == 1 else f"{people} people at once"
                yield Row(f"{name}, {who}: to the new verdicts, s", found, -goal)
                yield Row("    95th percentile, s", np.percentile(found, [95]))
        finally:
            app.kill()


def _darker(strength: float) -> dict[str, Any]:
    return {"shift": {"darkness": strength}}


def _without_a_box(left: float) -> dict[str, Any]:
    """Hides the same box in every frame; left: its edge, in shares of the frame's width."""
    return {"hide": {"places": {"0": [left, 0.3, left + 0.3, 0.7]}, "only": False}}


KINDS = {"dial": _darker, "hidden part": _without_a_box}


async def _changes(
    url: str, people: int, changed: Callable[[float], dict[str, Any]]
) -> list[float]:
    """Seconds of each change of each person; changed(a number from 0.1 to 0.4) is what is asked for."""
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
            least = 0.1 + 0.05 * change + 1e-4 * people  # what was asked before would be at hand
            values = (least + 0.002 * number for number in range(people))
            pairs = zip(persons, values, strict=True)
            asked = (person.change(changed(value)) for person, value in pairs)
            found += await asyncio.gather(*asked)
    return found
