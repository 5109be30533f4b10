"""The page as it is opened: how soon it answers and shows a heatmap, in how much memory and how many bytes.

A process of its own starts the app in every round, beside one that only imports gradio. The browser is
chromium, whose own start does not count.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from tests.bench.clip import moving
from tests.bench.race import Row, Seconds
from tests.clips import write_clip
from tests.pages import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
PORT = 7935
URL = f"http://127.0.0.1:{PORT}/"
MOST_START = 1.4  # times importing gradio
MOST_MORE = 1.0  # seconds from the page's answer to a heatmap
MOST_MEMORY = 780.0  # MB: 0.6 of the 1.3 GB of the first version
MOST_BYTES = 1.5  # MB before the first picture
MOST_CONCEPT = 150.0  # ms
MOST_LESSON = 1.0  # seconds after the app's own load
PATIENCE = 120_000  # ms
IMPORT = "import gradio, time; print(time.process_time())"
PLAYER = "document.querySelector('#player .attention-player')?.player"
DRAWN = f"{PLAYER}?.drawn >= 0"
# a picture of the lesson that is decoded
LESSON = (
    "[...document.querySelectorAll('#lesson .stills img')].some((picture) => picture.naturalWidth)"
)
# from the choice of the concept that the CNN finds least likely to its tile under its map
CHOOSE = """() => {
  const player = document.querySelector("#player .attention-player").player;
  const { pack } = player.view;
  const rare = pack.concepts.findLastIndex((_, concept) => !pack.maps.has(concept));
  const started = performance.now();
  player.set({ shown: [...player.view.state.shown, rare] });
  return new Promise((resolve) => {
    const look = () =>
      document.querySelector(`#player .tile[data-concept="${rare}"]`)
        ? resolve(performance.now() - started)
        : requestAnimationFrame(look);
    look();
  });
}"""


def rows() -> Iterator[Row]:
    """The page's rows; without chromium those that need none."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        clip = write_clip(home / "ten seconds.mp4", moving(300), fps=30)
        rounds = [_round(home / str(number), clip) for number in range(ROUNDS)]
    found = {name: np.array([each[name] for each in rounds]) for name in rounds[0]}
    yield Row("start to a page that answers ÷ importing gradio", _start(found), -MOST_START)
    yield Row("    the same by computing", found["computing"])
    yield Row("    s", found["answers"])
    if CHROMIUM is None:
        return
    yield Row("from its answer to the first heatmap, s", found["heatmap"], -MOST_MORE)
    yield Row("    the app's computing for it, s", found["served"])
    yield Row(
        "from a press on Learn to the lesson's first picture, s", found["lesson"], -MOST_LESSON
    )
    yield Row("    from an address of the lesson, s", found["lesson at once"])
    yield Row("resident, one sample served, MB", found["one sample"], -MOST_MEMORY)
    yield Row("resident, all samples served, MB", found["samples"], -MOST_MEMORY)
    yield Row("resident, after a look at a clip of one's own, MB", found["look"])
    yield Row("10 s clip, C=1000: MB before the first picture", found["bytes"], -MOST_BYTES)
    yield Row("    of a pack of MB", found["pack"])
    yield Row("    another concept's maps, ms", found["concept"], -MOST_CONCEPT)


def _start(found: dict[str, Seconds]) -> Seconds:
    return found["answers"] / found["gradio"]


def _round(home: Path, clip: Path) -> dict[str, float]:
    started = time.perf_counter()
    told = subprocess.run([sys.executable, "-c", IMPORT], check=True, cwd=ROOT, capture_output=True)
    found = {"gradio": time.perf_counter() - started}
    started = time.perf_counter()
    with app(home) as process:
        found["answers"] = time.perf_counter() - started
        computed = process.cpu_times()
        found["computing"] = (computed.user + computed.system) / float(told.stdout)
        if CHROMIUM is not None:
            found |= _seen(process, clip)
    return found


@contextmanager
def app(home: Path) -> Iterator[psutil.Process]:
    """The app, once it answers."""
    env = {**os.environ, "ATTENTION_HOME": str(home), "GRADIO_SERVER_PORT": str(PORT)}
    process = psutil.Popen([sys.executable, "app.py"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        while not _answers():
            if process.poll() is not None:
                raise RuntimeError("the app ended")
            time.sleep(0.02)
        yield process
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(home, ignore_errors=True)


def _answers() -> bool:
    try:
        return httpx.get(URL).is_success
    except httpx.TransportError:
        return False


def _seen(process: psutil.Process, clip: Path) -> dict[str, float]:
    from playwright.sync_api import sync_playwright

    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)
        started, before = time.perf_counter(), sum(process.cpu_times()[:2])
        page.goto(URL)
        page.wait_for_function(DRAWN)
        found["heatmap"] = time.perf_counter() - started
        found["served"] = sum(process.cpu_times()[:2]) - before
        found["one sample"] = _resident(process)
        page.locator("#samples button").last.wait_for()
        for sample in page.locator("#samples button").all()[1:]:
            before = page.evaluate(f"{PLAYER}.view.pack.clip")
            sample.click()
            page.wait_for_function(f"{PLAYER}.view?.pack.clip !== {before!r} && {DRAWN}")
        found["samples"] = _resident(process)
        found |= _look(page, process, clip)
        found |= _lesson(browser.new_page())
        browser.close()
    return found


def _look(page: Any, process: psutil.Process, clip: Path) -> dict[str, float]:
    sizes: list[float] = []
    whole: list[float] = []

    def note(response: Any) -> None:
        if "analysis.pack" in response.url:
            sizes.append(float(response.headers["content-length"]))
            whole.append(float(response.headers.get("content-range", "/0").rpartition("/")[2]))

    page.on("response", note)
    page.set_input_files("#upload input[type=file]", str(clip))
    page.wait_for_selector(f"#timing:has-text('{clip.name}')")
    page.wait_for_function(f"{PLAYER}.view?.pack.clip === {clip.name!r} && {DRAWN}")
    return {
        "look": _resident(process),
        "bytes": sum(sizes) / 1e6,
        "pack": whole[0] / 1e6,
        "concept": page.evaluate(CHOOSE),
    }


def _lesson(page: Any) -> dict[str, float]:
    """The Learn tab, opened in a page that is there, and with the page."""
    page.set_default_timeout(PATIENCE)
    page.goto(URL)
    page.wait_for_function(DRAWN)
    started = time.perf_counter()
    page.get_by_role("tab", name="Learn").click()
    page.wait_for_function(LESSON)
    pressed = time.perf_counter() - started
    page.goto("about:blank")
    started = time.perf_counter()
    page.goto(f"{URL}?tab=learn")
    page.wait_for_function(LESSON)
    return {"lesson": pressed, "lesson at once": time.perf_counter() - started}


def _resident(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6
