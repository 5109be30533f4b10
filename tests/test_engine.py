"""The engine sees what slow float64 autograd sees, by either backend, and says so when it is another."""

import builtins
import copy
import gc
import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from attention.backbone import Backbone, load_backbone
from attention.catalogue.languages import spoken
from attention.catalogue.translated import translated
from attention.engine import choosing, graph, openvino
from attention.engine.choosing import LAST_STAGE, Engine, engine_of
from attention.engine.compiled import BATCH, Compiled, batches
from attention.engine.graph import seeing_both
from attention.engine.overlap import Clock
from attention.networks import cnn
from attention.networks.heads import HardswishHead, LinearHead, VGGHead
from attention.networks.stages import stages_of

FRAMES = BATCH + 3  # a whole batch and what is left over
OFF = 2e-5  # of the largest value


class Odd(nn.Module):
    """A head of nobody's type, which is differentiated for its maps."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.last = nn.Linear(channels, 5)

    def forward(self, A: Tensor) -> Tensor:
        return self.last((A * A.abs()).mean((2, 3)))


def heads(channels: int) -> dict[str, nn.Module]:
    linear = [nn.Linear(channels * 49, 12), nn.Linear(12, 9), nn.Linear(9, 5)]
    return {
        "linear": LinearHead(nn.Linear(channels, 5)),
        "linear without bias": LinearHead(nn.Linear(channels, 5, bias=False)),
        "hardswish": HardswishHead(nn.Linear(channels, 9), nn.Linear(9, 5)),
        "VGG": VGGHead(nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(7), linear),
        "odd": Odd(channels),
    }


def tiny(head: str = "linear", seed: int = 0, relu: bool = True) -> Backbone:
    """Two stages on a 14×14 grid, with a batch norm; named as a network whose last stage is known."""
    torch.manual_seed(seed)
    norm = nn.BatchNorm2d(6)
    nn.init.uniform_(norm.running_mean, -0.5, 0.5)
    nn.init.uniform_(norm.running_var, 0.5, 2.0)
    first = nn.Sequential(nn.Conv2d(3, 6, 16, 16), norm, nn.ReLU())
    second = nn.Sequential(nn.Conv2d(6, 7, 3, padding=1), nn.ReLU() if relu else nn.Tanh())
    return Backbone("resnet18", nn.Sequential(first, second), heads(7)[head], "1")


def frames(count: int = FRAMES) -> Tensor:
    return torch.randn(count, 3, 224, 224, generator=torch.manual_seed(1))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def home(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every network is large enough for OpenVINO; graphs are made once for all tests."""
    monkeypatch.setattr(choosing, "SMALL", 0)
    monkeypatch.setenv("ATTENTION_HOME", str(shared))
    return shared


