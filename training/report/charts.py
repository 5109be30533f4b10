"""Charts of sweeps and runs: Figure 5, Figure 4, a confusion, a training log."""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import shorten
from typing import Any

import numpy as np
import pandas as pd

from attention.catalogue.catalogue import say
from attention.methods.method import GREY, Marker
from attention.methods.registry import both_names, known_method, methods, plain_name
from training.judge.paper import Curve
from training.judge.results import SweepResults
from training.report.curves import course, curve_name, figure5_rows, paper_rows
from training.report.numbers import percent, signed
from training.report.plot import (
    BAR_HEIGHT,
    BARS_LEAST,
    DASHES,
    INTERVAL,
    LINES_HEIGHT,
    RUN_COLOURS,
    Chart,
    Trace,
    axis,
    bars,
    grid,
    layout,
    line,
    lines_layout,
)
from training.report.tables import LARGEST
from training.report.training_log import PANELS, POOL, panel_title, smoothed

STEP = 1.012  # error bars of neighbouring methods stand side by side, not on each other
CONFUSIONS_TOLD = 3
FILLED = ("", "-open", "-dot", "-open-dot")  # by sweep, as plotly names it
UNKNOWN: Marker = "star"  # of a method that this version does not know
LEGEND = 30  # characters of a sweep's title in a legend


def figure5_chart(
    sweeps: Sequence[tuple[str, str, SweepResults]],
    measure: str,
    methods: Sequence[str],
    with_paper: bool = True,
) -> Chart:
    """A measure against the share of labelled clips; what needs no labels is a level line.

    sweeps: (title, the paper's stills it answers to, results), the first told in words.
    """
    shares = sorted({f for _, _, results in sweeps for f in results.fractions}) or [1.0]
    none = shares[0] * 0.6  # where "none" stands on the logarithmic axis
    lines = []
    for place, (title, _, results) in enumerate(sweeps):
        rows = figure5_rows(results, measure, methods)
        of = shorten(title, LEGEND, placeholder=" …") if len(sweeps) > 1 else ""
        for method, mine in rows.groupby("method", sort=False):
            lines.append(_curve(str(method), mine, place, of, none, shares[-1]))
    if with_paper and sweeps:
        quoted = paper_rows(measure, sweeps[0][1])
        quoted = quoted[quoted["method"].isin(methods)]
        lines += [
            _paper(str(method), mine, none, shares[-1])
            for method, mine in quoted.groupby("method", sort=False)
        ]
    names = ", ".join(title for title, _, _ in sweeps)
    ticks = {none: say("charts.none")} | {share: f"{100 * share:g}" for share in shares}
    bounds = (none * 0.85, max(shares[-1], none * 1.2) * 1.15)
    height = say(f"charts.measure.{measure}")
    title = say("charts.against", measure=height, sweeps=names)
    return Chart(
        title=f"{title[:1].upper()}{title[1:]}",
        alt=_figure5_alt(sweeps, measure, methods),
        data=tuple(lines),
        layout=lines_layout(
            axis(say("charts.labelled"), ticks, log=True, bounds=bounds),
            axis(height),
            lines,
        ),
    )


def gains_chart(gains: pd.DataFrame, better: Curve, worse: Curve, title: str) -> Chart:
    """The classes with the largest gain (Figure 4), from `curves.class_gains`; at most 25."""
    shown = gains.head(LARGEST)
    up, down = int((gains["gain"] > 0).sum()), int((gains["gain"] < 0).sum())
    best, last = gains.iloc[0], gains.iloc[-1]
    told = say(
        "charts.gains", up=up, down=down, count=len(gains), most=signed(best["gain"]),
        best=best["class"], least=signed(last["gain"]), last=last["class"],
    )  # fmt: skip
    values, low, high = (_numbers(shown[name]) for name in ("gain", "low", "high"))
    hints = [
        f"{name}: {signed(gain)} [{signed(a)}, {signed(b)}]"
        for name, gain, a, b in zip(shown["class"], values, low, high, strict=True)
    ]
    axes = {
        "xaxis": axis(say("charts.gain")) | {"zeroline": True, "zerolinecolor": INTERVAL},
        "yaxis": {"autorange": "reversed", "automargin": True, "showgrid": False},
    }
    height = max(BARS_LEAST, 110 + BAR_HEIGHT * len(shown))
    trace = bars(list(shown["class"]), values, low, high, hints)
    of = {"better": curve_name(better), "worse": curve_name(worse)}
    title = say("charts.gain_of", **of, sweep=title)
    return Chart(title, told, (trace,), layout(height) | axes)


def confusion_chart(counts: pd.DataFrame, title: str) -> Chart:
    """Counts of `curves.confusion_counts` as a grid, coloured by their share of the row."""
    numbers, names = counts.to_numpy(), [str(name) for name in counts.columns]
    total, right = int(numbers.sum()), int(np.trace(numbers))
    wrong = sorted(
        ((int(n), names[a], names[b]) for (a, b), n in np.ndenumerate(numbers) if a != b),
        key=lambda found: -found[0],
    )
    worst = ", ".join(
        say("charts.called", truth=a, said=b, count=n) for n, a, b in wrong[:CONFUSIONS_TOLD] if n
    )
    key = "charts.right_but" if worst else "charts.right"
    told = say(key, right=right, total=total, worst=worst)
    x, y = axis(say("charts.said")), axis(say("charts.truth"))
    axes = {"xaxis": x, "yaxis": y | {"autorange": "reversed"}}
    height = max(LINES_HEIGHT, 32 * len(names))
    return Chart(title, told, (grid(names, numbers.tolist()),), layout(height) | axes)


