"""Charts for the page: plotly figures without background or text colour, which the page's style gives.

A GridChart is none of them: the page draws it as a table of buttons (tabs/confusion_view.py).
"""

from __future__ import annotations

import math
from functools import singledispatch
from html import escape

import plotly.graph_objects as go

from attention.methods.method import BLUE, ORANGE, Marker
from training.report.charts.chart import (
    Axis,
    BarChart,
    Chart,
    Line,
    LineChart,
)
from training.report.numbers import signed

SYMBOLS: dict[Marker, str] = {
    "circle": "circle",
    "square": "square",
    "triangle": "triangle-up",
    "diamond": "diamond",
    "cross": "x",
    "down": "triangle-down",
    "star": "star",
}
DASHES = {
    "solid": "solid",
    "dot": "dot",
    "dashdot": "dashdot",
    "longdash": "longdash",
    "dashed": "dash",
}
CLEAR = "rgba(0,0,0,0)"
LINES = "rgba(128,136,150,.28)"  # grid and zero lines, seen on white and on dark
LINES_HEIGHT, BAR_HEIGHT, BARS_LEAST = 460, 24, 260  # pixels
NARROW = 128  # pixels of a legend entry: two fit beside each other on a phone


@singledispatch
def plotly_figure(chart: Chart) -> go.Figure:
    """The chart as a plotly figure; its title and what it shows in words are left to the page.

    Quoted lines are dashed, in the colour of ours, and not in the legend, which a phone has no room for.
    """
    raise TypeError(f"no such chart: {type(chart).__name__}")


@plotly_figure.register
def _lines(chart: LineChart) -> go.Figure:
    figure = go.Figure([_scatter(line) for line in chart.lines])
    figure.update_xaxes(**_axis(chart.x))
    figure.update_yaxes(**_axis(chart.y))
    told = [line for line in chart.lines if not (line.faint or line.quoted)]
    figure.update_layout(
        **_layout(LINES_HEIGHT),
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "font": {"size": 12},
            **({"entrywidth": NARROW} if all(len(line.name) < 20 for line in told) else {}),
        },
        hovermode="closest",
    )
    return figure


@plotly_figure.register
def _bars(chart: BarChart) -> go.Figure:
    gains = [value >= 0 for value in chart.values]
    bars = go.Bar(
        x=list(chart.values),
        y=[_plain(name) for name in chart.names],
        orientation="h",
        marker={
            "color": [BLUE if gain else ORANGE for gain in gains],
            "pattern": {"shape": ["" if gain else "/" for gain in gains], "fgcolor": "#ffffff"},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [h - v for h, v in zip(chart.high, chart.values, strict=True)],
            "arrayminus": [v - low for low, v in zip(chart.low, chart.values, strict=True)],
            "color": "#808896",
            "thickness": 1.5,
            "width": 3,
        },
        hovertext=[
            f"{_plain(name)}: {signed(value)} [{signed(low)}, {signed(high)}]"
            for name, value, low, high in zip(
                chart.names, chart.values, chart.low, chart.high, strict=True
            )
        ],
        hoverinfo="text",
    )
    figure = go.Figure([bars])
    figure.update_xaxes(**_axis(chart.x) | {"zeroline": True, "zerolinecolor": "#808896"})
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_layout(**_layout(max(BARS_LEAST, 110 + BAR_HEIGHT * len(chart.names))))
    return figure


def _scatter(line: Line) -> go.Scatter:
    look = line.look
    marked = look.marker is not None and not line.faint
    mode = ("lines" if len(line.x) > 1 else "") + ("+markers" if marked else "")
    error = None
    if line.error is not None:
        error = {"type": "data", "array": list(line.error), "thickness": 1.5, "width": 3}
    return go.Scatter(
        x=list(line.x),
        y=list(line.y),
        name=_plain(line.name),
        mode=mode.lstrip("+") or "markers",
        line={"color": look.colour, "dash": DASHES[look.stroke], "width": 1 if line.faint else 2.2},
        marker={"color": look.colour, "symbol": SYMBOLS[look.marker or "circle"], "size": 8},
        error_y=error,
        opacity=0.28 if line.faint else 1,
        showlegend=not (line.faint or line.quoted),
        legendgroup=line.group or None,
        hovertext=[_plain(note) for note in line.notes] or None,
        hoverinfo="text" if line.notes else "skip" if line.faint else "x+y+name",
    )


def _plain(text: str) -> str:
    """Text as it is: plotly takes some tags for markup, and a class or a run may be named like one."""
    return escape(text, quote=False).replace("\n", "<br>")


def _axis(axis: Axis) -> dict[str, object]:
    told: dict[str, object] = {
        "title": {"text": axis.label},
        "gridcolor": LINES,
        "zeroline": False,
        "automargin": True,
    }
    if axis.log:
        told["type"] = "log"
    if axis.ticks:
        told |= {"tickvals": list(axis.ticks), "ticktext": list(axis.ticks.values())}
    if axis.bounds:
        told["range"] = [math.log10(b) if axis.log else b for b in axis.bounds]
    return told


def _layout(height: int) -> dict[str, object]:
    return {
        "height": height,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {"l": 10, "r": 10, "t": 12, "b": 10},
        "font": {"family": "ui-sans-serif, system-ui, sans-serif", "size": 13},
        "template": "none",
    }
