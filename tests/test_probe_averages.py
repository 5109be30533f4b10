"""What probes say over many clips: means and intervals by hand, and on a labelled set."""

import math
from pathlib import Path

import numpy as np
import pytest

from attention.command.probes import read_answers, write_answers
from attention.model.folder import Card, Model
from attention.probe.asking import Answer, answered
from attention.probe.averages import Mean, interval, means, read_means, write_means
from attention.probe.held import held
from attention.probe.known.probe import Measure
from attention.probe.known.registry import probes_named
from attention.serving import probing
from attention.serving.probing import over_set
from tests.little import little_set
from tests.test_probe_maps import tiny
from training import __main__ as training
from training.commands import trust
from training.data.sources import open_source


def area(value: float, random: tuple[float, ...] = (), concept: str = "Hug") -> Answer:
    measure = Measure("deletion area", value, random, "lower", (1.0, math.nan))
    return Answer("deletion", "web", concept, 8, (measure,))


def test_a_mean_is_over_the_clips_where_the_number_is_defined() -> None:
    clips = [[area(0.2, (0.4, 0.6))], [area(0.6, (0.3, 0.5))], [area(math.nan)], []]
    (found,) = means(clips)
    assert (found.key, found.clips, found.recordings) == (
        ("deletion", "web", "deletion area"),
        2,
        2,
    )
    assert found.mean == pytest.approx(0.4) and found.random == pytest.approx(0.45)
    assert found.ahead == 1  # lower is better: 0.2 beats 0.5, 0.6 does not beat 0.4
    verdicts = [
        [Answer("maps", "web", "Hug", 8, (Measure("energy, LayerCAM", 9.0, said=said),))]
        for said in ("Hug", "Kiss", "Hug", "Hug")
    ]
    (found,) = means(verdicts)
    assert found.measure == "energy, LayerCAM: says it" and found.mean == 0.75
    assert math.isnan(found.random)


def test_the_interval_of_independent_clips_is_students() -> None:
    values = np.random.default_rng(3).normal(5, 2, 40)
    low, high = interval(list(values), [str(n) for n in range(40)])
    half = 2.0227 * values.std(ddof=1) / math.sqrt(40)  # t with 39 degrees of freedom
    assert (low + high) / 2 == pytest.approx(values.mean(), abs=0.05)
    assert (high - low) / 2 == pytest.approx(half, rel=0.08)


def test_clips_of_one_recording_are_drawn_together() -> None:
    values = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]
    alone = interval(values, list("abcdef"))
    together = interval(values, list("aaabbb"))
    assert together[1] - together[0] > 3 * (alone[1] - alone[0])
    assert all(map(math.isnan, interval(values, ["a"] * 6)))
    (found,) = means([[area(v)] for v in values], list("aaabbb"))
    assert (found.clips, found.recordings) == (6, 2) and (found.low, found.high) == together


def test_means_come_back_from_their_file(tmp_path: Path) -> None:
    found = means([[area(0.2, (0.4, 0.6))], [area(0.6, (0.3, 0.5))]]) + means([[area(0.5)]])
    again = read_means(write_means(tmp_path / "means.csv", found))
    assert [m.key for m in again] == [m.key for m in found] and again[0].ahead == 1
    assert again[0].low == pytest.approx(found[0].low, rel=1e-4)
    assert math.isnan(again[1].low) and math.isnan(again[1].random)


def test_answers_come_back_from_their_file(tmp_path: Path) -> None:
    answers = [area(0.2, (0.4, 0.6)), Answer("time", "", "Hug", 1, fault="no", notes=("a",))]
    write_answers(tmp_path, answers)
    first, second = read_answers(tmp_path)
    assert second == answers[1]
    assert first.measures[0].better == "lower" and first.measures[0].random == (0.4, 0.6)
    assert math.isnan(first.measures[0].curve[1])
    (tmp_path / "probes.json").write_text("[1]")
    assert read_answers(tmp_path) == [] == read_answers(tmp_path / "gone")


def test_a_labelled_set_is_asked_of_its_truth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = little_set(tmp_path / "little")
    card = Card(title="t", about="a", concepts=("Hug", "Kiss"), backbone="resnet18")
    model = Model("tiny", card, tiny(bent=True))
    monkeypatch.setattr(trust, "load_model", lambda _: model)
    command = ["trust", "tiny", str(folder), str(tmp_path / "out.csv"), "--every", "12"]
    assert (
        training.main([*command, "--probe", "time,interval", "--part", "test", "--each", "1"]) == 0
    )
    clips = [c for c in open_source(folder).folds[0].test if c.name.endswith("_000.mp4")]
    own: list[list[Answer]] = []
    for clip, truth in zip(clips, ("Hug", "Kiss"), strict=True):
        frames = held(clip.path, 12)
        own.append(
            answered(probes_named(["time"]), frames, model, frames.analysis(model, truth=truth))
        )
    found: list[Mean] = read_means(tmp_path / "out.csv")
    assert [m.row() for m in found] == [m.row() for m in means(own)] and found[0].clips == 2
    assert capsys.readouterr().out.count("note: ") == 2  # neither has a record of its interval
    # without a file it is written where the page shows it beside what one clip says
    monkeypatch.setattr(probing, "own_models", lambda: {"tiny": tmp_path})
    without_file = [part for part in command if not part.endswith(".csv")]
    same = ["--probe", "time,interval", "--part", "test", "--each", "1"]
    assert training.main([*without_file, *same]) == 0
    assert over_set("tiny") == {mean.key: mean for mean in found}
    assert over_set("other") == over_set("../tiny") == {}
    assert training.main([*command, "--probe", "time", "--each", "0"]) == 2
    assert training.main([*command, "--probe", "times"]) == 2
