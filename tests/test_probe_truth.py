"""Maps and energies against what is known of a clip: its record, and the probes that read it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d, interpolate

from attention.model.folder import Card, Model
from attention.probe.asking import Answer, answered
from attention.probe.change import change_of
from attention.probe.held import Held, held
from attention.probe.known.registry import probes_named
from attention.probe.maps.mapped import maps_by
from attention.probe.maps.product import finer_layer, product_of_layers
from attention.probe.subject import subject_of
from attention.probe.trust.records import record_of
from attention.serving.samples import DRAWN
from tests.clips import write_clip
from tests.networks import pictures
from tests.test_probe_maps import tiny

CONCEPTS = ("Handshake", "High five", "Hug", "Kiss", "Wave")
FRAMES, SIDE, WIDTH = 9, 96, 128
BOX = (75.0, 40.0, 92.0, 60.0)  # of frames 3 to 6


@pytest.fixture(scope="module")
def model() -> Model:
    card = Card(title="t", about="a", concepts=CONCEPTS, backbone="resnet18")
    return Model("tiny", card, tiny(bent=True), tiny(bent=True, seed=13))


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A Hug from frame 3 to 6, with its record."""
    folder = tmp_path / "set" / "video" / "Hug"
    folder.mkdir(parents=True)
    square = pictures(FRAMES, SIDE)
    wide = np.concatenate([square, square[:, :, : WIDTH - SIDE]], axis=2)
    return recorded(write_clip(folder / "a.mp4", list(wide)))


def recorded(clip: Path, **other: Any) -> Path:
    """The clip, with its line in clips.jsonl."""
    boxes = [list(BOX) if 3 <= number < 7 else None for number in range(FRAMES)]
    line = {"clip": "video/Hug/a.mp4", "concept": "Hug", "interval": [3, 7], "boxes": boxes}
    (clip.parents[2] / "clips.jsonl").write_text(json.dumps(line | other) + "\n\n")
    return clip


def said(names: str, frames: Held, model: Model, truth: str = "Hug") -> list[Answer]:
    """The answers through the Web CNN, the window of the tiny network's maps being 2×2."""
    analysis = frames.analysis(model, truth=truth, window=2)
    found = answered(probes_named(names.split(",")), frames, model, analysis)
    return [answer for answer in found if answer.cnn == "web"]


def test_the_brightest_cell_is_looked_for_in_the_true_box(clip: Path, model: Model) -> None:
    frames = held(clip, every=2)  # 0 2 4 6 8: it happens in 4 and 6
    (answer,) = said("pointing", frames, model)
    subject = subject_of(model.web, frames.rgb, 2, window=2)
    hits, inside = [], []
    left = (WIDTH - SIDE) / 2
    x0, x1 = ((x - left) / SIDE for x in BOX[::2])
    y0, y1 = (y / SIDE for y in BOX[1::2])
    for L in subject.maps[[2, 3]]:
        row, column = divmod(int(L.argmax()), 7)
        across = max(x0 - (column + 0.5) / 7, (column + 0.5) / 7 - x1, 0)
        down = max(y0 - (row + 0.5) / 7, (row + 0.5) / 7 - y1, 0)
        hits.append(L.max() > 0 and 224 * np.hypot(across, down) <= 15)
        fine = np.repeat(np.repeat(L, 96, 0), 96, 1)  # 672 points a side
        at = (np.arange(672) + 0.5) / 672
        box = ((y0 <= at) & (at < y1))[:, None] & ((x0 <= at) & (at < x1))
        inside.append(fine[box].sum() / max(fine.sum(), 1e-9))
    named = {m.name: m for m in answer.measures}
    assert named["pointing game"].value == pytest.approx(np.mean(hits))
    assert named["energy inside"].value == pytest.approx(np.mean(inside), abs=0.01)
    # a shuffled map keeps its cells: the share inside is on average the box's share of the square
    assert len(named["energy inside"].random) == 10 and np.std(named["energy inside"].random) > 0
    share = (x1 - x0) * (y1 - y0)
    assert np.mean(named["energy inside"].random) == pytest.approx(share, abs=0.05)
    assert (
        named["pointing game, the middle of the picture"].value == 0.0
    )  # 26 of 224 pixels beside the box
    assert "pointing game, two layers multiplied" in named


