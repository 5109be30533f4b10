"""A GPU lent for a call: what travels there, what comes back, and what is done when there is none."""

import os
import pickle
import runpy
from pathlib import Path
from typing import Any

import pytest
import torch

from attention.engine import zerogpu
from attention.engine.choosing import engine_of, on_gpu
from attention.engine.eager import Eager
from attention.engine.overlap import Clock
from attention.engine.zerogpu import Lent, computed
from attention.networks.stages import stages_of
from tests.networks import pooled_backbone

X = torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The devices asked for; what is asked and answered is pickled on its way, the CPU computes."""
    devices: list[str] = []

    def lend(device: str, *asked: Any) -> Any:
        devices.append(device)
        return pickle.loads(pickle.dumps(computed("cpu", *pickle.loads(pickle.dumps(asked)))))

    monkeypatch.setattr(zerogpu, "on_lent_gpu", lend)
    return devices


def test_what_a_lent_gpu_gives_is_what_torch_gives(calls: list[str]) -> None:
    backbone = pooled_backbone(4).eval()
    lent = Lent(backbone, "fp32")
    here = Eager(backbone, stages_of(backbone), torch.device("cpu"), "fp32")
    z = here.views(X)
    assert torch.equal(lent.views(X), z) and torch.equal(lent.maps(X), here.maps(X))
    for seen, wanted in (
        (lent.see(X, 2, True, Clock()), here.see(X, 2, True, Clock())),
        (lent.see_views(z, 2, False, Clock()), here.see_views(z, 2, False, Clock())),
    ):
        assert torch.allclose(seen.energies, wanted.energies) and seen.energies.any()
        assert torch.equal(seen.windows, wanted.windows)
        assert (seen.features is None) == (wanted.features is None)
    assert calls == ["cuda"] * 4


def test_a_call_without_a_gpu_is_the_cpus_and_the_next_asks_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, calls: list[str]
) -> None:
    lent, lend = Lent(pooled_backbone(4).eval(), "fp32"), zerogpu.on_lent_gpu

    def refuse(*_: Any) -> Any:
        raise RuntimeError("You have used up your share")

    monkeypatch.setattr(zerogpu, "on_lent_gpu", refuse)
    alone = lent.see(X, 2, False, Clock())
    assert "no GPU was lent, the CPU computes: You have used up your share" in caplog.text
    monkeypatch.setattr(zerogpu, "on_lent_gpu", lend)
    assert torch.equal(lent.see(X, 2, False, Clock()).energies, alone.energies)
    assert calls == ["cuda"]


def test_a_space_on_zerogpu_decorates_and_other_places_do_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "spaces.py").write_text("def GPU(task, duration):\n    return task, duration\n")
    plain = runpy.run_path(zerogpu.__file__)
    assert plain["on_lent_gpu"] is plain["computed"] and "SPACES_ZERO_GPU" not in os.environ
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert not zerogpu.is_lent()  # `spaces` is not installed
    monkeypatch.syspath_prepend(tmp_path)
    lent = runpy.run_path(zerogpu.__file__)
    assert lent["on_lent_gpu"] == (lent["computed"], lent["LENT_FOR"])
    backbone = pooled_backbone(4)
    assert isinstance(on_gpu(backbone, torch.device("cuda"), "fp32"), Lent)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert "on a lent GPU" in engine_of(backbone).name
