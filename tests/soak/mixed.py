"""Thirty visitors do all things for half an hour: errors, waits, memory, disk. SOAK_CLIENTS, SOAK_SECONDS."""

import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import psutil

from attention.serving.samples import samples
from tests.clips import write_clip
from tests.soak.disk import used
from tests.soak.report import Report
from tests.soak.running_app import RunningApp
from tests.soak.visitor import Events, RefusedError, Visitor

CLIENTS = int(os.environ.get("SOAK_CLIENTS", "30"))
SECONDS = float(os.environ.get("SOAK_SECONDS", "1800"))
PAUSE = 8.0  # seconds between two things a person does, on average
EVERY = 10.0  # seconds between two looks at memory and disk
SEED = 0
CACHED, LOOKS = 0.3, 10.0  # seconds, 95th percentile
FLAT = 1.1  # the most at the end of the last half ÷ the most in its first part
FULL = (
    "in use",
    "the most",
    "come in at the moment",
    "wait already",
)  # a sentence that says what to do


@dataclass
class Seen:
    """Seconds by what was done, what was refused, and memory and disk in bytes as time goes on."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    full: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    disk: list[int] = field(default_factory=list)


def main() -> bool:
    """Loads the page, prints the table. Returns whether every goal was met."""
    report = Report(f"{CLIENTS} visitors for {SECONDS:.0f} s, mixed, seed {SEED}")
    seen = Seen()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATTENTION_HOSTED"] = "1"  # so that each has an address of their own
        app = RunningApp(
            Path(folder) / "home", ATTENTION_STORE_GB="0.5"
        )  # full within the first half
        try:
            app.start()
            clips = [_clip(Path(folder), number) for number in range(8)]
            asyncio.run(_load(app, clips, seen))
        finally:
            app.kill()
            del os.environ["ATTENTION_HOSTED"]
    for what, goal in (("sample", CACHED), ("page", None), ("dial", None), ("look", LOOKS)):
        _tell(report, what, seen.seconds.get(what, []), goal)
    report.line("refused, as full", seen.full.total(), str(dict(seen.full.most_common(3))))
    report.line("errors", len(seen.errors))
    report.add(seen.errors[:20])
    for what, sizes in (("memory", seen.memory), ("disk", seen.disk)):
        half = sizes[len(sizes) // 2 :]
        report.line(f"MB of {what}, the last half", f"{min(half) / 1e6:.0f}–{max(half) / 1e6:.0f}")
        if max(half[len(half) // 2 :]) > FLAT * max(half[: len(half) // 2 + 1]) + 20e6:
            report.add([f"{what} still grows"])
    return report.close()


def _tell(report: Report, what: str, seconds: list[float], goal: float | None) -> None:
    if not seconds:
        report.add([f"no {what} came to its end"])
        return
    late = float(np.percentile(seconds, 95))
    said = f"median, {late:.2f} 95th" + (f", goal {goal:g}" if goal else "")
    report.line(f"{what}: {len(seconds)} times, seconds", f"{np.median(seconds):.2f}", said)
    if goal and late > goal:
        report.add([f"{what}: the 95th percentile is {late:.2f} s"])


async def _load(app: RunningApp, clips: list[Path], seen: Seen) -> None:
    async with httpx.AsyncClient(timeout=180, limits=httpx.Limits(max_connections=None)) as http:
        at = Events.of(app.url)
        warm = Visitor(http, at, "10.0.1.0")
        await warm.come()
        for key in _drawn():  # the first look loads torch and the networks
            await warm.choose(key)
        await warm.shift(0.1)
        until = time.monotonic() + SECONDS
        works = [
            _works(Visitor(http, at, f"10.0.0.{n}"), n, clips, until, seen) for n in range(CLIENTS)
        ]
        await asyncio.gather(*works, _weigh(app, until, seen))


async def _works(
    visitor: Visitor, number: int, clips: list[Path], until: float, seen: Seen
) -> None:
    drawn = random.Random(SEED * 1000 + number)
    keys = _drawn()

    async def look() -> float:
        began = time.perf_counter()
        clip = drawn.choice(clips)
        await visitor.bring(await visitor.upload(clip), clip.name, 1)
        return time.perf_counter() - began

    async def dial() -> float:
        return await visitor.shift(drawn.uniform(0.1, 0.6))

    doings: dict[str, Callable[[], Awaitable[float]]] = {
        "sample": lambda: visitor.choose(drawn.choice(keys)),
        "page": visitor.open_page,
        "dial": dial,
        "look": look,
    }
    await asyncio.sleep(PAUSE * drawn.random())
    await visitor.come()
    await visitor.choose(keys[number % len(keys)])  # who moves a dial has a clip open
    while time.monotonic() < until:
        (what,) = drawn.choices(list(doings), (6, 2, 2, 1))
        try:
            took = await doings[what]()
            seen.seconds.setdefault(what, []).append(took)
        except (RefusedError, httpx.HTTPError) as refusal:
            said = f"{what}: {refusal!r}"[:300]
            if any(word in said for word in FULL):
                seen.full[what] += 1
            else:
                seen.errors.append(said)
        await asyncio.sleep(drawn.expovariate(1 / PAUSE))


async def _weigh(app: RunningApp, until: float, seen: Seen) -> None:
    assert app.process is not None
    process = psutil.Process(app.process.pid)
    while time.monotonic() < until:
        seen.memory.append(process.memory_info().rss)
        seen.disk.append(used(app.temporary)[0])
        await asyncio.sleep(EVERY)


def _drawn() -> list[str]:
    return [sample.key for sample in samples() if sample.model == "interactions"]


def _clip(folder: Path, number: int) -> Path:
    noise = np.random.default_rng(number).integers(0, 256, (12, 120, 160, 3), np.uint8)
    return write_clip(folder / f"clip{number}.mp4", list(noise))
