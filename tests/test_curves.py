"""Curves: sweeps and logs as the numbers and charts of the paper's figures, its own numbers beside."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attention.catalogue.languages import spoken
from attention.errors import InputError
from attention.methods.registry import both_names, methods, plain_name
from tests.sweeps import CONCEPTS, SweepFolder, world
from training.judge import paper
from training.judge.comparison import measured_column
from training.judge.metrics import ClipScores, metrics
from training.judge.paper import Curve
from training.judge.results import SweepResults, read_results
from training.report.charts import (
    confusion_chart,
    figure5_chart,
    gains_chart,
    training_chart,
)
from training.report.curves import (
    TABLES,
    cell_of,
    class_gains,
    confusion_counts,
    curve_name,
    figure5_rows,
    full_curve_name,
    paper_rows,
    table_rows,
    usual_pair,
    verdict_of,
    with_plain_names,
)
from training.report.disagreement import disagreement
from training.report.plot import table_chart
from training.report.training_log import log_rows, smoothed
from training.report.verdict import answers, answers_table, sentence

METHODS = tuple(row.name for row in methods())
EYE = np.eye(len(CONCEPTS))


def cell(
    sweep: SweepFolder, key: tuple[str, int, float, str], truth: list[int], said: list[int]
) -> None:
    sweep.add(key, np.array(truth), EYE[said], np.array(said))


def read(sweep: SweepFolder, folder: Path) -> SweepResults:
    results = read_results(sweep.write(folder))
    assert results is not None
    return results


@pytest.fixture
def small(tmp_path: Path) -> SweepResults:
    """Two folds of four clips, two seeds: accuracies worked out by hand."""
    sweep = SweepFolder()
    truth = [0, 1, 2, 3]
    said = {
        ("1", 0): [0, 1, 2, 3],  # 100
        ("1", 1): [0, 1, 2, 0],  # 75
        ("2", 0): [0, 1, 0, 0],  # 50
        ("2", 1): [0, 0, 0, 0],  # 25
    }
    for (fold, seed), answer in said.items():
        cell(sweep, (fold, seed, 0.0, "CNN"), truth, [0, 0, 0, 0])  # always 25
        cell(sweep, (fold, seed, 0.0, "UnAtt"), truth, [0, 1, 0, 0])  # always 50
        cell(sweep, (fold, seed, 0.2, "finetune+CNN"), truth, [0, 0, 0, 3])
        cell(sweep, (fold, seed, 0.2, "finetune+EnergyNet"), truth, answer)
    return read(sweep, tmp_path)


@pytest.fixture
def usual(tmp_path: Path) -> SweepResults:
    sweep = world(lambda method, fraction: 0.8 + 0.5 * fraction, clips=24)
    return read(sweep, tmp_path / "usual")


def row(table: pd.DataFrame, method: str, fraction: float) -> pd.Series:
    return table[(table["method"] == method) & (table["fraction"] == fraction)].iloc[0]


def test_figure5_spread_is_over_seeds_each_the_mean_of_its_folds(small: SweepResults) -> None:
    rows = figure5_rows(small, "accuracy")
    net = row(rows, "finetune+EnergyNet", 0.2)
    assert net["mean"] == 62.5
    assert net["std"] == pytest.approx(np.std([75, 50], ddof=1))  # (100 + 50) / 2, (75 + 25) / 2
    assert (net["lowest"], net["highest"], net["seeds"]) == (50.0, 75.0, 2)
    assert row(rows, "CNN", 0.0)["std"] == 0
    assert list(dict.fromkeys(rows["method"])) == [m for m in METHODS if m in set(rows["method"])]


def test_a_measure_that_is_none_is_refused(small: SweepResults) -> None:
    with pytest.raises(InputError, match="accuracy, mAP, top3"):
        figure5_rows(small, "f1")


def test_the_papers_curve_stands_beside_ours(small: SweepResults) -> None:
    accuracy = paper_rows("accuracy", paper.FILTERED)
    assert row(accuracy, "finetune+EnergyNet", 0.2)["value"] == 85.0
    assert row(accuracy, "finetune+EnergyNet", 1.0)["value"] == 88.0
    assert row(accuracy, "finetune+CNN", 0.2)["value"] == pytest.approx(85.0 - 3.1)
    assert row(accuracy, "CNN", 0.0)["value"] == 62.5
    assert row(paper_rows("mAP", paper.NOISY), "finetune+EnergyNet", 1.0)["value"] == 98.7
    assert row(paper_rows("mAP", paper.BU101), "CNN", 0.0)["value"] == 89.7  # nearest: filtered
    assert row(paper_rows("top3", paper.FILTERED), "UnAtt", 0.0)["value"] == 82.4
    chart = figure5_chart([("mine", paper.FILTERED, small)], "accuracy", METHODS)
    quoted = {line["name"]: line for line in chart.data if not line["showlegend"]}
    assert quoted["learned energy, the paper"]["y"] == [85.0, 88.0]
    assert {line["line"]["dash"] for line in quoted.values()} == {"dash"}
    without = figure5_chart(
        [("mine", paper.FILTERED, small)], "accuracy", METHODS, with_paper=False
    )
    assert not any("the paper" in line["name"] for line in without.data)


def test_what_needs_no_labels_is_a_level_line(small: SweepResults) -> None:
    chart = figure5_chart([("mine", paper.FILTERED, small)], "accuracy", METHODS)
    level = next(line for line in chart.data if line["name"] == "vote")
    assert level["y"] == [25.0, 25.0]
    (two, *_) = level["hovertext"]  # the method's own name is one step behind
    assert two.replace("<br>", "\n") == "vote (CNN)\nno labels: 25.0 ± 0.0 over 2 seeds"
    assert level["x"][0] < 0.2 < level["x"][1]
    ticks = chart.layout["xaxis"]
    assert dict(zip(ticks["tickvals"], ticks["ticktext"], strict=True))[level["x"][0]] == "none"
    assert "learned energy 62.5 with 20 % of the labels" in chart.alt


def test_methods_stand_in_plain_words_beside_their_own_names() -> None:
    table = pd.DataFrame({
        "of": "ours",
        "method": ["UnAtt", "finetune+EnergyNet, all labels", "Focus, even", "iDT, quoted by the paper"],
        "mAP": ["1", "2", "3", "4"],
    })  # fmt: skip
    found = with_plain_names(table)
    assert list(found.columns) == ["of", "method", "in plain words", "mAP"]
    assert found["in plain words"].tolist() == [
        "attention", "learned energy", "weighted vote, all weights alike", "",
    ]  # fmt: skip
    assert curve_name(Curve("finetune+CNN", 0.2)) == "tuned vote, 20 % of the labels"
    assert full_curve_name(Curve("CNN", 0.0)) == "vote (CNN), no labels"


def test_colour_is_never_the_only_cue(usual: SweepResults) -> None:
    sweeps = [(name, paper.FILTERED, usual) for name in ("a", "b", "c")]
    traces = figure5_chart(sweeps, "mAP", METHODS).data
    lines = [line for line in traces if line["showlegend"]]
    assert len(lines) == 3 * 10
    looks = [
        (line["name"], line["line"]["color"], line["marker"]["symbol"], line["line"]["dash"])
        for line in lines
    ]
    by_sweep = [{look[1:3] for look in looks if look[0].endswith(n)} for n in "abc"]
    assert [len(found) for found in by_sweep] == [10, 10, 10]
    shapes = [look[2:] for look in looks if look[0].startswith(("tuned", "learned"))]
    for a, b in pairwise(sorted(shapes[i::3] for i in range(3))):
        assert a != b
    attention = [look[2] for look in looks if look[0].startswith("attention")]
    assert [sign.split("-open")[0].removesuffix("-dot") for sign in attention] == 3 * [
        "triangle-up"
    ]
    assert len(set(attention)) == 3  # its own sign everywhere, filled otherwise


def test_gains_by_class_are_those_of_the_clips(small: SweepResults, usual: SweepResults) -> None:
    better, worse = Curve("finetune+EnergyNet", 0.2), Curve("finetune+CNN", 0.2)
    gains = class_gains(small, better, worse).set_index("class")
    # right in (fold, seed): High five in 3 of 4 against none, Kiss in 1 of 4 against all
    assert gains.loc["High five", ["worse", "better", "gain"]].tolist() == [0, 75, 75]
    assert gains.loc["Hug", "gain"] == 50
    assert gains.loc["Handshake", "gain"] == 0
    assert gains.loc["Kiss", "gain"] == -75
    assert gains["gain"].is_monotonic_decreasing
    # one recording of a class in each fold tells nothing of others
    assert gains[["low", "high"]].isna().all(axis=None)
    many = class_gains(usual, better, worse)
    assert ((many["low"] <= many["gain"]) & (many["gain"] <= many["high"])).all()
    chart = gains_chart(gains.reset_index(), better, worse, "mine")
    (bars,) = chart.data
    assert (bars["y"][0], bars["x"][0]) == ("High five", 75)
    assert (bars["error_x"]["array"], bars["error_x"]["arrayminus"]) == ([None] * 4, [None] * 4)
    assert bars["hovertext"][0] == "High five: +75.0 [–, –]"
    assert bars["marker"]["pattern"]["shape"] == ["", "", "", "/"]  # colour is not the only cue
    assert "+75.0 points in High five to −75.0 in Kiss" in chart.alt
    assert "2 of 4" in chart.alt
    with pytest.raises(InputError, match="SVM"):
        class_gains(small, Curve("SVM", 0.2), worse)
    assert usual_pair(small) == (better, worse)


def test_confusion_is_that_of_evaluate() -> None:
    truth, said = np.array([0, 0, 1, 2, 3, 3]), np.array([0, 1, 1, 0, 3, 0])
    expected = metrics(ClipScores("CNN", said, EYE[said].astype(np.float32)), truth).confusion
    verdicts = pd.DataFrame(
        {"truth": [CONCEPTS[t] for t in truth], "prediction": [CONCEPTS[s] for s in said]}
    )
    counts = confusion_counts(verdicts, CONCEPTS)
    assert counts.to_numpy().tolist() == expected.tolist()
    chart = confusion_chart(counts, "mine")
    (cells,) = chart.data
    assert cells["text"][0] == [1, 1, 0, 0]
    assert [cells["z"][0], cells["z"][3]] == [[0.5, 0.5, 0, 0], [0.5, 0, 0, 0.5]]
    assert chart.layout["yaxis"]["autorange"] == "reversed"  # the first class on top
    assert chart.alt.startswith(
        "3 of 6 verdicts are right; most often wrong: Handshake called High five"
    )


def test_smoothing_is_an_exponential_moving_average_freed_of_its_start() -> None:
    # s: .5, .25, .125; divided by 1−.5, 1−.25, 1−.125
    assert smoothed([1, 0, 0], 0.5).tolist() == pytest.approx([1, 1 / 3, 1 / 7])
    assert smoothed([3, 1, 2], 0).tolist() == [3, 1, 2]
    assert smoothed([2, 2, 2], 0.9).tolist() == pytest.approx([2, 2, 2])
    with pytest.raises(ValueError, match="smoothing"):
        smoothed([1], 1)


WEB = {"stage": "Web CNN", "part": "", "fold": "1", "seed": 0, "fraction": 0.0}
NET = {"stage": "EnergyNet", "part": "", "fold": "1", "seed": 0, "fraction": 0.2}


def test_a_log_becomes_rows_and_a_retold_line_counts_once() -> None:
    rows = log_rows(
        [
            WEB | {"began": True},
            WEB | {"epoch": 1, "loss": 1.5, "accuracy": 0.5, "validation": 0.25},
            WEB | {"epoch": 2, "loss": 9.0, "accuracy": 0.1},
            WEB | {"epoch": 2, "loss": 1.0, "accuracy": 0.75},  # told again after a crash
            WEB | {"stage": "out of fold", "epoch": 1, "loss": 7.0},
            NET | {"step": 10, "energy_loss": 0.9, "triplet_loss": 0.4, "pool": 96},
            {"stage": "Web CNN", "epoch": "x", "loss": float("nan")},
        ]
    )
    told = {(r.stage, r.at, r.quantity): r.value for r in rows.itertuples()}
    assert told == {
        ("Web CNN", 1, "loss"): 1.5,
        ("Web CNN", 1, "accuracy"): 50,
        ("Web CNN", 1, "validation"): 25,
        ("Web CNN", 2, "loss"): 1.0,
        ("Web CNN", 2, "accuracy"): 75,
        ("EnergyNet", 10, "energy_loss"): 0.9,
        ("EnergyNet", 10, "triplet_loss"): 0.4,
        ("EnergyNet", 10, "pool"): 96,
    }
    assert set(rows["cell"]) == {"fold 1, seed 0", "fold 1, seed 0, 20 % of the labels"}


def test_a_training_chart_shows_the_latest_cell_smoothed_over_the_raw_line() -> None:
    lines = [
        NET | {"fraction": f, "step": s, "energy_loss": f + s, "triplet_loss": 0.0}
        for f in (0.2, 1.0)
        for s in (1, 2, 3)
    ]
    rows = log_rows(lines)
    chart = training_chart({"mine": rows, "other": rows}, "EnergyNet", "loss", smoothing=0.5)
    faint = [line for line in chart.data if line["opacity"] < 1]
    named = [line for line in chart.data if line["showlegend"]]
    assert len(faint) == len(named) == 4
    assert faint[0]["y"] == [2.0, 3.0, 4.0]  # 100 % of the labels, the latest
    assert named[0]["y"] == pytest.approx(smoothed([2.0, 3.0, 4.0], 0.5).tolist())
    assert [line["name"] for line in named] == [
        "mine: energy loss (Eq. 6)",
        "mine: triplet loss (Eq. 10)",
        "other: energy loss (Eq. 6)",
        "other: triplet loss (Eq. 10)",
    ]
    assert len({(line["line"]["color"], line["line"]["dash"]) for line in named}) == 4
    first = training_chart(
        {"mine": rows}, "EnergyNet", "loss", cell="fold 1, seed 0, 20 % of the labels"
    )
    assert first.data[0]["y"] == [1.2, 2.2, 3.2]
    assert training_chart({"mine": rows}, "Web CNN", "loss").data == ()


def test_disagreement_counts_both_directions(tmp_path: Path) -> None:
    truth = [0, 0, 0, 1, 1, 2]
    sweep = SweepFolder()
    cell(sweep, ("1", 3, 0.0, "CNN"), truth, [1, 0, 1, 1, 0, 0])
    cell(sweep, ("1", 3, 0.2, "finetune+EnergyNet"), truth, [0, 1, 0, 1, 1, 0])
    results, verdicts = read(sweep, tmp_path), pd.concat(sweep.clips)
    clips = verdicts["clip"].tolist()
    attention, cnn = Curve("finetune+EnergyNet", 0.2), Curve("CNN", 0.0)
    found = disagreement(verdicts, results, attention, cnn, seed=3)
    # the classes take turns: the first Handshake, then the High five, then the second Handshake
    assert found.attention_right["clip"].tolist() == [clips[0], clips[4], clips[2]]
    assert found.attention_right["cnn"].tolist() == ["High five", "Handshake", "High five"]
    assert found.cnn_right["clip"].tolist() == [clips[1]]
    assert (found.both_right, found.both_wrong, found.clips) == (1, 1, 6)
    # +++− of four clips that differ: 10 of 16 swaps are 2 or more away
    # ψ = 5 / 8: (1.96 √0.625 + 0.8416 √0.615)² / 0.01 = 488.0
    assert found.sentence.startswith(
        "Of 6 clips, learned energy alone gets 3 right and vote alone 1; 1 both get right, 1 neither. "
        "The two are not told apart: learned energy − vote +33.3 points [−"
    )
    assert found.sentence.endswith(
        "p = 0.62. 6 clips cannot tell them apart; about 489 would be needed where the difference is "
        "10 points."
    )
    other = disagreement(verdicts, results, cnn, attention, seed=3)
    assert other.attention_right["clip"].tolist() == found.cnn_right["clip"].tolist()
    with pytest.raises(InputError, match="seed 4"):
        disagreement(verdicts, results, attention, cnn, seed=4)
    assert len(cell_of(verdicts, cnn, seed=3, fold="1")) == 6


def test_a_clear_difference_on_the_whole_set_names_the_better(tmp_path: Path) -> None:
    sweep = SweepFolder()
    truth = [0, 1, 2, 3] * 10
    cell(sweep, ("1", 0, 0.0, "CNN"), truth, [0] * 40)
    cell(sweep, ("1", 0, 0.0, "UnAtt"), truth, truth)
    results, verdicts = read(sweep, tmp_path), pd.concat(sweep.clips)
    pair = Curve("CNN", 0.0), Curve("UnAtt", 0.0)
    for attention, other, sign in ((*pair, "−"), (*pair[::-1], "+")):
        said = disagreement(verdicts, results, attention, other, seed=0).sentence
        assert f"Attention beats vote: {sign}75.0 points [" in said
        assert said.endswith("p = 0.0005.")


def test_the_verdict_is_that_of_the_report(usual: SweepResults) -> None:
    names = ("drawn", "noisy")
    mine, beside = (measured_column(name, "drawn clips", paper.FILTERED, usual) for name in names)
    said, table = verdict_of(mine, [mine, beside])
    both = [measured_column(name, "drawn clips", paper.FILTERED, usual) for name in names]
    given = answers(both)
    assert said.startswith(sentence([a for a in given if a.column is both[0]]))
    theirs = answers_table(given, both_names, plain_name)
    assert "attention (UnAtt) against vote (CNN)" in table["question"][0]
    pd.testing.assert_frame_equal(
        table, theirs[theirs["data set"] == "drawn"].reset_index(drop=True)
    )


@pytest.mark.parametrize("number", TABLES)
def test_every_table_has_the_papers_numbers(number: str, usual: SweepResults) -> None:
    columns = [
        measured_column(name, "drawn clips", stills, usual)
        for name, stills in (("clean", paper.FILTERED), ("noisy", paper.NOISY))
    ]
    table = table_rows(number, columns)
    quoted = {
        "Table 1": "94.1",
        "Table 2": "96.8",
        "Table 3": "98.7",
        "Table 4": "66.4",
        "Table 5": "85.0",
        "Differences": "+3.1",
    }[number]
    assert (table == quoted).any(axis=None)
    assert table.columns.is_unique
    if number == "Differences":
        assert table["difference"].str.startswith("attention (UnAtt) − vote (CNN)").any()
    if number == "Table 1":
        assert table.columns.tolist() == [
            "stills",
            "ours",
            "ResNet101, the paper",
            "VGG16, the paper",
        ]
        assert table["ours"].tolist() == ["94.0 ± 3.2", "94.0 ± 3.2"]  # 90, 92, … 98


def test_charts_are_json_without_markup_of_their_own(usual: SweepResults) -> None:
    better, worse = Curve("UnAtt", 0.0), Curve("CNN", 0.0)
    gains = class_gains(usual, better, worse)
    gains.loc[0, "class"] = "<b>Hug</b>"
    names = ["<b>a</b>", "b"]
    charts = [
        figure5_chart([("<b>mine</b> $5", paper.FILTERED, usual)] * 2, "accuracy", METHODS),
        gains_chart(gains, better, worse, "mine"),
        confusion_chart(pd.DataFrame(np.eye(2, dtype=int), names, names), "<b>mine</b>"),
    ]
    for chart in charts:
        told = json.loads(chart.to_json(height=300))
        assert told["layout"]["paper_bgcolor"] == told["layout"]["plot_bgcolor"] == "rgba(0,0,0,0)"
        assert told["layout"]["height"] == 300
        assert "<b>" not in json.dumps(told)  # plotly takes tags for markup
    printed = table_chart(
        pd.DataFrame({"a<b": ["<i>x</i>"], "y": [float("nan")], "z": [1.25]}), "T"
    )
    (cells,) = json.loads(printed.to_json())["data"]
    assert cells["header"]["values"] == ["<b>a&lt;b</b>", "<b>y</b>", "<b>z</b>"]
    assert cells["cells"]["values"] == [["&lt;i&gt;x&lt;/i&gt;"], ["–"], ["1.2"]]
    lines = [line for line in charts[0].data if line["showlegend"]]
    net = next(line for line in lines if line["name"].startswith("learned energy"))
    rows = figure5_rows(usual, "accuracy", ["finetune+EnergyNet"])
    assert len(lines) == 2 * 10
    assert net["y"] == rows["mean"].tolist()
    assert net["error_y"]["array"] == rows["std"].tolist()


def test_charts_speak_the_language_of_who_looks(small: SweepResults) -> None:
    sweep = [("mine", paper.FILTERED, small)]
    with spoken("de"):
        chart = figure5_chart(sweep, "accuracy", METHODS)
        rows = log_rows([NET | {"step": 10, "energy_loss": 0.9}])
        log = training_chart({"mine": rows}, "EnergyNet", "loss")
    assert chart.title.startswith("Genauigkeit (%) nach Anteil")
    assert chart.layout["xaxis"]["title"]["text"] == "Trainingsclips mit Label (%)"
    level = next(line for line in chart.data if line["name"] == "Abstimmung")
    assert level["hovertext"][0].startswith(
        "Abstimmung (CNN)<br>ohne Labels: 25.0 ± 0.0 aus 2 Seeds"
    )
    assert "gelernte Energie 62.5 (20 % der Labels)" in chart.alt
    assert log.layout["xaxis"]["title"]["text"] == "Schritt"
    assert log.alt == "EnergyNet (§3.4): Verlust: Energieverlust (Gl. 6) 0.9 bei 10."
    assert rows["cell"].tolist() == ["Aufteilung 1, Seed 0, 20 % der Labels"]
