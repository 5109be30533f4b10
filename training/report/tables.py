"""Tables 1–5 and Figures 4–5, our numbers and the paper's side by side."""

from collections.abc import Callable, Sequence

import pandas as pd

from attention.methods.method import Labels, Method
from attention.methods.registry import methods
from training.judge import paper
from training.judge.bootstrap import Difference, class_gains
from training.judge.comparison import MEASURES, Column
from training.judge.paper import ALL, FEW, NETWORKS, NONE, Claim, Curve, Measure
from training.report.numbers import MISSING, chance, interval, percent, signed, spread, table

LARGEST = 25  # classes of Figure 4
HOLDS = {1: "yes", -1: "no", 0: "not told apart"}


def rows_of(columns: Sequence[Column], *labels: Labels) -> list[Method]:
    """The methods that need so many labels, in their order: the paper's, and those that a column has."""
    there = {curve.method for column in columns for curve in column.results.judged}
    return [row for row in methods() if row.labels in labels and row.name in there | paper.METHODS]


def cell(column: Column, method: str, fraction: float, measure: str) -> str:
    """Mean ± std over seeds of a column of rows.csv."""
    return spread(column.results.per_seed(Curve(method, fraction), measure))


def table1(columns: Sequence[Column]) -> pd.DataFrame:
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


def table2(columns: Sequence[Column]) -> pd.DataFrame:
    """mAP of the paper's five methods and the other baselines; the supervised ones with all labels."""
    header = ["method"]
    for column in columns:
        header += [f"ours, {column.name}", *(f"{n}, {column.table2}" for n in NETWORKS)]
    rows = []
    for found in rows_of(columns, "none", "some"):
        method = found.name
        row = [method]
        for column in columns:
            share = NONE if found.labels == "none" else ALL
            row.append(cell(column, method, share, "mAP"))
            row += [_number(paper.TABLE_2[column.table2][n].get(method)) for n in NETWORKS]
        rows.append(row)
    return table(header, rows)


def table3(columns: Sequence[Column]) -> pd.DataFrame:
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


def table4(columns: Sequence[Column]) -> pd.DataFrame:
    """Top-1 and top-3 accuracy without labelled clips."""
    header = ["method"]
    for column in columns:
        header += [f"top-1, {column.name}", f"top-3, {column.name}"]
    rows = [
        [
            method,
            *(cell(c, method, NONE, measure) for c in columns for measure in ("accuracy", "top3")),
            *map(_number, paper.TABLE_4.get(method, (None, None))),
        ]
        for method in _names(columns, "none")
    ]
    return table([*header, "top-1, the paper (UCF101)", "top-3, the paper"], rows)


def table5(columns: Sequence[Column]) -> pd.DataFrame:
    """Accuracy of the paper's three lines, our baselines, and the results it compares with."""
    names = {
        NONE: "no labelled clip",
        FEW: f"{percent(FEW)} of the labels",
        ALL: "all labels",
    }
    baselines = [row for row in rows_of(columns, "some") if row.role in ("vote", "baseline")]
    lines = [*paper.TABLE_5, *((row.name, share) for share in (FEW, ALL) for row in baselines)]
    rows = [
        [
            f"{method}, {names[fraction]}",
            *(cell(c, method, fraction, "accuracy") for c in columns),
            _number(paper.TABLE_5.get((method, fraction))),
        ]
        for method, fraction in lines
    ]
    for name, (motion, value) in paper.TABLE_5_OTHERS.items():
        kind = "with motion" if motion else "without motion"
        rows.append(
            [f"{name}, {kind}, quoted by the paper", *([MISSING] * len(columns)), _number(value)]
        )
    return table(["method", *_ours(columns), "the paper (UCF101)"], rows)


def figure4(column: Column, claim: Claim) -> pd.DataFrame | None:
    """Accuracy per class, the largest gains of `claim` first; None when a method was not run."""
    judged = column.results.judged
    if claim.better not in judged or claim.worse not in judged:
        return None
    judged_by = judged[claim.better], judged[claim.worse]
    lines = [
        [gain.concept, spread(gain.worse), spread(gain.better), interval(gain.difference)]
        for gain in class_gains(*judged_by, column.results.concepts, column.draws)[:LARGEST]
    ]
    return table(["class", claim.worse.method, claim.better.method, "difference"], lines)


def figure5(column: Column, measure: Measure) -> pd.DataFrame:
    """A measure of every method against the share of labels, and the paper's numbers under it."""
    fractions = column.results.fractions
    rows = [
        [method, cell(column, method, NONE, measure), *([MISSING] * len(fractions))]
        for method in _names([column], "none")
    ]
    rows += [
        [method, MISSING, *(cell(column, method, fraction, measure) for fraction in fractions)]
        for method in _names([column], "some", "all")
    ]
    gains = [column.difference(paper.energynet_gain(f), measure) for f in fractions]
    rows.append(["EnergyNet − finetune+CNN", MISSING, *map(interval, gains)])
    if measure == "accuracy":
        rows += _figure5_paper(fractions)
    return table(["method", "no label", *map(percent, fractions)], rows)


def differences(column: Column, named: Callable[[str], str] = str) -> pd.DataFrame:
    """Every order the paper states, on this sweep: points, interval, p, and whether it holds.

    named: what a method is called.
    """
    header = ["difference", "stated in"]
    for measure in MEASURES:
        header += [measure, f"{measure}, p", f"{measure}, the paper", f"{measure}, holds?"]
    rows = []
    for claim in paper.claims():
        row = [f"{_side(claim.better, named)} − {_side(claim.worse, named)}", claim.where]
        for measure in MEASURES:
            found = column.difference(claim, measure)
            quoted = signed(claim.points(measure, column.table2))
            p = MISSING if found is None else chance(found.p)
            row += [interval(found), p, quoted, holds(found, claim.order(measure, column.table2))]
        rows.append(row)
    return table(header, rows)


def holds(found: Difference | None, order: int) -> str:
    """Whether the paper's order is ours: yes, no, not told apart, or not measured."""
    return "not measured" if found is None else HOLDS[found.sign * order]


def _figure5_paper(fractions: Sequence[float]) -> list[list[str]]:
    nets = [_number(paper.TABLE_5.get(("finetune+EnergyNet", f))) for f in fractions]
    baselines = [_number(paper.FIGURE_5_BASELINE.get(f)) for f in fractions]
    gains = [signed(paper.FIGURE_5_GAIN.get(f)) for f in fractions]
    return [
        ["finetune+EnergyNet, the paper", MISSING, *nets],
        ["finetune+CNN, the paper (worked out)", MISSING, *baselines],
        ["EnergyNet − finetune+CNN, the paper", MISSING, *gains],
    ]


def _names(columns: Sequence[Column], *labels: Labels) -> list[str]:
    return [row.name for row in rows_of(columns, *labels)]


def _side(curve: Curve, named: Callable[[str], str]) -> str:
    name = named(curve.method)
    return f"{name} {percent(curve.fraction)}" if curve.fraction else name


def _ours(columns: Sequence[Column]) -> list[str]:
    return [f"ours, {column.name}" for column in columns]


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:.1f}"
