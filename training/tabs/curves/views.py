"""The views of the Curves tab that show a sweep: Figure 5, Figure 4 and the tables."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
import pandas as pd
from gradio.components import Component

from attention.catalogue.catalogue import key_of, say
from attention.errors import InputError, short
from attention.methods.registry import methods, plain_name
from attention.serving.workroom import Workroom
from attention.tabs.languages import label
from training.judge.paper import Curve
from training.judge.results import SweepResults
from training.report.charts import figure5_chart, gains_chart
from training.report.curves import (
    MEASURES,
    TABLES,
    class_gains,
    curve_name,
    curves_in,
    figure5_rows,
    full_curve_name,
    paper_rows,
    table_rows,
    usual_pair,
    with_plain_names,
)
from training.report.known_sweeps import Sweep, column_for, results_of
from training.report.numbers import percent
from training.report.tables import LARGEST
from training.tabs.figure_block import Shown, View, figure_block

HEADLINE = ("CNN", "UnAtt", "finetune+CNN", "finetune+EnergyNet")  # of several sweeps at once


def figure5_view(chosen: Component, workroom: Workroom) -> View:
    """Accuracy against labelled clips (Figure 5)."""
    with gr.Tab(label("curves.figure5"), id="figure5") as tab:
        with gr.Row(elem_classes=["curve-controls"]):
            measure = gr.Radio(
                _measure_choices(),
                value="accuracy",
                label=label("curves.measure"),
                min_width=360,
                elem_id="curves-measure",
            )
            names = gr.Dropdown(
                _method_choices(),
                value=_usual(),
                multiselect=True,
                label=label("curves.methods"),
                scale=3,
                elem_id="curves-methods",
            )
            quoted = gr.Checkbox(
                True, label=label("curves.paper"), min_width=200, elem_id="curves-paper"
            )
        inputs: list[Component] = [measure, names, quoted]
        outputs, fill = figure_block("figure5", _figure5, chosen, inputs, workroom)
    choices = {measure: _measure_choices, names: _method_choices}
    return View("figure5", tab, inputs, outputs, fill, choices)


def _measure_choices() -> list[tuple[str, str]]:
    return [(say(f"charts.short.{measure}"), measure) for measure in MEASURES]


def _method_choices() -> list[tuple[str, str]]:
    return [(plain_name(row.name), row.name) for row in methods()]


def _usual() -> list[str]:
    """The methods drawn before anybody chooses."""
    return [row.name for row in methods() if row.role != "control"]


def _figure5(sweeps: Sequence[Sweep], measure: str, names: Sequence[str], quoted: bool) -> Shown:
    there = _measured(sweeps)
    kept = [row.name for row in methods() if row.name in names]
    notes = _notes(there)
    if len(there) > 1 and set(kept) >= set(
        _usual()
    ):  # thirteen methods of two sweeps are no picture
        kept = [row.name for row in methods() if row.name in HEADLINE]
        quoted = False
        notes = (
            *notes,
            say("curves.of_several", methods=", ".join(map(plain_name, kept))),
        )
    chart = figure5_chart([(s.title, s.stills, r) for s, r in there], measure, kept, quoted)
    tables = []
    for sweep, results in there:
        rows = figure5_rows(results, measure, kept)
        rows.insert(0, "of", sweep.title)
        tables.append(rows)
    if quoted:
        rows = paper_rows(measure, there[0][0].stills).rename(columns={"value": "mean"})
        rows.insert(0, "of", say("charts.paper"))
        tables.append(rows[rows["method"].isin(kept)])
    table = pd.concat(tables, ignore_index=True)
    table["fraction"] = [percent(f) if f else say("charts.none") for f in table["fraction"]]
    table["where"] = table["where"].fillna("") if "where" in table else ""
    table = with_plain_names(table.rename(columns={"fraction": "labels"}))
    return Shown(chart.title, table, chart, notes)


def figure4_view(chosen: Component, workroom: Workroom) -> View:
    """The classes with the largest gain (Figure 4)."""
    with gr.Tab(label("curves.figure4"), id="figure4") as tab:
        with gr.Row(elem_classes=["curve-controls"]):
            better = gr.Dropdown(
                [], value=None, label=label("curves.gain"), elem_id="figure4-better"
            )
            worse = gr.Dropdown([], value=None, label=label("curves.over"), elem_id="figure4-worse")
        inputs: list[Component] = [better, worse]
        outputs, fill = figure_block("figure4", _figure4, chosen, inputs, workroom)

    def render(sweeps: Sequence[Sweep], better_now: str | None, worse_now: str | None) -> list[Any]:
        choices, pair = pair_of(sweeps, better_now, worse_now)
        told = [gr.Dropdown(choices=choices, value=value) for value in pair]
        return [*told, *fill(sweeps, *pair)]

    return View("figure4", tab, inputs, [better, worse, *outputs], render)


def _figure4(sweeps: Sequence[Sweep], better: str | None, worse: str | None) -> Shown:
    sweep, results = _measured(sweeps)[0]
    a, b = curve_named(results, better), curve_named(results, worse)
    gains = class_gains(results, a, b)
    chart = gains_chart(gains, a, b, sweep.title)
    table = gains.rename(columns={"worse": curve_name(b), "better": curve_name(a)})
    notes = [say("curves.bars")]
    if len(gains) > LARGEST:
        notes.append(say("curves.largest", shown=LARGEST, classes=len(gains)))
    if len(sweeps) > 1:
        notes.append(say("curves.first_only", sweep=sweep.title))
    return Shown(chart.title, table, chart, tuple(notes))


def tables_view(chosen: Component, workroom: Workroom) -> View:
    """Tables 1 to 5 and every difference the paper states."""
    with gr.Tab(label("curves.tables"), id="tables") as tab:
        number = gr.Radio(
            _table_choices(),
            value="Table 2",
            label=label("curves.which"),
            elem_id="curves-table",
            show_label=False,
        )
        inputs: list[Component] = [number]
        outputs, fill = figure_block("tables", _table, chosen, inputs, workroom, table_first=True)
    return View("tables", tab, inputs, outputs, fill, {number: _table_choices})


def _table_choices() -> list[tuple[str, str]]:
    return [(say(key_of("charts.tables", number, "name")), number) for number in TABLES]


def _table(sweeps: Sequence[Sweep], number: str) -> Shown:
    columns = [column for sweep in sweeps if (column := column_for(sweep)) is not None]
    if not columns:
        raise InputError(say("curves.nothing_yet"))
    if number not in TABLES:
        raise InputError(f"There is no '{short(number, 40)}'; choose one of {', '.join(TABLES)}.")
    notes = [f"{say('charts.spread')} {say('charts.order')}"]
    if number in ("Table 1", "Table 2", "Table 3"):
        notes.append(say("curves.stills"))
    if number == "Differences" and len(columns) > 1:
        notes.append(say("curves.first_only", sweep=columns[0].name))
    name, what = (say(key_of("charts.tables", number, which)) for which in ("name", "title"))
    return Shown(f"{name}. {what}", table_rows(number, columns), None, tuple(notes))


def curve_named(results: SweepResults, key: str | None) -> Curve:
    """The curve of a key of `curve_choices`; InputError when the sweep has none such."""
    known = {curve_key(curve): curve for curve in results.judged}
    if key not in known:
        raise InputError("Choose two methods that this sweep has measured.")
    return known[key]


def curve_choices(results: SweepResults) -> list[tuple[str, str]]:
    """(for people, key) of every curve of a sweep, for a dropdown."""
    return [(full_curve_name(curve), curve_key(curve)) for curve in curves_in(results)]


def curve_key(curve: Curve) -> str:
    """A curve as pages and links name it."""
    return f"{curve.method} @ {curve.fraction:g}"


def pair_of(
    sweeps: Sequence[Sweep], better: str | None, worse: str | None
) -> tuple[list[tuple[str, str]], tuple[str | None, str | None]]:
    """The curves to choose among, and the two chosen: those asked for, else the usual ones."""
    try:
        _, results = _measured(sweeps)[0]
    except InputError:
        return [], (None, None)
    choices = curve_choices(results)
    keys = {key for _, key in choices}
    if better in keys and worse in keys:
        return choices, (better, worse)
    usual = usual_pair(results)
    return choices, (None, None) if usual is None else (curve_key(usual[0]), curve_key(usual[1]))


def _measured(sweeps: Sequence[Sweep]) -> list[tuple[Sweep, SweepResults]]:
    if not sweeps:
        raise InputError("Choose at least one sweep or run above.")
    found = [(sweep, results) for sweep in sweeps if (results := results_of(sweep)) is not None]
    if not found:
        raise InputError(say("curves.nothing_yet"))
    return found


def _notes(there: Sequence[tuple[Sweep, SweepResults]]) -> tuple[str, ...]:
    notes = [f"{say('charts.spread')} {say('charts.levels')}"]
    for sweep, results in there:
        told = say(
            "charts.judged", sweep=sweep.title, clips=sum(results.clip_counts.values()),
            part=say(f"train.parts.{results.part}"), folds=len(results.clip_counts),
            seeds=len(results.seeds),
        )  # fmt: skip
        if results.left_out:
            told += f" {say('charts.unfinished', rows=results.left_out)}"
        notes.append(told)
    return tuple(notes)
