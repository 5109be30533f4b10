"""RESULTS.md on small sweeps whose numbers are known; the command and what it refuses."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attention.errors import InputError
from tests.sweeps import CONCEPTS, SweepFolder, world
from training import __main__ as command
from training.judge import paper
from training.judge.comparison import measured_column
from training.judge.paper import Curve
from training.judge.results import read_results
from training.report.numbers import chance, interval, markdown, signed, spread, table
from training.report.tables import figure4, holds
from training.report.verdict import (
    answers,
    answers_table,
    read_answers,
    sentence,
    title,
    too_few,
    winner,
)

ROOT = Path(__file__).parents[1]
Said = pytest.CaptureFixture[str]


def flat(cnn: float, attention: float):  # type: ignore[no-untyped-def]
    """Skill by kind: UnAtt and EnergyNet against everything else."""
    return lambda method, _: attention if method.endswith(("UnAtt", "EnergyNet")) else cnn


def little(**given: object) -> SweepFolder:
    """A sweep of few clips and seeds, for what does not depend on them."""
    usual = {"seeds": 2, "fractions": (0.2,), "clips": 24}
    return world(flat(1, 2), **(usual | given))  # type: ignore[arg-type]


def run(tmp_path: Path, draws: int = 200, **folders: Path) -> tuple[int, Path]:
    out = tmp_path / "RESULTS.md"
    given = {name: folders.get(name, Path("none")) for name in ("drawn", "noisy", "real")}
    arguments = [str(a) for name, folder in given.items() for a in (f"--{name}", folder)]
    return command.main(["report", *arguments, "--out", str(out), "--draws", str(draws)]), out


def by_hand(folder: Path) -> Path:
    """Two seeds, four clips of two classes; CNN right on 4 and 3 clips, UnAtt on 2 and 1."""
    sweep = SweepFolder(("Hug", "Kiss"))
    truth = np.array([0, 0, 1, 1])

    def scores(margins: list[float]) -> np.ndarray:
        return np.array([[m, -m] for m in margins])

    sweep.add(("1", 0, 0.0, "CNN"), truth, scores([2, 1, -1, -2]))
    sweep.add(("1", 1, 0.0, "CNN"), truth, scores([2, 1, 3, -2]))
    sweep.add(("1", 0, 0.0, "UnAtt"), truth, scores([2, -3, 1, -1]))
    sweep.add(("1", 1, 0.0, "UnAtt"), truth, scores([-1, -2, 1, -3]))
    return sweep.write(folder)


def line_of(text: str, start: str) -> list[str]:
    found = next(line for line in text.splitlines() if line.startswith(f"| {start} |"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_numbers_by_hand(tmp_path: Path) -> None:
    status, out = run(tmp_path, drawn=by_hand(tmp_path / "drawn"))
    text = out.read_text(encoding="utf-8")
    assert status == 0
    # top-1: 100 and 75; 50 and 25; std of two values 25 apart is 25/√2 = 17.7

    table4 = text[text.index("### Table 4") : text.index("### Table 5")]
    assert line_of(table4, "CNN") == ["CNN", "87.5 ± 17.7", "100.0 ± 0.0", "62.5", "78.5"]
    assert line_of(table4, "UnAtt") == ["UnAtt", "37.5 ± 17.7", "100.0 ± 0.0", "66.4", "82.4"]
    # mAP of the CNN: seed 0: 1; seed 1: Hug ranks 2 and 3 of Kiss at 1: (1/2 + 2/3)/2 = 7/12, Kiss
    # ranks 1 and 4: (1 + 2/4)/2 = 9/12 → 8/12; mean 83.3, std (1/3)/√2 = 23.6
    table2 = text[text.index("### Table 2") : text.index("### Table 3")]
    assert line_of(table2, "CNN") == ["CNN", "83.3 ± 23.6", "89.7", "86.7"]
    assert line_of(table2, "finetune+EnergyNet")[1] == "–"
    assert "| CNN mean |" not in table2  # of neither the paper nor this sweep
    table1 = text[text.index("### Table 1") : text.index("### Table 2")]
    assert line_of(table1, "ours") == ["ours", "91.0 ± 1.4"]  # 90 and 92
    figure = text[text.index("### Figure 4") : text.index("### Figure 5")]
    # Hug: 100 and 100 against 50 and 0; Kiss: 100 and 50 against 50 and 50
    assert line_of(figure, "Hug")[1:3] == ["100.0 ± 0.0", "25.0 ± 35.4"]
    assert line_of(figure, "Kiss")[3].startswith("−25.0 ± 35.4 [")
    rows = text[text.index("### Differences") :]
    assert line_of(rows, "UnAtt − CNN")[2].startswith("−50.0 ± 0.0 [")


@pytest.mark.parametrize(
    ("skill", "first"),
    [
        (
            flat(cnn=3.0, attention=0.2),
            "The CNN wins: against the CNN's vote, as the paper compares, attention wins 0 of 4 "
            "comparisons and loses 4; against the other baselines it wins 0 of 8 comparisons and loses 8.",
        ),
        (
            flat(cnn=0.2, attention=3.0),
            "Attention wins: against the CNN's vote, as the paper compares, attention wins 4 of 4 "
            "comparisons and loses 0; against the other baselines it wins 8 of 8 comparisons and loses 0.",
        ),
        (
            flat(cnn=1.0, attention=1.0),
            "The CNN and attention are not told apart: against the CNN's vote, as the paper compares, "
            "attention wins 0 of 4 comparisons and loses 0; against the other baselines it wins 0 of 8 "
            "comparisons and loses 0; the rest are not told apart.",
        ),
        (
            lambda m, _: {"CNN": 3.0, "UnAtt": 0.2, "finetune+EnergyNet": 3.0}.get(m, 0.2),
            "The CNN wins in part and attention in part: against the CNN's vote, as the paper compares, "
            "attention wins 2 of 4 comparisons and loses 2; against the other baselines it wins 6 of 8 "
            "comparisons and loses 0; the rest are not told apart.",
        ),
    ],
)
def test_the_first_line_says_who_wins(tmp_path: Path, skill, first: str, capsys: Said) -> None:  # type: ignore[no-untyped-def]
    sweep = world(skill, seeds=3, fractions=(0.2,))
    status, out = run(tmp_path, draws=1000, drawn=sweep.write(tmp_path / "drawn"))
    assert status == 0
    assert out.read_text(encoding="utf-8").splitlines()[0] == first
    assert capsys.readouterr().out.splitlines()[0] == first


def test_every_question_stands_under_the_first_line_for_every_sweep(tmp_path: Path) -> None:
    drawn = world(flat(0.2, 3.0), seeds=3, fractions=(0.2,)).write(tmp_path / "drawn")
    real = world(flat(1.0, 1.0), folds=("1", "2"), seeds=3, fractions=(0.2,)).write(
        tmp_path / "real"
    )
    _, out = run(tmp_path, draws=2000, drawn=drawn, real=real)
    head = out.read_text(encoding="utf-8").split("## How it was measured")[0]
    # the table beside it says the same
    kept = read_answers(tmp_path / "RESULTS.csv")
    assert markdown(answers_table(kept)) in head and head.startswith(sentence(kept))
    assert [answer.judged for answer in kept[:2]] == [
        read_results(f).clip_counts["1"] * n for f, n in ((drawn, 1), (real, 2))
    ]  # type: ignore[union-attr]
    rows = [line.strip("| ").split(" | ") for line in head.splitlines() if "against" in line][1:]
    asked = list(dict.fromkeys(row[0] for row in rows))
    assert asked == [
        "without labels, UnAtt against CNN, vote",
        "without labels, UnAtt against CNN, mean of all frames",
        "with 20 % of the labels, finetune+EnergyNet against finetune+CNN, vote",
        "with 20 % of the labels, finetune+EnergyNet against finetune+CNN, mean of all frames",
        "with 20 % of the labels, finetune+EnergyNet against SVM",
        "with 20 % of the labels, finetune+EnergyNet against Logistic",
    ]
    assert len(rows) == 12
    for row in rows:
        if row[1] == "drawn clips, clean stills":
            assert row[2] == row[5] == row[0].split(", ")[1].split(" against")[0]
            assert (row[3][0], row[6][0]) == ("+", "+")
            # the least p of 1999 swaps is 1/2000; 24 comparisons are made
            assert (row[4], row[7]) == ("0.012", "0.012")
        else:
            assert row[2] == row[5] == "not told apart"
    assert "the 24 comparisons of this table" in head


def test_each_p_of_the_first_table_is_corrected_for_all(tmp_path: Path) -> None:
    results = read_results(world(flat(1.0, 1.4), seeds=2, fractions=(0.2,)).write(tmp_path / "s"))
    assert results is not None
    columns = [
        measured_column(name, "drawn clips", paper.FILTERED, results, 300) for name in ("x", "y")
    ]
    given = answers(columns)
    plain = [a.column.difference(a.claim, m).p for a in given for m in a.found]  # type: ignore[union-attr]
    told = [found.p for answer in given for found in answer.found.values()]
    assert len(plain) == 24
    # the same sweep twice: each p is there twice, and the least of 24 counts 24 times
    assert min(told) == pytest.approx(min(1, 24 * min(plain)))
    assert all(p >= q for p, q in zip(told, plain, strict=True))


def test_a_tiny_set_says_how_many_clips_it_takes(tmp_path: Path) -> None:
    sweep = SweepFolder(("Hug", "Kiss"))
    truth = np.arange(18) % 2
    for method, right in (("UnAtt", 13), ("CNN", 12)):
        answer = np.where(np.arange(18) < right, truth, 1 - truth)
        sweep.add(("1", 0, 0.0, method), truth, np.eye(2)[answer], answer)
    folder = sweep.write(tmp_path / "drawn")
    results = read_results(folder)
    assert results is not None
    given = answers([measured_column("x", "drawn clips", paper.FILTERED, results, 300)])
    # one clip of 18 differs: ψ = 2 / 20 = 0.1 = δ: 77 clips, as in test_randomisation.py
    said = "18 clips cannot tell them apart; about 77 would be needed where the difference is 10 points."
    assert too_few(given) == said
    assert answers_table(given)["accuracy: who wins"].tolist() == ["not told apart"]
    _, out = run(tmp_path, drawn=folder)
    assert f"**drawn clips, clean stills:** {said}" in out.read_text(encoding="utf-8")


def test_a_set_that_is_large_enough_says_nothing_of_it(tmp_path: Path) -> None:
    sweep = world(flat(1.0, 1.0), seeds=1, fractions=(0.2,), clips=480)
    results = read_results(sweep.write(tmp_path / "s"))
    assert results is not None
    assert (
        too_few(answers([measured_column("x", "drawn clips", paper.FILTERED, results, 100)])) == ""
    )


def test_winner_in_all_cases() -> None:
    assert winner([1, 1]) == "Attention wins"
    assert winner([-1, 0]) == "The CNN wins wherever the two are told apart"
    assert winner([0, 0]) == "The CNN and attention are not told apart"
    assert winner([1, -1, 0]) == "The CNN wins in part and attention in part"


def test_the_headline_takes_the_largest_share_when_20_percent_is_missing(tmp_path: Path) -> None:
    folder = world(flat(1.0, 2.0), fractions=(0.1, 0.5)).write(tmp_path / "sweep")
    results = read_results(folder)
    assert results is not None
    given = answers([measured_column("x", "drawn clips", paper.FILTERED, results, 100)])
    assert (
        given[-1].question(title) == "with 50 % of the labels, finetune+EnergyNet against Logistic"
    )


def test_a_sweep_without_a_comparison_says_so() -> None:
    assert sentence([]).startswith("Nothing is compared yet")


def test_recordings_are_counted_over_the_folds(tmp_path: Path) -> None:
    sweep = SweepFolder(("Hug", "Kiss"))
    truth = np.array([0, 1, 1])
    for fold, named in (("1", ["a", "b", "b"]), ("2", ["a", "c", "c"])):
        sweep.add((fold, 0, 0.0, "CNN"), truth, np.eye(2)[truth], None, named)
    results = read_results(sweep.write(tmp_path / "drawn"))
    assert results is not None
    found = results.judged[Curve("CNN", 0.0)].folds
    assert [fold.recordings.tolist() for fold in found] == [[0, 1, 1], [0, 2, 2]]
    _, out = run(tmp_path, drawn=tmp_path / "drawn")
    assert "| 6 test clips of 3 recordings (3 in fold 1, 3 in fold 2); " in out.read_text("utf-8")


def test_missing_sweeps_are_said_and_all_missing_is_one_line(tmp_path: Path, capsys: Said) -> None:
    status, out = run(tmp_path, drawn=little().write(tmp_path / "drawn"))
    text = out.read_text(encoding="utf-8")
    assert status == 0
    assert "**drawn clips, noisy stills: not measured.** This report has no sweep of it." in text
    assert "**real clips: not measured.**" in text[text.index("## Real clips") :]
    out.unlink()
    capsys.readouterr()
    status, out = run(tmp_path)
    assert status == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "python -m training sweep" in error
    assert not out.exists()


def test_the_same_sweep_gives_the_same_file_and_names_no_machine(tmp_path: Path) -> None:
    folder = little(folds=("1", "2")).write(tmp_path / "drawn")
    _, out = run(tmp_path, drawn=folder)
    before = out.read_bytes()
    _, out = run(tmp_path, drawn=folder)
    assert out.read_bytes() == before
    assert str(tmp_path).encode() not in before


def test_nothing_half_written_when_the_place_is_wrong(tmp_path: Path, capsys: Said) -> None:
    folder = little().write(tmp_path / "drawn")
    (tmp_path / "RESULTS.md").mkdir()
    status, out = run(tmp_path, drawn=folder)
    assert status == 2
    assert "--out" in capsys.readouterr().err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["RESULTS.md", "drawn"]
    assert not list(out.iterdir())


def test_every_table_is_rectangular(tmp_path: Path) -> None:
    drawn, noisy = (little().write(tmp_path / n) for n in ("drawn", "noisy"))
    _, out = run(tmp_path, drawn=drawn, noisy=noisy, real=drawn)
    blocks = [b for b in out.read_text(encoding="utf-8").split("\n\n") if b.startswith("|")]
    assert len(blocks) >= 2 + 2 * 5 + 3 * (2 + 2 + 1)
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_what_weakens_the_numbers_is_said(tmp_path: Path) -> None:
    sweep = world(flat(1, 2), folds=("1", "2"), seeds=2, fractions=(0.2, 1.0), part="dev")
    sweep.rows = [r for r in sweep.rows if not (r["fold"] == "2" and r["seed"] == 1)]
    _, out = run(tmp_path, drawn=sweep.write(tmp_path / "drawn", web=False))
    text = out.read_text(encoding="utf-8")
    assert "fewer than 5 seeds" in text
    assert "judged on development clips" in text
    assert "16 rows that some fold still lacks are left out" in text
    assert "sweep assets/drawn drawn --seeds 1 --fractions 0.2,1 --part dev" in text
    assert "| ours | not recorded |" in text
    assert "120 development clips of 120 recordings (60 in fold 1, 60 in fold 2)" in text


def test_folds_weigh_alike_and_maps_are_those_of_the_rows(tmp_path: Path) -> None:
    results = read_results(little(folds=("a", "b")).write(tmp_path / "s"))
    assert results is not None
    column = measured_column("x", "drawn clips", paper.FILTERED, results, 100)
    for curve in results.judged:
        for measure in ("accuracy", "mAP"):
            mine = column.measured(curve, measure).values[:, 0]  # type: ignore[arg-type]
            assert mine == pytest.approx(results.per_seed(curve, measure), abs=1e-4)


def test_figure_4_shows_the_25_largest_gains(tmp_path: Path) -> None:
    names = [f"class {i:02d}" for i in range(28)]
    folder = world(flat(1, 2), clips=84, concepts=names, seeds=1, fractions=(0.2,)).write(
        tmp_path / "s"
    )
    results = read_results(folder)
    assert results is not None
    shown = figure4(
        measured_column("x", "drawn clips", paper.FILTERED, results, 100), paper.UNSUPERVISED
    )
    assert shown is not None
    gains = [float(gain.split()[0].replace("−", "-")) for gain in shown["difference"]]
    assert len(gains) == 25
    assert gains == sorted(gains, reverse=True)


def edited(tmp_path: Path, name: str, edit) -> Path:  # type: ignore[no-untyped-def]
    folder = little(folds=("1", "2"), seeds=1).write(tmp_path / "s")
    pd.DataFrame(edit(pd.read_csv(folder / name))).to_csv(folder / name, index=False)
    return folder


@pytest.mark.parametrize(
    ("name", "edit", "words"),
    [
        ("rows.csv", lambda t: t.assign(accuracy=t["accuracy"] + 1), "and"),
        ("rows.csv", lambda t: t.drop(columns="mAP"), "lacks the column 'mAP'"),
        ("rows.csv", lambda t: t[:0], "has no lines"),
        ("rows.csv", lambda t: pd.concat([t, t]), "twice"),
        ("rows.csv", lambda t: t.assign(part=["test", *["dev"] * (len(t) - 1)]), "mixes"),
        ("rows.csv", lambda t: t[(t["fold"] == 1) == (t["fraction"] == 0)], "every fold"),
        ("clips.csv", lambda t: t[t["method"] != "SVM"], "no clips of SVM, fold 1"),
        ("clips.csv", lambda t: t.assign(prediction="Wave"), "names classes"),
        ("clips.csv", lambda t: t.drop(columns="recording"), "lacks the column 'recording'; sweep"),
        ("clips.csv", lambda t: t.assign(recording=[None, *t["recording"][1:]]), "no recording"),
        (
            "clips.csv",
            lambda t: t.assign(recording=[*t["recording"][:-1], "x"]),
            "judges other clips",
        ),
        ("clips.csv", lambda t: t.iloc[[1, 0, *range(2, len(t))]], "judges other clips"),
        ("clips.csv", lambda t: t.assign(**{"score: Hug": float("nan")}), "score: Hug"),
        ("clips.csv", lambda t: t.assign(**{"score: Hug": "high"}), "score: Hug"),
        ("web.csv", lambda t: t.assign(validation="good"), "validation"),
    ],
)
def test_files_that_do_not_belong_together_are_refused(tmp_path: Path, name, edit, words) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=words) as error:
        read_results(edited(tmp_path, name, edit))
    assert "\n" not in str(error.value)


def test_a_broken_file_is_one_sentence(tmp_path: Path) -> None:
    folder = world(flat(1, 2), seeds=1).write(tmp_path / "s")
    (folder / "clips.csv").write_bytes(b"\xff\xfe\x00,\n")
    with pytest.raises(InputError, match="sweep again"):
        read_results(folder)
    (folder / "clips.csv").unlink()
    with pytest.raises(InputError, match=r"clips\.csv"):
        read_results(folder)


def test_a_class_called_none_is_a_class(tmp_path: Path) -> None:
    folder = world(flat(1, 2), concepts=("None", "NA", "1"), seeds=1).write(tmp_path / "s")
    results = read_results(folder)
    assert results is not None
    assert results.concepts == ("None", "NA", "1")


def test_the_papers_gains_are_those_its_text_states() -> None:
    claims = {(c.better, c.worse): c for c in paper.claims()}

    def of(better: str, worse: str, share: float) -> paper.Claim:
        return claims[Curve(better, share), Curve(worse, share)]

    # §4.4: "+5.8 … compared with finetune+CNN, and +2.4 against finetune+UnAtt" · §4.5: +3.1, +0.7
    energynet = of("finetune+EnergyNet", "finetune+CNN", 1.0)
    assert energynet.mAP[paper.NOISY] == 5.8
    assert of("finetune+EnergyNet", "finetune+UnAtt", 1.0).mAP[paper.NOISY] == 2.4
    assert (of("finetune+EnergyNet", "finetune+CNN", 0.2).accuracy, energynet.accuracy) == (
        3.1,
        0.7,
    )
    assert paper.UNSUPERVISED.accuracy == 3.9
    assert Curve("finetune+EnergyNet", 0.1) in {c.better for c in paper.claims()}
    for share, baseline in paper.FIGURE_5_BASELINE.items():
        gain = paper.FIGURE_5_GAIN[share]
        assert baseline + gain == pytest.approx(paper.TABLE_5["finetune+EnergyNet", share])


def test_an_order_the_paper_reverses_is_asked_in_reverse(tmp_path: Path) -> None:
    claim = next(
        c for c in paper.claims() if c.better.method == "UnAtt" and c.worse.fraction == 1.0
    )
    assert claim.order("accuracy", paper.FILTERED) == -1  # 66.4 against 87.3 on UCF101
    assert claim.order("mAP", paper.FILTERED) == 1  # 94.3 against 92.6 on TVHI
    results = read_results(world(lambda m, f: 0.5 + 2 * f, seeds=2).write(tmp_path / "s"))
    assert results is not None
    column = measured_column("x", "drawn clips", paper.FILTERED, results, 200)
    found = column.difference(claim, "accuracy")
    assert (holds(found, -1), holds(found, 1), holds(None, 1)) == ("yes", "no", "not measured")


def test_how_numbers_are_written() -> None:
    assert [signed(p) for p in (3.14, -0.66, 0.04, -0.04, None)] == [
        "+3.1",
        "−0.7",
        "0.0",
        "0.0",
        "–",
    ]
    assert spread(np.array([1.0, 3.0])) == "2.0 ± 1.4"
    assert (spread(np.array([2.0])), spread(np.array([]))) == ("2.0", "–")
    assert interval(None) == "–"
    assert markdown(table(["a|b"], [["c"]])) == "| a\\|b |\n| --- |\n| c |"
    told = {0.00001: "< 0.0001", 0.0005: "0.0005", 0.0495: "0.0495", 0.08: "0.08", 0.14: "0.14"}
    assert [chance(p) for p in told] == list(told.values())
    assert (chance(1.0), chance(float("nan"))) == ("1.00", "–")


def test_the_report_needs_no_torch(tmp_path: Path) -> None:
    folder = world(flat(1, 2), seeds=1, clips=24, concepts=CONCEPTS).write(tmp_path / "drawn")
    script = (
        "import sys; from training.__main__ import main\n"
        f"assert main(['report', '--drawn', {str(folder)!r}, '--noisy', 'none', '--real', 'none',"
        f" '--out', {str(tmp_path / 'R.md')!r}, '--draws', '100']) == 0\n"
        "assert not {'torch', 'gradio', 'sklearn', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
    assert (tmp_path / "R.md").exists()


@pytest.mark.parametrize(
    "wrong",
    [["--draws", "5"], ["--seed", "-1"], ["--draws", "many"], ["--drawn", "mistyped"]],
)
def test_wrong_arguments_are_one_line(
    wrong: list[str], capsys: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "RESULTS.md").write_text("as it was")
    try:
        status = command.main(["report", *wrong])
    except SystemExit as left:
        status = left.code
    assert status == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "RESULTS.md").read_text() == "as it was"
