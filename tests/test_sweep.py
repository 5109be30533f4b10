"""A whole sweep on made-up views: its rows, and that a stopped one goes on to the same."""

import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
import torch

from attention.errors import InputError
from attention.networks.stages import Learner
from training.cache.maps import FrameMaps
from training.cache.views import Views
from training.data.records import LabelledClip
from training.fit.prepared import Clips, Prepared, Stills
from training.fit.settings import EnergyNetSettings, FitSettings
from training.judge import methods
from training.judge.methods import Fitted
from training.listener import Cell, Listener
from training.sweep.grid import SweepSettings, sweep
from training.sweep.table import How, note_how, read_rows

CONCEPTS = ("Hug", "Kiss")
WEB = {"CNN", "CNN mean", "UnAtt"}
FOCUS = {"Focus", "Focus, even", "Focus by scores"}
HEADS = {"SVM", "Logistic", "Fresh head", "Web+video head"}
TUNED = {"finetune+CNN", "finetune+CNN mean", "finetune+UnAtt"}
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


@dataclass(frozen=True)
class Swept:
    """A whole sweep: its folder and rows, the cells it named, and what was fitted for each."""

    folder: Path
    rows: pd.DataFrame
    cells: list[Cell]
    fitted: list[tuple[float, Fitted]]


@pytest.fixture(scope="module")
def unbroken(prepared: Prepared, tmp_path_factory: pytest.TempPathFactory) -> Swept:
    folder = tmp_path_factory.mktemp("unbroken")
    cells: list[Cell] = []
    fitted: list[tuple[float, Fitted]] = []

    class Heard(Listener):
        def cell(self, cell: Cell) -> None:
            cells.append(cell)

    rows = sweep(
        [("1", prepared)], SETTINGS, folder, Heard(), lambda c, f: fitted.append((c.fraction, f))
    )
    return Swept(folder, rows, cells, fitted)


def test_a_sweep_has_a_row_per_cell_and_method(unbroken: Swept) -> None:
    rows, cells = unbroken.rows, unbroken.cells
    adapted = {*HEADS, *TUNED, "finetune+EnergyNet"}
    found = {share: set(part["method"]) for share, part in rows.groupby("fraction")}
    assert found == {0.0: WEB | FOCUS, 0.5: adapted, 1.0: adapted | {"NoImage+CNN"}}
    assert rows["accuracy"].between(0, 100).all()
    scores = pd.read_csv(unbroken.folder / "clips.csv")
    assert len(scores) == 6 * len(rows)
    # the accuracy of a row is that of its clips
    for _, row in rows.iterrows():
        own = scores[(scores["fraction"] == row["fraction"]) & (scores["method"] == row["method"])]
        assert 100 * (own["truth"] == own["prediction"]).mean() == pytest.approx(row["accuracy"])
    assert [(c.fraction, c.done, c.of) for c in cells[-3:]] == [(0, 0, 3), (0.5, 1, 3), (1, 2, 3)]
    assert [share for share, _ in unbroken.fitted] == [0.0, 0.5, 1.0]
    assert pd.read_csv(unbroken.folder / "web.csv")["validation"].between(0, 100).all()


def test_a_stopped_sweep_goes_on_to_the_same_rows(
    prepared: Prepared, unbroken: Swept, tmp_path: Path
) -> None:

    class Stop(Listener):
        def cell(self, cell: Cell) -> None:
            if cell.done == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep([("1", prepared)], SETTINGS, tmp_path / "b", Stop())
    assert set(read_rows(tmp_path / "b")["fraction"]) == {0.0, 0.5}
    pd.testing.assert_frame_equal(sweep([("1", prepared)], SETTINGS, tmp_path / "b"), unbroken.rows)