def training_chart(
    logs: Mapping[str, pd.DataFrame],
    stage: str,
    panel: str,
    smoothing: float = 0.0,
    cell: str | None = None,
) -> Chart:
    """A stage's loss, accuracy or pool size, a line per run: smoothed, with the raw line faint.

    logs: run's title → rows of `training_log.log_rows` · panel: a key of PANELS · cell: as
    `training_log.cell_name` gives it, by default the latest of each run.
    """
    lines: list[Trace] = []
    told = []
    counted = panel == POOL  # a count is not smoothed, and stands on zero
    smoothing = 0.0 if counted else smoothing
    for place, (title, rows) in enumerate(logs.items()):
        mine = rows[rows["stage"] == stage]
        mine = mine[mine["quantity"].isin(PANELS[panel])]
        if mine.empty:
            continue
        latest = cell if cell in set(mine["cell"]) else mine["cell"].iloc[-1]
        mine = mine[mine["cell"] == latest]
        for kind, (quantity, values) in enumerate(mine.groupby("quantity", sort=False)):
            shade = 2 * kind if len(logs) == 1 else place
            colour = RUN_COLOURS[shade % len(RUN_COLOURS)]
            name = say(f"charts.quantities.{quantity}")
            name = f"{shorten(title, LEGEND, placeholder=' …')}: {name}" if len(logs) > 1 else name
            lines += _log_lines(name, values, colour, DASHES[kind % 4], smoothing)
            value, at = f"{values['value'].iloc[-1]:.3g}", f"{values['at'].iloc[-1]:g}"
            told.append(say("charts.at", name=name, value=value, at=at))
    every = say("charts.step" if stage == "EnergyNet" else "charts.epoch")
    most = max((max(trace["y"]) for trace in lines), default=1.0)
    y = axis(say(f"charts.panels.{panel}"), bounds=(0.0, 1.15 * most) if counted else None)
    return Chart(
        title=panel_title(stage, panel),
        alt=f"{panel_title(stage, panel)}: {'; '.join(told)}." if told else "",
        data=tuple(lines),
        layout=lines_layout(axis(every), y, lines),
    )


def _curve(method: str, rows: pd.DataFrame, place: int, of: str, none: float, last: float) -> Trace:
    row, every = known_method(method), methods()
    colour, marker = (row.colour, row.marker) if row else (GREY, UNKNOWN)
    order = every.index(row) if row else 0
    level = float(rows["fraction"].iloc[0]) == 0
    x = [none if f == 0 else float(f) * STEP ** (order - len(every) / 2) for f in rows["fraction"]]
    y, error = [float(v) for v in rows["mean"]], [float(v) for v in rows["std"]]
    notes = [
        f"{both_names(method)}{f' · {of}' if of else ''}\n"
        f"{percent(r.fraction) if r.fraction else say('charts.no_labels')}: {r.mean:.1f}"
        + ("" if np.isnan(r.std) else f" ± {r.std:.1f}")
        + f" {say('charts.over_seeds', count=r.seeds)}"
        for r in _tuples(rows)
    ]
    if level:  # it holds for any share: drawn through to the right
        x, y, error, notes = [x[0], last * 1.1], y * 2, [*error, float("nan")], notes * 2
    return line(
        f"{plain_name(method)} · {of}" if of else plain_name(method), x, y, colour,
        DASHES[place % len(DASHES)], _marker(marker, place),
        None if np.isnan(error).all() else [0.0 if np.isnan(e) else e for e in error],
        notes, of,
    )  # fmt: skip


def _marker(marker: Marker, place: int) -> str:
    """A method's own sign, filled in another way for each sweep."""
    return marker + FILLED[place % len(FILLED)]


def _paper(method: str, rows: pd.DataFrame, none: float, last: float) -> Trace:
    row = known_method(method)
    x = [none if f == 0 else float(f) for f in rows["fraction"]]
    y = [float(v) for v in rows["value"]]
    where = [
        f"{say('charts.by_paper_in', method=both_names(method), where=r.where)}: {r.value:.1f}"
        for r in _tuples(rows)
    ]
    if rows["fraction"].iloc[0] == 0:
        x, y, where = [x[0], last * 1.1], y * 2, where * 2
    colour = row.colour if row else GREY
    marker = UNKNOWN if len(rows) == 1 and rows["fraction"].iloc[0] else None
    name = say("charts.by_paper", method=plain_name(method))
    return line(name, x, y, colour, "dash", marker, notes=where, quoted=True)


def _figure5_alt(
    sweeps: Sequence[tuple[str, str, SweepResults]], measure: str, methods: Sequence[str]
) -> str:
    if not sweeps:
        return ""
    title, _, results = sweeps[0]
    parts = []
    for method, rows in figure5_rows(results, measure, methods).groupby("method", sort=False):
        parts.append(course(plain_name(str(method)), rows.iloc[0], rows.iloc[-1]))
    of = f"{title}: " if len(sweeps) > 1 else ""
    return f"{of}{'; '.join(parts)}."


def _log_lines(
    name: str, rows: pd.DataFrame, colour: str, dash: str, smoothing: float
) -> list[Trace]:
    x, y = _numbers(rows["at"]), _numbers(rows["value"])
    if smoothing == 0:
        return [line(name, x, y, colour, dash)]
    raw = line(name, x, y, colour, faint=True)
    return [raw, line(name, x, _numbers(smoothed(y, smoothing)), colour, dash)]


def _numbers(values: Iterable[float]) -> list[Any]:
    """As JSON has them: None where a number is none."""
    return [None if np.isnan(value) else float(value) for value in values]


def _tuples(rows: pd.DataFrame) -> Any:
    return rows.itertuples(index=False)
