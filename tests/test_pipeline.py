"""The whole flow, on clips whose every pixel is known: what goes in, what comes out, what is kept."""

import dataclasses
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from attention.analysis import Analysis, Side
from attention.concepts import concept_vectors
from attention.confined.process import SandboxedReader
from attention.energy import best_window
from attention.energynet import EnergyNet
from attention.engine.backend import BATCH
from attention.engine.look import Look
from attention.errors import InputError
from attention.maps import scores_and_maps
from attention.media.frames import Limits
from attention.model.folder import Card, Model, save_model
from attention.networks.zoo import load_backbone
from attention.pipeline import analyse, jpeg
from tests.clips import frame_number, numbered_frames, write_clip, write_image
from tests.networks import lively, pictures

ROOT = Path(__file__).resolve().parents[1]
BROKEN = ROOT.parent / "shared" / "data" / "clips" / "broken" / "decord_corrupted.mp4"
CONCEPTS = ("Handshake", "High five", "Hug", "Kiss")
LOSSLESS = {"codec": "ffv1", "pix_fmt": "bgr0"}


@pytest.fixture(scope="module")
def model() -> Model:
    """A web CNN, a tuned one and an EnergyNet, all with random weights."""
    sides = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        side = load_backbone("mobilenet_v3_small", num_classes=4, weights=None)
        lively(torch.nn.Sequential(side.trunk, side.head))
        sides.append(side)
    V_c, _ = concept_vectors(CONCEPTS)
    card = Card(title="t", about="a", concepts=CONCEPTS, backbone="mobilenet_v3_small")
    learned = EnergyNet(sides[0].map_size, V_c.shape[1], hidden=8, map_scale="frame").eval()
    return Model("random", card, *sides, learned, V_c)


@pytest.fixture(scope="module")
def web_only(model) -> Model:
    return dataclasses.replace(model, tuned=None, energynet=None, V_c=None)


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """Twenty-three different pictures, 10 a second, without loss."""
    path = tmp_path_factory.mktemp("films") / "blobs.mkv"
    return write_clip(path, list(pictures(23, side=96, seed=7)), **LOSSLESS)


def assert_same(one: Analysis, other: Analysis, but: tuple[str, ...] = ("timing",)) -> None:
    for field in dataclasses.fields(Analysis):
        if field.name in {"sides", "verdicts", *but}:
            continue
        assert getattr(one, field.name) == getattr(other, field.name), field.name
    for a, b in zip((*one.sides, *one.verdicts), (*other.sides, *other.verdicts), strict=True):
        for field in dataclasses.fields(a):
            x, y = getattr(a, field.name), getattr(b, field.name)
            assert np.array_equal(x, y) if isinstance(x, np.ndarray) else x == y, field.name


# What goes in


def test_an_image_is_a_clip_of_one_frame(tmp_path, model):
    picture = pictures(1, side=120)[0]
    image = write_image(tmp_path / "one.png", picture)
    clip = write_clip(tmp_path / "one.mkv", [picture], **LOSSLESS)
    still, moving = (analyse(path, model, keep_maps=True) for path in (image, clip))
    assert still.frames == (0,) and still.seconds == (0.0,) and still.size == (120, 120)
    assert_same(still, moving, but=("clip", "timing"))


@pytest.mark.parametrize(
    ("every", "frames"),
    [(1, tuple(range(23))), (5, (0, 5, 10, 15, 20)), (7, (0, 7, 14, 21)), (99, (0,))],
)
def test_every_kth_frame(film, web_only, every, frames):
    looked = analyse(film, web_only, every=every)
    assert looked.frames == frames
    np.testing.assert_allclose(looked.seconds, np.array(frames) / 10, atol=1e-3)
    side = looked.side("web")
    assert side.scores.shape == side.energies.shape == (len(frames), 4)
    assert side.windows.shape == (len(frames), 4, 2) and side.windows.dtype == np.uint8


