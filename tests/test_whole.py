"""Whole frames: what CNNs are shown, what they say of it, and who cannot look at it."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from attention.analysis import Analysis
from attention.command import many, single
from attention.concepts import concept_vectors
from attention.energynet import EnergyNet
from attention.errors import InputError
from attention.maps import attention_maps
from attention.model.folder import Card, Model
from attention.networks.cnn import Backbone, input_size, pools_globally
from attention.networks.heads import HardswishHead, LinearHead, VGGHead
from attention.pack import load_pack, save_pack
from attention.pictures.overlay import Look, colour_table, overlay
from attention.pipeline import analyse
from attention.probe.change import change_of
from attention.probe.held import held
from attention.serving.dial import look_changed
from attention.serving.looking import look
from attention.serving.turns import Desk
from attention.serving.workroom import Workroom
from attention.tabs.heatmaps.asking import answered
from attention.tabs.heatmaps.events import link_of
from attention.tabs.player import player_value
from tests.clips import write_clip
from tests.test_probe_maps import tiny

CONCEPTS = ("Handshake", "High five", "Hug", "Kiss", "Wave")
RNG = np.random.default_rng(0)


def wide_frames(count: int, height: int = 48, width: int = 96) -> np.ndarray:
    coarse = RNG.integers(0, 256, (count, 6, 12, 3), dtype=np.uint8)
    return np.stack([cv2.resize(one, (width, height)) for one in coarse])


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "wide.mkv"
    return write_clip(path, list(wide_frames(6)), codec="ffv1", pix_fmt="bgr0")


@pytest.fixture(scope="module")
def model() -> Model:
    V_c, _ = concept_vectors(CONCEPTS)
    card = Card(title="t", about="a", concepts=CONCEPTS, backbone="resnet18")
    learned = {"Focus": {"mean": np.zeros(5, "f4"), "std": np.ones(5, "f4")}}
    net = EnergyNet((7, 7), V_c.shape[1], hidden=4).eval()
    return Model("m", card, tiny(bent=False), tiny(bent=False, seed=13), net, V_c, learned)


@pytest.fixture(scope="module")
def whole(clip: Path, model: Model) -> Analysis:
    return analyse(clip, model, every=2, keep_maps=True, keep_pictures=True, frame="whole")


def test_the_short_side_is_224_and_the_long_one_whole_cells() -> None:
    assert input_size(320, 240) == (224, 288)  # 298.7
    assert input_size(1920, 1080) == (224, 384)  # 398.2
    assert input_size(1080, 1920) == (384, 224)
    assert input_size(500, 500) == (224, 224)
    assert input_size(230, 224) == (224, 224)


def test_all_of_a_frame_is_given() -> None:
    frame = np.zeros((1, 100, 300, 3), np.uint8)
    frame[0, :, :30], frame[0, :, -30:] = (255, 0, 0), (0, 0, 255)
    backbone = tiny(bent=False)
    x, middle = backbone.preprocess(frame, whole=(224, 672)), backbone.preprocess(frame)
    assert x.shape == (1, 3, 224, 672) and middle.shape == (1, 3, 224, 224)
    mean, std = (np.array(values) for values in (backbone.pixels.mean, backbone.pixels.std))
    rgb = (x[0].permute(1, 2, 0).numpy() * std + mean) * 255
    assert np.abs(rgb[:, :64] - (255, 0, 0)).max() < 0.01
    assert np.abs(rgb[:, -64:] - (0, 0, 255)).max() < 0.01
    assert len(np.unique(middle)) <= 3  # black alone


def test_scores_and_maps_are_those_of_the_wide_input(
    clip: Path, model: Model, whole: Analysis
) -> None:
    frames = np.stack([cv2.cvtColor(one, cv2.COLOR_BGR2RGB) for one in read(clip)[::2]])
    x = model.web.preprocess(frames, whole=(224, 448))
    with torch.no_grad():
        A = model.web.trunk(x)
        scores, L = model.web.head(A), attention_maps(model.web, A)
    assert whole.map_size == (7, 14) == tuple(L.shape[2:])
    np.testing.assert_allclose(whole.sides[0].scores, scores, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(whole.sides[0].maps, L, rtol=1e-4, atol=1e-6)
    slow = max(L[1, 2, i : i + 3, j : j + 3].sum() for i in range(5) for j in range(12))
    assert whole.sides[0].energies[1, 2] == pytest.approx(float(slow), rel=1e-4)
    assert (
        whole.to_json()["frame"] == "whole" and analyse(clip, model).to_json()["frame"] == "centre"
    )


def read(clip: Path) -> list[np.ndarray]:
    film, frames = cv2.VideoCapture(str(clip)), []
    while (got := film.read())[0]:
        frames.append(got[1])
    return frames


def test_energynet_says_why_it_cannot_and_the_others_go_on(
    whole: Analysis, clip: Path, model: Model
) -> None:
    centre = analyse(clip, model, every=2)
    missing = {v.method for v in centre.verdicts} - {v.method for v in whole.verdicts}
    assert missing == {"finetune+EnergyNet"}
    (note,) = (note for note in whole.notes if "EnergyNet" in note)
    assert note.startswith(
        "finetune+EnergyNet says nothing of whole frames: it has a weight for each cell"
    )
    # statistics of square maps' energies are none of wide ones
    assert any("Focus compares this clip's frames with each other" in note for note in whole.notes)
    assert not any("Focus" in note for note in centre.notes)
    assert all(side.net_energies is None for side in whole.sides)


def test_which_heads_pool_globally() -> None:
    assert pools_globally(tiny(bent=False))
    assert not pools_globally(tiny(bent=True))  # weights for 7×7 cells
    trunk = nn.AvgPool2d(16)
    swish = HardswishHead(nn.Linear(3, 8), nn.Linear(8, 5))
    assert pools_globally(Backbone("swish", trunk, swish, "t"))
    layers = [nn.Linear(3 * 49, 8), nn.Linear(8, 8), nn.Linear(8, 5)]
    vgg = VGGHead(nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(7), layers)
    assert not pools_globally(Backbone("vgg", trunk, vgg, "t"))


def test_what_cannot_look_at_whole_frames_is_said(clip: Path) -> None:
    card = Card(title="t", about="a", concepts=CONCEPTS, backbone="vgg16")
    bent = Model("m", card, tiny(bent=True))
    with pytest.raises(
        InputError, match=r"tiny cannot look at whole frames: .* each of 7×7 places"
    ):
        analyse(clip, bent, frame="whole")
    with pytest.raises(InputError, match="no frame 'half'; choose centre or whole"):
        analyse(clip, bent, frame="half")
    plain = Model("m", card, Backbone("p", nn.AvgPool2d(32), LinearHead(nn.Linear(3, 5)), "t"))
    with pytest.raises(InputError, match="Window size 8 does not fit a 7×14 map"):
        analyse(clip, plain, window=8, frame="whole")
    assert analyse(clip, plain, window=7, frame="whole").map_size == (7, 14)


def test_a_pack_keeps_what_was_shown(whole: Analysis, tmp_path: Path) -> None:
    again = load_pack(save_pack(tmp_path / "a.pack", whole))
    assert again.is_whole and again.map_size == (7, 14)


def test_a_wide_map_is_drawn_over_all_of_the_frame() -> None:
    frame = np.full((70, 140, 3), 100, np.uint8)
    L = np.zeros((7, 14), np.float32)
    L[:, 0] = L[:, 13] = 1
    look, high = Look(opacity=1.0), colour_table("viridis").tolist()[-1]
    over = overlay(frame, L, 1.0, look, whole=True)
    assert [over[35, x].tolist() for x in (2, 137, 70)] == [high, high, [100] * 3]
    assert (overlay(frame, L, 1.0, look)[:, :35] == 38).all()  # dimmed outside the square
    outlined = overlay(frame, np.ones((7, 14), np.float32), 1.0, look, (2, 10, 3), whole=True)
    changed = np.argwhere((outlined != high).any(2))
    assert (changed.min(0).tolist(), changed.max(0).tolist()) == ([20, 100], [49, 129])


def test_frames_too_long_for_their_width_are_not_looked_at(model: Model, tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "long.mkv", list(wide_frames(1, 32, 160)), codec="ffv1", pix_fmt="bgr0"
    )
    with pytest.raises(InputError, match="160×32 are too long to be looked at whole"):
        analyse(path, model, frame="whole")
    assert analyse(path, model).map_size == (7, 7)


def test_a_look_at_whole_frames_stays_one_when_it_is_changed(clip: Path, tmp_path: Path) -> None:
    looked = look(clip, "interactions", tmp_path, every=2, frame="whole")
    (tmp_path / "dark").mkdir()
    dark = look_changed(looked, change_of({"shift": {"darkness": 0.5}}), tmp_path / "dark")
    (before, after) = (one.analysis() for one in (looked, dark))
    assert before.is_whole and after.is_whole and dark.frame == "whole"
    assert before.map_size == after.map_size == (7, 14) == after.sides[0].maps.shape[2:]
    assert not np.allclose(before.sides[0].scores, after.sides[0].scores, atol=1e-3)
    assert player_value(dark.pack, link=link_of(dark))["link"]["frame"] == "whole"
    # what cannot be looked at is said, and the player shows what it showed
    asked = {"frame": "half"}
    *_, last = answered(Workroom(), Desk(), dark, "interactions", asked)
    assert "no frame &#x27;half&#x27;" in last[1] and last[3]["change"] == dark.change.to_json()


def test_frames_are_given_at_the_size_their_clip_has(model: Model, tmp_path: Path) -> None:
    """1024×682 has eleven columns of cells, its picture of 480×320 ten by its own size."""
    path = write_clip(
        tmp_path / "photo.mkv", list(wide_frames(1, 682, 1024)), codec="ffv1", pix_fmt="bgr0"
    )
    seen = held(path).analysis(model, frame="whole", keep_maps=True)
    assert seen.map_size == (7, 11) == seen.sides[0].maps.shape[2:]


def test_the_terminal_offers_it(  # type: ignore[no-untyped-def]
    said, model: Model, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "_model", lambda _: model)
    status, out, _ = said(clip, "--frame", "whole", "--json")
    found = json.loads(out)
    assert (status, found["frame"], found["map_size"]) == (0, "whole", [7, 14])
    status, out, err = said(clip, "--frame", "whole", "--probe", "time")
    assert (status, out) == (2, "") and "Probes look at the centre" in err
    monkeypatch.setattr(many, "written", lambda *_: ([], []))
    status, _, err = said(clip, clip.parent, "--frame", "half", "--out", tmp_path / "out")
    assert status == 2 and "There is no frame 'half'" in err and not (tmp_path / "out").exists()
    assert said(clip, clip.parent, "--frame", "whole", "--out", tmp_path / "out")[0] == 0
    assert "with another --frame" in said(clip, clip.parent, "--out", tmp_path / "out")[2]
