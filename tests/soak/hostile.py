"""Ten visitors work while an eleventh floods, hogs and fills: by how much they wait longer.

SOAK_ATTACKS: some of what it does, see attacks.py, such as flood,fill. SOAK_ROUNDS.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from attention.serving.samples import samples
from tests.soak.report import Report
from tests.soak.running_app import RunningApp
from tests.soak.visitor import Events, RefusedError, Visitor

VISITORS, SECONDS, PAUSE = 10, 30.0, 4.0
# each without and then with the hostile one, as a machine is not equally quiet at all times
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "3"))
MOST = 2.0  # times as long, in the 95th percentile
ATTACKS = os.environ.get("SOAK_ATTACKS", "flood,hog,drip,fill,abort")
HOG = (1440, 1440, 400)  # pixels and frames of a picture that moves, as large as a GIF may be


def main() -> bool:
    """Prints how long samples and dials took without and with it. False where it is more than MOST times."""
    report = Report(
        f"Ten visitors, {ROUNDS} × {SECONDS:.0f} s without and with a hostile one, in turns"
    )
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ATTENTION_HOSTED"] = "1"
        app = RunningApp(Path(folder) / "home")
        try:
            app.start()
            app.wait_until_idle()
            hog = _hog(Path(folder) / "hog.gif")
            asyncio.run(_warm(app.url))
            before, under = Times(), Times()
            for _ in range(ROUNDS):
                for times, hostile in ((before, None), (under, hog)):
                    asyncio.run(_phase(app.url, hostile, times))
                    app.wait_until_idle()
        finally:
            app.kill()
            del os.environ["ATTENTION_HOSTED"]
    for kind in ("sample", "dial"):
        calm, pressed = (_percentiles(times.seconds[kind]) for times in (before, under))
        for what, found in (("without", calm), ("with", pressed)):
            report.line(
                f"{kind}, seconds: median {what}", f"{found[0]:.2f}", f"{found[1]:.2f} (95th)"
            )
        share = pressed[1] / calm[1]
        report.line(f"{kind}: 95th percentile, times as long", f"{share:.2f}", f"goal {MOST:g}")
        if pressed[1] > MOST * max(calm[1], 0.3):
            report.add([f"{kind}s took {pressed[1]:.1f} s in place of {calm[1]:.1f} s"])
    refused = {said for times in (before, under) for said in times.refused}
    report.add(f"refused: {said}" for said in sorted(refused))
    report.line("the hostile one did", under.acts.total(), str(dict(under.acts)))
    report.line("and was refused", under.rejected.total(), str(dict(under.rejected.most_common(3))))
    return report.close()


_asked = count(1)  # no strength is asked for twice: its answer would be at hand


@dataclass
class Times:
    """Seconds by what was done, and what honest visitors were refused; of the hostile one what it did."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"sample": [], "dial": []})
    refused: list[str] = field(default_factory=list)
    acts: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)


async def _warm(url: str) -> None:
    """The first look loads torch and the networks."""
    async with httpx.AsyncClient(timeout=180) as http:
        visitor = Visitor(http, Events.of(url), "10.0.1.0")
        await visitor.come()
        for key in _drawn():
            await visitor.choose(key)
            await visitor.shift(0.1)


def _drawn() -> list[str]:
    return [sample.key for sample in samples() if sample.model == "interactions"]


async def _phase(url: str, hog: Path | None, times: Times) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=180, limits=limits) as http:
        at = Events.of(url)
        hostile = asyncio.create_task(_attacked(url, hog)) if hog else None
        until = time.monotonic() + SECONDS
        await asyncio.gather(
            *(_works(Visitor(http, at, f"10.0.0.{n}"), n, until, times) for n in range(VISITORS))
        )
        if hostile:
            said = await hostile
            times.acts.update(said["done"])
            times.rejected.update(said["refused"])


async def _works(visitor: Visitor, number: int, until: float, times: Times) -> None:
    """Chooses a sample and moves its dial, with pauses, until it is time."""
    keys = _drawn()
    await asyncio.sleep(PAUSE * number / VISITORS)
    await visitor.come()
    turn = number
    while time.monotonic() < until:
        try:
            times.seconds["sample"].append(await visitor.choose(keys[turn % len(keys)]))
            await asyncio.sleep(PAUSE / 2)
            strength = 0.2 + 0.05 * (turn % 10) + 1e-5 * next(_asked)
            times.seconds["dial"].append(await visitor.shift(strength))
        except RefusedError as refusal:
            times.refused.append(str(refusal))
        await asyncio.sleep(PAUSE)
        turn += 1


async def _attacked(url: str, hog: Path) -> dict[str, dict[str, int]]:
    """How often the hostile one did what, and what it was refused."""
    command = ["-m", "tests.soak.attacks", url, str(hog), str(SECONDS), ATTACKS]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    said, _ = await process.communicate()
    return dict(json.loads(said))


def _hog(path: Path) -> Path:
    """A small file of many large frames: the same few again and again, as to write so many takes minutes."""
    width, height, count = HOG
    frames = [Image.fromarray(np.full((height, width), n, np.uint8)) for n in range(4)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40)
    whole = path.read_bytes()
    first, end = (
        whole.index(b"\x21\xf9\x04"),
        len(whole) - 1,
    )  # a frame begins; the last byte ends them
    path.write_bytes(whole[:first] + whole[first:end] * (count // len(frames)) + whole[end:])
    return path


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    found = np.array(seconds or [np.nan])
    return float(np.median(found)), float(np.percentile(found, 95))
