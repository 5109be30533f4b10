"""The shift dial in chromium: how steady the screen is while a slider moves, and how soon its picture."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.page import DRAWN, PATIENCE, PLAYER, URL, app
from tests.bench.race import Row
from tests.pages import CHROMIUM, FLAGS

MOVES = 200
COMPUTED = 16.0  # ms, whatever else the machine does
GOAL = 17.0  # ms: every frame of a screen that draws sixty in a second
MOVED = ("darkness", "shrink and move")  # the last sums to compute, and the first
# a move for each frame of the screen: ms between the frames, and ms from each move to its picture
DRAG = """async ({ moved, all, moves }) => {
  const { player } = document.querySelector("#player .attention-player");
  const { dial, tiles } = player;
  player.options.ask = () => {};
  const own = dial.rows.findIndex(({ name }) => name === moved);
  dial.sliders.forEach(({ range }, at) => (range.value = all && at !== own ? 250 : 0));
  const asked = [], soon = [], frames = [], draw = tiles.draw.bind(tiles);
  tiles.draw = (...given) => {
    draw(...given);
    const drawn = asked.findIndex(({ values }) => values === JSON.stringify(dial.preview.shown?.values));
    if (drawn >= 0) soon.push(performance.now() - asked.splice(0, drawn + 1).at(-1).at);
  };
  let last = await new Promise(requestAnimationFrame);
  for (let move = 0; move < moves; move++) {
    dial.sliders[own].range.value = 60 + move;
    asked.push({ at: performance.now(), values: JSON.stringify(dial.values) });
    dial.sliders[own].range.dispatchEvent(new Event("input"));
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - last);
    last = now;
  }
  await new Promise((done) => setTimeout(done, 300));
  tiles.draw = draw;
  return { frames, soon };
}"""


def rows() -> Iterator[Row]:
    """Medians and 95th percentiles with one shift and with all of them; nothing without chromium."""
    if CHROMIUM is None:
        return
    with tempfile.TemporaryDirectory() as folder, app(Path(folder) / "home"):
        for moved in MOVED:
            for many in (False, True):
                yield from _rows(f"{moved}, {'all' if many else 'one'}", _drag(moved, many))


def _rows(name: str, found: dict[str, Any]) -> Iterator[Row]:
    for what, key, goal in (("screen", "frames", -GOAL), ("picture", "soon", None)):
        middle, late = np.percentile(found[key], (50, 95))
        yield Row(f"{name}: {what}, ms, median", np.array([middle]))
        yield Row("    95th percentile", np.array([late]), goal)
    computed = np.array([found["computed"]])
    yield Row("    the page's thread, ms of computing a move", computed, -COMPUTED)
    yield Row(f"    pictures drawn of {MOVES} moves", np.array([float(len(found["soon"]))]))


def _drag(moved: str, many: bool) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{URL}?clip=high_five-0")
        page.wait_for_function(DRAWN)
        page.click(".dial summary")
        page.wait_for_function(f"!{PLAYER}.clock.running")
        page.wait_for_timeout(5000)  # the server makes itself ready
        asked = {"moved": moved, "all": many, "moves": 30}
        page.evaluate(DRAG, asked)  # compiled
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = _computed(session)
        found: dict[str, Any] = page.evaluate(DRAG, {**asked, "moves": MOVES})
        found["computed"] = 1000 * (_computed(session) - before) / MOVES
        browser.close()
    return found


def _computed(session: Any) -> float:
    """Seconds that the page's own thread has computed."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration")
