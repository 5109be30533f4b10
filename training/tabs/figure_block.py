"""A figure or table on the page: what it shows in words, its numbers, and files of it to take away."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import pandas as pd
from gradio.components import Component
from gradio.components.plot import PlotData

from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.serving.workroom import Workroom
from attention.tabs.faults import toasting
from attention.tabs.languages import Choices, label
from training.report.known_sweeps import Sweep, by_name
from training.report.numbers import cell_text
from training.report.plot import Chart, table_chart

PICTURES = ("png", "svg")
# the plot with its title, on white and with every line in the legend, drawn by the browser
PICTURE = """() => {
  const plot = document.querySelector("#NAME-plot .js-plotly-plot");
  if (!plot) return;
  const title = plot.layout.meta;
  const data = plot.data.map((t) => ({...t, showlegend: t.type === "scatter" && t.opacity === 1}));
  const layout = {...plot.layout, paper_bgcolor: "#fff", plot_bgcolor: "#fff",
    margin: {...plot.layout.margin, t: 48}, legend: {...plot.layout.legend, entrywidth: 0},
    title: {text: title, font: {size: 13}, x: 0.01, xanchor: "left", y: 0.98, yanchor: "top"}};
  const filename = title.toLowerCase().replace(/<br>|[^a-z0-9]+/g, "-").slice(0, 60);
  const height = plot.layout.height + 40, width = plot.layout.width || 900;
  Plotly.downloadImage({data, layout}, {format: "KIND", scale: 3, width, height, filename});
}"""
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
    """One tab of figures: `render(sweeps, *values of inputs)` gives the values of outputs.

    choices: input → what there is to choose, in the language of who asks · opened: what may have another
    sweep chosen.
    """

    name: str
    tab: gr.Tab
    inputs: list[Component]
    outputs: list[Component]
    render: Callable[..., Sequence[Any]]
    choices: Mapping[Component, Choices] = field(default_factory=dict)
    opened: Any = None


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

    table_first: the numbers are what is shown; the plot is for their picture alone.
    """
    plot = gr.Plot(
        show_label=False,
        container=False,
        visible="hidden" if table_first else True,
        elem_id=f"{name}-plot",
        elem_classes=["curve-plot"],
    )
    if table_first:
        table = gr.HTML("", elem_id=f"{name}-table")
    caption = gr.HTML("", js_on_load=DESCRIBE, elem_id=f"{name}-caption", plot=f"{name}-plot")
    files(name, show, chosen, inputs, workroom)
    if not table_first:
        with gr.Accordion(label("curves.numbers"), open=False, elem_id=f"{name}-numbers"):
            table = gr.HTML("", elem_id=f"{name}-table")

    def fill(sweeps: Sequence[Sweep], *values: Any) -> list[Any]:
        try:
            seen = show(sweeps, *values)
        except InputError as error:
            return [gr.Plot(value=None, visible=False), note(str(error)), ""]
        return [
            gr.Plot(value=plotted(seen), visible="hidden" if table_first else True),
            caption_html(seen),
            table_html(seen.table, seen.title),
        ]

    return [plot, caption, table], fill


def plotted(seen: Shown) -> PlotData:
    """Its chart, or else its table drawn, as the value of a gr.Plot."""
    return drawn(seen.chart or table_chart(seen.table, seen.title))


def drawn(chart: Chart, **layout: Any) -> PlotData:
    """A chart as the value of a gr.Plot; layout: what differs from the chart's own."""
    return PlotData(type="plotly", plot=chart.to_json(**layout))


def files(
    name: str,
    show: Show,
    chosen: Component,
    inputs: Sequence[Component],
    workroom: Workroom,
    *,
    pictures: bool = True,
) -> None:
    """Buttons that give what `show` shows as files: its numbers, and pictures of its plot."""
    small: dict[str, Any] = {"size": "sm", "min_width": 60, "scale": 0}
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def write(names: Sequence[str], *values: Any) -> str:
        with toasting():
            return str(written(show(sweeps_named(names), *values), workroom.new_folder()))

    with gr.Row(elem_classes=["curve-files"]):
        for kind in PICTURES if pictures else ():
            script = PICTURE.replace("NAME", name).replace("KIND", kind)
            gr.Button(kind.upper(), elem_id=f"{name}-{kind}", **small).click(
                None, js=script, **quiet
            )
        button = gr.Button("CSV", elem_id=f"{name}-csv", **small)
        file = gr.DownloadButton("file", visible="hidden", elem_id=f"{name}-csv-file")
    made = button.click(
        write, [chosen, *inputs], file, concurrency_id="export", concurrency_limit=1, **quiet
    )
    made.success(
        None,
        js=f"() => document.querySelector('#{name}-csv-file')?.click()",
        api_visibility="private",
    )


def written(seen: Shown, folder: Path) -> Path:
    """Writes its table as CSV into `folder`, named after its title."""
    slug = re.sub(r"[^a-z0-9]+", "-", seen.title.casefold()).strip("-")[:60] or "figure"
    path = folder / f"{slug}.csv"
    with whole_file(path) as partial:
        seen.table.to_csv(partial, index=False)
    return path


def tab_around() -> gr.Tab | None:
    """The tab that is being built, when one is."""
    block = gr.context.Context.block
    while block is not None and not isinstance(block, gr.Tab):
        block = block.parent
    return block


def sweeps_named(names: object) -> list[Sweep]:
    """The sweeps of these names, a list or one; what names none, or one removed meanwhile, is left out."""
    known = by_name()
    return [known[name] for name in strings(names) if name in known]


def strings(given: object) -> list[str]:
    """The texts in what a browser sent: of a list, or one alone."""
    several = given if isinstance(given, list | tuple) else [given]
    return [each for each in several if isinstance(each, str)]


def table_html(table: pd.DataFrame, title: str) -> str:
    """A table that scrolls within itself; numbers to one digit."""
    head = "".join(f"<th scope='col'>{escape(str(name))}</th>" for name in table.columns)
    rows = "".join(
        "<tr>"
        + "".join(
            f"<th scope='row'>{escape(cell_text(value))}</th>"
            if c == 0
            else f"<td>{escape(cell_text(value))}</td>"
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


def caption_html(seen: Shown, more: str = "") -> str:
    """What is to be seen in words; more: said after it."""
    alt = f"{seen.chart.alt} {more}" if seen.chart else more
    said = f"<p class='caption'><b>{escape(seen.title)}.</b> {escape(alt)}</p>"
    return said + "".join(f"<p class='caption quiet'>{escape(text)}</p>" for text in seen.notes)
