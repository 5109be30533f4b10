"""A method, a network and a layout added by a file each, and found wherever they are listed."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

import attention.methods
import attention.networks.known
import attention.probe.known
import attention.probe.maps
import attention.probe.shift
import training.data.layouts
from attention.__main__ import parser
from attention.command.report import report
from attention.errors import InputError
from attention.methods.registry import methods
from attention.model.card import Card
from attention.model.folder import load_model, save_model
from attention.networks.known.registry import cost_of, networks, networks_on_page
from attention.networks.zoo import load_backbone
from attention.pipeline import analyse
from attention.probe.asking import answered
from attention.probe.held import held
from attention.probe.known.registry import probes, probes_named
from attention.probe.maps.mapped import maps_by
from attention.probe.maps.registry import map_methods
from attention.probe.shift.registry import shifted, shifts
from attention.serving.workroom import Workroom
from attention.tabs.cards import verdict_cards
from attention.tabs.compare.tab import method_columns
from tests.little import CONCEPTS, little_set
from training import __main__ as training_command
from training.data.layouts.registry import layouts
from training.data.sources import open_source
from training.fit.prepared import prepare
from training.judge.comparison import measured_column
from training.judge.paper import FILTERED
from training.judge.results import read_results
from training.report.charts import figure5_chart
from training.report.tables import table4
from training.sweep.grid import SweepSettings, sweep, web_path
from training.tabs.curves.views import figure5_view

TOY_METHOD = """
import numpy as np
from attention.methods.method import Method
from attention.verdict import highest_verdict

def _judge(name, seen):
    scores = np.arange(len(seen.concepts), 0, -1).astype(np.float32)
    frames = np.zeros(len(seen.side.scores), np.int64)
    return highest_verdict(name, seen.side.name, scores, frames, seen.concepts, "place in the list")

METHODS = (
    Method("Toy", 125, "web", "none", ("scores",), _judge, "attention",
           "Names the first concept, whatever it sees.", "#123456", "star"),
)
"""
TOY_NETWORK = """
from attention.networks.known.network import Network, last

def _build(weighted):
    import torch
    from torch import nn
    from attention.networks.cnn import Pixels
    torch.manual_seed(0)
    return nn.Sequential(nn.AvgPool2d(32), nn.Conv2d(3, 8, 1), nn.ReLU(), nn.Linear(8, 5)), Pixels()

def _cut(net):
    from attention.networks.heads import LinearHead
    return net[:3], LinearHead(net[3]), "2"

NETWORKS = (Network("toy_net", 15, _cut, last(2), (0.01, 0.02), True, True, _build),)
"""
TOY_LAYOUT = """
from training.data.folders import files_of
from training.data.layouts.layout import Layout
from training.data.records import VideoHalf

def _read(root, noisy):
    clips, notes = files_of(root / "toy_clips", "clips")
    split = {path: "test" if "_test_" in path.name else "train" for own in clips.values() for path in own}
    return VideoHalf("TOY", clips, {"only": split}, {}, tuple(notes))

LAYOUTS = (Layout("TOY", "clips", 50, lambda root: (root / "toy_clips").is_dir(), _read),)
"""
TOY_SHIFT = """
from attention.probe.shift.shift import Shift, levels
SHIFTS = (
    Shift("negative", 75, 1.0, levels(0.2, 0.5, 1.0), lambda frames, *_: 255 - frames, "", "Inverts."),
)
"""
TOY_MAP = """
from attention.probe.maps.map_method import MapMethod
MAPS = (MapMethod("Toy-CAM", 50, lambda A, G: A.mean(1), "The mean of all channels."),)
"""
TOY_PROBE = """
from attention.probe.known.probe import Measure, Probe
PROBES = (
    Probe("toy", 5, lambda case, tick: [Measure("frames", len(case.held.rgb))], "Counts the frames."),
)
"""
FILES = (
    (attention.probe.shift, "toy_shift", TOY_SHIFT),
    (attention.probe.maps, "toy_map", TOY_MAP),
    (attention.probe.known, "toy_probe", TOY_PROBE),
    (attention.methods, "toy_method", TOY_METHOD),
    (attention.networks.known, "toy_network", TOY_NETWORK),
    (training.data.layouts, "toy_layout", TOY_LAYOUT),
)
REGISTRIES = (methods, networks, layouts, shifts, map_methods, probes)


@pytest.fixture(scope="module", autouse=True)
def _toys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A file in each of the three folders, as far as Python can tell."""
    for package, name, text in FILES:
        folder = tmp_path_factory.mktemp(name)
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
        package.__path__.append(str(folder))
    for registry in REGISTRIES:
        registry.cache_clear()
    yield
    for package, name, _ in FILES:
        package.__path__.pop()
        if sys.modules.pop(f"{package.__name__}.{name}", None):  # some test read this registry
            delattr(package, name)
    for registry in REGISTRIES:
        registry.cache_clear()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Stills of the little set's own folders, its clips as the toy layout has them."""
    little = little_set(tmp_path_factory.mktemp("little"))
    clips = little.parent / f"{little.name}-toy"
    shutil.move(little / "video", clips / "toy_clips")
    return f"web:{little / 'web'},TOY:{clips}"


