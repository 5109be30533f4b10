"""One's own concepts: 60 stills learned, the first maps of a clip, and five cameras live at once.

The app runs as a process of its own; people are HTTP clients that ask as the page does. No browser: what the
page itself takes, such as making stills small, is not in it. Stills are the drawn set's, two concepts.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from attention.disk.home import ASSETS
from attention.gate.visitors import HEADER
from tests.bench.clip import moving
from tests.bench.race import Row
from tests.clips import write_clip
from tests.soak.running_app import RunningApp
from tests.soak.visitor import Events, Visitor
from training.own.looking import FRAME_BYTES

CONCEPTS = ("Hug", "Kiss")
EACH = 30  # stills
PEOPLE = 5
LIVE = 10.0  # seconds
PATIENCE = 120.0


@dataclass
class Person:
    """A visitor with a session of their own concepts."""

    visitor: Visitor
    learning: tuple[int, int]  # the event, and the component that triggers it
    looking: tuple[int, int]
    session: str = ""

    async def come(self) -> None:
        """Gets a token and begins a session."""
        await self.visitor.come()
        self.session = (await self.post("begin")).json()["session"]

    async def fill(self) -> None:
        """Brings the stills."""
        for box, concept in enumerate(CONCEPTS):
            for still in sorted((ASSETS / "drawn" / "web" / concept).glob("*.jpg"))[:EACH]:
                asked = {"box": box, "take": 0, "name": still.name}
                await self.post("bring", still.read_bytes(), **asked)

    async def learn(self) -> float:
        """Seconds until the head is learned."""
        asked = {
            "learn": {"session": self.session, "names": dict(zip("01", CONCEPTS, strict=True))}
        }
        return await self.visitor._done(self.learning[0], [None], self.learning[1], asked)

    async def look(self, clip: Path) -> float:
        """Seconds from the clip's arrival until its maps are there."""
        path = await self.visitor.upload(clip)
        file = {"path": path, "orig_name": clip.name, "meta": {"_type": "gradio.FileData"}}
        return await self.visitor._done(self.looking[0], [file, None, None], self.looking[1], None)

    async def live(self, seconds: float) -> float:
        """Frames a second that are answered, each sent when the one before allows it."""
        frame = np.random.default_rng(0).integers(0, 256, FRAME_BYTES, np.uint8).tobytes()
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            await asyncio.sleep((await self.post("live", frame)).json()["pause"])
            count += 1
        return count / (time.perf_counter() - began)

    async def post(self, what: str, body: bytes = b"", **query: Any) -> httpx.Response:
        """What the script of the page asks."""
        site = self.visitor.at.url.removesuffix("/gradio_api")
        asked = query | ({"session": self.session} if self.session else {})
        headers = {HEADER: self.visitor.token}
        said = await self.visitor.http.post(
            f"{site}/own/{what}", params=asked, content=body, headers=headers
        )
        return said.raise_for_status()


def rows() -> Iterator[Row]:
    """Learning and a first look by one person, cold and warm; then five live at once."""
    with tempfile.TemporaryDirectory() as folder:
        clip = write_clip(Path(folder) / "five seconds.mp4", moving(150), fps=30)
        app = RunningApp(Path(folder) / "home")
        app.start()
        try:
            app.wait_until_idle()
            learnt, looked, frames = asyncio.run(_measured(app.url, clip))
        finally:
            app.kill()
    yield Row(
        "own concepts: 60 stills learned, the first of the app, s", np.array(learnt[:1]), -10.0
    )
    yield Row("    by the others, s", np.array(learnt[1:]))
    yield Row("    then the first maps of a 5 s clip, s", np.array(looked), -3.0)
    yield Row(f"live, {PEOPLE} cameras at once: frames/s of each", np.array(frames), 2.0)


async def _measured(url: str, clip: Path) -> tuple[list[float], list[float], list[float]]:
    at = Events.of(url)
    config = httpx.get(f"{url}/config", timeout=60).json()
    ids = {c["props"].get("elem_id"): c["id"] for c in config["components"]}

    def event(name: str, kind: str) -> tuple[int, int]:
        found = [d for d in config["dependencies"] if [ids[name], kind] in d["targets"]]
        return max(found, key=lambda d: len(d["inputs"]))["id"], ids[name]

    async with httpx.AsyncClient(timeout=PATIENCE) as http:
        people = [
            Person(
                Visitor(http, at, "10.0.0.1"),
                event("own-boxes", "input"),
                event("own-clip", "upload"),
            )
            for _ in range(PEOPLE)
        ]
        learnt, looked = [], []
        for person in people:
            await person.come()
            await person.fill()
            learnt.append(await person.learn())
            looked.append(await person.look(clip))
        frames = await asyncio.gather(*(person.live(LIVE) for person in people))
    return learnt, looked, list(frames)