def test_frames_in_chunks_are_the_frames_alone(film, web_only):
    """Whatever the chunk a frame falls in, the CNN sees it, its own energies come out, in order."""
    looked = analyse(film, web_only, every=1, keep_maps=True)
    assert len(looked.frames) > BATCH and len(looked.frames) % BATCH
    alone = pictures(23, side=96, seed=7)
    with torch.inference_mode():
        A = web_only.web.features(web_only.web.preprocess(alone))
        scores, L = scores_and_maps(web_only.web, A)
        energies, windows = best_window(L)
    side = looked.side("web")
    np.testing.assert_allclose(side.scores, scores, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(side.maps, L, rtol=1e-4, atol=1e-5 * float(L.max()))
    np.testing.assert_allclose(side.energies, energies, rtol=1e-4, atol=1e-5 * float(L.max()))
    assert (
        side.windows == windows.numpy()
    ).mean() > 0.95  # of windows equal to the last bit, either


def test_the_same_clip_gives_the_same_bits(film, model):
    assert_same(analyse(film, model, keep_maps=True), analyse(film, model, keep_maps=True))


def test_the_sandboxed_reader_gives_the_same_analysis(film, model):
    in_a_child = analyse(film, model, every=3, keep_maps=True, reader=SandboxedReader)
    assert_same(in_a_child, analyse(film, model, every=3, keep_maps=True))


def test_a_model_may_be_named_by_its_folder(tmp_path, film, web_only):
    folder = save_model(tmp_path / "mine", web_only.card, web_only.web)
    looked = analyse(film, str(folder))
    assert looked.model == "mine"
    assert_same(analyse(film, folder), looked)
    np.testing.assert_array_equal(looked.sides[0].scores, analyse(film, web_only).sides[0].scores)


# What comes out


def test_every_method_the_model_allows(film, model, web_only):
    methods = ["CNN", "UnAtt", "Focus", "finetune+CNN", "finetune+UnAtt", "finetune+EnergyNet"]
    looked = analyse(film, model)
    assert [verdict.method for verdict in looked.verdicts] == methods
    assert [side.name for side in looked.sides] == ["web", "tuned"]
    assert looked.side("web").net_energies is None
    assert [verdict.method for verdict in analyse(film, web_only).verdicts] == methods[:3]


def test_each_side_is_its_own_cnns(film, model, web_only):
    looked = analyse(film, model, every=10)
    for name, cnn in (("web", model.web), ("tuned", model.tuned)):
        alone = analyse(film, dataclasses.replace(web_only, web=cnn), every=10).side("web")
        np.testing.assert_array_equal(looked.side(name).scores, alone.scores)
        np.testing.assert_array_equal(looked.side(name).energies, alone.energies)


@pytest.mark.parametrize("part", ["scores", "energies", "net_energies"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused(film, model, monkeypatch, part, value):
    def broken(self: Look) -> Side:
        side = seen(self)
        numbers = getattr(side, part)
        if numbers is not None:
            numbers[1, 2] = value
        return side

    seen = Look.side
    monkeypatch.setattr(Look, "side", broken)
    with pytest.raises(InputError, match="random answers with numbers that are none"):
        analyse(film, model)


def test_energies_and_verdicts_are_those_of_the_maps_kept(film, model):
    looked = analyse(film, model, keep_maps=True)
    for side in looked.sides:
        L = torch.from_numpy(side.maps)
        assert L.shape == (5, 4, *looked.map_size) and L.min() >= 0
        energies, windows = best_window(L)
        np.testing.assert_allclose(side.energies, energies, rtol=1e-6)
        np.testing.assert_array_equal(side.windows, windows)
    learned = model.energynet.energies(
        torch.from_numpy(looked.side("tuned").maps), torch.from_numpy(model.V_c)
    )
    np.testing.assert_allclose(looked.side("tuned").net_energies, learned, rtol=1e-4, atol=1e-5)
    for method, values in (
        ("UnAtt", looked.side("web").energies),
        ("finetune+EnergyNet", looked.side("tuned").net_energies),
    ):
        verdict = looked.verdict(method)
        np.testing.assert_allclose(verdict.scores, values.mean(0), rtol=1e-5)
        assert verdict.prediction == values.mean(0).argmax()


def test_what_is_not_asked_for_is_not_kept(film, model):
    looked = analyse(film, model)
    assert looked.pictures is None and all(side.maps is None for side in looked.sides)


def test_pictures_are_the_frames(tmp_path, web_only):
    clip = write_clip(tmp_path / "n.mkv", numbered_frames(12, 300, 600), **LOSSLESS)
    looked = analyse(clip, web_only, every=5, keep_pictures=True)
    shown = [np.asarray(Image.open(io.BytesIO(raw))) for raw in looked.pictures]
    assert [frame_number(picture) for picture in shown] == [0, 5, 10]
    assert {picture.shape for picture in shown} == {(240, 480, 3)}
    assert looked.size == (600, 300)


@pytest.mark.parametrize(
    ("h", "w", "size"), [(2, 6000, (480, 1)), (6000, 2, (1, 480)), (961, 1441, (480, 320))]
)
def test_the_thinnest_picture_keeps_a_pixel(h, w, size):
    raw = jpeg(np.full((h, w, 3), 120, np.uint8))
    shown = Image.open(io.BytesIO(raw))
    assert shown.size == size and abs(int(np.asarray(shown).mean()) - 120) < 3


def test_a_picture_keeps_its_size_and_colours():
    frame = np.full((40, 60, 3), (200, 30, 90), np.uint8)
    shown = np.asarray(Image.open(io.BytesIO(jpeg(frame)))).astype(int)
    assert shown.shape == frame.shape and np.abs(shown - frame).max() < 6


# Concepts


def test_some_concepts_are_rows_of_all(film, model):
    every, some = (
        analyse(film, model, keep_maps=True),
        analyse(film, model, concepts=["kiss", "high_five"], keep_maps=True),
    )
    assert some.concepts == ("Kiss", "High five")
    rows = [3, 1]
    for whole, part in zip(every.sides, some.sides, strict=True):
        np.testing.assert_allclose(part.scores, whole.scores[:, rows], rtol=1e-5)
        np.testing.assert_allclose(
            part.maps, whole.maps[:, rows], rtol=1e-4, atol=1e-5 * whole.maps.max()
        )
        np.testing.assert_array_equal(part.windows, whole.windows[:, rows])
    # every concept's energy is its own, whoever it is compared with: EnergyNet's too, which divides
    # by the frame's largest cell over all the model's concepts
    assert model.energynet.map_scale == "frame"
    np.testing.assert_allclose(
        some.side("tuned").net_energies,
        every.side("tuned").net_energies[:, rows],
        rtol=1e-4,
        atol=1e-5,
    )
    np.testing.assert_allclose(
        some.verdict("UnAtt").scores, every.verdict("UnAtt").scores[rows], rtol=1e-4
    )


def test_all_concepts_named_in_order_is_all(film, web_only):
    assert_same(analyse(film, web_only, concepts=list(CONCEPTS)), analyse(film, web_only))


def test_an_unknown_concept_is_named(film, web_only):
    with pytest.raises(InputError, match="There is no concept 'Wave'"):
        analyse(film, web_only, concepts=["Hug", "Wave"])


def test_concepts_may_be_text_as_in_the_terminal_and_each_comes_once(film, web_only):
    as_list = analyse(film, web_only, concepts=["Kiss", "high five"])
    for same in ("kiss, High five", ["Kiss", "kiss", "High five"], iter(["Kiss", "High five"])):
        assert_same(analyse(film, web_only, concepts=same), as_list)
    assert analyse(film, web_only, concepts="hug").concepts == ("Hug",)
    assert analyse(film, web_only, concepts=[]).concepts == CONCEPTS


def test_the_truth_is_one_of_the_models_concepts_spelled_as_it_does(film, web_only):
    assert analyse(film, web_only, truth="high_five").truth == "High five"
    with pytest.raises(InputError, match="There is no concept 'zzz'"):
        analyse("no such file.mp4", web_only, truth="zzz")


# What is no number, no list, no model


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"every": 2.5}, r"every 2\.5 is no whole number"),
        ({"every": "5"}, "every '5' is no whole number"),
        ({"every": None}, "every None is no whole number"),
        ({"every": float("nan")}, "every nan is no whole number"),
        ({"window": "3"}, "window '3' is no whole number"),
        ({"window": 2.5}, r"window 2\.5 is no whole number"),
        ({"concepts": 5}, "Concepts are a list of names, not 5"),
        ({"concepts": [3]}, "There is no concept '3'"),
        ({"concepts": ""}, "No concept is named"),
    ],
    ids=str,
)
def test_arguments_of_another_kind_are_one_sentence(film, web_only, given, said):
    with pytest.raises(InputError, match=said):
        analyse(film, web_only, **given)


