"""Tables 1–5 and Figures 4–5 as Markdown, our numbers and the paper's side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.results import paper_numbers as paper
from training.results.bootstrap import Difference, class_accuracies, difference
from training.results.comparison import MEASURES, Column
from training.results.paper_numbers import ALL, FEW, NETWORKS, NONE, Claim, Curve, Measure

MISSING = "–"
METHODS = ("CNN", "UnAtt", "finetune+CNN", "finetune+UnAtt", "finetune+EnergyNet")
FIGURE_5 = ("SVM", "finetune+CNN", "finetune+UnAtt", "finetune+EnergyNet", "NoImage+CNN")
LARGEST = 25  # classes of Figure 4
HOLDS = {1: "yes", -1: "no", 0: "not told apart"}


def spread(values: NDArray[np.float64]) -> str:
    """Mean ± standard deviation of one number per seed; – for none, the mean alone for one."""
    if len(values) == 0 or np.isnan(values).any():
        return MISSING
    mean = f"{values.mean():.1f}"
    return f"{mean} ± {values.std(ddof=1):.1f}" if len(values) > 1 else mean


def cell(column: Column, method: str, fraction: float, measure: str) -> str:
    """Mean ± std over seeds of a column of rows.csv."""
    return spread(column.results.per_seed(Curve(method, fraction), measure))


def signed(points: float | None) -> str:
    """Points with their sign, such as +3.1, −0.7 and 0.0."""
    if points is None:
        return MISSING
    rounded = round(points, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def interval(found: Difference | None) -> str:
    """Mean ± std [low, high] in points."""
    if found is None:
        return MISSING
    std = "" if np.isnan(found.std) else f" ± {found.std:.1f}"
    return f"{signed(found.mean)}{std} [{signed(found.low)}, {signed(found.high)}]"


def percent(fraction: float) -> str:
    """A share of the labels, such as 20 %."""
    return f"{100 * fraction:g} %"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; | in a cell is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )


def table1(columns: Sequence[Column]) -> str:
    """Accuracy of the Web stage on held-out stills."""
    header, row = ["CNN"], ["ours"]
    others: list[list[str]] = [[f"{network}, the paper"] for network in NETWORKS]
    for column in columns:
        header.append(f"{column.name} (the paper: {column.stills})")
        found = column.results.validation
        seeds = None if found is None else found.groupby("seed")["validation"].mean().to_numpy()
        row.append("not recorded" if seeds is None else spread(seeds))
        for network, line in zip(NETWORKS, others, strict=True):
            line.append(_number(paper.TABLE_1[column.stills].get(network)))
    return table(header, [row, *others])


def table2(columns: Sequence[Column]) -> str:
    """mAP of the five methods; the supervised ones with all labels."""
    header = ["method"]
    for column in columns:
        header += [f"ours, {column.name}", *(f"{n}, {column.table2}" for n in NETWORKS)]
    rows = []
    for method in METHODS:
        row = [method]
        for column in columns:
            row.append(cell(column, method, _share(method), "mAP"))
            row += [_number(paper.TABLE_2[column.table2][n][method]) for n in NETWORKS]
        rows.append(row)
    return table(header, rows)


def table3(columns: Sequence[Column]) -> str:
    """mAP without and with Web images, and the results the paper compares with."""
    shares = {"NoImage+CNN": ALL, "UnAtt": NONE, "finetune+EnergyNet": ALL}
    rows = [
        [method, *(cell(c, method, shares[method], "mAP") for c in columns), _number(value)]
        for method, value in paper.TABLE_3.items()
    ]
    rows += [
        [f"{name}, quoted by the paper", *([MISSING] * len(columns)), _number(value)]
        for name, value in paper.TABLE_3_OTHERS.items()
    ]
    return table(["method", *_ours(columns), "the paper (TVHI)"], rows)


def table4(columns: Sequence[Column]) -> str:
    """Top-1 and top-3 accuracy without labelled clips."""
    header = ["method"]
    for column in columns:
        header += [f"top-1, {column.name}", f"top-3, {column.name}"]
    rows = [
        [
            method,
            *(cell(c, method, NONE, measure) for c in columns for measure in ("accuracy", "top3")),
            *map(_number, quoted),
        ]
        for method, quoted in paper.TABLE_4.items()
    ]
    return table([*header, "top-1, the paper (UCF101)", "top-3, the paper"], rows)


def table5(columns: Sequence[Column]) -> str:
    """Accuracy of the paper's three lines, and the results it compares with."""
    names = {
        NONE: "no labelled clip",
        FEW: f"{percent(FEW)} of the labels",
        ALL: "all labels",
    }
    rows = [
        [
            f"{method}, {names[fraction]}",
            *(cell(c, method, fraction, "accuracy") for c in columns),
            _number(value),
        ]
        for (method, fraction), value in paper.TABLE_5.items()
    ]
    for name, (motion, value) in paper.TABLE_5_OTHERS.items():
        kind = "with motion" if motion else "without motion"
        rows.append(
            [f"{name}, {kind}, quoted by the paper", *([MISSING] * len(columns)), _number(value)]
        )
    return table(["method", *_ours(columns), "the paper (UCF101)"], rows)


