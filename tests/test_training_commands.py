"""fit, evaluate, sweep, report and runs in the terminal, on a little set of real stills and clips."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from attention.model.folder import load_model
from tests.little import little_set
from training import __main__ as training
from training.commands.fit import _plain
from training.fit.settings import PRESETS

ROOT = Path(__file__).parents[1]
EVERY = ["--every", "10", "--threads", "1"]
FEW = {"steps": 20}  # of EnergyNet's 1000: what it learns is not asked here


@pytest.fixture(scope="module", autouse=True)
def few_steps() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "working", PRESETS["working"].model_copy(update=FEW))
        yield


@pytest.fixture(scope="module")
def little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return little_set(tmp_path_factory.mktemp("sets") / "little")


@pytest.fixture(scope="module")
def fitted(little: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "mine"
    command = ["fit", str(little), str(out), "--fraction", "0.67", "--seed", "3", "--half", *EVERY]
    assert training.main([*command, "--cache", str(out.parent / "cache")]) == 0
    return out


def test_fit_writes_a_model_with_its_card(fitted: Path) -> None:
    model = load_model(fitted)
    assert model.concepts == ("Hug", "Kiss")
    assert model.tuned is not None and model.energynet is not None
    card = model.card
    assert (card.seed, card.settings["fraction"], card.data["stills"]) == (3, 0.67, 12)
    assert "12 stills and 4 labelled clips (67% of the training clips) of little" in card.trained_on
    assert card.command.startswith("python -m training fit") and "cache" not in card.command
    methods = {
        "CNN", "CNN mean", "UnAtt", "Focus", "Web+video head",
        "finetune+CNN", "finetune+CNN mean", "finetune+UnAtt", "finetune+EnergyNet",
    }  # fmt: skip
    assert {key.removeprefix("test ") for key in card.metrics if key.startswith("test ")} == methods


def test_evaluate_says_the_same_as_the_card(
    fitted: Path, little: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.csv"
    command = ["evaluate", str(fitted), str(little), "--every", "10", "--out", str(out)]
    assert training.main(command) == 0
    said = capsys.readouterr().out
    card = json.loads((fitted / "model.json").read_text(encoding="utf-8"))
    rows = pd.read_csv(out)
    for method, own in rows.groupby("method"):
        accuracy = 100 * (own["truth"] == own["prediction"]).mean()
        assert f"{method}: accuracy {accuracy:.1f} %" in said
        assert card["metrics"][f"test {method}"]["accuracy"] == pytest.approx(accuracy, abs=0.1)


def test_sweep_and_report(little: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = ["sweep", str(little), str(tmp_path / "s"), "--seeds", "1", "--fractions", "1", *EVERY]
    assert training.main([*sweep, "--cache", str(tmp_path / "cache")]) == 0
    output = capsys.readouterr()
    assert "2 of 2: fold 1, seed 0, 100 % of the labels" in output.err
    assert "  tuned CNN" in output.err.splitlines()
    assert "95 % interval" in output.out and "finetune+EnergyNet" in output.out
    report = ["report", "--drawn", str(tmp_path / "s"), "--noisy", "none", "--real", "none"]
    out = tmp_path / "RESULTS.md"
    assert training.main([*report, "--out", str(out), "--draws", "100"]) == 0
    assert "Table 2" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["fit", "{little}", "{out}", "--fraction", "0.05"], "is less than one clip"),
        (["fit", "{little}", "{out}", "--fold", "9"], "no fold '9'"),
        (["fit", "{little}/web", "{out}"], "has no clips"),
        (["sweep", "{little}", "{out}", "--fractions", "x"], "not a list"),
        (["sweep", "{little}", "{out}", "--every", "0"], "--every 0"),
        (["sweep", "{little}", "{out}", "--seeds", "0"], "--seeds 0"),
        (["sweep", "{little}", "{little}/splits.csv"], "is a file"),
        (["fit", "{little}", "{little}/splits.csv"], "is a file"),
        (["fit", "{little}", "{little}"], "files that are no model"),
        (["evaluate", "imagenet", "{little}"], "has the classes Hug, Kiss"),
        (["evaluate", "nosuch", "{little}"], "no model 'nosuch'"),
        (["runs", "start", "{little}", "--fractions", "0.05"], "is less than one clip"),
        (
            ["runs", "start", "{little}", "--until", "moon"],
            "until: moon is not possible; give 'web', 'video' or 'energynet'",
        ),
        (["runs", "show", "nosuch"], "no run 'nosuch'"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    little: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    says: str,
) -> None:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path / "home"))
    out = tmp_path / "out"
    assert training.main([part.format(little=little, out=out) for part in command]) == 2
    told = capsys.readouterr().err.strip()
    assert says in told and "\n" not in told
    assert not out.exists() and not list((tmp_path / "home").glob("runs/2*"))


def test_runs_lists_shows_and_removes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from training.runs.folder import Run
    from training.runs.records import Spec, Status

    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    assert training.main(["runs", "list"]) == 0
    assert "No runs yet" in capsys.readouterr().out
    run = Run(tmp_path / "runs" / "20260101-000000-old-ab12")
    run.folder.mkdir(parents=True)
    run.write_spec(Spec(seeds=(0, 1)))
    run.write_status(Status(state="finished", submitted=1.0, seconds=120.0))
    assert training.main(["runs", "list", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["name"], told["state"]) == (run.name, "finished")
    assert told["repeat"] == "python -m training runs start drawn --seeds 0,1"
    assert training.main(["runs", "show", run.name]) == 0
    assert "finished after about 2 min" in capsys.readouterr().out
    assert training.main(["runs", "remove", run.name]) == 0
    assert not run.folder.exists()


def test_every_command_of_the_readme_is_one() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\.venv/bin/python -m training (.+?)(?:\s{2,}#.*)?$", text, re.M)
    assert {line.split()[0] for line in commands} >= {"data", "fit", "evaluate", "sweep", "runs"}
    for line in commands:
        words = shlex.split(line)
        training._parser(words[:1]).parse_args(words)


def test_the_command_on_a_card_holds_nothing_of_this_machine() -> None:
    given = [
        "fit",
        "/data/little",
        "--cache",
        "/c",
        "--threads=2",
        "out",
        "--cache=/c",
        "--seed",
        "1",
    ]
    assert _plain(given) == ["fit", "little", "out", "--seed", "1"]