def test_two_layers_are_multiplied_cell_by_cell(model: Model) -> None:
    subject = subject_of(model.web, pictures(2, 224), 2)
    layer = finer_layer(model.web)
    assert layer == "1"  # 14×14 cells before the last 7×7
    found = product_of_layers(model.web, subject.x, 2, layer)
    coarse, fine = (
        torch.from_numpy(maps_by(model.web, subject.x, [2], "LayerCAM", at)) for at in (None, layer)
    )
    large = interpolate(coarse, size=(14, 14), mode="bilinear")
    around = fine[0, 0, 4:7, 8:11].mean() * large[0, 0, 5, 9]
    assert found.shape == (2, 14, 14) and found[0, 5, 9] == pytest.approx(float(around), rel=1e-5)
    corner = fine[1, 0, :2, :2].mean() * large[1, 0, 0, 0]  # at a rim, of the cells there are
    assert found[1, 0, 0] == pytest.approx(float(corner), rel=1e-5)
    assert avg_pool2d(fine, 3, 1, 1)[1, 0, 0, 0] < fine[1, 0, :2, :2].mean()


def test_frames_of_high_energy_against_those_where_it_happens(clip: Path, model: Model) -> None:
    frames = held(clip, every=1)
    (answer,) = said("interval", frames, model)
    seen = subject_of(model.web, frames.rgb, 2, window=2).seen
    named = {m.name: m.value for m in answer.measures}
    for name, values in (
        ("temporal IoU", seen.energies[:, 2].numpy()),
        ("temporal IoU, class score", seen.scores[:, 2].numpy()),
        ("temporal IoU, probability", seen.scores.softmax(1)[:, 2].numpy()),
    ):
        high = {n for n, v in enumerate(values) if v >= (values.min() + values.max()) / 2}
        true = {3, 4, 5, 6}
        assert named[name] == pytest.approx(len(high & true) / len(high | true))
    assert named["temporal IoU, all frames"] == pytest.approx(4 / 9)


@pytest.mark.parametrize(
    ("names", "every", "truth", "says"),
    [
        (
            "pointing,interval",
            1,
            "Kiss",
            "In this clip Hug happens, and the question is about Kiss",
        ),
        ("pointing", 8, "Hug", "Hug happens in none of these frames; take more with a smaller"),
        ("interval", 20, "Hug", "One frame says nothing of when it happens"),
    ],
)
def test_what_has_no_answer_is_said(
    clip: Path, model: Model, names: str, every: int, truth: str, says: str
) -> None:
    answers = said(names, held(clip, every=every), model, truth)
    assert all(answer.fault.startswith(says) and not answer.measures for answer in answers)


def test_a_clip_without_a_record_has_no_truth(clip: Path, model: Model, tmp_path: Path) -> None:
    alone = write_clip(tmp_path / "mine.mp4", list(pictures(2, SIDE)))
    answers = said("pointing,interval", held(alone, every=1), model)
    why = "is not known of mine.mp4, only of drawn clips; choose one of those."
    assert [answer.fault.partition("truly happens ")[2] for answer in answers] == [why, why]
    other = write_clip(clip.with_name("b.mp4"), list(pictures(2, SIDE)))
    assert "not known of b.mp4" in said("interval", held(other, every=1), model)[0].fault
    for broken in ({"interval": [3]}, {"boxes": [[1, 2, 3]]}, {"boxes": 7}, {"interval": None}):
        recorded(clip, **broken)
        (clip.parents[2] / "clips.jsonl").touch()
        (answer,) = said("pointing", held(clip, every=1), model)
        assert "clips.jsonl says of a.mp4 cannot be read" in answer.fault
    (clip.parents[2] / "clips.jsonl").write_text("[1]\n{")
    assert "cannot be read" in said("pointing", held(clip, every=1), model)[0].fault


def test_a_clip_of_the_drawn_set_has_its_record() -> None:
    record = record_of(DRAWN / "Hug" / "hug_dev_000.mp4")
    first, after = record.interval
    assert record.concept == "Hug" and record.happens(first) and not record.happens(after)
    assert [record.box(n) is None for n in (first - 1, first, after - 1, after)] == [
        True, False, False, True,
    ]  # fmt: skip


def test_a_moved_picture_has_its_box_elsewhere(clip: Path, model: Model) -> None:
    frames = held(clip, every=1)
    (answer,) = said("pointing", frames.changed(frames.rgb, moved=True), model)
    assert answer.fault.startswith("The picture was moved, and where it happens with it")
    assert change_of({"shift": {"shrink and move": 0.3, "noise": 0.1}}).moves
    assert not change_of({"shift": {"darkness": 0.3}}).moves
