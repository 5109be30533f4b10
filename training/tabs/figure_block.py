"""A figure or table on the page: what it shows in words, its numbers, and files of it to take away."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import pandas as pd
from gradio.components import Component

from attention.errors import InputError
from attention.serving.workroom import Workroom
from training.report.charts.chart import Chart
from training.report.known_sweeps import Sweep, by_name

FILES = {"png": "PNG", "svg": "SVG", "csv": "CSV"}
# a plot is a figure to a screen reader, and its caption says what is to be seen; as a picture, its
# buttons could not be reached
DESCRIBE = """
const describe = () => {
  const plot = document.getElementById(props.plot);
  plot?.setAttribute("role", "figure");
  plot?.setAttribute("aria-label", element.innerText);
};
describe();
watch("value", () => setTimeout(describe, 100));
"""


@dataclass(frozen=True)
class Shown:
    """What is to be seen: a chart, or for chart None the table alone, and sentences about it."""

    title: str
    table: pd.DataFrame
    chart: Chart | None = None
    notes: tuple[str, ...] = ()


# the sweeps chosen and the values of the view's own inputs → what they show; raises InputError
Show = Callable[..., Shown]


@dataclass(frozen=True)
class View:
    """One tab of figures: `render(sweeps, *values of inputs)` gives the values of outputs."""

    name: str
    tab: gr.Tab
    inputs: list[Component]
    outputs: list[Component]
    render: Callable[..., Sequence[Any]]


def figure_block(
    name: str,
    show: Show,
    chosen: Component,
    inputs: Sequence[Component],
    workroom: Workroom,
    *,
    table_first: bool = False,
) -> tuple[list[Component], Callable[..., list[Any]]]:
    """Builds plot, caption, files and numbers; returns the outputs and what fills them.

    table_first: the numbers are what is shown; there is no plot.
    """
    plot = gr.Plot(
        show_label=False,
        container=False,
        visible=not table_first,
        elem_id=f"{name}-plot",
        elem_classes=["curve-plot"],
    )
    if table_first:
        table = gr.HTML("", elem_id=f"{name}-table")
    caption = gr.HTML("", js_on_load=DESCRIBE, elem_id=f"{name}-caption", plot=f"{name}-plot")
    files(name, show, chosen, inputs, workroom)
    if not table_first:
        with gr.Accordion("The numbers as a table", open=False, elem_id=f"{name}-numbers"):
            table = gr.HTML("", elem_id=f"{name}-table")

    def fill(sweeps: Sequence[Sweep], *values: Any) -> list[Any]:
        try:
            seen = show(sweeps, *values)
        except InputError as error:
            return [gr.Plot(value=None, visible=False), note(str(error)), ""]
        from training.report.charts.page import plotly_figure  # not before a figure is looked at

        figure = None if seen.chart is None else plotly_figure(seen.chart)
        return [
            gr.Plot(value=figure, visible=figure is not None),
            _caption(seen),
            table_html(seen.table, seen.title),
        ]

    return [plot, caption, table], fill


def files(
    name: str,
    show: Show,
    chosen: Component,
    inputs: Sequence[Component],
    workroom: Workroom,
    kinds: Sequence[str] = tuple(FILES),
) -> None:
    """Buttons that give what `show` shows as files."""
    with gr.Row(elem_classes=["curve-files"]):
        for kind in kinds:
            button = gr.Button(
                FILES[kind], size="sm", elem_id=f"{name}-{kind}", min_width=60, scale=0
            )
            file = gr.DownloadButton("file", visible="hidden", elem_id=f"{name}-{kind}-file")
            made = button.click(
                _writer(kind, show, workroom),
                [chosen, *inputs],
                file,
                concurrency_id="export",
                concurrency_limit=1,
                show_progress="hidden",
                api_visibility="private",
            )
            made.success(
                None,
                js=f"() => document.querySelector('#{name}-{kind}-file')?.click()",
                api_visibility="private",
            )


def _writer(kind: str, show: Show, workroom: Workroom) -> Callable[..., str]:
    def write(names: Sequence[str], *values: Any) -> str:
        try:
            seen = show(sweeps_named(names), *values)
        except InputError as error:
            raise gr.Error(str(error), print_exception=False) from None
        return str(written(seen, kind, workroom.new_folder()))

    return write


def written(seen: Shown, kind: str, folder: Path) -> Path:
    """Writes it as png, svg or csv into `folder`, named after its title."""
    slug = re.sub(r"[^a-z0-9]+", "-", seen.title.casefold()).strip("-")[:60] or "figure"
    path = folder / f"{slug}.{kind}"
    if kind == "csv":
        seen.table.to_csv(path, index=False)
        return path
    from training.report.charts.printed import Kind, printed_chart, printed_table  # matplotlib

    drawn: Kind = "svg" if kind == "svg" else "png"
    if seen.chart is None:
        path.write_bytes(printed_table(seen.table, seen.title, drawn))
    else:
        path.write_bytes(printed_chart(seen.chart, drawn))
    return path


def tab_around() -> gr.Tab | None:
    """The tab that is being built, when one is."""
    block = gr.context.Context.block
    while block is not None and not isinstance(block, gr.Tab):
        block = block.parent
    return block


def sweeps_named(names: Sequence[str] | str | None) -> list[Sweep]:
    """The sweeps of these names; those that were removed meanwhile are left out."""
    known = by_name()
    asked = [names] if isinstance(names, str) else names or []
    return [known[name] for name in asked if name in known]


def table_html(table: pd.DataFrame, title: str) -> str:
    """A table that scrolls within itself; numbers to one digit."""
    head = "".join(f"<th scope='col'>{escape(str(name))}</th>" for name in table.columns)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<th scope='row'>{escape(_text(value))}</th>"
            if c == 0
            else f"<td>{escape(_text(value))}</td>"
            for c, value in enumerate(row)
        )
        + "</tr>"
        for row in table.itertuples(index=False)
    )
    return (
        f"<div class='numbers' tabindex='0' role='region' aria-label='{escape(title)}'><table>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def note(text: str) -> str:
    """A sentence in place of a figure."""
    return f"<p class='note'>{escape(text)}</p>"


def _caption(seen: Shown) -> str:
    alt = seen.chart.alt if seen.chart else ""
    said = f"<p class='caption'><b>{escape(seen.title)}.</b> {escape(alt)}</p>"
    return said + "".join(f"<p class='caption quiet'>{escape(text)}</p>" for text in seen.notes)


def _text(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.1f}"
    return str(value)
