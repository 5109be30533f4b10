"""The confusion view: which class is taken for which; a cell lists its clips, a clip opens in the player."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Self

import gradio as gr
import pandas as pd
from gradio.components import Component

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.methods.registry import plain_name
from attention.serving.workroom import Workroom
from attention.tabs.languages import label
from training.judge.results import SweepResults
from training.report.charts import confusion_chart
from training.report.curves import cell_of, confusion_counts, curve_name
from training.report.known_sweeps import Sweep, clip_verdicts, results_of, sweep_named
from training.tabs.curves.clip_picks import Pick, clip_player, picks_html, right_label, wrong_label
from training.tabs.curves.views import curve_choices, curve_named, pair_of
from training.tabs.figure_block import (
    Shown,
    View,
    caption_html,
    files,
    note,
    plotted,
    sweeps_named,
    table_html,
)

MOST_CLASSES = 25  # a larger set shows those with the most mistakes
PICKS = ASSETS / "page" / "picks.js"
ALL = "all"


def confusion_view(chosen: Component, workroom: Workroom) -> View:
    """The confusion matrix of one method, share of labels and seed."""
    with gr.Tab(label("curves.confusion"), id="confusion") as tab:
        with gr.Row(elem_classes=["curve-controls"]):
            method = gr.Dropdown(
                [], value=None, label=label("curves.method"), elem_id="confusion-method"
            )
            seed = gr.Dropdown([], value=None, label=label("curves.seed"), elem_id="confusion-seed")
        inputs: list[Component] = [method, seed]
        grid = gr.HTML("", js_on_load=PICKS.read_text(encoding="utf-8"), elem_id="confusion-grid")
        caption = gr.HTML("", elem_id="confusion-caption")
        plot = gr.Plot(visible="hidden", elem_id="confusion-plot")  # for its picture alone
        files("confusion", _confusion, chosen, inputs, workroom)
        with gr.Accordion(label("curves.numbers"), open=False, elem_id="confusion-numbers"):
            table = gr.HTML("", elem_id="confusion-table")
        clips = gr.HTML("", js_on_load=PICKS.read_text(encoding="utf-8"), elem_id="confusion-clips")
        clip_player("confusion", [clips], workroom)

    seen: list[Component] = [method, seed, grid, caption, plot, table]

    def render(sweeps: Sequence[Sweep], key: str | None, seed_now: str | None) -> list[Any]:
        choices, seeds, key, seed_now = _offered(sweeps, key, seed_now)
        told = [gr.Dropdown(choices=choices, value=key), gr.Dropdown(choices=seeds, value=seed_now)]
        try:
            shown = _confusion(sweeps, key, seed_now)
            cells = {"sweep": _first(sweeps)[0].name, "by": str(key), "seed": str(seed_now)}
        except InputError as error:
            return [*told, note(str(error)), "", None, ""]
        numbers = table_html(shown.table, shown.title)
        caption = caption_html(shown, say("curves.click"))
        return [*told, grid_html(shown.table, cells), caption, plotted(shown), numbers]

    # gradio finds the event by the annotation of a plain function
    def open_cell(event: gr.EventData, names: list[str], key: str, seed_now: str) -> list[Any]:
        """A cell's clips; and its matrix, where an address leads to a cell of another."""
        told = event._data if isinstance(event._data, dict) else {}
        as_it_is = [gr.skip()] * (1 + len(seen))
        try:
            cell = Cell.of(told, sweeps_named(names), key, seed_now)
            clips = _clips([sweep_named(cell.sweep)], cell.by, cell.seed, cell.truth, cell.said)
            if cell.is_in(sweeps_named(names), key, seed_now):
                return [*as_it_is, clips]
            matrix = render([sweep_named(cell.sweep)], cell.by, cell.seed)
            return [gr.Dropdown(value=[cell.sweep]), *matrix, clips]
        except InputError as error:
            return [*as_it_is, note(str(error))]

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    opened = grid.click(open_cell, [chosen, *inputs], [chosen, *seen, clips], **quiet)
    opened.success(
        None,
        js="() => document.querySelector('#confusion-clips')?.scrollIntoView({block: 'nearest'})",
        api_visibility="private",
    )
    # not with the matrix, which an address may fill later than the clips
    gr.on([made.input for made in (chosen, *inputs)], lambda: "", None, clips, **quiet)
    return View("confusion", tab, inputs, seen, render, opened=opened)


@dataclass(frozen=True)
class Cell:
    """A cell of a matrix: the sweep, the method and seed it is of; truth and said, its row and column."""

    sweep: str
    by: str
    seed: str
    truth: str
    said: str

    @classmethod
    def of(cls, told: dict[str, Any], sweeps: Sequence[Sweep], key: str, seed: str) -> Self:
        """What a press or an address tells; what it leaves out is as the page shows it."""
        sweep = told.get("sweep") or _first(sweeps)[0].name
        asked = (sweep, told.get("by", key), told.get("seed", seed))
        return cls(*map(str, (*asked, told.get("truth"), told.get("said"))))

    def is_in(self, sweeps: Sequence[Sweep], key: str | None, seed: str | None) -> bool:
        """Whether the page shows the matrix of this cell."""
        first = next((sweep for sweep in sweeps if results_of(sweep) is not None), None)
        return first is not None and (first.name, key, seed) == (self.sweep, self.by, self.seed)


