"""A network that somebody has in Python: its own scores, Grad-CAM of its own forward, itself untouched."""

import ast
import copy
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor, nn
from torchvision.models import resnet18

from attention.errors import InputError
from attention.maps import attention_maps
from attention.media.frames import FrameReader
from attention.model import look_through, save_model
from attention.networks.heads import CutHead, LinearHead
from attention.networks.inference import tensors
from attention.pipeline import analyse
from tests.clips import numbered_frames, write_clip
from tests.networks import lively, pictures
from tests.test_architecture import ROOT
from tests.test_inference import standing

NAMES = ("Hug", "Kiss", "Wave")


class Net(nn.Module):
    """What people write: blocks that add to their input, batch norms, dropout, a head of two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 8, 7, 16, 3), nn.BatchNorm2d(8), nn.ReLU(inplace=True)
        )
        self.block = nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.BatchNorm2d(8), nn.ReLU())
        self.down = nn.Conv2d(8, 12, 3, 2, 1)
        self.drop = nn.Dropout(0.5)
        self.hidden = nn.Linear(12, 9)
        self.fc = nn.Linear(9, 3)

    def maps(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        return torch.relu(self.down(x + self.block(x)))

    def scores(self, A: Tensor) -> Tensor:
        A = nn.functional.dropout(A, 0.5, training=self.training)
        return self.fc(self.drop(torch.tanh(self.hidden(A.mean((2, 3))))))

    def forward(self, x: Tensor) -> Tensor:
        return self.scores(self.maps(x))


class Undecided(Net):
    """Python decides on what it sees, which no graph can hold."""

    def maps(self, x: Tensor) -> Tensor:
        return super().maps(x if float(x.sum()) > -1e9 else -x)


class Small(nn.Module):
    """Takes squares of 96 pixels and no others: its maps are flattened."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Sequential(nn.Conv2d(3, 6, 5, 8, 2), nn.ReLU())
        self.fc = nn.Linear(6 * 12 * 12, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.maps(x).flatten(1))


class Compiled(nn.Module):
    """What torch.compile puts around a network, as far as it matters here."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self._orig_mod = net


def made(kind: type[nn.Module] = Net) -> nn.Module:
    torch.manual_seed(0)
    return lively(kind())


def x_of(count: int = 2) -> Tensor:
    return torch.randn(count, 3, 224, 224, generator=torch.Generator().manual_seed(5))


def grad_cam(net: Net, x: Tensor) -> Tensor:
    """Eq. 1 by the network's own code, one frame and class at a time."""
    A = net.maps(x).detach().requires_grad_()
    scores = net.scores(A)
    L = torch.zeros(len(x), scores.shape[1], *A.shape[2:])
    for n in range(len(x)):
        for c in range(scores.shape[1]):
            (gradient,) = torch.autograd.grad(scores[n, c], A, retain_graph=True)
            L[n, c] = (gradient[n].mean((1, 2))[:, None, None] * A[n].detach()).sum(0).relu()
    return L


STATES: dict[str, Callable[[nn.Module], nn.Module]] = {
    "as it is": lambda net: net,
    "train": nn.Module.train,
    "half": nn.Module.half,
    "bfloat16": nn.Module.bfloat16,
    "double": nn.Module.double,
    "frozen": lambda net: net.requires_grad_(False),
    "DataParallel": nn.DataParallel,
    "compiled": Compiled,
}


