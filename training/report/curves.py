"""Sweeps as the numbers behind the paper's figures and tables, the paper's own beside ours."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from attention.catalogue.catalogue import say
from attention.errors import InputError, short
from attention.methods.registry import both_names, known_method, methods, plain_name
from training.judge import bootstrap, paper
from training.judge.comparison import Column, draws_of
from training.judge.paper import ALL, FEW, NONE, Curve
from training.judge.results import SweepResults
from training.report import tables as report_tables
from training.report.numbers import percent
from training.report.verdict import answers, answers_table, sentence, too_few

MEASURES = ("accuracy", "mAP", "top3")
TABLES = ("Table 1", "Table 2", "Table 3", "Table 4", "Table 5", "Differences")
PLAIN = "in plain words"


def figure5_rows(
    results: SweepResults, measure: str, names: Sequence[str] | None = None
) -> pd.DataFrame:
    """Figure 5: a row per method and share of labels: mean, std, lowest, highest, seeds.

    Over seeds, each the mean of its folds; std is NaN for one seed. InputError for a measure that is
    none.
    """
    check_measure(measure)
    names = [row.name for row in methods()] if names is None else names
    rows = results.rows[results.rows["method"].isin(names)]
    by_seed = rows.groupby(["method", "fraction", "seed"])[measure].mean()
    found = (
        by_seed.groupby(["method", "fraction"])
        .agg(mean="mean", std="std", lowest="min", highest="max", seeds="count")
        .reset_index()
    )
    order = {method: place for place, method in enumerate(names)}
    return found.sort_values(
        ["method", "fraction"],
        key=lambda column: column.map(order) if column.name == "method" else column,
        ignore_index=True,
    )


def paper_rows(measure: str, stills: str) -> pd.DataFrame:
    """What the paper prints of that measure: method, fraction, value, where.

    Accuracies are from UCF101, mAP from TVHI with ResNet101 and the stills nearest to `stills`.
    """
    check_measure(measure)
    rows: list[tuple[str, float, float, str]] = []
    if measure == "mAP":
        table = paper.TABLE_2[stills if stills in paper.TABLE_2 else paper.FILTERED]["ResNet101"]
        rows = [
            (method, ALL if method.startswith("finetune") else NONE, value, "Table 2")
            for method, value in table.items()
        ]
        rows.append(("NoImage+CNN", ALL, paper.TABLE_3["NoImage+CNN"], "Table 3"))
    else:
        place = 0 if measure == "accuracy" else 1
        rows = [(method, NONE, both[place], "Table 4") for method, both in paper.TABLE_4.items()]
    if measure == "accuracy":
        rows += [
            ("finetune+CNN", fraction, value, "Figure 5, worked out")
            for fraction, value in paper.FIGURE_5_BASELINE.items()
        ]
        rows += [
            (method, fraction, value, "Table 5")
            for (method, fraction), value in paper.TABLE_5.items()
            if fraction > 0
        ]
    return pd.DataFrame(rows, columns=["method", "fraction", "value", "where"])


def class_gains(results: SweepResults, better: Curve, worse: Curve) -> pd.DataFrame:
    """Figure 4: class, both accuracies, gain in points with its 95 % interval, the largest first.

    InputError when one of the two was not run. Classes of which no clip was judged are left out.
    """
    for curve in (better, worse):
        if curve not in results.judged:
            raise InputError(f"{curve_name(curve)} was not measured here; choose another method.")
    judged = results.judged[better], results.judged[worse]
    draws = draws_of(results)
    rows = [
        (found.concept, found.worse.mean(), found.better.mean(), gain.mean, gain.low, gain.high)
        for found in bootstrap.class_gains(*judged, results.concepts, draws)
        for gain in [found.difference]
    ]
    return pd.DataFrame(rows, columns=["class", "worse", "better", "gain", "low", "high"])


def confusion_counts(verdicts: pd.DataFrame, concepts: Sequence[str]) -> pd.DataFrame:
    """How often the clips of a class (rows) were called each class (columns), from clip verdicts."""
    counts = pd.crosstab(verdicts["truth"].astype(str), verdicts["prediction"].astype(str))
    return counts.reindex(index=list(concepts), columns=list(concepts), fill_value=0)


def cell_of(
    verdicts: pd.DataFrame, curve: Curve, seed: int | None = None, fold: str | None = None
) -> pd.DataFrame:
    """The verdicts of a method with that share of labels; of one seed or fold, or of all."""
    mine = (verdicts["method"] == curve.method) & np.isclose(verdicts["fraction"], curve.fraction)
    if seed is not None:
        mine &= verdicts["seed"] == seed
    if fold is not None:
        mine &= verdicts["fold"] == fold
    return verdicts[mine]


def table_rows(number: str, columns: Sequence[Column]) -> pd.DataFrame:
    """One of TABLES with our columns and the paper's, as RESULTS.md has it; methods in plain words beside."""
    if number == "Differences":
        return report_tables.differences(columns[0], both_names)
    table = getattr(report_tables, number.lower().replace(" ", ""))(columns)
    if number == "Table 1":  # one line per sweep, so that the paper's numbers stand beside ours
        table = table.set_index("CNN").T.reset_index(names="stills")
    # the paper's, once for sweeps of the same stills
    table = table.loc[:, ~table.columns.duplicated()]
    return with_plain_names(table) if "method" in table else table


