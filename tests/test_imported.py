"""Weights trained elsewhere: the scores of the network they are of, or a sentence that says what differs."""

import argparse
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import timm
import torch
import torchvision
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from attention.concepts import imagenet_concepts
from attention.engine import choosing
from attention.errors import InputError
from attention.model import import_weights, load_model
from attention.model.imported import _fill, _fitting
from attention.model.names import names_given
from attention.networks.cnn import IMAGENET
from attention.networks.known.registry import offered_networks
from attention.networks.zoo import LITE0
from attention.pipeline import analyse
from attention.serving.offered import offered_models
from tests.clips import write_clip
from tests.networks import lively, pictures

NAME = "shufflenet_v2_x0_5"
NAMES = ("Apple", "Pear", "Plum")
Tensors = dict[str, Tensor]


@pytest.fixture(scope="module")
def net() -> nn.Module:
    """A fine-tuned network of a stranger: three classes."""
    torch.manual_seed(0)
    return lively(torchvision.models.get_model(NAME, num_classes=3))


def scores_of(net: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        return net(x)


def x_of(count: int = 1) -> Tensor:
    return torch.randn(count, 3, 224, 224, generator=torch.Generator().manual_seed(3))


def prefixed(net: nn.Module, prefix: str) -> Tensors:
    return {prefix + key: tensor for key, tensor in net.state_dict().items()}


FILES = {  # what torch.save is given, and what the card says of it
    "a state dict": (lambda net: prefixed(net, ""), "from w.pth."),
    "DataParallel's": (lambda net: prefixed(net, "module."), "without 'module.'"),
    "in state_dict": (lambda net: {"epoch": 3, "state_dict": prefixed(net, "")}, "of its state_dict."),
    "in model_state_dict, of a compiled one": (
        lambda net: {"model_state_dict": prefixed(net, "_orig_mod."), "best": 0.9},
        "of its model_state_dict without '_orig_mod.'",
    ),
    "in net": (lambda net: {"net": prefixed(net, "module.model.")}, "without 'module.model.'"),
    "Lightning's": (
        lambda net: {
            "pytorch-lightning_version": "2.0",
            "hyper_parameters": {"lr": 0.1},
            "state_dict": {**prefixed(net, "backbone."), "criterion.weight": torch.ones(3)},
            "optimizer_states": [{"state": {0: {"exp_avg": torch.ones(2)}}}],
        },
        "Not used: criterion.weight.",
    ),
    "timm's own training": (
        lambda net: {"arch": NAME, "args": argparse.Namespace(lr=0.1), "state_dict": prefixed(net, "")},
        "of its state_dict.",
    ),
    "with averaged weights": (
        lambda net: {
            "state_dict": prefixed(net, ""),
            "state_dict_ema": {k: t + 1 for k, t in prefixed(net, "module.").items()},
        },
        "Not used: state_dict_ema, which fits as well",
    ),
    "the same twice": (
        lambda net: {"state_dict": prefixed(net, ""), "best": prefixed(net, "")},
        "from w.pth. Its keys are those of its state_dict.",
    ),
    "old, without counters": (
        lambda net: {k: t for k, t in prefixed(net, "").items() if "num_batches" not in k},
        "from w.pth.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_wrappers_and_prefixes_are_taken_off(tmp_path: Path, net: nn.Module, case: str) -> None:
    make, said = FILES[case]
    torch.save(make(net), tmp_path / "w.pth")
    model = import_weights(tmp_path / "w.pth", NAME, NAMES)
    x = x_of(2)
    torch.testing.assert_close(model.web(x), scores_of(net, x), rtol=1e-5, atol=1e-5)
    assert model.concepts == NAMES and said in model.card.about
    assert ("fits as well" in model.card.about) == ("averaged" in case)


def test_safetensors_of_half_precision(tmp_path: Path, net: nn.Module) -> None:
    halves = {k: t.half() if t.is_floating_point() else t for k, t in net.state_dict().items()}
    save_file(halves, tmp_path / "w.bin")  # told by its content
    model = import_weights(str(tmp_path / "w.bin"), NAME, NAMES)
    assert model.web.head.last.weight.dtype == torch.float32
    assert torch.equal(model.web.head.last.weight, halves["fc.weight"].float())


@pytest.fixture
def _quick_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks start as memory is found: their weights are given anyway."""
    for name in dir(nn.init):
        if name.endswith("_") and not name.startswith("_"):
            monkeypatch.setattr(nn.init, name, lambda tensor, *_, **__: tensor)


@pytest.mark.usefixtures("_quick_start")
@pytest.mark.parametrize("name", offered_networks())
def test_every_offered_network_takes_its_library_s_own_keys(name: str) -> None:
    build = timm.create_model if name == LITE0 else torchvision.models.get_model
    net = build("tf_efficientnet_lite0" if name == LITE0 else name, num_classes=3).eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for key, tensor in net.state_dict().items():
            if tensor.ndim > 1:  # as large as keeps what passes through about as large
                side = (6 / tensor[0].numel()) ** 0.5
                tensor.uniform_(-side, side, generator=generator)
            elif tensor.is_floating_point():
                tensor.uniform_(0 if key.endswith("bias") else 0.8, 1, generator=generator)
    table = {f"model.{key}": tensor for key, tensor in net.state_dict().items()}
    fit, _ = _fitting(Path("w.pth"), name, None, {"": table})
    _fill(fit, "w.pth")
    x = x_of()
    scores = scores_of(net, x)
    most = float(scores.abs().max())
    assert fit.name == name and 0 < most < torch.inf
    torch.testing.assert_close(fit.network(x).detach(), scores, rtol=0, atol=1e-5 * most)


def test_keys_tell_timms_network_from_torchvisions(tmp_path: Path) -> None:
    torch.manual_seed(0)
    own = lively(timm.create_model("efficientnet_b0", num_classes=3))
    torch.save(own.state_dict(), tmp_path / "w.pth")
    model = import_weights(tmp_path / "w.pth", "efficientnet_b0", NAMES)
    assert model.card.backbone == "timm/efficientnet_b0"
    torch.testing.assert_close(model.web(x_of()), scores_of(own, x_of()), rtol=1e-5, atol=1e-5)


def test_two_networks_that_the_keys_fit_are_both_named(tmp_path: Path) -> None:
    """timm has a Lite0 beside TensorFlow's, with the same keys and other padding."""
    own = lively(timm.create_model("tf_efficientnet_lite0", num_classes=3))
    torch.save(own.state_dict(), tmp_path / "w.pth")
    about = import_weights(tmp_path / "w.pth", LITE0, NAMES).card.about
    assert f"It fits timm/{LITE0} too, which gives other scores" in about
    assert "too" not in import_weights(tmp_path / "w.pth", f"timm/{LITE0}", NAMES).card.about


def test_a_layer_and_pixels_of_ones_own_are_kept(tmp_path: Path, net: nn.Module) -> None:
    torch.save(net.state_dict(), tmp_path / "w.pth")
    given = {"target": "stage3", "mean": (0.5, 0.4, 0.3), "std": (1.0, 0.5, 0.25)}
    made = import_weights(tmp_path / "w.pth", NAME, NAMES, tmp_path / "m", **given)
    model = load_model(tmp_path / "m")
    assert model.web.target == "stage3" and model.web.map_size == (14, 14)
    frames = pictures(1)
    x = model.web.preprocess(frames)
    pixel = (frames[0, 7, 9] / 255 - (0.5, 0.4, 0.3)) / (1.0, 0.5, 0.25)
    torch.testing.assert_close(x[0, :, 7, 9].double(), torch.as_tensor(pixel), rtol=0, atol=1e-6)
    assert torch.equal(model.web(x), made.web(x))


@pytest.mark.parametrize("side", [160, 256])
def test_a_network_of_another_size_looks_at_frames_of_that_side(
    tmp_path: Path, net: nn.Module, said: object, monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    monkeypatch.setattr(choosing, "SMALL", 1 << 40)
    torch.save(net.state_dict(), tmp_path / "w.pth")
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    out, still = tmp_path / "m", tmp_path / "a.png"
    status, stdout, _ = said(
        "import", tmp_path / "w.pth", "--backbone", NAME, "--concepts", tmp_path / "names.txt",
        "--out", out, "--size", str(side),
    )  # fmt: skip
    assert status == 0 and f"{side // 32}×{side // 32}" in stdout
    frame = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    how = cv2.INTER_AREA if side < 200 else cv2.INTER_LINEAR
    seen = cv2.resize(frame[:, 50:250], (side, side), interpolation=how)
    mean, std = (torch.tensor(each) for each in IMAGENET)
    x = ((torch.from_numpy(seen) / 255 - mean) / std).permute(2, 0, 1)[None]
    cv2.imwrite(str(still), frame[..., ::-1])
    looked = analyse(still, out)
    scores = torch.from_numpy(looked.sides[0].scores)
    torch.testing.assert_close(scores, scores_of(net, x), rtol=1e-4, atol=1e-4)
    assert looked.map_size == (side // 32, side // 32)
    wide = analyse(still, out, frame="whole")
    assert wide.map_size == (side // 32, round(1.5 * side / 32))


@pytest.mark.parametrize("size", [31, 641, "large"])
def test_a_size_that_no_picture_has(tmp_path: Path, net: nn.Module, size: object) -> None:
    torch.save(net.state_dict(), tmp_path / "w.pth")
    assert "size" in refused(tmp_path / "w.pth", size=size)


def test_from_the_terminal_to_the_page(
    tmp_path: Path, net: nn.Module, said: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    monkeypatch.setattr(choosing, "SMALL", 1 << 40)  # torch looks, which starts sooner
    torch.save({"state_dict": net.state_dict()}, tmp_path / "w.pth")
    (tmp_path / "names.txt").write_bytes(b"\xef\xbb\xbfApple\r\n\r\n  Pear\r\nPlum\r\n\r\n")
    out = tmp_path / "models" / "fruit"
    status, stdout, stderr = said(
        "import", tmp_path / "w.pth", "--backbone", NAME, "--concepts", tmp_path / "names.txt",
        "--out", out,
    )  # fmt: skip
    assert (status, stderr) == (0, "") and f"--model {out}" in stdout
    assert offered_models()["fruit"].concepts == NAMES
    clip = write_clip(tmp_path / "a.mp4", list(pictures(2)))
    looked = analyse(clip, out, every=1)
    model = load_model(out)
    frames = model.web.preprocess(pictures(2))
    assert looked.concepts == NAMES and looked.sides[0].scores.shape == (2, 3)
    torch.testing.assert_close(model.web(frames), scores_of(net, frames), rtol=1e-5, atol=1e-5)
    status, _, stderr = said("import", tmp_path / "w.pth", "--backbone", "resnet18", "--out", out,
                             "--concepts", tmp_path / "names.txt")  # fmt: skip
    assert status == 2 and stderr.count("\n") == 1 and "do not fit resnet18" in stderr
    assert load_model(out).card.backbone == NAME


# What is refused


def refused(weights: Path, concepts: object = NAMES, backbone: str = NAME, **given: object) -> str:
    with pytest.raises(InputError) as told:
        import_weights(weights, backbone, concepts, **given)
    sentence = str(told.value)
    assert "\n" not in sentence and len(sentence) < 500
    return sentence


def test_keys_that_differ_are_named_a_few_of_them(tmp_path: Path, net: nn.Module) -> None:
    table = prefixed(net, "module.")
    for key in ("module.fc.bias", *[key for key in table if "conv5" in key]):
        del table[key]
    table["module.conv1.7.weight"] = torch.ones(2)
    table["module.conv1.0.weight"] = torch.ones(5, 3, 3, 3)
    torch.save(table, tmp_path / "w.pth")
    said = refused(tmp_path / "w.pth")
    assert "6 missing: conv5.0.weight, conv5.1.weight, conv5.1.bias and 3 more;" in said
    assert "1 unexpected: conv1.7.weight;" in said
    assert "1 of another shape: conv1.0.weight 5×3×3×3 in place of 24×3×3×3)" in said


def test_a_deeper_network_of_the_family_is_not_cut_short(tmp_path: Path) -> None:
    torch.save(torchvision.models.resnet34(num_classes=3).state_dict(), tmp_path / "w.pth")
    said = refused(tmp_path / "w.pth", backbone="resnet18")
    assert "unexpected: layer1.2.conv1.weight" in said and "missing" not in said


def test_another_network_altogether(tmp_path: Path) -> None:
    torch.save({"encoder.0.kernel": torch.ones(2), "encoder.1": torch.ones(2)}, tmp_path / "w.pth")
    assert "its keys are such as encoder.0.kernel, encoder.1)" in refused(tmp_path / "w.pth")


@pytest.mark.parametrize("count", [2, 4])
def test_another_number_of_names(tmp_path: Path, net: nn.Module, count: int) -> None:
    torch.save(net.state_dict(), tmp_path / "w.pth")
    said = refused(tmp_path / "w.pth", [f"Thing {n}" for n in range(count)], out=tmp_path / "m")
    assert f"There are {count} names of concepts, and 'w.pth' has 3 classes" in said
    assert not (tmp_path / "m").exists()


def test_numbers_that_are_none(tmp_path: Path, net: nn.Module) -> None:
    table = {key: tensor.clone() for key, tensor in net.state_dict().items()}
    table["conv1.0.weight"][0] = torch.nan
    torch.save(table, tmp_path / "w.pth")
    assert "not finite (conv1.0.weight)" in refused(tmp_path / "w.pth")


class Trap:
    """Unpickled, it writes a file."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.write_text, (self.place, "caught"))


def _files(tmp_path: Path) -> Iterator[tuple[str, str]]:
    net = nn.Linear(2, 2)
    torch.save(net, tmp_path / "module.pth")
    yield "module.pth", "hold more than tensors"
    torch.save(
        {"state_dict": net.state_dict(), "trap": Trap(tmp_path / "caught")}, tmp_path / "t.pth"
    )
    yield "t.pth", "hold more than tensors"
    (tmp_path / "old.pth").write_bytes(pickle.dumps(Trap(tmp_path / "caught"), protocol=2))
    yield "old.pth", "hold more than tensors"
    torch.save(net.state_dict(), tmp_path / "half.pth")
    (tmp_path / "half.pth").write_bytes((tmp_path / "half.pth").read_bytes()[:-200])
    yield "half.pth", "damaged or incomplete"
    save_file(net.state_dict(), tmp_path / "half.safetensors")
    (tmp_path / "half.safetensors").write_bytes((tmp_path / "half.safetensors").read_bytes()[:-5])
    yield "half.safetensors", "damaged or incomplete"
    torch.save({"lr": 0.1}, tmp_path / "none.pth")
    yield "none.pth", "hold no tensors by name"
    torch.save(torch.ones(2), tmp_path / "bare.pth")
    yield "bare.pth", "hold no tensors by name"
    (tmp_path / "page.pth").write_text("<html>404")
    yield "page.pth", "neither safetensors nor"
    (tmp_path / "empty.pth").write_bytes(b"")
    yield "empty.pth", "neither safetensors nor"
    yield "missing.pth", "cannot be read (No such file"
    yield ".", "cannot be read (Is a directory"


def test_files_that_hold_no_weights(tmp_path: Path) -> None:
    for name, said in _files(tmp_path):
        assert said in refused(tmp_path / name), name
    assert not (tmp_path / "caught").exists()


def test_a_model_folder_never_holds_a_pickle_that_is_read(tmp_path: Path, net: nn.Module) -> None:
    torch.save(net.state_dict(), tmp_path / "w.pth")
    import_weights(tmp_path / "w.pth", NAME, NAMES, tmp_path / "m")
    card = (tmp_path / "m" / "model.json").read_text(encoding="utf-8")
    (tmp_path / "m" / "model.json").write_text(card.replace("web.safetensors", "w.pth"))
    torch.save(load_file(tmp_path / "m" / "web.safetensors"), tmp_path / "m" / "w.pth")
    with pytest.raises(InputError, match=r"'w\.pth' cannot be read as safetensors"):
        load_model(tmp_path / "m")


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        ({"mean": (123.7, 116.3, 103.5)}, "divide what is of 0 to 255 by 255"),
        ({"mean": (0.5, 0.5)}, "three numbers"),
        ({"std": (0.5, 0.0, 0.5)}, "The std of pixels is three numbers between 0.001 and 1"),
        ({"std": (0.5, float("nan"), 0.5)}, "three numbers"),
        ({"std": 0.5}, "three numbers"),
    ],
)
def test_pixels_that_are_not_possible(tmp_path: Path, pixels: dict[str, object], said: str) -> None:
    assert said in refused(tmp_path / "none.pth", **pixels)


# Names of concepts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
def test_names_in_every_encoding_of_unicode(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" * (encoding == "utf-16-be")  # which Python writes for the others by itself
    text = f"{mark}Éclair\r\n\n Döner kebab \n \n三明治"
    (tmp_path / "n.txt").write_bytes(text.encode(encoding))
    assert names_given(tmp_path / "n.txt") == ("Éclair", "Döner kebab", "三明治")
    assert names_given(str(tmp_path / "n.txt")) == names_given(["Éclair", " Döner kebab", "三明治"])


def test_names_of_imagenet() -> None:
    assert names_given("imagenet") == imagenet_concepts()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            b"Hug\nKiss\nhug\n",
            "n.txt cannot be read as names of concepts: The concepts 'Hug' and 'hug'",
        ),
        (b"\n \n", "There are no concepts"),
        (b"caf\xe9\n", "no text in UTF-8"),
        (b'["Hug", "Kiss"]', "is JSON"),
        (b"Hug\n...\n", "'...' has no letter"),
        (b"x" * (1 << 20) + b"y", "too large"),
        (None, "cannot be read (No such file"),
    ],
)
def test_names_that_cannot_be_read(tmp_path: Path, data: bytes | None, said: str) -> None:
    if data is not None:
        (tmp_path / "n.txt").write_bytes(data)
    assert said in refused(tmp_path / "none.pth", tmp_path / "n.txt")


def test_the_readmes_command_is_one(tmp_path: Path, said: object) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\.venv/bin/python -m attention (import .+)$", readme, re.M)
    torch.save(torchvision.models.resnet18(num_classes=3).state_dict(), tmp_path / "mine.pth")
    (tmp_path / "names.txt").write_text("\n".join(NAMES), encoding="utf-8")
    given = [tmp_path / word if "." in word or "/" in word else word for word in line.split()]
    status, stdout, _ = said(*given)
    assert status == 0 and "Its maps are 7×7, those of layer4." in stdout
    assert load_model(tmp_path / "data/models/mine").concepts == NAMES
