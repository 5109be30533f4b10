"""A whole sweep on made-up views: its rows, and that a stopped one goes on to the same."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pandas as pd
import pytest
import torch

from attention.errors import InputError
from training.data.records import LabelledClip
from training.fit_cnn import FitSettings
from training.fit_energynet import EnergyNetSettings
from training.listener import Cell, Listener
from training.methods import Fitted
from training.prepared import Clips, Prepared, Stills
from training.sweep import SweepSettings, sweep
from training.sweep_tables import note_how, read_rows
from training.trunkcache import Views

CONCEPTS = ("Hug", "Kiss")
QUICK = FitSettings(epochs=1, lr=0.01, head_lr=0.03)
SETTINGS = SweepSettings(
    backbone="efficientnet_lite0",
    fractions=(0.5, 1.0),
    seeds=(0,),
    web=QUICK,
    video=QUICK,
    energynet=EnergyNetSettings(steps=5, pool=8, largest_pool=8, top_k=4, extra=2),
)


def views(labels: torch.Tensor, frames: int, seed: int) -> Views:
    """Inputs of Lite0's last stage in which the classes light up channels of their own."""
    owners = torch.arange(len(labels)).repeat_interleave(frames)
    z = torch.rand(len(owners), 192, 7, 7, generator=torch.Generator().manual_seed(seed))
    for row, label in enumerate(labels[owners].tolist()):
        z[row, 90 * label : 90 * label + 90] += 1.0
    return Views(z.half(), z.flip(3).half(), owners)


def clips(count: int, seed: int) -> Clips:
    labels = torch.arange(count) % 2
    named = [LabelledClip(Path(f"{CONCEPTS[n % 2]}/{seed}-{n}.mp4"), n % 2) for n in range(count)]
    return Clips(tuple(named), labels, views(labels, 3, seed))


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    labels = torch.arange(16) % 2
    stills = Stills(views(labels, 1, 0), labels)
    return Prepared(CONCEPTS, stills, stills, clips(8, 1), None, clips(6, 2), ())


def test_a_sweep_has_a_row_per_cell_and_method(prepared: Prepared, tmp_path: Path) -> None:
    cells: list[Cell] = []
    fitted: list[tuple[float, Fitted]] = []

    class Heard(Listener):
        def cell(self, cell: Cell) -> None:
            cells.append(cell)

    rows = sweep(
        [("1", prepared)], SETTINGS, tmp_path, Heard(), lambda c, f: fitted.append((c.fraction, f))
    )
    adapted = {"SVM", "finetune+CNN", "finetune+UnAtt", "finetune+EnergyNet"}
    found = {share: set(part["method"]) for share, part in rows.groupby("fraction")}
    assert found == {0.0: {"CNN", "UnAtt"}, 0.5: adapted, 1.0: adapted | {"NoImage+CNN"}}
    assert rows["accuracy"].between(0, 100).all()
    scores = pd.read_csv(tmp_path / "clips.csv")
    assert len(scores) == 6 * len(rows)
    # the accuracy of a row is that of its clips
    for _, row in rows.iterrows():
        own = scores[(scores["fraction"] == row["fraction"]) & (scores["method"] == row["method"])]
        assert 100 * (own["truth"] == own["prediction"]).mean() == pytest.approx(row["accuracy"])
    assert [(c.fraction, c.done, c.of) for c in cells[-3:]] == [(0, 0, 3), (0.5, 1, 3), (1, 2, 3)]
    assert [share for share, _ in fitted] == [0.5, 1.0]
    assert pd.read_csv(tmp_path / "web.csv")["validation"].between(0, 100).all()


def test_a_stopped_sweep_goes_on_to_the_same_rows(prepared: Prepared, tmp_path: Path) -> None:
    unbroken = sweep([("1", prepared)], SETTINGS, tmp_path / "a")

    class Stop(Listener):
        def cell(self, cell: Cell) -> None:
            if cell.done == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep([("1", prepared)], SETTINGS, tmp_path / "b", Stop())
    assert set(read_rows(tmp_path / "b")["fraction"]) == {0.0, 0.5}
    pd.testing.assert_frame_equal(sweep([("1", prepared)], SETTINGS, tmp_path / "b"), unbroken)


@pytest.mark.parametrize(
    ("until", "methods"),
    [
        ("web", {"CNN", "UnAtt"}),
        ("video", {"CNN", "UnAtt", "SVM", "finetune+CNN", "finetune+UnAtt"}),
    ],
)
def test_a_sweep_that_stops_at_a_stage_has_that_stages_methods(
    prepared: Prepared, tmp_path: Path, until: Literal["web", "video"], methods: set[str]
) -> None:
    settings = replace(SETTINGS, until=until, fractions=(1.0,), no_image=False)
    assert set(sweep([("1", prepared)], settings, tmp_path)["method"]) == methods


def test_a_fraction_with_too_few_clips_is_named(prepared: Prepared, tmp_path: Path) -> None:
    settings = replace(SETTINGS, fractions=(0.05,))
    with pytest.raises(InputError):
        sweep([("1", prepared)], settings, tmp_path)


def test_a_folder_is_for_sweeps_of_one_kind(tmp_path: Path) -> None:
    note_how(tmp_path / "s", every=5, backbone="efficientnet_lite0")
    note_how(tmp_path / "s", every=5, backbone="efficientnet_lite0")
    with pytest.raises(InputError, match="other settings"):
        note_how(tmp_path / "s", every=20, backbone="efficientnet_lite0")