def test_whole_numbers_may_come_as_a_page_sends_them(film, web_only):
    assert_same(analyse(film, web_only, every=7.0, window=3.0), analyse(film, web_only, every=7))


# The window


@pytest.mark.parametrize("window", [1, 5, 7])
def test_the_window_asked_for(film, web_only, window):
    looked = analyse(film, web_only, window=window, keep_maps=True)
    assert looked.window == window
    side = looked.side("web")
    np.testing.assert_allclose(
        side.energies, best_window(torch.from_numpy(side.maps), window)[0], rtol=1e-6
    )
    assert f" in {window}×{window} windows over" in looked.verdict("UnAtt").why
    if window == 7:
        assert not side.windows.any()


@pytest.mark.parametrize("window", [0, 8])
def test_a_window_that_does_not_fit_is_refused_before_anything_is_read(web_only, window):
    with pytest.raises(InputError, match=f"Window size {window} does not fit a 7×7 map"):
        analyse("no such file.mp4", web_only, window=window)


# Progress, limits, notes


def test_progress_counts_frames(film, web_only):
    told = []
    analyse(
        film, web_only, every=2, on_progress=lambda done, expected: told.append((done, expected))
    )
    assert [done for done, _ in told] == [8, 12]
    assert {expected for _, expected in told} == {12}


def test_progress_expects_no_more_than_the_limit(film, web_only):
    told = []
    looked = analyse(
        film,
        web_only,
        every=1,
        limits=Limits(trim_frames=6),
        on_progress=lambda done, expected: told.append((done, expected)),
    )
    assert told == [(6, 6)] and looked.frames == tuple(range(6))
    assert "only its first 6 sampled frames" in looked.notes[0]