@pytest.mark.parametrize("state", STATES)
def test_scores_and_maps_are_its_own_and_it_stays_as_it_is(state: str) -> None:
    net = STATES[state](made())
    bare = getattr(net, "module", getattr(net, "_orig_mod", net))
    expected = copy.deepcopy(bare).float().eval()
    seen: list[object] = []
    hook = bare.down.register_forward_hook(lambda *given: seen.append(given))
    before = standing(net)
    model = look_through(net, concepts=NAMES)
    A = model.web.features(x_of())
    L = attention_maps(model.web, A)
    assert (
        standing(net) == before
        and seen == []
        and bare.down._forward_hooks == {hook.id: bare.down._forward_hooks[hook.id]}
    )
    with torch.no_grad():
        torch.testing.assert_close(A, expected.maps(x_of()), rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(model.web(x_of()), expected(x_of()), rtol=1e-5, atol=1e-6)
    wanted = grad_cam(expected, x_of())
    assert wanted.max() > 0 and float((L - wanted).abs().max() / wanted.max()) < 1e-5


def test_it_is_looked_at_as_it_is_now() -> None:
    net = made()
    model = look_through(net)
    before = model.web(x_of()).detach()
    ours = {tensor.data_ptr() for tensor in tensors(model.web)}
    assert ours.isdisjoint(tensor.data_ptr() for tensor in tensors(net))
    with torch.no_grad():
        net.fc.weight.zero_()
    assert torch.equal(model.web(x_of()), before) and not torch.equal(net(x_of()), before)


def test_a_clip_is_analysed_by_it(tmp_path: Path) -> None:
    net = made().train()
    clip = write_clip(tmp_path / "a.mp4", list(pictures(3)))
    half = ((0.5,) * 3, (0.5,) * 3)
    looked = analyse(clip, look_through(net, "down", NAMES, mean=half[0], std=half[1]), every=1)
    assert looked.concepts == NAMES and looked.map_size == (7, 7)
    x = torch.from_numpy(pictures(3)).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.no_grad():
        expected = net.eval()(x)
    seen = torch.from_numpy(looked.sides[0].scores)
    assert seen.shape == (3, 3)
    # the clip is compressed, and so only nearly the pictures
    assert float((seen - expected).abs().max()) < 0.2 * float(expected.abs().max())


def test_a_target_is_one_of_its_layers() -> None:
    net = made()
    assert look_through(nn.DataParallel(net), "module.stem").web.map_size == (14, 14)
    with pytest.raises(InputError, match=r"goes around 'block\.0'; choose a later layer"):
        look_through(net, "block.0")
    with pytest.raises(InputError, match="has no layer 'layer4'"):
        look_through(net, "layer4")


def test_classes_are_numbered_where_nobody_names_them() -> None:
    assert look_through(made()).concepts == ("Class 0", "Class 1", "Class 2")
    with pytest.raises(
        InputError, match=r"There are 2 names of concepts, and Net .* has 3 classes"
    ):
        look_through(made(), concepts=["Hug", "Kiss"])


# Where nothing can be traced


class Before(nn.Module):
    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return self.net.maps(x)


def after(net: Net) -> nn.Module:
    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(pool, net.hidden, nn.Tanh(), net.fc)


def test_halves_are_given_where_it_cannot_be_traced() -> None:
    net = made(Undecided)
    with pytest.raises(
        InputError, match="Undecided cannot be traced; give the two halves yourself"
    ):
        look_through(net)
    before = standing(net)
    model = look_through(net.train(), trunk=Before(net), head=after(net))
    net.eval()
    assert standing(net) == before
    L = attention_maps(model.web, model.web.features(x_of()))
    wanted = grad_cam(net, x_of())
    assert wanted.max() > 0 and float((L - wanted).abs().max() / wanted.max()) < 1e-5
    assert isinstance(model.web.head, CutHead)


def test_halves_may_be_named() -> None:
    net = nn.Sequential(
        nn.Conv2d(3, 5, 16, 16),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 3)),
    )
    model = look_through(net, trunk="0", head="1")
    assert isinstance(model.web.head, LinearHead) and model.web.map_size == (14, 14)
    with pytest.raises(InputError, match="has no module 'features'"):
        look_through(net, trunk="features", head="1")
    with pytest.raises(InputError, match="do not fit"):
        look_through(net, trunk="0", head="0")
    with pytest.raises(InputError, match="give trunk and head, or neither"):
        look_through(net, trunk="0")


def test_halves_that_are_not_its_own_are_refused() -> None:
    net = made()
    other = after(net)
    other[2] = nn.ReLU()
    with pytest.raises(InputError, match="give other scores than all of it"):
        look_through(net, trunk=Before(net), head=other)


# What is refused


class Pairs(Net):
    def forward(self, x: Tensor) -> Tensor:
        return {"logits": super().forward(x)}  # type: ignore[return-value]


class Dense(Net):
    def forward(self, x: Tensor) -> Tensor:
        return self.maps(x)


class Dice(Net):
    def scores(self, A: Tensor) -> Tensor:
        return super().scores(nn.functional.dropout(A))


