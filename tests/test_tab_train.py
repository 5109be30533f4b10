"""What the Train tab shows of runs, and what it skips when nothing has changed."""

import json
from pathlib import Path

import gradio as gr
import pytest

from training.runs.folder import Run
from training.runs.records import Spec, Status
from training.runs.standing import Standing, standings
from training.tabs.train import live
from training.tabs.train.live import FOLLOW, Seen, how_it_goes, live_charts, seen_now
from training.tabs.train.run_card import run_card, run_choices
from training.tabs.train.tab import _estimate, _shown

SKIP = gr.skip()
EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    made = Run(tmp_path / "runs" / "20260101-000000-old-ab12")
    made.folder.mkdir(parents=True)
    made.write_spec(Spec(title=EVIL))
    made.write_status(Status(state="cancelled", submitted=1.0, seconds=65.0))
    return made


def test_a_title_is_text_and_never_html(run: Run) -> None:
    (standing,) = standings()
    card = run_card(standing)
    assert "<img" not in card and "&lt;img" in card
    assert "python -m training runs start drawn --title" in card
    assert "about 65 s" in card and "Resume goes on" in card


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (
            Status(state="running", submitted=1, done=0.43, left=70.0, told=9e9, doing="Web CNN"),
            "43%",
        ),
        (Status(state="failed", submitted=1, message="The disk is full."), "The disk is full."),
        (Status(state="interrupted", submitted=1), "Press Resume"),
        (Status(state="finished", submitted=1), "offered under Heatmaps"),
    ],
)
def test_every_state_says_what_it_means(run: Run, status: Status, says: str) -> None:
    standing = Standing(run, status, Spec())
    assert says in run_card(standing)
    ((label, name),) = run_choices([standing])
    assert name == run.name and "drawn" in label


def test_a_place_in_the_queue_is_told(run: Run) -> None:
    status = Status(state="queued", submitted=1)
    assert "is next" in run_card(Standing(run, status, Spec(), place=1)).lower()
    assert "number 3 in the queue" in run_card(Standing(run, status, Spec(), place=3))


def test_a_damaged_run_is_shown_as_such(run: Run) -> None:
    (run.folder / "status.json").write_text("{")
    (standing,) = standings()
    assert "status.json" in run_card(standing)
    assert "damaged" in run_choices([standing])[0][0]


def test_nothing_is_sent_when_nothing_has_changed(run: Run) -> None:
    first = _shown(Seen(), None, FOLLOW)
    assert isinstance(first[0], Seen) and run.name in first[0].name
    assert _shown(first[0], run.name, FOLLOW) == [SKIP] * 13
    run.write_status(Status(state="failed", submitted=1.0, told=5.0, message="x"))
    assert _shown(first[0], run.name, FOLLOW)[2] != SKIP


def test_the_charts_follow_the_stage_at_work(run: Run) -> None:
    lines = [
        '{"stage": "Web CNN", "fold": "1", "seed": 0, "epoch": 1, "loss": 1.5, "accuracy": 0.5}',
        '{"stage": "Web CNN", "fold": "1", "seed": 0, "epoch": 2, "loss": 0.5, "accuracy": 0.75}',
    ]
    (run.folder / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    loss, accuracy, words = live_charts(run, FOLLOW)
    told = [json.loads(plot["value"].plot) for plot in (loss, accuracy)]
    assert [figure["data"][-1]["y"] for figure in told] == [[1.5, 0.5], [50.0, 75.0]]
    assert told[0]["layout"]["title"]["text"].endswith(": loss")
    assert told[0]["layout"]["height"] == 270
    assert "75" in words
    assert live_charts(run, "EnergyNet")[0]["value"] is None


def test_what_a_page_asks_changes_when_it_should(run: Run) -> None:
    before = how_it_goes(run.name)
    assert "Resume goes on" in before["state"]
    (run.folder / "metrics.jsonl").write_text("{}\n")
    measured = how_it_goes(run.name)
    assert measured["metrics"] != before["metrics"] and measured["runs"] == before["runs"]
    run.write_status(Status(state="failed", submitted=1.0, message=EVIL))
    failed = how_it_goes(run.name)
    assert failed["runs"] != before["runs"] and "<img" not in failed["state"]
    assert how_it_goes("../../etc/passwd")["state"] is None


def test_many_pages_draw_less_often(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    live._asked.clear()
    moments = iter(range(1000))  # long pauses first, then forty questions in a moment
    monkeypatch.setattr(live.time, "monotonic", lambda: 10.0 * next(moments))
    assert how_it_goes(run.name)["pause"] == live.LEAST_PAUSE
    monkeypatch.setattr(live.time, "monotonic", lambda: 20_000.0)
    told = [how_it_goes(run.name)["pause"] for _ in range(40)]  # what ten pages ask in six seconds
    assert told[-1] == 10 * live.PAUSE_EACH


def test_seen_changes_with_state_place_and_metrics(run: Run) -> None:
    status = Status(state="queued", submitted=1)
    one, two = (Standing(run, status, Spec(), place=place) for place in (1, 2))
    assert seen_now([one], one, FOLLOW) != seen_now([two], two, FOLLOW)


def test_an_estimate_or_the_reason_there_is_none(run: Run) -> None:
    asked = [
        "drawn",
        "energynet",
        [0.2, 1.0],
        1,
        "",
        "efficientnet_lite0",
        "working",
        False,
        "test",
    ]
    assert "It will take <b>about" in _estimate(*asked)
    assert "tick one" in _estimate(*[*asked[:2], [], *asked[3:]])
    assert "no folder" in _estimate("nosuch", *asked[1:]) or "nosuch" in _estimate(
        "nosuch", *asked[1:]
    )
