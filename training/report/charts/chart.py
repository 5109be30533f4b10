"""What a chart shows, free of any drawing library: lines, bars or a grid, and how methods look.

The page draws it with plotly (plotly_charts.py), files are drawn with matplotlib (printed_charts.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from attention.methods.method import BLUE, GREEN, ORANGE, PURPLE, SKY, VERMILLION, Marker

Stroke = Literal["solid", "dot", "dashdot", "longdash", "dashed"]

RUN_COLOURS = (BLUE, VERMILLION, GREEN, PURPLE, SKY, ORANGE)
STROKES: tuple[Stroke, ...] = ("solid", "dot", "dashdot", "longdash")  # "dashed" is the paper's
MARKERS: tuple[Marker, ...] = ("circle", "square", "triangle", "diamond", "cross", "down")


@dataclass(frozen=True)
class Look:
    """How a line looks; marker or stroke tells apart what colour alone would."""

    colour: str
    marker: Marker | None = None
    stroke: Stroke = "solid"


@dataclass(frozen=True)
class Line:
    """Points x, y, in order of x; error: ± around each y, None for none · notes: said of each point.

    faint: behind the others, without a name of its own · quoted: from the paper, beside ours.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    look: Look
    error: tuple[float, ...] | None = None
    notes: tuple[str, ...] = ()
    group: str = ""
    faint: bool = False
    quoted: bool = False


@dataclass(frozen=True)
class Axis:
    """Its name, and where a few places are named themselves: ticks place → name."""

    label: str
    ticks: Mapping[float, str] = field(default_factory=dict)
    log: bool = False
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True)
class LineChart:
    """Lines over two axes; alt: what is to be seen, in a sentence."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    alt: str


@dataclass(frozen=True)
class BarChart:
    """A bar from zero per name, the first on top, with an interval low … high."""

    title: str
    x: Axis
    names: tuple[str, ...]
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    alt: str


@dataclass(frozen=True)
class GridChart:
    """Counts [truth][said] of classes, rows add up to the clips of a class."""

    title: str
    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    alt: str


Chart = LineChart | BarChart | GridChart