class Locked(Net):
    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


class Grey(Net):
    def __init__(self) -> None:
        super().__init__()
        self.stem[0] = nn.Conv2d(1, 8, 7, 16, 3)


class Failed(Net):
    def scores(self, A: Tensor) -> Tensor:
        return super().scores(A) * torch.nan


class Features(Net):
    num_classes = 0


@pytest.mark.parametrize(
    ("give", "said"),
    [
        (Failed, "Failed gives scores that are not finite"),
        (Features, "Features has no classifier"),
        (Pairs, "Pairs gives dict, not class scores"),
        (Dense, r"Dense gives a tensor \[2, 12, 7, 7\], not class scores"),
        (Dice, "Dice gives other scores each time"),
        (Locked, "Locked cannot be copied"),
        (Grey, r"Grey cannot look at RGB pictures of 224×224 .*if it takes those of another side"),
        (lambda: nn.LazyLinear(3), "LazyLinear cannot be copied"),
        (lambda: made, "is no network"),
        (lambda: "resnet18", "'resnet18' is no network"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(3 * 224 * 224, 2)), "no convolutional maps"),
    ],
)
def test_what_cannot_be_looked_through_is_a_sentence(give: Callable[[], object], said: str) -> None:
    with pytest.raises(InputError, match=said) as told:
        look_through(give())  # type: ignore[arg-type]
    assert "\n" not in str(told.value) and len(str(told.value)) < 400


def test_weights_that_hooks_make_are_made() -> None:
    net = made()
    net.down = nn.utils.spectral_norm(net.down)
    net.train()(x_of())  # leaves a weight that is no leaf
    net.eval()
    torch.testing.assert_close(look_through(net).web(x_of()), net(x_of()), rtol=1e-4, atol=1e-5)


def test_it_cannot_be_saved_as_nothing_would_build_it_again(tmp_path: Path) -> None:
    model = look_through(made(), concepts=NAMES)
    with pytest.raises(InputError, match=r"no backbone 'Net \(own\)'"):
        save_model(tmp_path / "m", model.card, model.web)


@pytest.mark.parametrize("halves", [{}, {"trunk": "maps", "head": nn.Sequential(nn.Flatten())}])
def test_a_network_of_other_pictures_is_looked_at_on_those(
    halves: dict[str, Any], tmp_path: Path
) -> None:
    net = Small().eval()
    if halves:
        halves = halves | {"head": nn.Sequential(nn.Flatten(), net.fc)}
    model = look_through(net, concepts=NAMES, size=96, **halves)
    x = torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(5))
    torch.testing.assert_close(model.web(x), net(x))
    clip = write_clip(tmp_path / "a.mp4", numbered_frames(6))
    assert analyse(clip, model).map_size == (12, 12)
    for wrong, says in (
        (None, "of 224×224.*give that as size="),
        (8, "32 to 640"),
        ("big", "size"),
    ):
        with pytest.raises(InputError, match=says):
            look_through(net, concepts=NAMES, size=wrong, **halves)


def test_readmes_example_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    (example,) = (block for block in blocks if "look_through(" in block)
    monkeypatch.chdir(tmp_path)
    torch.save(resnet18(num_classes=2).state_dict(), "mine.pth")
    Path("names.txt").write_text("Hug\nKiss\n")
    write_clip(Path("clip.mp4"), list(pictures(6)))
    net = cast(Net, made())
    net.fc = nn.Linear(9, 2)
    given = {"net": net.train()}
    exec(example, given)
    said = ast.literal_eval(capsys.readouterr().out)
    with FrameReader("clip.mp4") as reader:
        (frames,) = reader
    L = grad_cam(net.float().eval(), given["model"].web.preprocess(frames.rgb))
    energies = nn.functional.avg_pool2d(L, 3, 1).flatten(2).amax(2).mean(0) * 9  # Eq. 2
    assert said["UnAtt"]["scores"] == {
        name: pytest.approx(float(energy), rel=1e-3)
        for name, energy in zip(("Hug", "Kiss"), energies, strict=True)
    }
    assert energies.min() > 0 and said["UnAtt"]["prediction"] == ["Hug", "Kiss"][energies.argmax()]