def figure4(column: Column, claim: Claim) -> str | None:
    """Accuracy per class, the largest gains of `claim` first; None when a method was not run."""
    judged = column.results.judged
    if claim.better not in judged or claim.worse not in judged:
        return None
    better = class_accuracies(judged[claim.better], column.draws)
    worse = class_accuracies(judged[claim.worse], column.draws)
    lines: list[tuple[float, list[str]]] = []
    for concept, a, b in zip(column.results.concepts, better, worse, strict=True):
        gain = difference(a, b, column.draws.seed)
        if gain is not None:  # else no clip of the class was judged
            values = [spread(measured.values[:, 0]) for measured in (b, a)]
            lines.append((gain.mean, [concept, *values, interval(gain)]))
    lines.sort(key=lambda line: -line[0])  # stable: equal gains stay in the order of the classes
    header = ["class", claim.worse.method, claim.better.method, "difference"]
    return table(header, [row for _, row in lines[:LARGEST]])


def figure5(column: Column, measure: Measure) -> str:
    """A measure of every method against the share of labels, and the paper's numbers under it."""
    fractions = column.results.fractions
    rows = [
        [method, cell(column, method, NONE, measure), *([MISSING] * len(fractions))]
        for method in ("CNN", "UnAtt")
    ]
    rows += [
        [method, MISSING, *(cell(column, method, fraction, measure) for fraction in fractions)]
        for method in FIGURE_5
    ]
    gains = [column.difference(paper.energynet_gain(f), measure) for f in fractions]
    rows.append(["EnergyNet − finetune+CNN", MISSING, *map(interval, gains)])
    if measure == "accuracy":
        rows += _figure5_paper(fractions)
    return table(["method", "no label", *map(percent, fractions)], rows)


def differences(column: Column) -> str:
    """Every order the paper states, on this sweep: points, interval, and whether it holds."""
    header = ["difference", "stated in"]
    for measure in MEASURES:
        header += [measure, "the paper", "holds?"]
    rows = []
    for claim in paper.claims():
        row = [f"{_side(claim.better)} − {_side(claim.worse)}", claim.where]
        for measure in MEASURES:
            found = column.difference(claim, measure)
            quoted = signed(claim.points(measure, column.table2))
            row += [interval(found), quoted, holds(found, claim.order(measure, column.table2))]
        rows.append(row)
    return table(header, rows)


def holds(found: Difference | None, order: int) -> str:
    """Whether the paper's order is ours: yes, no, not told apart, or not measured."""
    return "not measured" if found is None else HOLDS[found.sign * order]


def _figure5_paper(fractions: Sequence[float]) -> list[list[str]]:
    def line(
        name: str, value: Callable[[float], float | None], show: Callable[..., str]
    ) -> list[str]:
        return [name, MISSING, *(show(value(fraction)) for fraction in fractions)]

    return [
        line(
            "finetune+EnergyNet, the paper",
            lambda f: paper.TABLE_5.get(("finetune+EnergyNet", f)),
            _number,
        ),
        line("finetune+CNN, the paper (worked out)", paper.FIGURE_5_BASELINE.get, _number),
        line("EnergyNet − finetune+CNN, the paper", paper.FIGURE_5_GAIN.get, signed),
    ]


def _share(method: str) -> float:
    return ALL if method.startswith("finetune") else NONE


def _side(curve: Curve) -> str:
    return f"{curve.method} {percent(curve.fraction)}" if curve.fraction else curve.method


def _ours(columns: Sequence[Column]) -> list[str]:
    return [f"ours, {column.name}" for column in columns]


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1f}"
