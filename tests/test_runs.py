"""Runs as folders and processes: order, cancelling, crashes, and the same weights after a resume."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from safetensors.torch import load_file

from attention.disk.home import own_models
from attention.disk.process import born
from attention.errors import InputError
from attention.methods.registry import known_method
from attention.model.folder import load_model
from attention.pipeline import analyse
from tests.little import little_set
from training.commands.evaluate import judged_clips
from training.data.sources import open_source
from training.progress import how_long
from training.runs import queue, standing
from training.runs.folder import Run, all_runs, networks_folder, run_named
from training.runs.plan import expected
from training.runs.records import Spec, Status, spec_of
from training.runs.standing import standing_of, standings
from training.runs.words import how_it_stands, repeat, title_of, when_asked
from training.sweep.table import read_rows

LONG = 120.0  # seconds; waiting is for states, this only bounds it


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return little_set(tmp_path_factory.mktemp("sets") / "little")


@pytest.fixture(scope="module")
def asked(little: Path) -> Spec:
    return Spec(source=str(little), fractions=(1.0,), threads=1, every=10)


@pytest.fixture(scope="module")
def finished(asked: Spec, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """An uninterrupted run, in its own data folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATTENTION_HOME", str(tmp_path_factory.mktemp("home")))
        run = queue.start(asked)
        wait_for(run, "finished", "failed")
    return run


