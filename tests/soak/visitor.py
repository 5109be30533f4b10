"""A visitor of the Heatmaps tab without a browser: samples, dial, uploads, over the page's own events."""

import json
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from attention.gate.visitors import HEADER
from tests.soak.site import Site


@dataclass(frozen=True)
class Events:
    """The numbers of the page's events and components, as /config gives them."""

    url: str
    sample: tuple[int, int]  # the event, and the component that triggers it
    dial: tuple[int, int]
    upload: tuple[int, int]
    lesson: tuple[int, int]  # of the Learn tab: its dial

    @classmethod
    def of(cls, url: str) -> "Events":
        """Asks the app."""
        site = Site.of(url)
        return cls(
            site.api,
            site.event("samples", "click"),
            site.event("player", "input"),
            site.event("upload", "upload"),
            site.event("lesson", "input"),
        )


@dataclass
class Visitor:
    """Somebody with a token, a session and an address of their own."""

    http: httpx.AsyncClient
    at: Events
    address: str
    token: str = ""
    session: str = field(default_factory=lambda: secrets.token_hex(6))

    async def come(self) -> None:
        """Gets a token."""
        site = self.at.url.removesuffix("/gradio_api")
        said = await self.http.get(f"{site}/visitor", headers=self._headers())
        self.token = said.raise_for_status().json()["token"]
        self.http.cookies.clear()  # all visitors of a soak share this client, and must not be one

    async def choose(self, sample: str) -> float:
        """Chooses a sample; seconds until it shows."""
        number, component = self.at.sample
        return await self._done(number, [None], component, {"sample": sample})

    async def open_dial(self) -> None:
        """Has the model and the frames loaded, as who opens the dial does."""
        number, component = self.at.dial
        await self._done(number, [None, None, "interactions"], component, {"open": True})

    async def shift(self, darkness: float) -> float:
        """Moves the dial; seconds until the new verdicts are here."""
        return await self.change({"shift": {"darkness": darkness}})

    async def change(self, asked: dict[str, Any]) -> float:
        """Has the clip changed as `change_of` takes it; seconds until the new verdicts are here."""
        number, component = self.at.dial
        return await self._done(number, [None, None, "interactions"], component, asked)

    async def press(self, clip: str, shift: dict[str, float]) -> float:
        """Presses a level of the lesson's dial; seconds until it says what the methods say."""
        number, component = self.at.lesson
        asked = {"number": 1, "clip": clip, "shift": shift}
        return await self._done(number, [None], component, asked)

    async def bring(self, path: str, name: str, every: int) -> float:
        """Looks at an uploaded file."""
        number, component = self.at.upload
        file = {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
        return await self._done(number, [file, None, None, "imagenet", every], component, None)

    async def upload(self, file: Path) -> str:
        """Uploads a file; its path on the server."""
        given = {"files": (file.name, file.read_bytes())}
        said = await self.http.post(f"{self.at.url}/upload", files=given, headers=self._headers())
        return str(said.raise_for_status().json()[0])

    async def open_page(self) -> float:
        """Loads the page; seconds."""
        began = time.perf_counter()
        site = self.at.url.removesuffix("/gradio_api")
        for path in ("/", "/config"):
            (await self.http.get(f"{site}{path}", headers=self._headers())).raise_for_status()
        return time.perf_counter() - began

    async def join(
        self, number: int, data: list[Any], component: int, event: Any
    ) -> httpx.Response:
        """Puts an event into the queue."""
        asked = {"data": data, "fn_index": number, "session_hash": self.session}
        asked |= {"event_data": event, "trigger_id": component}
        return await self.http.post(
            f"{self.at.url}/queue/join", json=asked, headers=self._headers()
        )

    async def _done(self, number: int, data: list[Any], component: int, event: Any) -> float:
        began = time.perf_counter()
        said = await self.join(number, data, component, event)
        if said.is_error:
            raise RefusedError(said.text[:200])
        wanted = said.json()["event_id"]
        where = f"{self.at.url}/queue/data?session_hash={self.session}"
        async with self.http.stream("GET", where, headers=self._headers()) as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                told = json.loads(line.removeprefix("data:"))
                if told.get("event_id") == wanted and '"trouble"' in line:
                    raise RefusedError("the dial was not followed")
                if told.get("msg") == "process_completed" and told.get("event_id") == wanted:
                    if not told.get("success"):
                        raise RefusedError(str(told.get("output")))
                    return time.perf_counter() - began
        raise RefusedError("the stream ended")

    def _headers(self) -> dict[str, str]:
        return {"x-forwarded-for": self.address, **({HEADER: self.token} if self.token else {})}


class RefusedError(Exception):
    """What the page said in place of an answer."""
