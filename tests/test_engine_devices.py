"""Where to compute: names, threads, and a GPU whose memory ends."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from attention.backbone import Backbone
from attention.catalogue.languages import spoken
from attention.catalogue.translated import translated
from attention.engine import choosing, devices
from attention.engine.choosing import Engine, engine_of
from attention.engine.devices import cpu_threads, device_named
from attention.engine.eager import Eager
from attention.engine.overlap import Clock
from attention.errors import InputError
from attention.networks.stages import stages_of
from tests.networks import pooled_backbone


@pytest.mark.parametrize(
    ("cuda", "mps", "device"), [(True, False, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_auto_is_a_gpu_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, device: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert device_named("auto").type == device
    assert device_named("cpu").type == "cpu"


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_gpu_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(
        InputError, match=f"no {name.upper()} GPU here; choose the device auto or cpu"
    ):
        engine_of(pooled_backbone(4), name)


def test_names_that_are_none() -> None:
    with pytest.raises(InputError, match="no device 'gpu'; choose auto, cpu, cuda, mps"):
        engine_of(pooled_backbone(4), "gpu")
    with pytest.raises(InputError, match="no precision 'fp8'; choose fp32 or bf16"):
        engine_of(pooled_backbone(4), "cpu", "fp8")


@pytest.mark.parametrize(
    ("limit", "threads"), [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 6), (None, 6)]
)
def test_a_container_gets_no_more_threads_than_it_may_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str | None, threads: int
) -> None:
    monkeypatch.setattr(devices, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 6)
    monkeypatch.setattr(devices.os, "cpu_count", lambda: 8)
    if limit is not None:
        (tmp_path / "cpu.max").write_text(limit)
    assert cpu_threads() == threads


class Small(nn.Module):
    """A trunk with memory for so many frames; what does not fit raises as a GPU does."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(16)
        self.most = most
        self.tried: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        if len(x) > self.most:
            self.tried.append(-len(x))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        self.tried.append(len(x))
        return self.pool(x)


@pytest.fixture
def on_gpu() -> Callable[[int, int], tuple[Eager, Small, Engine]]:
    """A GPU, played by torch's CPU, that holds `most` frames, and an Engine that begins on it."""

    def make(most: int, batch: int) -> tuple[Eager, Small, Engine]:
        plain = pooled_backbone(4)
        there = Backbone("small", plain.trunk, plain.head, "pool")
        there.trunk = trunk = Small(most)
        gpu = Eager(there, stages_of(there), torch.device("cpu"), "fp32")
        gpu.device, gpu.batch, gpu.name = torch.device("cpu", 0), batch, "torch on a GPU"
        cpu = Eager(plain, stages_of(plain), torch.device("cpu"), "fp32")
        return gpu, trunk, Engine([gpu, cpu], "small", [])

    return make


def test_a_full_gpu_gets_smaller_batches_and_no_frame_twice(
    on_gpu: Callable[[int, int], tuple[Eager, Small, Engine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu, trunk, engine = on_gpu(2, 16)
    monkeypatch.setattr(Backbone, "features", lambda self, x: self.trunk(x))
    x = torch.rand(5, 3, 224, 224)
    assert torch.equal(engine.see(x).maps, engine._roads[1].see(x, 3, False, Clock()).maps)
    assert trunk.tried == [-5, -5, -4, 2, 2, 1] and gpu.batch == engine.batch == 2
    assert engine.notes == []


def test_where_one_frame_is_too_much_the_cpu_takes_over(
    on_gpu: Callable[[int, int], tuple[Eager, Small, Engine]], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, engine = on_gpu(0, 4)
    monkeypatch.setattr(Backbone, "features", lambda self, x: self.trunk(x))
    x = torch.rand(3, 3, 224, 224)
    seen = engine.see(x)
    torch.testing.assert_close(seen.scores, pooled_backbone(4)(x).detach())
    (note,) = engine.notes
    assert note.startswith("small is looked through by torch ")
    assert note.endswith(": the GPU's memory is full.")
    with spoken("de"):
        assert translated(note).startswith("small wird mit torch ")


def test_a_fault_that_is_no_full_memory_is_raised(
    on_gpu: Callable[[int, int], tuple[Eager, Small, Engine]],
) -> None:
    _, trunk, engine = on_gpu(9, 4)
    trunk.pool = nn.Linear(1, 1)
    with pytest.raises(RuntimeError, match="shapes"):
        engine.see(torch.rand(1, 3, 224, 224))


def test_a_note_reaches_the_analysis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from attention.model.card import Card
    from attention.model.folder import Model
    from attention.pipeline import analyse
    from tests.clips import write_image
    from tests.networks import pictures

    def noted(*_: object) -> Engine:
        engine = made(*_)
        engine.notes.append("It is looked through otherwise.")
        return engine

    made = choosing._engine
    monkeypatch.setattr(choosing, "_engine", noted)
    card = Card(title="t", about="a", concepts=("a", "b"), backbone="resnet18")
    model = Model("m", card, pooled_backbone(2), pooled_backbone(2))
    told = analyse(write_image(tmp_path / "a.png", pictures(1)[0]), model).to_json()
    assert told["notes"].count("It is looked through otherwise.") == 1  # of two networks
    assert told["engine"] == f"torch {torch.__version__.split('+')[0]} on the CPU, fp32"
