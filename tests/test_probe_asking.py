"""Probes put to clips: what they answer, where they have no answer, and what the terminal writes."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from attention.command import single
from attention.command.probes import table
from attention.model.folder import Card, Model
from attention.probe.asking import COLUMNS, answered
from attention.probe.averages import read_means
from attention.probe.held import Held, held
from attention.probe.known.probe import Measure
from attention.probe.known.registry import probes, probes_named
from attention.probe.subject import subject_of
from attention.probe.trust.curves import area, in_space, in_time
from attention.probe.trust.randomised import randomised
from attention.probe.trust.ranks import spearman, ssim
from attention.probe.trust.removed import removed
from tests.clips import write_clip, write_image
from tests.networks import pictures
from tests.test_probe_maps import tiny

CONCEPTS = ("Handshake", "High five", "Hug", "Kiss", "Wave")
QUICK = ("window", "time", "occlusion", "weights", "maps")


@pytest.fixture(scope="module")
def model() -> Model:
    card = Card(title="t", about="a", concepts=CONCEPTS, backbone="resnet18")
    return Model("tiny", card, tiny(bent=True), tiny(bent=True, seed=13))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", pictures(11, 96))


@pytest.fixture(scope="module")
def frames(clip: Path) -> Held:
    return held(clip, every=1)


def test_each_cnn_is_asked_about_the_truth_and_few_frames_where_many_looks_are_needed(
    model: Model, frames: Held
) -> None:
    analysis = frames.analysis(model, truth="Wave", window=2)
    asked = probes_named(["time", "window", "deletion"])
    found = answered(asked, frames, model, analysis)
    assert [(a.probe, a.cnn, a.concept, a.frames) for a in found] == [
        (probe, cnn, "Wave", frames_)
        for cnn in ("web", "tuned")
        for probe, frames_ in (("window", 8), ("deletion", 8), ("time", 11))
    ]
    some = frames.rgb[[0, 1, 3, 4, 6, 7, 9, 10]]
    for cnn, answers in (("web", found[:3]), ("tuned", found[3:])):
        backbone = model.web if cnn == "web" else model.tuned
        few = subject_of(backbone, some, 4, window=2)
        lost = removed(few)
        assert [m.value for m in answers[0].measures] == [lost.score, lost.energy]
        curves = in_space(few)
        assert [m.value for m in answers[1].measures] == [
            area(curves.deletion),
            area(curves.insertion),
        ]
        assert answers[1].measures[0].random == tuple(map(area, curves.random_deletion))
        side = analysis.side(cnn)
        chances = np.exp(side.scores) / np.exp(side.scores).sum(1, keepdims=True)
        over_time = in_time(chances[:, 4], side.energies[:, 4])
        assert answers[2].measures[1].curve == pytest.approx(tuple(over_time.insertion), abs=1e-5)


def test_without_a_truth_the_first_verdict_is_asked_about(model: Model, frames: Held) -> None:
    analysis = frames.analysis(model, concepts=["Kiss", "Hug"])
    (answer, _) = answered(probes_named(["time"]), frames, model, analysis)
    assert answer.concept == analysis.concepts[analysis.verdicts[0].prediction]


def test_shifts_are_asked_once_and_say_what_every_method_says(model: Model, frames: Held) -> None:
    analysis = frames.analysis(model, truth="Hug")
    (answer,) = answered(probes_named(["shifts"]), frames, model, analysis)
    plain = {m.name: m for m in answer.measures}
    for verdict in analysis.verdicts:
        own = plain[f"no shift, {verdict.method}"]
        assert (
            own.value == pytest.approx(verdict.scores[2])
            and own.said == CONCEPTS[verdict.prediction]
        )
    assert len(answer.measures) == (1 + 9 * 3) * len(analysis.verdicts)
    dark = frames.changed(np.floor(frames.rgb * (1 - 0.32) + 0.5).astype(np.uint8)).analysis(model)
    assert plain["darkness hard, UnAtt"].value == pytest.approx(
        dark.verdict("UnAtt").scores[2], rel=1e-3
    )


def test_the_frame_with_most_energy_is_seen_while_weights_are_drawn_anew(
    model: Model, frames: Held
) -> None:
    analysis = frames.analysis(model, truth="Hug")
    (answer, _) = answered(probes_named(["weights"]), frames, model, analysis)
    few = subject_of(model.web, frames.rgb[[0, 1, 3, 4, 6, 7, 9, 10]], 2)
    best = int(few.seen.energies[:, 2].argmax())
    seen = [m.in_frame for m in answer.measures if m.in_frame]
    steps = randomised(few)
    assert len(seen) == len(steps) == len(answer.measures) / 2
    for one, step in zip(seen, steps, strict=True):
        assert (one.rgb == few.rgb[best]).all()
        assert one.true == pytest.approx(few.maps[best], rel=1e-3, abs=1e-5)
        assert (step.maps[best] == one.L).all()
        assert one.structure == pytest.approx(ssim(one.true[None], one.L[None])[0], nan_ok=True)
        assert one.rank == pytest.approx(spearman(one.true[None], one.L[None])[0], nan_ok=True)


def test_other_maps_say_what_unatt_would_say(model: Model, frames: Held) -> None:
    analysis = frames.analysis(model, truth="Hug")
    (answer, _) = answered(probes_named(["maps"]), frames, model, analysis)
    own = answer.measures[0]
    few = subject_of(model.web, frames.rgb[[0, 1, 3, 4, 6, 7, 9, 10]], 2)
    energies = few.seen.energies.mean(0)
    assert own.name == "energy, Grad-CAM" and own.value == pytest.approx(
        float(energies[2]), rel=1e-4
    )
    assert own.said == CONCEPTS[int(energies.argmax())]
    two = frames.analysis(model, concepts=["Kiss", "Wave"], truth="Wave")
    assert {m.said for m in answered(probes_named(["maps"]), frames, model, two)[0].measures} <= {
        "Kiss",
        "Wave",
    }
    names = [measure.name for measure in answer.measures]
    assert names[3:] == ["energy, Grad-CAM++", "energy, Grad-CAM at 1, 14×14"]


def test_a_measure_counts_the_random_ones_it_beats() -> None:
    assert Measure("area", 0.3, (0.1, 0.3, 0.5, 0.6), "lower").beaten == 2
    assert Measure("area", 0.3, (0.1, 0.3, 0.5, 0.6), "higher").beaten == 1


def test_one_frame_has_no_curve_in_time_and_the_others_go_on(  # type: ignore[no-untyped-def]
    said, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "_model", lambda _: model)
    still = write_image(tmp_path / "still.png", pictures(1, 96)[0])
    status, out, err = said(still, "--probe", "time,window")
    assert (status, err) == (0, "")
    assert out.count("  A clip of one frame has no curve in time; take more frames") == 2
    assert out.count("  score lost ") == 2 and "web CNN, 1 frame\n" in out
    status, out, _ = said(still, "--probe", "time,window", "--json")
    answers = {(a["probe"], a["cnn"]): a for a in json.loads(out)["probes"]}
    assert (
        answers["time", "web"]["measures"] == [] and "one frame" in answers["time", "web"]["fault"]
    )
    assert len(answers["window", "tuned"]["measures"][0]["random"]) == 10


def test_answers_are_printed_and_written_beside_the_analysis(  # type: ignore[no-untyped-def]
    said, model: Model, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "_model", lambda _: model)
    asked = (clip, "--every", "4", "--truth", "hug", "--probe", ", ".join(QUICK))
    status, out, err = said(*asked, "--out", tmp_path / "out")
    assert (status, err) == (0, "")
    assert out.splitlines()[-1].endswith("probes.csv, probes.json")
    with (tmp_path / "out" / "probes.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS and {row["probe"] for row in rows} == set(QUICK)
    found = json.loads((tmp_path / "out" / "probes.json").read_text(encoding="utf-8"))
    assert [a["probe"] for a in found] == 2 * [p.name for p in probes() if p.name in QUICK]
    lost = found[0]["measures"][0]
    assert float(rows[0]["value"]) == lost["value"]
    assert float(rows[0]["random_mean"]) == pytest.approx(np.mean(lost["random"]), rel=1e-5)
    assert float(rows[0]["random_std"]) == pytest.approx(np.std(lost["random"], ddof=1), rel=1e-5)
    assert f"score lost   {lost['value']:.3f}   random " in out
    assert all(len(row) == len(COLUMNS) and None not in row.values() for row in rows)


def test_what_was_left_out_of_a_long_clip_is_said(model: Model, frames: Held) -> None:
    cut = frames.changed(frames.rgb, "Only its first 11 frames.")
    answers = answered(probes_named(["time"]), cut, model, frames.analysis(model))
    assert table(answers).endswith("\n\nNote: Only its first 11 frames.")
    assert answers[0].to_json()["notes"] == ["Only its first 11 frames."]


def test_many_clips_have_a_column_for_each_number(  # type: ignore[no-untyped-def]
    said, model: Model, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "_model", lambda _: model)
    other = write_clip(tmp_path / "other.mp4", pictures(3, 96, seed=5))
    asked = (clip, other, "--every", "5", "--out", tmp_path / "out")
    status, out, _ = said(*asked, "--probe", "window")
    assert status == 0
    with (tmp_path / "out" / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(math.isfinite(float(row["window tuned: energy lost"])) for row in rows)
    assert (tmp_path / "out" / "other.mp4" / "probes.csv").exists()
    means = {m.key: m for m in read_means(tmp_path / "out" / "means.csv")}
    lost = [float(row["window tuned: energy lost"]) for row in rows]
    assert means["window", "tuned", "energy lost"].mean == pytest.approx(np.mean(lost), rel=1e-4)
    assert "Probe window, tuned CNN: mean over clips [95 % interval]" in out
    assert f"  energy lost  {np.mean(lost):.3f} [" in out
    (tmp_path / "out" / "means.csv").unlink()
    assert said(*asked, "--probe", "window")[0] == 0  # clips that were looked at before count too
    assert read_means(tmp_path / "out" / "means.csv")[0].clips == 2
    status, _, err = said(*asked)  # a table half with and half without would mislead
    assert status == 2 and "with another --probe" in err


def test_an_unknown_probe_is_refused_before_the_work(  # type: ignore[no-untyped-def]
    said, clip: Path, tmp_path: Path
) -> None:
    status, out, err = said(clip, "--probe", "window,truthfulness", "--out", tmp_path / "out")
    assert (status, out, list(tmp_path.iterdir())) == (2, "", [])
    assert (
        "There is no probe 'truthfulness'; choose window, pointing, interval, deletion, time" in err
    )
