"""One hostile visitor: floods, hogs, drips, fills, aborts: `… -m tests.soak.attacks URL HOG SECONDS A,B`.

A process of its own. It takes its share of the cores; from another machine it would take none, so that the
page has it harder here than there. Prints how often it did what, and what it was refused, as JSON.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import httpx

from tests.soak.visitor import Events, RefusedError, Visitor

ADDRESS = "66.6.6.6"
HEADERS = {"x-forwarded-for": ADDRESS, "content-type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
END = b"\r\n--x--\r\n"
LARGE = PART + os.urandom(20_000_000) + END
Act = Callable[[], Awaitable[object]]


class Hostile:
    """What it does until an end, by time.monotonic(); hog: a small file of many large frames."""

    def __init__(self, http: httpx.AsyncClient, at: Events, hog: Path, end: float) -> None:
        self.http, self.at, self.hog, self.end = http, at, hog, end
        self.visitor = Visitor(http, at, ADDRESS)
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def attack(self, names: set[str]) -> None:
        """All attacks of these names at once."""
        await self.visitor.come()
        await asyncio.gather(
            *(
                self._again(name, act, pause)
                for name, (times, act, pause) in self.attacks.items()
                for _ in range(times)
                if name in names
            )
        )

    @property
    def attacks(self) -> dict[str, tuple[int, Act, float]]:
        """Name → how many at once, what is done, and the seconds between two times."""
        return {
            "flood": (4, self._flood, 0.02),
            "hog": (4, self._take_the_line, 0.1),
            "drip": (4, self._drip, 1.0),
            "fill": (1, self._fill, 0.5),
            "abort": (1, self._abort, 0.5),
        }

    async def _again(self, name: str, act: Act, pause: float) -> None:
        while time.monotonic() < self.end:
            self.done[name] += 1
            with suppress(httpx.HTTPError):
                try:
                    await act()
                except RefusedError as refusal:
                    self.refused[str(refusal)] += 1
            await asyncio.sleep(pause)

    async def _flood(self) -> None:
        number, component = self.at.sample
        said = await self.visitor.join(number, [None], component, {"sample": "lion"})
        if said.is_error:
            raise RefusedError(said.text[:100])

    async def _take_the_line(self) -> None:
        await self.visitor.bring(await self.visitor.upload(self.hog), self.hog.name, 1)

    async def _drip(self) -> None:
        async def slow() -> object:
            yield PART
            while time.monotonic() < self.end:
                yield b"0" * 10
                await asyncio.sleep(1)

        await self._post(slow())

    async def _abort(self) -> None:
        async def cut_short() -> object:
            yield PART
            yield bytes(2_000_000)
            raise httpx.WriteError("the browser was closed")

        await self._post(cut_short(), {"content-length": "9000000"})

    async def _fill(self) -> None:
        said = await self._post(LARGE)
        if said.is_error:
            raise RefusedError(said.text[:100])

    async def _post(self, content: object, more: dict[str, str] | None = None) -> httpx.Response:
        return await self.http.post(
            f"{self.at.url}/upload",
            content=content,
            headers=HEADERS | (more or {}),  # type: ignore[arg-type]
        )


async def _main(url: str, hog: str, seconds: str, names: str) -> dict[str, Counter[str]]:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=180, limits=limits) as http:
        hostile = Hostile(http, Events.of(url), Path(hog), time.monotonic() + float(seconds))
        with suppress(TimeoutError):
            async with asyncio.timeout(float(seconds) + 1):
                await hostile.attack(set(names.split(",")))
        return {"done": hostile.done, "refused": hostile.refused}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_main(*sys.argv[1:]))))
