"""Charts and tables as PNG and SVG files for papers and slides: dark on white, drawn with matplotlib."""

from __future__ import annotations

import io
from functools import singledispatch
from textwrap import fill
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attention.methods.method import BLUE, ORANGE, Marker
from training.report.charts.chart import (
    BarChart,
    Chart,
    GridChart,
    Line,
    LineChart,
)

Kind = Literal["png", "svg"]
KINDS: tuple[Kind, ...] = ("png", "svg")
SYMBOLS: dict[Marker, str] = {
    "circle": "o",
    "square": "s",
    "triangle": "^",
    "diamond": "D",
    "cross": "X",
    "down": "v",
    "star": "*",
}
STROKES: dict[str, Any] = {
    "solid": "-",
    "dot": ":",
    "dashdot": "-.",
    "longdash": (0, (8, 2)),
    "dashed": (0, (4, 2)),
}
LONGEST_LINE = 88  # characters of a title
WIDTH, DPI = 8.0, 180  # inches, dots per inch of a PNG
QUIET = "#5b6470"
PLAIN: Any = {"text.parse_math": False}  # a class may be called "$5"
MOST_NUMBERS = 20  # classes of a grid whose cells carry their number


def printed_chart(chart: Chart, kind: Kind) -> bytes:
    """The chart with its title as a file's bytes."""
    with rc_context(PLAIN):
        figure = _drawn(chart)
        figure.axes[0].set_title(fill(chart.title, LONGEST_LINE), loc="left", fontsize=10)
        return _bytes(figure, kind)


def printed_table(table: pd.DataFrame, title: str, kind: Kind) -> bytes:
    """The table as it reads, ruled as in print."""
    texts = [
        [str(name) for name in table.columns],
        *([_text(v) for v in row] for row in table.values),
    ]
    widths = [
        max(len(line) for row in texts for line in row[c].split("\n")) for c in range(len(texts[0]))
    ]
    total = sum(widths) + 2 * len(widths)
    figure = Figure(figsize=(max(4.0, 0.078 * total), 0.45 + 0.27 * len(texts)))
    axes = figure.add_axes((0.01, 0.01, 0.98, 0.98))
    axes.set_axis_off()
    axes.set_xlim(0, total)
    axes.set_ylim(len(texts) + 0.2, -1.4)
    lefts = np.cumsum([0, *(w + 2 for w in widths[:-1])])
    with rc_context(PLAIN):
        axes.text(0, -0.9, title, fontsize=10, fontweight="bold", va="center")
        for r, row in enumerate(texts):
            for left, text in zip(lefts, row, strict=True):
                weight = "bold" if r == 0 else "normal"
                axes.text(left, r, text, fontsize=9, va="center", fontweight=weight)
        for y, width in ((-0.5, 1.2), (0.5, 0.7), (len(texts) - 0.5, 1.2)):
            axes.plot([0, total], [y, y], color="black", linewidth=width)
        return _bytes(figure, kind)


@singledispatch
def _drawn(chart: Chart) -> Figure:
    raise TypeError(f"no such chart: {type(chart).__name__}")


@_drawn.register
def _lines(chart: LineChart) -> Figure:
    figure, axes = _sheet(WIDTH, 5.2)
    drawn = [(_line(axes, line), line.name) for line in chart.lines if not line.faint]
    for line in chart.lines:
        if line.faint:
            _line(axes, line)
    axes.set_xlabel(chart.x.label)
    axes.set_ylabel(chart.y.label)
    if chart.x.log:
        axes.set_xscale("log")
    if chart.x.ticks:
        axes.set_xticks(list(chart.x.ticks), list(chart.x.ticks.values()))
        axes.minorticks_off()
    if chart.x.bounds:
        axes.set_xlim(chart.x.bounds)
    if chart.y.bounds:
        axes.set_ylim(chart.y.bounds)
    axes.grid(color="#d8dce2", linewidth=0.6)
    if drawn:
        figure.legend(
            [artist for artist, _ in drawn],
            [name for _, name in drawn],
            loc="outside lower center",
            ncols=2 if len(drawn) > 3 else len(drawn),
            fontsize=8,
            frameon=False,
        )
    return figure


@_drawn.register
def _bars(chart: BarChart) -> Figure:
    figure, axes = _sheet(WIDTH, 1.2 + 0.3 * len(chart.names))
    places = np.arange(len(chart.names))
    values, low, high = map(np.asarray, (chart.values, chart.low, chart.high))
    for gain, colour, hatch in ((True, BLUE, ""), (False, ORANGE, "///")):
        mine = (values >= 0) == gain
        axes.barh(
            places[mine], values[mine], color=colour, hatch=hatch, edgecolor="white", zorder=2
        )
    axes.errorbar(
        values,
        places,
        xerr=[values - low, high - values],
        fmt="none",
        ecolor=QUIET,
        capsize=2,
        zorder=3,
    )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_yticks(places, chart.names)
    axes.invert_yaxis()
    axes.set_xlabel(chart.x.label)
    axes.grid(axis="x", color="#d8dce2", linewidth=0.6)
    return figure


@_drawn.register
def _grid(chart: GridChart) -> Figure:
    count = len(chart.names)
    side = min(14.0, 2.2 + 0.55 * count)
    figure, axes = _sheet(side + 0.6, side)
    counts = np.asarray(chart.counts, float)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    axes.imshow(shares, cmap="cividis", vmin=0, vmax=1)
    if count <= MOST_NUMBERS:
        for (row, column), share in np.ndenumerate(shares):
            colour = "black" if share > 0.55 else "white"
            axes.text(
                column, row, f"{counts[row, column]:.0f}", ha="center", va="center", color=colour
            )
    axes.set_xticks(range(count), chart.names, rotation=45, ha="right")
    axes.set_yticks(range(count), chart.names)
    axes.set_xlabel("said")
    axes.set_ylabel("truth")
    return figure


def _sheet(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _line(axes: Axes, line: Line) -> Any:
    look = line.look
    marker = SYMBOLS[look.marker] if look.marker and not line.faint else None
    style: dict[str, Any] = {
        "color": look.colour,
        "linestyle": STROKES[look.stroke],
        "linewidth": 0.8 if line.faint else 1.6,
        "marker": marker,
        "markersize": 5,
        "alpha": 0.3 if line.faint else 1,
        "zorder": 1.5 if line.faint else 2,
    }
    if line.error is None:
        return axes.plot(line.x, line.y, **style)[0]
    error = np.nan_to_num(np.asarray(line.error, float))
    return axes.errorbar(line.x, line.y, yerr=error, elinewidth=1, capsize=2, **style)


def _text(value: object) -> str:
    if isinstance(value, float):
        return "–" if np.isnan(value) else f"{value:.1f}"
    return str(value)


def _bytes(figure: Figure, kind: Kind) -> bytes:
    written = io.BytesIO()
    figure.savefig(written, format=kind, dpi=DPI, facecolor="white", bbox_inches="tight")
    return written.getvalue()
