"""What charts are made of: traces, axes and layouts as plotly.js takes them.

Ground and text have no colours of their own: the page's style gives them.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import fill
from typing import Any

import pandas as pd

from attention.methods.method import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION, Marker
from training.report.numbers import cell_text

Trace = dict[str, Any]

RUN_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, SKY, ORANGE)
DASHES = ("solid", "dot", "dashdot", "longdash")  # "dash" is the paper's
MARKERS: tuple[Marker, ...] = ("circle", "square", "triangle-up", "diamond", "x", "triangle-down")
CLEAR = "rgba(0,0,0,0)"
LINES = "rgba(128,136,150,.28)"  # grid and zero lines, seen on white and on dark
FAINT = 0.28  # opacity
LINES_HEIGHT, BAR_HEIGHT, BARS_LEAST = 460, 24, 260  # pixels
LETTER, ROW_HEIGHT = 8.5, 26  # pixels of a table
NARROW = 128  # pixels of a legend entry: two fit beside each other on a phone
LONGEST_LINE = 88  # characters of a title
MOST_NUMBERS = 20  # classes of a grid whose cells carry their number
INTERVAL = "#808896"


@dataclass(frozen=True)
class Chart:
    """A figure: its title, what is to be seen in a sentence, traces and layout."""

    title: str
    alt: str
    data: tuple[Trace, ...]
    layout: dict[str, Any]

    def to_json(self, **layout: Any) -> str:
        """The figure as plotly.js reads it, `layout` over its own; the title waits in layout.meta.

        Raises ValueError for what plotly.js would not understand.
        """
        from plotly.graph_objects import Figure  # slow to load: not before a chart is drawn

        meta = plain(fill(self.title, LONGEST_LINE))
        looks = self.layout | {"meta": meta, "template": "none"} | layout
        figure = json.loads(Figure(data=self.data, layout=looks).to_json(engine="json"))
        return json.dumps(figure | {"config": {"displaylogo": False}}, allow_nan=False)


def line(
    name: str,
    x: Sequence[float],
    y: Sequence[float],
    colour: str,
    dash: str = "solid",
    marker: str | None = None,
    error: Sequence[float] | None = None,
    notes: Sequence[str] = (),
    group: str = "",
    *,
    faint: bool = False,
    quoted: bool = False,
) -> Trace:
    """Points x, y, in order of x; error: ± around each y · notes: said of each point.

    Marker or dash tells apart what colour alone would · faint: behind the others · quoted: from the
    paper. Both are not in the legend, which a phone has no room for.
    """
    mode = ("lines" if len(x) > 1 else "") + ("+markers" if marker else "")
    trace: Trace = {
        "type": "scatter",
        "x": list(x),
        "y": list(y),
        "name": plain(name),
        "mode": mode.lstrip("+") or "markers",
        "line": {"color": colour, "dash": dash, "width": 1 if faint else 2.2},
        "marker": {"color": colour, "symbol": marker or "circle", "size": 8},
        "opacity": FAINT if faint else 1,
        "showlegend": not (faint or quoted),
        "legendgroup": plain(group),
        "hoverinfo": "text" if notes else "skip" if faint else "x+y+name",
    }
    if error is not None:
        trace["error_y"] = {"type": "data", "array": list(error), "thickness": 1.5, "width": 3}
    if notes:
        trace["hovertext"] = [plain(note) for note in notes]
    return trace


def bars(
    names: Sequence[str],
    values: Sequence[float],
    low: Sequence[float | None],
    high: Sequence[float | None],
    notes: Sequence[str],
) -> Trace:
    """A bar from zero per name, with an interval low … high; losses are hatched."""
    gains = [value >= 0 for value in values]
    return {
        "type": "bar",
        "x": list(values),
        "y": [plain(name) for name in names],
        "orientation": "h",
        "marker": {
            "color": [BLUE if gain else ORANGE for gain in gains],
            "pattern": {"shape": ["" if gain else "/" for gain in gains], "fgcolor": "#ffffff"},
        },
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [None if h is None else h - v for h, v in zip(high, values, strict=True)],
            "arrayminus": [None if b is None else v - b for b, v in zip(low, values, strict=True)],
            "color": INTERVAL,
            "thickness": 1.5,
            "width": 3,
        },
        "hovertext": [plain(note) for note in notes],
        "hoverinfo": "text",
    }


def grid(names: Sequence[str], counts: Sequence[Sequence[int]]) -> Trace:
    """Counts [truth][said] of classes, coloured by their share of the row."""
    return {
        "type": "heatmap",
        "z": [[count / max(sum(row), 1) for count in row] for row in counts],
        "x": [plain(name) for name in names],
        "y": [plain(name) for name in names],
        "text": [list(row) for row in counts],
        "texttemplate": "%{text}" if len(names) <= MOST_NUMBERS else "",
        "colorscale": "Cividis",
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
    }


def table_chart(table: pd.DataFrame, title: str) -> Chart:
    """A table as it reads."""
    columns = [[str(name), *map(cell_text, values)] for name, values in table.items()]
    widths = [2 + max(map(len, column)) for column in columns]
    trace: Trace = {
        "type": "table",
        "columnwidth": widths,
        "header": {"values": [f"<b>{plain(column[0])}</b>" for column in columns]},
        "cells": {"values": [list(map(plain, column[1:])) for column in columns]},
    }
    for cells in ("header", "cells"):
        trace[cells] |= {"align": "left", "height": ROW_HEIGHT}
    size = {"width": 40 + LETTER * sum(widths)}
    return Chart(title, "", (trace,), layout(60 + ROW_HEIGHT * len(table)) | size)


def axis(
    label: str,
    ticks: Mapping[float, str] | None = None,
    log: bool = False,
    bounds: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """An axis; ticks: place → name, where a few places are named themselves."""
    told: dict[str, Any] = {
        "title": {"text": label},
        "gridcolor": LINES,
        "zeroline": False,
        "automargin": True,
    }
    if log:
        told["type"] = "log"
    if ticks:
        told |= {"tickvals": list(ticks), "ticktext": list(ticks.values())}
    if bounds:
        told["range"] = [math.log10(b) if log else b for b in bounds]
    return told


def lines_layout(
    x: dict[str, Any], y: dict[str, Any], lines: Sequence[Trace] = ()
) -> dict[str, Any]:
    """The layout of lines over two axes, their legend below."""
    short = all(len(trace["name"]) < 20 for trace in lines if trace["showlegend"])
    legend = {
        "orientation": "h",
        "yref": "container",
        "y": 0,
        "yanchor": "bottom",
        "x": 0,
        "font": {"size": 12},
        **({"entrywidth": NARROW} if short else {}),
    }
    own = {"xaxis": x, "yaxis": y, "legend": legend, "hovermode": "closest"}
    return layout(LINES_HEIGHT) | own


def layout(height: int) -> dict[str, Any]:
    """What all layouts share."""
    return {
        "height": height,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {"l": 10, "r": 10, "t": 12, "b": 10},
        "font": {"family": "ui-sans-serif, system-ui, sans-serif", "size": 13},
    }


def plain(text: str) -> str:
    """Text as it is: plotly takes some tags for markup, and a class or a run may be named like one."""
    return escape(text, quote=False).replace("\n", "<br>")