def test_progress_expects_no_more_than_the_seconds_looked_at(film, web_only):
    told = []
    looked = analyse(  # 23 frames at 10 a second
        film,
        web_only,
        every=2,
        limits=Limits(trim_seconds=1.5),
        on_progress=lambda done, expected: told.append((done, expected)),
    )
    assert told[-1] == (8, 8) and looked.frames == tuple(range(0, 15, 2))


def test_progress_of_an_image(tmp_path, web_only):
    told = []
    image = write_image(tmp_path / "one.png", pictures(1, side=64)[0])
    analyse(image, web_only, on_progress=lambda *counts: told.append(counts))
    assert told == [(1, 1)]


def test_an_error_while_telling_progress_ends_it(film, web_only):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyse(film, web_only, every=1, on_progress=stop)


@pytest.mark.skipif(not BROKEN.exists(), reason="the folder of real broken clips is not here")
def test_a_clip_that_breaks_off_is_analysed_and_told(web_only):
    looked = analyse(BROKEN, web_only, every=1)
    assert len(looked.frames) >= 1
    assert any("breaks off" in n or "left out" in n for n in looked.notes), looked.notes


def test_a_clip_cut_short_is_analysed_and_told(tmp_path, web_only):
    whole = write_clip(tmp_path / "whole.mkv", list(pictures(30, side=64)), **LOSSLESS)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    looked = analyse(cut, web_only, every=1)
    assert 0 < len(looked.frames) < 30 and "breaks off" in " ".join(looked.notes)


def test_what_is_no_clip_is_told(tmp_path, web_only):
    (tmp_path / "notes.txt").write_text("no film")
    for reader in ({}, {"reader": SandboxedReader}):
        with pytest.raises(InputError, match=r"notes\.txt"):
            analyse(tmp_path / "notes.txt", web_only, **reader)


def test_a_step_below_one_is_refused(film, web_only):
    with pytest.raises(InputError, match="every 0"):
        analyse(film, web_only, every=0)


# JSON


def test_json_is_the_analysis(film, model):
    looked = analyse(film, model, truth="Hug")
    told = looked.to_json()
    assert list(told)[:7] == [
        "clip",
        "model",
        "concepts",
        "frames",
        "seconds",
        "methods",
        "energies",
    ]
    assert told["clip"] == "blobs.mkv" and told["truth"] == "Hug" and told["window"] == 3
    assert np.array(told["energies"]).shape == (5, 4)
    assert np.array(told["windows"]).shape == (5, 4, 2)
    for values, side, name in (
        (told["energies"], "web", "energies"),
        (told["scores"], "web", "scores"),
        (told["tuned"]["scores"], "tuned", "scores"),
        (told["tuned"]["net_energies"], "tuned", "net_energies"),
    ):  # JSON carries seven digits
        np.testing.assert_allclose(values, getattr(looked.side(side), name), rtol=1e-6)
    for verdict in looked.verdicts:
        method = told["methods"][verdict.method]
        assert method["prediction"] == CONCEPTS[verdict.prediction] and method["why"] == verdict.why
        assert list(method["scores"]) == list(CONCEPTS)
    assert set(told["timing"]) == {"decode", "forward", "maps", "energies", "total"}
    parts = [seconds for stage, seconds in told["timing"].items() if stage != "total"]
    assert all(seconds >= 0 for seconds in parts)
    assert told["engine"].startswith("OpenVINO ") and told["engine"].endswith(" on the CPU, fp32")
    assert sum(parts) <= 2 * told["timing"]["total"]  # one thread reads while the other looks


# Memory


# VmHWM and not getrusage's maxrss, which a child inherits from whoever started it
MEASURE = """
import re, sys
from pathlib import Path
from attention.model.folder import Card, Model
from attention.pipeline import analyse
from tests.networks import pooled_backbone

looker = pooled_backbone(classes=1000, side=14)
names = tuple(f"c{i}" for i in range(1000))
model = Model("pooled", Card(title="t", about="a", concepts=names, backbone="resnet18"), looker)
for clip in sys.argv[1:]:
    looked = analyse(clip, model, every=1)
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
    print(len(looked.frames), peak)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_memory_does_not_grow_with_the_clip(tmp_path):
    """Peak memory of 300 frames is at most 1.2 times that of 16: 0.8 MB of maps a frame."""
    clips = [write_clip(tmp_path / f"{n}.mp4", numbered_frames(n, 120, 160)) for n in (16, 300)]
    told = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, clips)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    (short, few), (long, many) = ([int(number) for number in line.split()] for line in told)
    assert (short, long) == (16, 300)
    assert many <= 1.2 * few, f"{few} kB for 16 frames, {many} kB for 300"