def with_plain_names(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its methods in plain words in a column after "method"; "" for what is none of ours."""
    found, plain = table.copy(), []
    for told in map(str, table["method"]):  # a name, or a name with its share of labels
        names = (told, told.rpartition(",")[0])
        plain.append(next((plain_name(name) for name in names if known_method(name)), ""))
    found.insert(list(table.columns).index("method") + 1, PLAIN, plain)
    return found


def verdict_of(column: Column, beside: Sequence[Column] = ()) -> tuple[str, pd.DataFrame]:
    """The first lines of RESULTS.md for one sweep: who wins in a sentence, and the table under it.

    beside: other sweeps whose answers are given together with it, for which p is corrected. The
    sentence also says whether the sweep is too small or still growing.
    """
    others = [other for other in beside if other is not column]
    mine = [answer for answer in answers([column, *others]) if answer.column is column]
    left = column.results.left_out
    growing = say("curves.verdict.growing", rows=left) if left else ""
    said = " ".join(filter(None, [sentence(mine), too_few(mine), growing]))
    return said, answers_table(mine, both_names, plain_name)


def check_measure(measure: str) -> None:
    """Raises InputError for a measure that is none."""
    if measure not in MEASURES:
        raise InputError(
            f"There is no measure '{short(measure, 40)}'; choose {', '.join(MEASURES)}."
        )


def curve_name(curve: Curve) -> str:
    """Such as: learned energy, 20 % of the labels."""
    return f"{plain_name(curve.method)}, {_labels(curve)}"


def full_curve_name(curve: Curve) -> str:
    """Such as: learned energy (finetune+EnergyNet), 20 % of the labels."""
    return f"{both_names(curve.method)}, {_labels(curve)}"


def course(name: str, first: pd.Series, last: pd.Series) -> str:
    """From where to where a method goes with its labels, or its one number."""
    share, most = percent(first["fraction"]), percent(last["fraction"])
    value, end = f"{first['mean']:.1f}", f"{last['mean']:.1f}"
    if share != most:
        return say("charts.rises", method=name, first=value, share=share, last=end, most=most)
    some = say("curves.labels.some", share=share) if first["fraction"] else say("charts.no_labels")
    return say("charts.level", method=name, value=value, labels=some)


def _labels(curve: Curve) -> str:
    if not curve.fraction:
        return say("curves.labels.none")
    return say("curves.labels.some", share=percent(curve.fraction))


def curves_in(results: SweepResults) -> list[Curve]:
    """Every curve point of a sweep, by share of labels and then in the methods' order."""
    order = {row.name: place for place, row in enumerate(methods())}
    return sorted(results.judged, key=lambda c: (c.fraction, order.get(c.method, len(order))))


def usual_pair(results: SweepResults) -> tuple[Curve, Curve] | None:
    """What Figure 4 compares: EnergyNet and finetune+CNN with few labels, else UnAtt and the CNN."""
    shares = sorted(results.fractions, key=lambda f: (f != FEW, -f))
    pairs = [(Curve("finetune+EnergyNet", f), Curve("finetune+CNN", f)) for f in shares]
    pairs.append((Curve("UnAtt", NONE), Curve("CNN", NONE)))
    there = [pair for pair in pairs if pair[0] in results.judged and pair[1] in results.judged]
    return there[0] if there else None
