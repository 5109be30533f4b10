"""Ten visitors work while an eleventh floods, hogs and fills: by how much they wait longer."""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
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
ROUNDS = (
    3  # each without and then with the hostile one, as a machine is not equally quiet at all times
)
MOST = 2.0  # times as long, in the 95th percentile
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
            before, under = _none(), _none()
            for _ in range(ROUNDS):
                for times, hostile in ((before, None), (under, hog)):
                    asyncio.run(_phase(app.url, hostile, times))
                    app.wait_until_idle()
        finally:
            app.kill()
            del os.environ["ATTENTION_HOSTED"]
    for kind in ("sample", "dial"):
        calm, pressed = (_percentiles(times[kind]) for times in (before, under))
        for what, found in (("without", calm), ("with", pressed)):
            report.line(
                f"{kind}, seconds: median {what}", f"{found[0]:.2f}", f"{found[1]:.2f} (95th)"
            )
        share = pressed[1] / calm[1]
        report.line(f"{kind}: 95th percentile, times as long", f"{share:.2f}", f"goal {MOST:g}")
        if pressed[1] > MOST * max(calm[1], 0.3):
            report.add([f"{kind}s took {pressed[1]:.1f} s in place of {calm[1]:.1f} s"])
    refused = {said for times in (before, under) for said in times["refused"]}
    report.add(f"refused: {said}" for said in sorted(map(str, refused)))
    report.line(
        "refusals of the hostile one",
        len(under["hostile"]),
        str(sorted(set(map(str, under["hostile"])))[:3]),
    )
    return report.close()


Times = dict[str, list[float | str]]
_asked = count(1)  # no strength is asked for twice: its answer would be at hand


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


def _none() -> Times:
    return {"sample": [], "dial": [], "refused": [], "hostile": []}


async def _phase(url: str, hog: Path | None, times: Times) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=180, limits=limits) as http:
        at = Events.of(url)
        until = time.monotonic() + SECONDS
        honest = [
            _works(Visitor(http, at, f"10.0.0.{n}"), n, until, times) for n in range(VISITORS)
        ]
        attacks = [] if hog is None else _attacks(http, at, hog, until, times)
        rude = [asyncio.create_task(attack) for attack in attacks]
        await asyncio.gather(*honest)
        for task in rude:
            task.cancel()
        await asyncio.gather(*rude, return_exceptions=True)


async def _works(visitor: Visitor, number: int, until: float, times: Times) -> None:
    """Chooses a sample and moves its dial, with pauses, until it is time."""
    keys = _drawn()
    await asyncio.sleep(PAUSE * number / VISITORS)
    await visitor.come()
    turn = number
    while time.monotonic() < until:
        try:
            times["sample"].append(await visitor.choose(keys[turn % len(keys)]))
            await asyncio.sleep(PAUSE / 2)
            strength = 0.2 + 0.05 * (turn % 10) + 1e-5 * next(_asked)
            times["dial"].append(await visitor.shift(strength))
        except RefusedError as refusal:
            times["refused"].append(str(refusal))
        await asyncio.sleep(PAUSE)
        turn += 1


def _attacks(
    http: httpx.AsyncClient, at: Events, hog: Path, until: float, times: Times
) -> list[Awaitable[None]]:
    """What the hostile one does at once."""
    bad = Visitor(http, at, "66.6.6.6")

    async def again(act: Callable[[], Awaitable[object]], pause: float) -> None:
        if not bad.token:
            await bad.come()
        while time.monotonic() < until:
            with suppress(httpx.HTTPError):
                try:
                    await act()
                except RefusedError as refusal:
                    times["hostile"].append(str(refusal))
            await asyncio.sleep(pause)

    async def flood() -> None:
        number, component = at.sample
        said = await bad.join(number, [None], component, {"sample": "lion"})
        if said.is_error:
            raise RefusedError(said.text[:100])

    async def take_the_line() -> None:
        await bad.bring(await bad.upload(hog), hog.name, 1)

    async def drip() -> None:
        async def slow() -> object:
            yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
            while time.monotonic() < until:
                yield b"0" * 10
                await asyncio.sleep(1)

        headers = {
            "content-type": "multipart/form-data; boundary=x",
            "x-forwarded-for": bad.address,
        }
        await http.post(f"{at.url}/upload", content=slow(), headers=headers)  # type: ignore[arg-type]

    async def abort() -> None:
        async def cut_short() -> object:
            yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="b.mp4"\r\n\r\n'
            yield bytes(2_000_000)
            raise httpx.WriteError("the browser was closed")

        headers = {
            "content-type": "multipart/form-data; boundary=x",
            "content-length": "9000000",
            "x-forwarded-for": bad.address,
        }
        await http.post(f"{at.url}/upload", content=cut_short(), headers=headers)  # type: ignore[arg-type]

    async def fill() -> None:
        given = {"files": ("full.mp4", os.urandom(20_000_000))}
        said = await http.post(
            f"{at.url}/upload", files=given, headers={"x-forwarded-for": bad.address}
        )
        if said.is_error:
            raise RefusedError(said.text[:100])

    floods = [again(flood, 0.02) for _ in range(4)]
    hogs = [again(take_the_line, 0.1) for _ in range(4)]
    return [
        *floods,
        *hogs,
        *[again(drip, 1.0) for _ in range(4)],
        again(fill, 0.5),
        again(abort, 0.5),
    ]


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


def _percentiles(seconds: list[float | str]) -> tuple[float, float]:
    found = np.array([float(s) for s in seconds] or [np.nan])
    return float(np.median(found)), float(np.percentile(found, 95))