@pytest.fixture(scope="module")
def swept(source: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of the toy network's Web stage on the toy layout."""
    opened, folder = open_source(source), tmp_path_factory.mktemp("sweep")
    network = load_backbone("toy_net")
    ready = prepare(opened, opened.folds[0], network, folder / "cache", every=20)
    sweep([("only", ready)], SweepSettings("toy_net", seeds=(0,), until="web"), folder)
    return folder


@pytest.fixture(scope="module")
def model(swept: Path) -> Path:
    web = load_backbone("toy_net", 2, web_path(swept, "only", 0))
    card = Card(title="t", about="", concepts=CONCEPTS, backbone="toy_net", settings={"every": 20})
    return save_model(swept / "model", card, web)


def test_a_toy_layout_is_read_by_name_and_recognised(source: str) -> None:
    opened = open_source(source)
    assert opened.concepts == CONCEPTS and [fold.name for fold in opened.folds] == ["only"]
    assert (len(opened.folds[0].train), len(opened.folds[0].test)) == (6, 4)
    root = source.partition("TOY:")[2]
    assert open_source(root).name == "TOY"
    with pytest.raises(InputError, match="HII, BU101 or TOY as their authors publish it"):
        open_source(Path(root).parent)


def test_a_toy_network_is_offered_and_timed() -> None:
    assert "toy_net" in networks_on_page() and cost_of("toy_net") == (0.01, 0.02)
    assert load_backbone("toy_net", 3).map_size == (7, 7)
    with pytest.raises(InputError, match="efficientnet_lite0, toy_net, mobilenet_v2"):
        load_backbone("none_such")


def test_a_toy_method_is_on_the_cards_in_the_terminal_and_in_its_help(
    model: Path, source: str
) -> None:
    looked = analyse(open_source(source).folds[0].test[0].path, load_model(model), every=20)
    assert [v.method for v in looked.verdicts] == ["CNN", "UnAtt", "Toy", "Focus"]
    cards = verdict_cards(looked)
    assert ">Toy</summary>" in cards and ">weighted vote</summary>" in cards
    assert "title='Toy: Names the first concept, whatever it sees.'" in cards
    assert "Names the first concept, whatever it sees." in method_columns(looked)
    assert "\nToy " in report(looked) and looked.to_json()["methods"]["Toy"]["prediction"] == "Hug"
    assert "  Toy " in parser().format_help()


def test_a_toy_shift_map_and_probe_are_asked(model: Path, source: str) -> None:
    toy, clip = load_model(model), held(open_source(source).folds[0].test[0].path, every=20)
    assert (shifted(clip.rgb, {"negative": "hard"}) == 255 - clip.rgb).all()
    x = toy.web.preprocess(clip.rgb)
    A = toy.web.features(x).detach().numpy()
    assert maps_by(toy.web, x, [0], "Toy-CAM")[:, 0] == pytest.approx(A.mean(1), abs=1e-6)
    (mine, maps, said) = answered(
        probes_named(["toy", "maps", "shifts"]), clip, toy, clip.analysis(toy)
    )
    assert [measure.value for measure in mine.measures] == [len(clip.rgb)]
    assert "energy, Toy-CAM" in [measure.name for measure in maps.measures]
    assert "negative hard, Toy" in [measure.name for measure in said.measures]
    assert "  toy        Counts the frames." in parser().format_help()


def test_a_toy_method_is_evaluated(
    model: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert training_command.main(["evaluate", str(model), source.partition(",")[2]]) == 0
    assert "Toy: accuracy 50.0 %" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        training_command.main(["evaluate", "--help"])
    assert "Toy" in capsys.readouterr().out


def test_a_toy_method_is_in_sweeps_tables_and_curves(swept: Path) -> None:
    results = read_results(swept)
    assert results is not None
    toy = results.rows[results.rows["method"] == "Toy"].iloc[0]
    assert (toy["fraction"], toy["accuracy"]) == (0.0, 50.0)
    names = [row.name for row in methods()]
    (line,) = (
        line
        for line in figure5_chart([("mine", FILTERED, results)], "accuracy", names).data
        if line["name"] == "Toy"
    )
    assert (line["line"]["color"], line["marker"]["symbol"]) == ("#123456", "star")
    column = measured_column("mine", "clips", FILTERED, results, draws=100)
    assert list(table4([column])["method"])[:4] == ["CNN", "CNN mean", "UnAtt", "Toy"]
    with gr.Blocks():
        chosen = figure5_view(gr.State(), Workroom()).inputs[1]
    assert ("Toy", "Toy") in chosen.choices and "Toy" in chosen.value
    control = ("weighted vote, all weights alike", "Focus, even")
    assert control in chosen.choices and "Focus, even" not in chosen.value