@pytest.mark.parametrize(
    ("until", "methods"),
    [
        ("web", {*WEB, *FOCUS}),
        ("video", {*WEB, *FOCUS, *HEADS, *TUNED}),
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


HOW = How(
    source="mine", contents="a1", part="test", recordings="known", backbone="efficientnet_lite0", every=5,
    noisy=False, preset="working", layers="last", versions={"torch": "2.15.0"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"every": 20}, "every 5, this one has every 20"),
        ({"part": "dev"}, "part test, this one has part dev"),
        ({"contents": "b2"}, "contents a1"),
        ({"recordings": "unknown"}, "recordings known"),
    ],
)
def test_a_folder_is_for_sweeps_of_one_kind(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    note_how(tmp_path / "s", HOW)
    note_how(tmp_path / "s", HOW)
    before = (tmp_path / "s" / "how.json").read_bytes()
    with pytest.raises(InputError, match=said):
        note_how(tmp_path / "s", HOW.model_copy(update=changes))
    assert (tmp_path / "s" / "how.json").read_bytes() == before


def test_another_version_of_torch_is_noted(tmp_path: Path) -> None:
    notes: list[str] = []

    class Heard(Listener):
        def note(self, sentence: str) -> None:
            notes.append(sentence)

    note_how(tmp_path / "s", HOW)
    note_how(tmp_path / "s", HOW.model_copy(update={"versions": {"torch": "9.0"}}), Heard())
    assert len(notes) == 1 and "torch 2.15.0 and goes on with torch 9.0" in notes[0]


@pytest.mark.parametrize("how", [None, '{"backbone": "efficientnet_lite0", "every": 5}', "{"])
def test_a_sweep_of_an_older_version_is_left_alone(tmp_path: Path, how: str | None) -> None:
    (tmp_path / "rows.csv").write_text("fold,seed\n")
    if how is not None:
        (tmp_path / "how.json").write_text(how)
    with pytest.raises(InputError, match="older version"):
        note_how(tmp_path, HOW)
    assert sorted(path.name for path in tmp_path.iterdir()) == (
        ["rows.csv"] if how is None else ["how.json", "rows.csv"]
    )


def test_rows_of_test_clips_are_not_mixed_with_those_of_development(
    prepared: Prepared, tmp_path: Path
) -> None:
    quick = replace(SETTINGS, until="web")
    sweep([("1", prepared)], quick, tmp_path)
    both = replace(prepared, dev=prepared.test)
    with pytest.raises(InputError, match="holds rows of test clips, these would be of dev"):
        sweep([("1", both)], replace(quick, part="dev"), tmp_path)


def test_test_clips_never_stand_in_for_development_clips(
    prepared: Prepared, tmp_path: Path
) -> None:
    settings = replace(SETTINGS, until="web", part="dev")
    with pytest.raises(InputError, match="no development clips"):
        sweep([("1", prepared)], settings, tmp_path)
    dev = clips(4, 9)
    sweep([("1", replace(prepared, dev=dev))], settings, tmp_path)
    judged = pd.read_csv(tmp_path / "clips.csv")["clip"]
    assert set(judged) == {clip.name for clip in dev.clips}


def test_folds_with_the_same_stills_share_one_web_cnn(prepared: Prepared, tmp_path: Path) -> None:
    stages: list[str] = []

    class Heard(Listener):
        def stage(self, kind: str, part: str = "") -> None:
            stages.append(kind)

    other = replace(prepared, test=clips(4, 5))
    labels = torch.arange(14) % 2
    own = Stills(views(labels, 1, 7), labels)
    folds = [("a", prepared), ("b", other), ("c", replace(prepared, web=own))]
    sweep(folds, replace(SETTINGS, until="web"), tmp_path, Heard())
    assert stages.count("Web CNN") == 2
    a, b, c = ((tmp_path / f"web-{fold}-0.safetensors").read_bytes() for fold in "abc")
    assert a == b != c
    web = pd.read_csv(tmp_path / "web.csv", dtype={"fold": str}).set_index("fold")["validation"]
    assert list(web.index) == ["a", "b", "c"] and web["a"] == web["b"]


def slow_scores(fitted: Fitted, method: str, z: torch.Tensor) -> tuple[int, list[float]]:
    """What a method says of one clip's frames, read from the paper: autograd, loops, a count of votes."""
    tuned = method.startswith("finetune+")
    backbone = fitted.tuned if tuned and fitted.tuned is not None else fitted.web
    body = Learner(backbone).body.eval()
    per_frame = []
    for frame in z.float():
        A = body(frame[None]).detach().requires_grad_()
        scores = backbone.head(A)[0]
        if "CNN" in method:
            per_frame.append(scores.tolist())
            continue
        energies = []
        for c in range(len(CONCEPTS)):
            (gradient,) = torch.autograd.grad(scores[c], A, retain_graph=True)
            alpha = gradient.mean((2, 3))[0]
            L = (alpha[:, None, None] * A[0]).sum(0).relu().detach()
            if method.endswith("UnAtt"):
                energies.append(
                    max(float(L[y : y + 3, x : x + 3].sum()) for y in range(5) for x in range(5))
                )
            else:
                assert fitted.energynet is not None and fitted.V_c is not None
                net = fitted.energynet
                with torch.no_grad():
                    energies.append(float(net(L.flatten()[None], fitted.V_c[c][None])))
        per_frame.append(energies)
    if method.endswith("+CNN") or method == "CNN":
        votes = [row.index(max(row)) for row in per_frame]
        most = max(range(2), key=votes.count)
        if votes.count(0) == votes.count(1):
            return -1, []  # ties have a test of their own
        per_frame = [row for row, vote in zip(per_frame, votes, strict=True) if vote == most]
        mean = [sum(row[c] for row in per_frame) / len(per_frame) for c in range(2)]
        return most, mean
    mean = [sum(row[c] for row in per_frame) / len(per_frame) for c in range(2)]
    return mean.index(max(mean)), mean


def test_rows_are_what_the_fitted_networks_say_of_each_clip(
    prepared: Prepared, tmp_path: Path
) -> None:
    kept: dict[float, Fitted] = {}
    settings = replace(SETTINGS, fractions=(1.0,), no_image=False)
    sweep(
        [("1", prepared)], settings, tmp_path,
        on_fitted=lambda cell, fitted: kept.__setitem__(cell.fraction, copy.deepcopy(fitted)),
    )  # fmt: skip
    table = pd.read_csv(tmp_path / "clips.csv")
    judged = prepared.test
    compared = 0
    for fraction, judges in ((0.0, WEB), (1.0, {*TUNED, "finetune+EnergyNet"})):
        for method in judges:
            rows = table[(table["fraction"] == fraction) & (table["method"] == method)]
            for v, (_, row) in enumerate(rows.iterrows()):
                z = judged.views.z[judged.views.owners == v]
                said, scores = slow_scores(kept[fraction], method, z)
                if said >= 0:
                    assert row["prediction"] == CONCEPTS[said], (method, v)
                    found = [row["score: Hug"], row["score: Kiss"]]
                    assert found == pytest.approx(scores, rel=1e-3, abs=1e-3), (method, v)
                    compared += 1
    assert compared >= 40


def test_out_of_fold_maps_are_of_recordings_the_cnn_has_not_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    labels = torch.arange(12) % 2
    named = [
        LabelledClip(Path(f"{n % 2}/{n}.mp4"), n % 2, f"tape {n % 2}-{n // 4}") for n in range(12)
    ]
    owners = torch.arange(12).repeat_interleave(2)
    seen = Clips(tuple(named), labels, Views(owners[:, None].half(), None, owners))
    monkeypatch.setattr(methods, "fit_tuned", lambda web, others, *_: others)

    def looked(cnn: Clips, views: Views) -> FrameMaps:
        """A map that holds the number of the clip it is of; the CNN is the clips it was tuned on."""
        for clip in views.z[:, 0].long().unique().tolist():
            assert named[clip].group not in {other.group for other in cnn.clips}
        maps = views.z[:, :, None, None].float()
        return FrameMaps(maps, torch.empty(0), torch.empty(0), views.owners)

    monkeypatch.setattr(methods, "frame_maps", looked)
    for parts in (2, 3):
        found = methods._maps_to_learn_from(None, None, seen, 0, parts, QUICK, Listener())  # type: ignore[arg-type]
        assert sorted(found.owners.tolist()) == sorted(owners.tolist())
        # every map stands under the clip it is of
        assert found.L[:, 0, 0, 0].tolist() == found.owners.tolist()


def test_too_few_recordings_for_out_of_fold_maps_are_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    named = tuple(LabelledClip(Path(f"{n % 2}/{n}.mp4"), n % 2, f"tape {n % 2}") for n in range(4))
    seen = Clips(named, torch.arange(4) % 2, views(torch.arange(4) % 2, 1, 0))
    notes: list[str] = []

    class Heard(Listener):
        def note(self, sentence: str) -> None:
            notes.append(sentence)

    monkeypatch.setattr(methods, "frame_maps", lambda cnn, views: (cnn, views))
    found: Any = methods._maps_to_learn_from(None, "tuned", seen, 0, 2, QUICK, Heard())  # type: ignore[arg-type]
    assert found == ("tuned", seen.views)
    assert len(notes) == 1 and "fewer than 2 labelled recordings" in notes[0]


def test_tuning_leaves_the_web_cnn_as_it_was(prepared: Prepared) -> None:
    web = methods.new_cnn("efficientnet_lite0", 2, seed=0)
    before = {name: tensor.clone() for name, tensor in web.state_dict().items()}
    tuned = methods.fit_tuned(web, prepared.train, 0, QUICK)
    assert all(before[name].equal(tensor) for name, tensor in web.state_dict().items())
    assert not tuned.head.last.weight.equal(web.head.last.weight)