@pytest.fixture
def there(finished: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of the finished run."""
    place = finished.folder.parents[1]
    monkeypatch.setenv("ATTENTION_HOME", str(place))
    return place


def state_of(run: Run) -> str:
    status = standing_of(run.name).status
    return status.state if status else "damaged"


def wait_for(run: Run, *states: str, also: Callable[[], bool] = lambda: True) -> str:
    until = time.monotonic() + LONG
    while (state := state_of(run)) not in states or not also():
        assert time.monotonic() < until, f"{state}: {run.log()}"
        time.sleep(0.05)
    return state


def written(folder: Path, state: str = "finished", **changes: object) -> Run:
    """A run's folder in a state that an earlier process may have left."""
    run = Run(folder / "runs" / "20260101-000000-old-ab12")
    run.folder.mkdir(parents=True)
    run.write_spec(Spec())
    run.write_status(Status.model_validate({"state": state, "submitted": 1.0} | changes))
    return run


def test_a_run_finishes_with_rows_a_model_and_a_command(
    there: Path, asked: Spec, finished: Run
) -> None:
    assert 1 < expected(asked) < 600
    run, status = finished, finished.status()
    assert status.state == "finished", run.log()
    assert (status.done, status.left, status.doing, status.message) == (1.0, None, "", "")
    assert set(read_rows(run.sweep)["fraction"]) == {0.0, 1.0}
    assert own_models() == {run.name: run.model}
    clip = next((Path(asked.source) / "video" / "Hug").glob("*_test_*.mp4"))
    said = analyse(clip, str(run.model))
    assert [v.method for v in said.verdicts] == [
        "CNN", "UnAtt", "Focus", "Web+video head", "finetune+CNN", "finetune+UnAtt", "finetune+EnergyNet",
    ]  # fmt: skip
    assert not said.notes  # the model holds Focus's statistics
    assert "2 of 2: fold 1, seed 0, 100 % of the labels\n" in run.log()
    assert "\n  tuned CNN\n" in run.log() and "95 % interval" in run.log()
    same_as_judged(run, asked)
    card = json.loads((run.model / "model.json").read_text(encoding="utf-8"))
    assert card["command"] == repeat(asked) and card["concepts"] == ["Hug", "Kiss"]
    stages = [line["stage"] for line in run.metrics()]
    wanted = [
        "caching",
        "Web CNN",
        "maps",
        "SVM",
        "tuned CNN",
        "EnergyNet",
        "judging",
    ]
    assert list(dict.fromkeys(stages)) == wanted
    assert sum("validation" in line for line in run.metrics()) == 10
    with pytest.raises(InputError, match="finished"):
        queue.resume(run.name)


def same_as_judged(run: Run, asked: Spec) -> None:
    """A cell's saved networks give the scores of its rows again, in `evaluate` and in an analysis."""
    clips = open_source(asked.source).folds[0].test
    table = pd.read_csv(run.sweep / "clips.csv")
    for fraction, methods in ((0.0, 4), (1.0, 9)):
        model = load_model(networks_folder(run, "1", 0, fraction))
        read, judged = judged_clips(model, clips)
        assert tuple(read) == clips
        assert len(judged) == methods
        for scores in judged:
            method = known_method(scores.method)
            share = fraction if method and method.labels == "some" else 0.0
            rows = table[(table["method"] == scores.method) & (table["fraction"] == share)]
            kept = rows[["score: Hug", "score: Kiss"]].to_numpy(np.float32)
            # the sweep judged from views in half precision
            np.testing.assert_allclose(scores.scores, kept, atol=5e-3 * np.abs(kept).max())
            assert [model.concepts[p] for p in scores.predictions] == list(rows["prediction"])
            assert list(rows["recording"]) == [clip.name for clip in clips]
    for row, clip in enumerate(clips):
        seen = {v.method: v.scores for v in analyse(clip.path, model, every=asked.every).verdicts}
        for scores in judged:
            if scores.method in seen:
                np.testing.assert_array_equal(scores.scores[row], seen[scores.method])
    web = [networks_folder(run, "1", 0, f) / "web.safetensors" for f in (0.0, 1.0)]
    assert web[0].samefile(web[1])


def test_killed_again_and_again_it_ends_with_the_same_weights(
    there: Path, asked: Spec, finished: Run
) -> None:
    broken = queue.start(asked)
    for number, stage in enumerate(("Web CNN", "EnergyNet"), 1):
        wait_for(
            broken, "running",
            also=lambda stage=stage: any(m["stage"] == stage for m in broken.metrics()),
        )  # fmt: skip
        pid = broken.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert wait_for(broken, "interrupted") == "interrupted"
        assert queue.wake() == [broken]
        assert broken.status().attempts == number
    assert wait_for(broken, "finished", "failed") == "finished", broken.log()
    for network in ("web", "tuned", "energynet"):
        one, other = (load_file(run.model / f"{network}.safetensors") for run in (finished, broken))
        assert one.keys() == other.keys()
        assert all(one[name].equal(other[name]) for name in one), network
    hidden = list(broken.folder.rglob(".*"))
    assert hidden == []


def test_one_works_the_next_waits_and_a_cancelled_one_leaves_its_place(
    here: Path, asked: Spec
) -> None:
    first, second, third = (queue.start(asked) for _ in range(3))
    wait_for(first, "running")
    found = {s.run.name: s for s in standings()}
    assert [found[run.name].place for run in (first, second, third)] == [0, 1, 2]
    started = time.monotonic()
    assert queue.cancel(second.name).state == "cancelled"
    assert standing_of(third.name).place == 1
    assert queue.cancel(first.name).state == "cancelled"
    assert time.monotonic() - started < 10
    wait_for(third, "running")
    assert not psutil.pid_exists(first.status().pid or 0)
    queue.resume(first.name)
    assert state_of(first) == "queued"  # behind the third now
    for run in (first, third):
        queue.remove(run.name)
    assert [run.name for run in all_runs()] == [second.name]
    with pytest.raises(InputError, match="nothing to cancel"):
        queue.cancel(second.name)


def test_two_who_start_at_once_get_a_run_each(here: Path, asked: Spec) -> None:
    found: list[Run] = []
    people = [threading.Thread(target=lambda: found.append(queue.start(asked))) for _ in range(4)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len({run.name for run in found}) == 4
    wait_for(found[0], "running", "queued")
    running = [s for s in standings() if s.status and s.status.state == "running"]
    assert len(running) <= 1
    for run in found:
        queue.remove(run.name)


@pytest.mark.parametrize("looked", [False, True])
def test_a_starter_killed_before_it_names_the_process_leaves_one_that_works(
    here: Path, asked: Spec, monkeypatch: pytest.MonkeyPatch, looked: bool
) -> None:
    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(standing, "_name_process", killed)
        queue.start(asked)
    (run,) = all_runs()
    if looked:  # somebody looks before the process does: then another one is started
        assert state_of(run) == "interrupted"
        assert queue.wake() == [run]
    until = time.monotonic() + LONG
    while run.status().state != "running" or len(workers(run)) != 1:
        assert time.monotonic() < until, (run.status(), workers(run))
        time.sleep(0.05)
    assert workers(run) == [run.status().pid]
    assert state_of(run) == "running"
    queue.remove(run.name)


def workers(run: Run) -> list[int]:
    """The processes in a run's folder."""
    lines = {p.pid: p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"])}
    return [pid for pid, line in lines.items() if str(run.folder) in line]


def test_what_a_killed_server_left_half_made_goes_with_the_next_start(
    here: Path, asked: Spec
) -> None:
    for name in (".new-20260101-000000-x-0000", ".removed-20260101-000000-y-0000-1"):
        (here / "runs" / name / "model").mkdir(parents=True)
    run = queue.start(asked)
    assert [path.name for path in (here / "runs").glob(".[nr]*")] == []
    queue.remove(run.name)


@pytest.mark.parametrize("who", ["another process", "nobody"])
def test_a_process_that_is_not_the_runs_own_is_not_taken_for_it(here: Path, who: str) -> None:
    pid = os.getpid() if who == "another process" else None
    run = written(here, "running", pid=pid, born=12345.0 if pid else None)
    standing = standing_of(run.name)
    assert standing.status is not None and standing.status.state == "interrupted"
    assert "interrupted" in how_it_stands(standing)
    assert run.status().state == "interrupted"  # on disk too


def test_what_was_cancelled_while_dying_is_cancelled(here: Path) -> None:
    run = written(here, "running")
    (run.folder / "cancel").touch()
    assert state_of(run) == "cancelled"


DEAF = """import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print(child.pid, flush=True)
child.wait()
signal.pause()
"""


def test_a_process_that_does_not_hear_is_killed_with_what_it_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(standing, "PATIENCE", 0.0)
    deaf = subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE, text=True)
    assert deaf.stdout is not None
    child = psutil.Process(int(deaf.stdout.readline()))
    standing.end(Status(state="running", submitted=1.0, pid=deaf.pid, born=born(deaf.pid)))
    assert deaf.wait(5) == -signal.SIGKILL
    child.wait(5)
    assert not child.is_running()


def test_a_run_is_taken_up_by_itself_three_times_at_most(here: Path) -> None:
    written(here, "interrupted", attempts=queue.MOST_ATTEMPTS)
    assert queue.wake() == []


@pytest.mark.parametrize("name", ["spec.json", "status.json"])
@pytest.mark.parametrize("damage", ["", "{", '{"state": "flying"}', "[]"])
def test_a_damaged_folder_is_named_and_can_be_removed(here: Path, name: str, damage: str) -> None:
    run = written(here)
    (run.folder / name).write_text(damage)
    standing = standing_of(run.name)
    assert standing.status is None
    assert name in standing.fault and run.name in standing.fault
    for act in (queue.resume, queue.cancel):
        with pytest.raises(InputError, match=name):
            act(run.name)
    queue.remove(run.name)
    assert all_runs() == []


def test_a_folder_deleted_by_hand_is_no_run(here: Path) -> None:
    with pytest.raises(InputError, match="no run 'gone'"):
        run_named("gone")
    for evil in ("../etc", "/etc", ".lock", ""):
        with pytest.raises(InputError):
            run_named(evil)


def test_a_line_of_metrics_cut_short_is_left_out(here: Path) -> None:
    run = written(here)
    (run.folder / "metrics.jsonl").write_text('{"stage": "Web CNN", "epoch": 1}\n{"stage": "We')
    assert run.metrics() == [{"stage": "Web CNN", "epoch": 1}]


def test_limits_end_a_run_with_a_sentence(here: Path, asked: Spec) -> None:
    run = queue.start(asked.model_copy(update={"hours": 1e-6}))
    assert wait_for(run, "failed", "finished") == "failed"
    assert "limit of 1e-06 hours" in run.status().message
    queue.remove(run.name)


def test_the_queue_has_an_end(here: Path, asked: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MOST_UNDER_WAY", 0)
    with pytest.raises(InputError, match="cancel one, or wait"):
        queue.start(asked)


def test_a_full_disk_starts_nothing(
    here: Path, asked: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "FREE", 10**18)
    with pytest.raises(InputError, match="MB left"):
        queue.start(asked)
    assert all_runs() == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"fractions": [0.0]}, "fractions: 0.0 is not possible; give a number above 0"),
        ({"fractions": []}, "fractions: .* give at least 1"),
        ({"seeds": ["x"]}, "seeds: x is not possible; give a whole number"),
        ({"seeds": [0.5]}, "seeds: 0.5 is not possible; give a whole number"),
        ({"until": "moon"}, "until: moon is not possible; give 'web', 'video' or 'energynet'"),
        ({"every": 0}, "every: 0 is not possible; give 1 or more"),
        ({"hours": float("inf")}, "hours: inf is not possible; give 1000.0 or less"),
        ({"title": "t" * 81}, "title: t{40}…t{19} is not possible; give at most 80 characters"),
    ],
)
def test_an_impossible_setting_is_named(given: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        spec_of(given)


def test_what_cannot_work_is_said_before_it_starts(here: Path, little: Path) -> None:
    for spec, says in (
        (Spec(source=str(little), folds=("9",)), "fold '9'"),
        (Spec(source=str(little), fractions=(0.05,)), "less than one clip"),
        (Spec(source=str(little), backbone="nosuch"), "no network"),
        (Spec(source="nosuch"), "nosuch"),
    ):
        with pytest.raises(InputError, match=says):
            expected(spec)


def test_the_command_that_repeats_a_run_names_only_what_differs() -> None:
    assert repeat(Spec()) == "python -m training runs start drawn"
    spec = Spec(seeds=(0, 1), fractions=(0.2, 1.0), noisy=True, title="my run")
    assert repeat(spec) == (
        "python -m training runs start drawn --title 'my run' --noisy --fractions 0.2,1 --seeds 0,1"
    )


def test_a_run_is_called_by_its_set_and_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert title_of(Spec(source="/some/where/little")) == "little"
    assert title_of(Spec(title="mine")) == "mine"
    monkeypatch.setenv("TZ", "UTC-2")  # two hours ahead of UTC
    time.tzset()
    assert when_asked("20261122-203234-drawn-7f2d") == "22 Nov 22:32"
    assert when_asked("something else") == ""
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "about 1 s"), (61, "about 61 s"), (200, "about 3 min"), (9000, "about 2.5 h")],
)
def test_durations_as_people_say_them(seconds: float, said: str) -> None:
    assert how_long(seconds) == said
    assert how_long(None) == "some time"
