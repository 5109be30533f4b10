"""Open pages without a browser: `python -m tests.soak.clients URL RUN COUNT` asks as runs.js does.

They ask until SIGTERM, then print how many polls and drawings they got.
"""

import asyncio
import json
import secrets
import signal
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.soak.site import Site

EVERY = 1.5  # seconds between two questions, as runs.js asks
FOLLOW = "the stage at work"


@dataclass(frozen=True)
class Address:
    """Where the app answers what the Train tab asks: numbers as /config gives them."""

    url: str
    card: int
    refresh: int

    @classmethod
    def of(cls, url: str) -> "Address":
        """Asks the app."""
        site = Site.of(url)
        return cls(site.api, site.parts["run-card"], site.event("runs-refresh", "click")[0])


@dataclass
class Page:
    """One open page that shows a run."""

    http: httpx.AsyncClient
    at: Address
    run: str
    session: str = field(default_factory=lambda: secrets.token_hex(6))
    polls: int = 0
    drawings: int = 0

    async def stay_open(self) -> None:
        """Asks how the run goes, and has the page drawn when there is more to show."""
        await asyncio.sleep(EVERY * secrets.randbelow(1000) / 1000)  # pages are opened at any time
        seen: dict[str, Any] | None = None
        drawn = 0.0
        while True:
            await asyncio.sleep(EVERY)
            told = await self.poll()
            now = time.monotonic()
            urgent = seen is None or told["runs"] != seen["runs"]
            grown = seen is not None and told["metrics"] != seen["metrics"]
            if urgent or (grown and now - drawn > told["pause"]):
                seen, drawn = told, now
                await self.draw()

    async def poll(self) -> dict[str, Any]:
        """The state card, and the marks that change."""
        asked = {
            "data": self.run if self.drawings else "",
            "component_id": self.at.card,
            "fn_name": "how_it_goes",
        }
        answer = await self.http.post(
            f"{self.at.url}/component_server", json=asked | {"session_hash": self.session}
        )
        self.polls += 1
        told: dict[str, Any] = answer.raise_for_status().json()
        return told

    async def draw(self) -> None:
        """The refresh event: through the queue, its answer over the stream of this session."""
        run = self.run if self.drawings else None  # a page opens with none chosen
        asked: dict[str, Any] = {"data": [None, run, FOLLOW], "fn_index": self.at.refresh}
        asked |= {"session_hash": self.session, "event_data": None, "trigger_id": None}
        (await self.http.post(f"{self.at.url}/queue/join", json=asked)).raise_for_status()
        where = f"{self.at.url}/queue/data?session_hash={self.session}"
        async with self.http.stream("GET", where) as stream:
            async for line in stream.aiter_lines():
                if '"process_completed"' in line[:400]:
                    assert '"success": true' in line or '"success":true' in line, line[:400]
                    self.drawings += 1
                    return


async def main(url: str, run: str, count: int) -> None:
    """Opens the pages and keeps them open until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=60, limits=limits) as http:
        at = Address.of(url)
        pages = [Page(http, at, run) for _ in range(count)]
        tasks = [asyncio.create_task(page.stay_open()) for page in pages]
        await asyncio.wait(
            [*tasks, asyncio.create_task(ended.wait())], return_when="FIRST_COMPLETED"
        )
        for task in tasks:
            if task.done():
                await task  # a page came to grief: say how
            task.cancel()
    polls, drawings = sum(page.polls for page in pages), sum(page.drawings for page in pages)
    print(json.dumps({"polls": polls, "drawings": drawings}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
