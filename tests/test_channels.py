"""The channels behind a map: against Eq. 1 by slow loops, and as the page asks for them."""

from pathlib import Path

import pytest
import torch
from torch import nn

from attention.errors import InputError
from attention.maps import attention_maps
from attention.networks.cnn import Backbone
from attention.networks.heads import HardswishHead, LinearHead, VGGHead
from attention.probe.change import change_of
from attention.probe.channels import strongest_channels
from attention.serving.channels import channels_of
from attention.serving.dial import look_changed
from attention.serving.looking import look
from tests.clips import write_clip
from tests.networks import pictures

K, CLASSES, CELLS = 6, 3, 7


def heads() -> dict[str, nn.Module]:
    torch.manual_seed(0)
    layers = [nn.Linear(K * 49, 8), nn.Linear(8, 8), nn.Linear(8, CLASSES)]
    return {
        "linear": LinearHead(nn.Linear(K, CLASSES)),
        "hardswish": HardswishHead(nn.Linear(K, 9), nn.Linear(9, CLASSES)),
        "vgg": VGGHead(nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(7), layers),
        "other": nn.Sequential(nn.Flatten(), nn.Linear(K * CELLS**2, CLASSES), nn.Tanh()),
    }


def slow_alpha(head: nn.Module, A: torch.Tensor, concept: int, k: int) -> float:
    """The mean over the cells of the score's slope, by a small step in one cell after another."""
    step, slopes = 1e-5, []
    with torch.no_grad():
        for i in range(CELLS):
            for j in range(CELLS):
                up, down = A[None].clone(), A[None].clone()
                up[0, k, i, j] += step
                down[0, k, i, j] -= step
                slopes.append(float((head(up) - head(down))[0, concept]) / (2 * step))
    return sum(slopes) / len(slopes)


@pytest.mark.parametrize("name", ["linear", "hardswish", "vgg", "other"])
def test_channels_are_those_of_a_slow_loop(name: str) -> None:
    trunk = nn.Sequential(nn.Conv2d(3, K, 1), nn.AvgPool2d(32))
    backbone = Backbone("n", trunk, heads()[name], "t")
    A = torch.rand(K, CELLS, CELLS, generator=torch.Generator().manual_seed(1)) * 2
    some, every = (strongest_channels(backbone, A, 1, most) for most in (4, K))
    L = sum(channel.alpha * channel.A for channel in every.strongest)
    assert torch.allclose(L.relu(), attention_maps(backbone, A[None], [1])[0, 0], atol=1e-5)
    precise = heads()[name].eval().double()
    slow = [slow_alpha(precise, A.double(), 1, k) for k in range(K)]
    adds = [alpha * float(A[k].sum()) for k, alpha in enumerate(slow)]
    order = sorted(range(K), key=lambda k: -abs(adds[k]))
    assert [channel.number for channel in some.strongest] == order[:4]
    alphas = [channel.alpha for channel in every.strongest]
    assert alphas == pytest.approx([slow[k] for k in order], rel=1e-3, abs=1e-6)
    found = [channel.adds for channel in every.strongest]
    assert found == pytest.approx([adds[k] for k in order], rel=1e-3, abs=1e-5)
    assert some.total == pytest.approx(sum(adds), rel=1e-3, abs=1e-4) and some.count == K
    with pytest.raises(InputError, match="Concept 3 does not exist"):
        strongest_channels(backbone, A, 3)


def test_the_page_is_told_the_channels_of_the_map_it_shows(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "c.mp4", list(pictures(6, side=96)))
    looked = look(clip, "interactions", tmp_path, every=3)
    found = channels_of(looked, 1, 2, "tuned")
    assert len(found["rows"]) == 8 and found["count"] > 100
    # before the ReLU the cells add up to no more than after it
    assert looked.analysis().side("tuned").maps[1, 2].sum() >= found["total"] - 1e-3
    strengths = [abs(row["adds"]) for row in found["rows"]]
    assert strengths == sorted(strengths, reverse=True)
    row = found["rows"][0]
    assert row["alpha"] * sum(row["map"]) == pytest.approx(row["adds"], rel=0.01)
    (tmp_path / "dark").mkdir()
    dark = look_changed(looked, change_of({"shift": {"darkness": 0.5}}), tmp_path / "dark")
    assert channels_of(dark, 1, 2, "tuned")["total"] != pytest.approx(found["total"], rel=1e-3)
    with pytest.raises(InputError, match="no such map"):
        channels_of(looked, 2, 0, "web")
