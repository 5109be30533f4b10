"""The view of the Curves tab that shows what runs tell while they learn."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
import pandas as pd
from gradio.components import Component

from attention.catalogue.catalogue import say
from attention.errors import InputError
from attention.serving.workroom import Workroom
from attention.tabs.languages import label
from training.report.charts import training_chart
from training.report.known_sweeps import Sweep, training_log
from training.report.training_log import (
    ACCURACY,
    LOSS,
    PANELS,
    POOL,
    STAGES,
    log_rows,
    panel_title,
    smoothed,
)
from training.tabs.figure_block import Shown, View, figure_block

# what the page offers of a training log: name → stage, panel
LOGS = {
    f"{key} {panel}": (stage, panel)
    for stage, key in STAGES.items()
    for panel in (LOSS, POOL if stage == "EnergyNet" else ACCURACY)
}


def log_view(chosen: Component, workroom: Workroom) -> View:
    """Loss, accuracy and pool size of runs, as they come."""
    with gr.Tab(label("curves.training"), id="log") as tab:
        with gr.Row(elem_classes=["curve-controls"]):
            which = gr.Dropdown(
                log_choices(),
                value=next(iter(LOGS)),
                label=label("curves.what"),
                elem_id="log-which",
            )
            cell = gr.Dropdown(
                latest_alone(),
                value="",
                label=label("curves.cell"),
                elem_id="log-cell",
            )
            smoothing = gr.Slider(
                0,
                0.99,
                value=0.6,
                step=0.01,
                label=label("curves.smoothing"),
                info=label("curves.smoothing_info"),
                elem_id="log-smoothing",
            )
        inputs: list[Component] = [which, cell, smoothing]
        outputs, fill = figure_block("log", _log, chosen, inputs, workroom)

    def render(sweeps: Sequence[Sweep], what: str, cell_now: str, weight: float) -> list[Any]:
        rows = [log_rows(training_log(sweep)) for sweep in sweeps]
        stage, panel = LOGS.get(what, next(iter(LOGS.values())))
        cells = dict.fromkeys(
            str(c)
            for r in rows
            for c in r["cell"][(r["stage"] == stage) & r["quantity"].isin(PANELS[panel])]
        )
        kept = cell_now if cell_now in cells else ""
        choices = [*latest_alone(), *((c, c) for c in cells)]
        return [gr.Dropdown(choices=choices, value=kept), *fill(sweeps, what, kept, weight)]

    spoken = {which: log_choices, cell: latest_alone}
    return View("log", tab, inputs, [cell, *outputs], render, spoken)


def log_choices() -> list[tuple[str, str]]:
    """What there is to see of a training, in the language of who asks."""
    return [(panel_title(*of), name) for name, of in LOGS.items()]


def latest_alone() -> list[tuple[str, str]]:
    """The choice of each run's latest fold, seed and share of labels."""
    return [(say("curves.latest"), "")]


def _log(sweeps: Sequence[Sweep], what: str, cell: str, smoothing: float) -> Shown:
    stage, panel = LOGS.get(what, next(iter(LOGS.values())))
    logs = {sweep.title: log_rows(training_log(sweep)) for sweep in sweeps if sweep.run}
    if not logs:
        raise InputError(say("curves.no_log"))
    weight = min(max(float(smoothing), 0.0), 0.99)
    chart = training_chart(logs, stage, panel, weight, cell or None)
    if not chart.data:
        raise InputError(
            f"No run chosen above has told anything of '{panel_title(stage, panel)}' yet."
        )
    tables = []
    for title, rows in logs.items():
        mine = rows[(rows["stage"] == stage) & rows["quantity"].isin(PANELS[panel])].copy()
        by = mine.groupby(["cell", "quantity"], sort=False)["value"]
        mine["smoothed"] = by.transform(lambda values: smoothed(values.to_numpy(), weight))
        mine.insert(0, "of", title)
        tables.append(mine)
    shown = cell or say("curves.log_latest")
    return Shown(
        chart.title,
        pd.concat(tables, ignore_index=True),
        chart,
        (say("curves.log_note", cell=shown),),
    )
