"""The Curves tab without a page: the public table, what may be opened, the HTML of cells and clips."""

import json
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

import gradio as gr
import pandas as pd
import pytest

from attention.errors import InputError
from attention.serving.workroom import Workroom
from tests.sweeps import SweepFolder, world
from training.data.sets import DRAWN_FOLDER
from training.judge import paper as paper_numbers
from training.judge.paper import Curve
from training.report import known_sweeps
from training.report.curves import check_measure, figure5_rows
from training.report.known_sweeps import clip_file, clip_verdicts, results_of, sweep_named
from training.runs.folder import Run
from training.runs.records import Spec, State, Status
from training.tabs.curves import tab as curves
from training.tabs.curves.clip_picks import Pick, frames_of, picks_html
from training.tabs.curves.confusion import grid_html
from training.tabs.curves.tab import curves_tab, curves_table, verdicts_html
from training.tabs.curves.views import _table, pair_of
from training.tabs.figure_block import Shown, table_html, written
from training.tabs.whole_set import whole_set


def write_run(home: Path, name: str, state: State = "running", **spec: object) -> Run:
    run = Run(home / "runs" / name)
    run.folder.mkdir(parents=True)
    run.write_spec(Spec(**spec))  # type: ignore[arg-type]
    run.write_status(Status(state=state, submitted=0.0))
    return run


