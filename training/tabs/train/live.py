"""The charts of a run while it works, drawn once for all who look, and what a page has seen of it."""

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.catalogue.languages import speaking
from training.report.charts import training_chart
from training.report.plot import plain
from training.report.training_log import ACCURACY, LOSS, POOL, STAGES, log_rows
from training.runs.folder import Run
from training.runs.standing import Standing, standings
from training.tabs.figure_block import drawn
from training.tabs.train.run_card import state_card

FOLLOW = "at work"  # the stage that works now
SECOND = {"EnergyNet": POOL}  # beside the loss; accuracy for the CNNs
ASKED_EVERY = 1.5  # seconds, as assets/page/runs.js asks
REMEMBERED = 6.0  # seconds of questions that are counted
LEAST_PAUSE, PAUSE_EACH = 4.0, 2.5  # seconds; the second for each open page
SMOOTHING = {"EnergyNet": 0.8}


_asked: deque[float] = deque()


@dataclass(frozen=True)
class Seen:
    """What a page shows of the runs: equal when nothing it shows has changed."""

    runs: tuple[tuple[str, str, int], ...] = ()
    name: str = ""
    state: str = ""
    told: float = 0.0
    metrics: int = -1
    of: str = ""


def seen_now(found: Sequence[Standing], chosen: Standing | None, of: str) -> Seen:
    """What there is to show now."""
    runs = _runs(found)
    if chosen is None:
        return Seen(runs, of=of)
    state, told = (chosen.status.state, chosen.status.told) if chosen.status else ("", 0.0)
    return Seen(runs, chosen.run.name, state, told, _metrics_size(chosen.run), of)


def how_it_goes(name: str) -> dict[str, Any]:
    """What a page asks every other second: the chosen run's state as HTML, and marks that change.

    runs: changes with any run's state or place · metrics: with what the chosen run has measured ·
    pause: seconds to leave between two drawings for new metrics alone, so that many pages together
    cost the server no more than one or two.
    """
    found = standings()
    chosen = next((s for s in found if s.run.name == name), None)
    return {
        "state": state_card(chosen) if chosen else None,
        "runs": repr(_runs(found)),
        "metrics": _metrics_size(chosen.run) if chosen else 0,
        "pause": max(LEAST_PAUSE, PAUSE_EACH * _pages_open()),
    }


def _pages_open() -> float:
    """How many pages ask, by the questions of the last few seconds."""
    now = time.monotonic()
    _asked.append(now)
    while now - _asked[0] > REMEMBERED:
        _asked.popleft()
    return len(_asked) * ASKED_EVERY / REMEMBERED


def _runs(found: Sequence[Standing]) -> tuple[tuple[str, str, int], ...]:
    return tuple((s.run.name, s.status.state if s.status else "", s.place) for s in found)


def _metrics_size(run: Run) -> int:
    try:
        return (run.folder / "metrics.jsonl").stat().st_size
    except OSError:
        return 0


def charted_stages() -> list[tuple[str, str]]:
    """The stages whose charts can be seen, in the language of who asks."""
    return [
        (say("train.stage_at_work"), FOLLOW),
        *((say(f"charts.stages.{key}"), stage) for stage, key in STAGES.items()),
    ]


def nothing_yet() -> str:
    """What stands below the charts while there are none."""
    return f"<p class='note'>{escape(say('train.nothing'))}</p>"


def live_charts(run: Run, of: str) -> list[Any]:
    """Loss, and beside it accuracy or the pool's size, of a stage; and both in words."""
    figures, words = _charts(run, of, _metrics_size(run), speaking())
    return [*_plots(figures), words]


def no_charts() -> list[Any]:
    """What stands in their place when there is nothing to draw."""
    return [*_plots((None, None)), nothing_yet()]


def _plots(figures: Sequence[Any]) -> list[Any]:
    # made anew each time: gradio takes the value out of an update it has sent
    return [gr.update(value=figure, visible=figure is not None) for figure in figures]


@lru_cache(maxsize=32)
def _charts(run: Run, of: str, _size: int, _language: str) -> tuple[tuple[Any, Any], str]:
    rows = log_rows(run.metrics())
    stage = of if of in STAGES else (str(rows["stage"].iloc[-1]) if len(rows) else "")
    if rows[rows["stage"] == stage].empty:
        return (None, None), nothing_yet()
    panels = (LOSS, SECOND.get(stage, ACCURACY))
    smoothing = SMOOTHING.get(stage, 0.0)
    charts = [training_chart({run.name: rows}, stage, panel, smoothing) for panel in panels]
    small = {"height": 270, "margin": {"l": 10, "r": 10, "t": 36, "b": 10}}
    title = {"font": {"size": 13}, "y": 0.97, "yanchor": "top"}
    first, second = (
        drawn(chart, **small, title=title | {"text": plain(chart.title)}) for chart in charts
    )
    words = " ".join(escape(chart.alt) for chart in charts)
    return (first, second), f"<p class='note' role='status'>{words}</p>"