@pytest.fixture
def own_home(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that another process has left, with tiny()'s graph."""
    by_openvino(tiny())
    shutil.copytree(home / "engine", tmp_path / "engine")
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    monkeypatch.setattr(graph, "_made", {})
    return tmp_path


def by_openvino(backbone: Backbone) -> Engine:
    engine = engine_of(backbone, "cpu")
    engine.see(frames(1))
    assert engine.notes == [] and engine.name.startswith("OpenVINO "), engine.notes
    return engine


# What it sees


def test_two_cnns_with_the_same_first_layers_pass_through_them_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, stranger, passes = tiny(), tiny(seed=1), list[int]()
    tuned = copy.deepcopy(web)
    with torch.no_grad():
        for weight in (*tuned.trunk[1].parameters(), *tuned.head.parameters()):
            weight.add_(torch.randn_like(weight))
    call = Compiled.__call__
    monkeypatch.setattr(
        Compiled, "__call__", lambda graph, x: passes.append(len(x)) or call(graph, x)
    )
    a, b, c = map(by_openvino, (web, tuned, stranger))
    swapped = lambda model, head, other, own: seeing_both(model, own, other, head)  # noqa: E731
    x = frames()
    for one, other, wrong, times in (
        (a, b, False, 1),
        (b, a, False, 1),
        (a, c, False, 2),
        (a, b, True, 2),
    ):
        if wrong:  # it is tried against torch, and each passes alone
            one._roads[0]._pairs.clear()
            monkeypatch.setattr(openvino, "seeing_both", swapped)
        one.see_both(other, frames(1), 2, (True, True), Clock())
        alone = one.see(x, 2, True), other.see(x, 2, False)
        passes.clear()
        both = one.see_both(other, x, 2, (True, False), Clock())
        assert passes == [FRAMES] * times
        for together, apart in zip(both, alone, strict=True):
            for name in ("scores", "energies", "maps"):
                assert_near(getattr(together, name), getattr(apart, name))
            assert together.windows.equal(apart.windows)
        assert_near(both[0].features, alone[0].features)
        assert both[1].features is None and one.notes == other.notes == []


def slowly(backbone: Backbone, x: Tensor, s: int) -> tuple[Tensor, ...]:
    """Scores, energies, windows and maps in float64, a concept, a frame and a window at a time."""
    network = copy.deepcopy(backbone).double()
    A = network.trunk(x.double()).detach().requires_grad_()
    scores = network.head(A)
    n, classes, (h, w) = len(x), scores.shape[1], A.shape[2:]
    L = torch.zeros(n, classes, h, w, dtype=torch.float64)
    energies = torch.zeros(n, classes, dtype=torch.float64)
    windows = torch.zeros(n, classes, 2, dtype=torch.long)
    for c in range(classes):
        gradient = torch.autograd.grad(scores[:, c].sum(), A, retain_graph=True)[0]
        for frame in range(n):
            alpha = gradient[frame].mean((1, 2))
            L[frame, c] = (alpha[:, None, None] * A[frame].detach()).sum(0).relu()
            sums = {
                (row, col): float(L[frame, c, row : row + s, col : col + s].sum())
                for row in range(h - s + 1)
                for col in range(w - s + 1)
            }
            best = max(sums, key=lambda at: sums[at])
            energies[frame, c], windows[frame, c] = sums[best], torch.tensor(best)
    return scores.detach(), energies, windows, L


def assert_near(found: Tensor, expected: Tensor) -> None:
    assert found.shape == expected.shape and found.dtype == torch.float32
    assert float((found - expected).abs().max()) <= OFF * float(expected.abs().max())


@pytest.mark.parametrize("head", list(heads(7)))
@pytest.mark.parametrize("backend", ["OpenVINO", "torch"])
def test_every_head_equals_slow_autograd(home: Path, head: str, backend: str) -> None:
    backbone, x = tiny(head), frames()
    if backend == "OpenVINO":
        engine = by_openvino(backbone)
    else:
        engine = engine_of(backbone, "cpu")
        engine._roads = engine._roads[1:]
        assert engine.name.startswith("torch ")
    for s in (3, 2) if head == "linear" else (3,):
        seen = engine.see(x, s, features=True)
        scores, energies, windows, L = slowly(backbone, x, s)
        assert_near(seen.scores, scores)
        assert_near(seen.energies, energies)
        assert_near(seen.maps, L)
        assert L.max() > 0 and (L == 0).any()
        assert (
            seen.windows == windows
        ).float().mean() > 0.98  # of windows equal but for rounding, either
    with torch.no_grad():
        A = backbone.trunk(x)
        own = getattr(backbone.head, "penultimate", lambda A: A.mean((2, 3)))(A)
    assert_near(seen.features, own)
    assert engine.see(x).features is None


def test_of_equal_windows_the_first_and_a_silent_map_has_energy_0(home: Path) -> None:
    backbone = tiny()
    with torch.no_grad():
        backbone.head.last.weight[2] = -1.0  # of maps ≥ 0: nothing is left after the ReLU
    seen = by_openvino(backbone).see(frames(2))
    assert not seen.maps[:, 2].any() and not seen.energies[:, 2].any()
    assert not seen.windows[:, 2].any()


def test_a_trunk_ends_where_it_is_told(home: Path) -> None:
    backbone, x = tiny(), frames(2)
    engine = by_openvino(backbone)
    first, second = backbone.trunk
    with torch.no_grad():
        z = first(x)
        assert_near(engine.trunk(x, LAST_STAGE), z)
        assert_near(engine.trunk(x), second(z))
    seen, through = engine.see(x), engine.see_views(engine.trunk(x, LAST_STAGE))
    assert_near(through.scores, seen.scores)
    assert_near(through.maps, seen.maps)


@pytest.mark.parametrize("head", ["linear", "odd"])
def test_a_network_whose_stages_are_not_known_is_openvinos_too(own_home: Path, head: str) -> None:
    """Its last stage is the identity, so that z and A are one tensor, given out twice."""
    backbone, x = tiny(head), frames(2)
    backbone.name = "of nobody's"
    engine, seen = by_openvino(backbone), by_openvino(backbone).see(x)
    scores, energies, _, L = slowly(backbone, x, 3)
    assert_near(seen.scores, scores)
    assert_near(seen.energies, energies)
    assert_near(seen.maps, L)
    assert torch.equal(engine.trunk(x, LAST_STAGE), engine.trunk(x))
    assert engine.notes == []  # whatever was asked for


def test_a_network_of_another_size_has_a_graph_of_its_own(own_home: Path) -> None:
    usual = tiny()
    by_openvino(usual)
    backbone = Backbone("resnet18", usual.trunk, usual.head, "1", cnn.Pixels(side=96))
    assert backbone.map_size == (6, 6)
    engine, x = engine_of(backbone, "cpu"), torch.randn(2, 3, 96, 96)
    seen = engine.see(x)
    assert engine.notes == [] and engine.name.startswith("OpenVINO ")
    scores, energies, _, L = slowly(backbone, x, 3)
    assert_near(seen.scores, scores)
    assert_near(seen.energies, energies)
    assert_near(seen.maps, L)


def test_a_frame_is_the_same_in_whatever_batch_it_comes(home: Path) -> None:
    engine, x = by_openvino(tiny()), frames()
    assert [len(some) for some in batches(x)] == [BATCH, 1, 1, 1]
    together = engine.see(x)
    alone = [engine.see(some) for some in x.split(1)]
    for name in ("scores", "energies", "maps"):
        one = torch.cat([getattr(seen, name) for seen in alone])
        assert_near(one, getattr(together, name))
    # frames in another layout than preprocess gives are the same frames
    assert torch.equal(
        engine.see(x.contiguous(memory_format=torch.channels_last)).maps, together.maps
    )


def test_what_was_seen_stays_when_more_is_seen(home: Path) -> None:
    engine = by_openvino(tiny())
    first = engine.see(frames(1))
    kept = first.maps.clone()
    engine.see(-frames(1))
    assert torch.equal(first.maps, kept)


def test_bf16_by_name_is_near_and_never_by_itself(home: Path) -> None:
    backbone, x = tiny(), frames(2)
    exact = by_openvino(backbone).see(x)
    rough = engine_of(backbone, "cpu", "bf16").see(x)
    assert engine_of(backbone, "cpu").name.endswith("fp32")
    off = float((rough.energies - exact.energies).abs().max() / exact.energies.max())
    assert off < 0.05


# Graphs serve all weights, and damage is made good


def test_one_graph_on_disk_serves_all_weights_of_an_architecture(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.export, "export", None)
    other, x = tiny(seed=5), frames(2)
    assert_near(by_openvino(other).see(x).scores, other(x).detach())
    assert len(list((own_home / "engine").iterdir())) == 1


@pytest.mark.parametrize("damage", ["cut short", "of other layers"])
def test_a_damaged_graph_is_made_anew(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    (kept,) = (own_home / "engine").glob("*/graph.xml")
    other, x = tiny(seed=5), frames(2)
    if damage == "cut short":
        kept.write_bytes(kept.read_bytes()[:3000])
    else:  # whose names and sizes are the same
        other = tiny(seed=5, relu=False)
        monkeypatch.setattr(graph, "_key", lambda stages: kept.parent.name)
    assert_near(by_openvino(other).see(x).scores, other(x).detach())
    monkeypatch.setattr(graph, "_made", {})
    monkeypatch.setattr(torch.export, "export", None)
    by_openvino(copy.deepcopy(other))  # by what was put in its place


def test_where_nothing_can_be_written_it_looks_all_the_same(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "engine").write_text("a file")
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    monkeypatch.setattr(graph, "_made", {})
    by_openvino(tiny())


def test_the_graph_that_ships_is_of_these_versions(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(graph, "_made", {})
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    for name in graph.SHIPPED:
        stages = stages_of(load_backbone(name, weights=None))
        assert graph.is_kept(stages), "make it anew: python -m attention.engine"


# Weights that change


def test_a_change_of_weights_is_noticed_and_nothing_outlives_its_cnn(home: Path) -> None:
    backbone, x = tiny(), frames(1)
    engine = by_openvino(backbone)
    assert engine_of(backbone, "cpu") is engine
    with torch.no_grad():
        backbone.trunk[0][0].weight.add_(0.1)
    assert engine_of(backbone, "cpu") is not engine
    assert_near(engine_of(backbone, "cpu").see(x).scores, backbone(x).detach())
    cnn.renew_head(backbone, 3)
    assert engine_of(backbone, "cpu").see(x).scores.shape == (1, 3)
    gone = weakref.ref(backbone)
    del backbone, engine
    gc.collect()
    assert gone() is None


# What OpenVINO cannot take


@pytest.fixture
def torch_says(home: Path) -> Iterator[tuple[Backbone, Tensor]]:
    backbone, x = tiny(), frames(2)
    yield backbone, x
    engine = engine_of(backbone, "cpu")
    assert torch.equal(engine.see(x).scores, engine._roads[-1].see(x, 3, False, Clock()).scores)
    assert engine.name.startswith("torch ") and len(engine.notes) == 1
    with spoken("de"):
        assert " wird mit torch " in translated(engine.notes[0])


def test_a_network_whose_export_fails(
    torch_says: tuple[Backbone, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.export, "export", None)
    monkeypatch.setattr(graph, "_made", {})
    monkeypatch.setattr(graph, "_places", lambda key: [])
    backbone, x = torch_says
    engine = engine_of(backbone, "cpu")
    engine.see(x)
    engine.trunk(x, LAST_STAGE)
    (note,) = engine.notes
    assert note.startswith("resnet18 is looked through by torch ")
    assert note.endswith(": OpenVINO cannot take it (TypeError).")


def test_a_network_that_openvino_computes_otherwise(
    torch_says: tuple[Backbone, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def otherwise(model: object, head: LinearHead) -> object:
        other = copy.deepcopy(head)
        with torch.no_grad():
            other.last.weight[3, 1] += 0.05 * other.last.weight.abs().max()
        return seeing(model, other)

    seeing = openvino.seeing
    monkeypatch.setattr(openvino, "seeing", otherwise)
    monkeypatch.setattr(openvino, "graph_of", lambda stages, anew: graph.graph_of(stages))
    backbone, x = torch_says
    engine = engine_of(backbone, "cpu")
    engine.see(x)
    assert engine.notes[0].endswith(": OpenVINO computes it otherwise.")


def test_without_openvino(
    torch_says: tuple[Backbone, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: object, **named: object) -> object:
        if "openvino" in name:
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    backbone, _ = torch_says
    assert engine_of(backbone, "cpu").notes[0].endswith(": OpenVINO is not installed.")


def test_damaged_weights_come_out_as_they_are(home: Path) -> None:
    backbone = tiny()
    with torch.no_grad():
        backbone.trunk[0][0].weight[0, 0, 0, 0] = torch.nan  # a ReLU of OpenVINO's would hide it
    seen = engine_of(backbone, "cpu").see(frames(1))
    assert seen.scores.isnan().any()