def grid_html(table: pd.DataFrame, of: Mapping[str, str]) -> str:
    """The counts as a table of buttons, darker to lighter with their share of the row.

    of: sweep, method and seed, which the address of a cell names.
    """
    names = list(table.columns[1:])
    worst = _worst(table, names)
    head = "".join(f"<th scope='col'><span>{escape(name)}</span></th>" for name in worst)
    rows = "".join(
        f"<tr><th scope='row'>{escape(truth)}</th>"
        + "".join(_cell(of, truth, said, int(row[said]), int(row[names].sum())) for said in worst)
        + "</tr>"
        for truth, row in ((name, table.loc[table["truth"] == name].iloc[0]) for name in worst)
    )
    return (
        "<div class='confusion' tabindex='-1' role='region' "
        f"aria-label='{escape(say('curves.matrix'))}'><table>"
        f"<thead><tr><th scope='col' class='corner'>{escape(say('curves.corner'))}</th>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _confusion(sweeps: Sequence[Sweep], key: str | None, seed: str | None) -> Shown:
    sweep, results = _first(sweeps)
    curve = curve_named(results, key)
    verdicts = cell_of(clip_verdicts(sweep), curve, _seed(seed))
    counts = confusion_counts(verdicts, results.concepts)
    seeds = say("charts.all_seeds") if _seed(seed) is None else say("charts.seed", seed=seed)
    method = curve_name(curve)
    title = say("charts.confusion", method=method, seeds=seeds, sweep=sweep.title)
    chart = confusion_chart(counts, title)
    notes = []
    if len(counts) > MOST_CLASSES:
        notes.append(say("charts.mistakes", shown=MOST_CLASSES, classes=len(counts)))
    if len(sweeps) > 1:
        notes.append(say("curves.first_only", sweep=sweep.title))
    table = counts.rename_axis(index="truth", columns=None).reset_index()
    return Shown(chart.title, table, chart, tuple(notes))


def _clips(sweeps: Sequence[Sweep], key: str, seed: str, truth: str, said: str) -> str:
    """The clips of a cell as pictures to choose from."""
    sweep, results = _first(sweeps)
    curve = curve_named(results, key)
    if truth not in results.concepts or said not in results.concepts:
        raise InputError("The classes have changed meanwhile; choose the cell again.")
    verdicts = cell_of(clip_verdicts(sweep), curve, _seed(seed))
    mine = verdicts[(verdicts["truth"] == truth) & (verdicts["prediction"] == said)]
    seeds = verdicts["seed"].nunique()
    # of a clip that several seeds called so, the first of their networks opens
    times = mine.groupby(["clip", "fold"], observed=True)["seed"].agg(["nunique", "min"])
    times = times.sort_values("nunique", ascending=False, kind="stable").reset_index()
    labels = right_label(truth)
    if said != truth:
        labels += wrong_label(plain_name(curve.method), said)
    picks = [
        Pick(
            str(row["clip"]),
            truth,
            by=curve,
            fold=str(row["fold"]),
            seed=int(row["min"]),
            said=labels,
            remark=say("curves.with_seeds", count=row["nunique"], seeds=seeds) if seeds > 1 else "",
        )
        for row in times.to_dict("records")
    ]
    called = "curves.called.right" if said == truth else "curves.called.wrong"
    head = f"{say(called, truth=truth, said=said)}: {say('curves.clips', count=len(picks))}"
    return f"<h3>{escape(head)}</h3>{picks_html(sweep, picks)}"


def _first(sweeps: Sequence[Sweep]) -> tuple[Sweep, SweepResults]:
    for sweep in sweeps:
        results = results_of(sweep)
        if results is not None:
            return sweep_named(sweep.name), results
    raise InputError("Choose a sweep or run that has measured something.")


def _offered(
    sweeps: Sequence[Sweep], key: str | None, seed: str | None
) -> tuple[list[tuple[str, str]], list[tuple[str, str]], str | None, str | None]:
    """Methods and seeds to choose among, and the choice: the one asked for while it is there."""
    try:
        _, results = _first(sweeps)
    except InputError:
        return [], [], None, None
    choices = curve_choices(results)
    seeds = [ALL, *map(str, results.seeds)]
    named = [(say("data.all"), ALL), *((seed, seed) for seed in seeds[1:])]
    if key not in {k for _, k in choices}:
        key = pair_of(sweeps, None, None)[1][0] or choices[0][1]
    return choices, named, key, seed if seed in seeds else seeds[1]


def _seed(seed: str | None) -> int | None:
    return int(seed) if seed is not None and seed.isdigit() else None


def _worst(table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    if len(names) <= MOST_CLASSES:
        return list(names)
    wrong = {
        name: row[list(names)].sum() - row[name]
        for name, row in ((row["truth"], row) for _, row in table.iterrows())
    }
    most = sorted(names, key=lambda name: -wrong[name])[:MOST_CLASSES]
    return [name for name in names if name in most]


def _cell(of: Mapping[str, str], truth: str, said: str, count: int, row: int) -> str:
    share = count / row if row else 0.0
    if not count:
        return "<td class='none'>0</td>"
    from matplotlib import colormaps  # not before there is a matrix
    from matplotlib.colors import to_hex

    colour = to_hex(colormaps["cividis"](share))
    ink = "#000" if share > 0.55 else "#fff"
    pick = escape(json.dumps({**of, "truth": truth, "said": said}))
    kind = "right" if truth == said else "wrong"
    words = say("curves.called.cell", count=count, of=row, truth=truth, said=said)
    return (
        f"<td class='{kind}'><button data-pick='{pick}' style='background:{colour};color:{ink}' "
        f"title='{escape(words)}' aria-label='{escape(words)}'>{count}</button></td>"
    )