def small_sweep() -> SweepFolder:
    return world(lambda method, fraction: 1.0 + fraction, seeds=2, clips=20)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, and one shipped sweep: drawn."""
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(known_sweeps, "SHIPPED", tmp_path / "results")
    small_sweep().write(tmp_path / "results" / "drawn")
    yield tmp_path / "home"


def test_the_public_table_is_figure_5_as_json(home: Path) -> None:
    told = curves_table("drawn", "mAP")
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    results = results_of(sweep_named("drawn"))
    assert results is not None
    rows = figure5_rows(results, "mAP")
    assert [(r["method"], r["fraction"], r["mean"]) for r in told["rows"]] == [
        (r.method, r.fraction, r.mean) for r in rows.itertuples()
    ]
    assert {"method": "finetune+EnergyNet", "fraction": 1.0, "value": 96.8, "where": "Table 2"} in (
        told["paper"]
    )
    assert (told["clips"], told["seeds"], told["finished"]) == (20, [0, 1], True)
    assert f"<b>Drawn clips, clean stills.</b> {escape(told['verdict'])}" in verdicts_html(
        [sweep_named("drawn")]
    )


def test_sweeps_that_ship_are_answered_for_together_and_a_run_by_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_sweep().write(known_sweeps.SHIPPED / "noisy")
    small_sweep().write(write_run(home, "mine", title="Mine").sweep)
    asked = {}

    def noted(column, beside=()):  # type: ignore[no-untyped-def]
        asked[column.name] = [other.name for other in beside]
        return "said", pd.DataFrame()

    monkeypatch.setattr(curves, "verdict_of", noted)
    verdicts_html([sweep_named("noisy"), sweep_named("mine")])
    shipped = ["Drawn clips, clean stills", "Drawn clips, noisy stills"]
    assert asked == {shipped[1]: shipped, "Mine": []}


def test_the_spread_of_one_cell_is_none_in_json(home: Path) -> None:
    run = write_run(home, "one", title="One seed")
    world(lambda method, fraction: 1.0, seeds=1, clips=20).write(run.sweep)
    told = curves_table("one", "accuracy")
    assert {row["std"] for row in told["rows"]} == {None}
    assert told["finished"] is False


@pytest.mark.parametrize("name", ["nosuch", "../drawn", "/etc", ""])
def test_unknown_sweeps_are_refused_and_the_known_named(home: Path, name: str) -> None:
    with pytest.raises(InputError, match="there are: drawn"):
        curves_table(name, "accuracy")
    with pytest.raises(InputError, match="choose accuracy, mAP, top3"):
        curves_table("drawn", "auc")


def test_a_table_and_a_measure_of_any_type_are_refused(home: Path) -> None:
    sweep = sweep_named("drawn")
    with pytest.raises(InputError, match=r"There is no '\['x'\]'; choose one of Table 1"):
        _table([sweep], ["x"])  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"There is no measure '\['x'\]'; choose accuracy"):
        check_measure(["x"])  # type: ignore[arg-type]


def test_a_run_without_a_cell_says_so(home: Path) -> None:
    write_run(home, "begun", title="Begun")
    with pytest.raises(InputError, match=r"begun.*nothing yet"):
        curves_table("begun", "accuracy")
    assert "the run is running" in verdicts_html([sweep_named("begun")])


def test_runs_are_listed_damaged_ones_left_out_and_titles_told_apart(home: Path) -> None:
    write_run(home, "a", title="Mine", noisy=True)
    write_run(home, "b", title="Mine", source="/somewhere/else")
    (write_run(home, "c").folder / "status.json").write_text("{")
    known = {sweep.name: sweep for sweep in known_sweeps.known_sweeps()}
    assert list(known) == ["drawn", "b", "a"]
    assert [known[name].title for name in "ab"] == ["Mine, a", "Mine, b"]
    assert known["a"].stills == paper_numbers.NOISY
    assert (known["a"].clips, known["b"].clips) == ("drawn clips", "clips of else")
    assert known_sweeps.set_folder(known["b"]) is None  # a path of the terminal is never opened
    assert known_sweeps.set_folder(known["a"]) == DRAWN_FOLDER


def test_a_damaged_sweep_is_a_sentence(home: Path) -> None:
    (sweep_named("drawn").folder / "rows.csv").write_text("fold,seed\n1,0\n")
    assert "lacks the column" in verdicts_html([sweep_named("drawn")])
    assert pair_of([sweep_named("drawn")], None, None) == ([], (None, None))


def test_only_clips_of_the_sweeps_own_set_are_opened(home: Path) -> None:
    sweep = sweep_named("drawn")
    clip = sorted((DRAWN_FOLDER / "video" / "Hug").glob("*_test_*.mp4"))[0]
    assert clip_file(sweep, f"Hug/{clip.name}") == clip.resolve()
    for strange in ("Hug/nosuch.mp4", "../../etc/passwd", str(clip), ""):
        with pytest.raises(InputError, match="no longer holds"):
            clip_file(sweep, strange)
    with pytest.raises(InputError, match="not on this computer"):
        clip_file(replace(sweep, source=None), f"Hug/{clip.name}")
    seen = frames_of(sweep, [f"Hug/{clip.name}", "Hug/nosuch.mp4"])
    assert list(seen) == [f"Hug/{clip.name}"]
    assert seen[f"Hug/{clip.name}"].startswith("data:image/jpeg;base64,/9j/")


def test_the_results_are_read_again_when_the_sweep_grows(home: Path) -> None:
    sweep = sweep_named("drawn")
    before = len(clip_verdicts(sweep))
    grown = world(lambda m, f: 1.0, seeds=3, clips=20)
    grown.write(sweep.folder)
    results = results_of(sweep)
    assert results is not None
    assert results.seeds == [0, 1, 2]
    assert len(clip_verdicts(sweep)) == before * 3 // 2


def test_the_grid_has_a_button_for_every_cell_with_clips() -> None:
    table = pd.DataFrame({"truth": ["A", "<b>"], "A": [3, 1], "<b>": [0, 2]})
    html = grid_html(table, {})
    assert html.count("<button") == 3
    assert "1 of 3 &lt;b&gt; called A" in html
    assert "<b>" not in html
    assert html.count("class='none'") == 1


def test_a_large_grid_shows_the_classes_with_the_most_mistakes() -> None:
    names = [f"c{i:02}" for i in range(40)]
    table = pd.DataFrame(
        [[i if j == (i + 1) % 40 else 5 * (i == j) for j in range(40)] for i in range(40)],
        columns=names,
    )
    table.insert(0, "truth", names)
    html = grid_html(table, {})
    assert html.count("scope='row'") == 25
    assert ">c39<" in html
    assert ">c05<" not in html


def test_clips_that_are_not_here_cannot_be_chosen(home: Path) -> None:
    sweep = sweep_named("drawn")
    curve = Curve("CNN", 0.0)
    pick = Pick("Hug/<x>.mp4", "Hug", curve, "1", 0, remark="with 1 of 2 seeds")
    away = picks_html(replace(sweep, source=None), [pick])
    assert "known" in away and "<button" not in away
    assert "data-pick" not in away
    here = picks_html(sweep, [pick] * 14)
    assert here.count("data-pick") == 14
    assert "<summary>2 more</summary>" in here
    assert "<x>" not in here


def test_the_pair_asked_for_is_kept_while_the_sweep_has_it(home: Path) -> None:
    sweeps = [sweep_named("drawn")]
    choices, usual = pair_of(sweeps, None, None)
    assert usual == ("finetune+EnergyNet @ 0.2", "finetune+CNN @ 0.2")
    assert pair_of(sweeps, "UnAtt @ 0", "CNN @ 0")[1] == ("UnAtt @ 0", "CNN @ 0")
    assert pair_of(sweeps, "UnAtt @ 0", "CNN @ 0.7")[1] == usual
    assert len(choices) == 3 + 2 * 6 + 1
    assert pair_of([], None, None) == ([], (None, None))


def test_files_are_named_after_what_they_show(tmp_path: Path) -> None:
    table = pd.DataFrame({"method": ["CNN"], "accuracy": [61.25]})
    shown = Shown("Table 4. Accuracy / “drawn”", table)
    path = written(shown, tmp_path)
    assert path.name == "table-4-accuracy-drawn.csv"
    pd.testing.assert_frame_equal(pd.read_csv(path), table)
    assert "<td>61.2</td>" in table_html(table, "t")


def test_nothing_of_the_tabs_is_a_public_endpoint(home: Path) -> None:
    with gr.Blocks() as demo:
        with gr.Tab("Curves"):
            curves_tab(demo, Workroom())
        whole_set(demo, Workroom())
    assert demo.get_api_info()["named_endpoints"] == {}
