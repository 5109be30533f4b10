"""The two halves of a CNN: together the stock network, apart at the layer named; names and weights."""

import copy
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError

import cv2
import numpy as np
import pytest
import timm
import torch
import torchvision
from safetensors.torch import save_file
from torch import Tensor, nn

from attention.errors import InputError
from attention.networks.cnn import (
    CHUNK,
    HALF,
    IMAGENET,
    Backbone,
    Pixels,
    centre_square,
    renew_head,
)
from attention.networks.cutting import split
from attention.networks.heads import CutHead, LinearHead, of_few
from attention.networks.zoo import LITE0, NAMES, load_backbone
from tests.networks import backbone, pictures, pooled_backbone, twins

SHAPES = [  # name, target, (K, h, w), layer
    ("resnet18", None, (512, 7, 7), "layer4"),
    ("resnet50", None, (2048, 7, 7), "layer4"),
    ("resnet101", None, (2048, 7, 7), "layer4"),
    ("vgg16", None, (512, 14, 14), "features.29"),
    ("vgg16", "features.28", (512, 14, 14), "features.28"),
    (LITE0, None, (1280, 7, 7), "bn2"),
    ("mobilenet_v2", None, (1280, 7, 7), "features.18"),
    ("mobilenet_v3_large", None, (960, 7, 7), "features.16"),
    ("resnet18", "layer3", (256, 14, 14), None),
    ("mobilenet_v2", "features.16", (160, 7, 7), None),  # ends in a sum, which is no layer
    ("mobilenetv3_small_050", "blocks.3", (24, 14, 14), None),  # timm, ends in a sum
    ("densenet121", None, (1024, 7, 7), None),  # ends in a ReLU that is no layer
    ("shufflenet_v2_x0_5", None, (1024, 7, 7), None),
    ("squeezenet1_1", None, (512, 13, 13), None),
    ("mobilenetv3_small_050", None, (288, 7, 7), "forward_features"),
]


# Two halves


@pytest.mark.parametrize(("name", "target", "shape", "layer"), SHAPES)
def test_the_halves_are_the_stock_network(name, target, shape, layer):
    net, looker = twins(name, target)
    x = looker.preprocess(pictures(1, seed=5))
    with torch.no_grad():
        A = looker.features(x)
        before = A.clone()
        scores, stock = looker.head(A), net(x)
        whole = looker(x)
    assert tuple(A.shape) == (1, *shape)
    assert (looker.channels, *looker.map_size) == shape
    assert looker.num_classes == scores.shape[1] == 1000
    assert layer in (None, looker.target)
    assert torch.equal(A, before), "the head wrote into A"
    # VGG's fc6 sums 25088 products, in another order than the stock layer
    rounding = 2e-6 if name == "vgg16" else 1e-6
    assert float((scores - stock).abs().max() / stock.abs().max()) < rounding
    assert torch.equal(whole, scores)


@pytest.mark.parametrize(("name", "target"), [("mobilenet_v2", "features.16"), ("vgg16", None)])
def test_A_is_what_the_layer_puts_out(name, target):
    net, looker = twins(name, target)
    x = looker.preprocess(pictures(1))
    seen = []
    hook = net.get_submodule(target or looker.target).register_forward_hook(
        lambda _layer, _inputs, output: seen.append(output.clone())
    )
    with torch.no_grad():
        net(x)
        hook.remove()
        assert torch.equal(looker.features(x), seen[0])


def test_many_frames_pass_a_few_at_a_time_when_nothing_is_learned():
    looker = copy.deepcopy(twins("resnet18")[1])
    x = looker.preprocess(pictures(2 * CHUNK + 1))
    passed: list[int] = []
    hook = looker.trunk.register_forward_pre_hook(lambda _, given: passed.append(len(given[0])))
    with torch.no_grad():
        A, at_once = looker.features(x), looker.trunk(x)
        assert passed == [CHUNK, CHUNK, 1, len(x)]
        torch.testing.assert_close(A, at_once, rtol=0, atol=1e-6 * float(at_once.max()))
        passed.clear()
    looker.features(x)
    hook.remove()
    assert passed == [len(x)]


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize("bias", [True, False])
def test_a_layer_of_few_rows_is_the_layer(rows, bias):
    layer = nn.Linear(70, 50, bias=bias)
    x = torch.randn(rows, 70, generator=torch.manual_seed(2))
    with torch.no_grad():
        torch.testing.assert_close(of_few(layer, x), layer(x))
    assert of_few(layer, x).requires_grad


def test_every_weight_is_stored_once():
    for name in ("resnet18", "vgg16", "mobilenetv3_small_050", "densenet121"):
        net, looker = twins(name)
        assert sum(p.numel() for p in looker.parameters()) == sum(
            p.numel() for p in net.parameters()
        )
        stored = [tensor.data_ptr() for tensor in looker.state_dict().values() if tensor.numel()]
        assert len(stored) == len(set(stored))


def test_a_backbone_is_ready_to_look():
    assert not any(layer.training for layer in load_backbone("resnet18", weights=None).modules())


# Pixels


def test_one_colour_by_hand():
    looker = pooled_backbone()
    frame = np.full((1, 300, 400, 3), (255, 0, 51), np.uint8)
    x = looker.preprocess(frame)
    assert x.shape == (1, 3, 224, 224) and x.dtype == torch.float32
    mean, std = IMAGENET
    for channel, value in enumerate((1.0, 0.0, 0.2)):
        expected = (value - mean[channel]) / std[channel]
        assert x[0, channel].mean().item() == pytest.approx(expected, abs=1e-5)
        assert x[0, channel].std().item() == pytest.approx(0, abs=1e-5)


def test_lite0_takes_pixels_between_minus_one_and_one():
    x = backbone(LITE0).preprocess(
        np.array([0, 255], np.uint8).repeat(224 * 224 * 3).reshape(2, 224, 224, 3)
    )
    assert x[0].unique().tolist() == [-1.0] and x[1].unique().tolist() == [1.0]


@pytest.mark.parametrize(("h", "w"), [(224, 448), (448, 224), (120, 80), (225, 900), (224, 224)])
def test_the_centred_square_alone_is_seen(h, w):
    side, top, left = min(h, w), (h - min(h, w)) // 2, (w - min(h, w)) // 2
    frame = np.zeros((h, w, 3), np.uint8)
    frame[top : top + side, left : left + side] = 200
    assert np.all(centre_square(frame) == 200)


def test_a_frame_of_the_right_size_is_not_touched():
    frame = pictures(1)[0]
    assert np.array_equal(centre_square(frame), frame)


def test_cropping_first_is_the_papers_order():
    """§4.2: short side to 224, then the centre 224×224."""
    frame = cv2.resize(pictures(1, side=64)[0], (900, 600), interpolation=cv2.INTER_CUBIC)
    small = cv2.resize(frame, (336, 224), interpolation=cv2.INTER_AREA)
    difference = np.abs(centre_square(frame).astype(int) - small[:, 56:280].astype(int))
    assert difference.max() <= 2


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((2, 8, 8, 3), np.float32),
        np.zeros((8, 8, 3), np.uint8),
        np.zeros((2, 8, 8, 4), np.uint8),
        np.zeros((2, 3, 8, 8), np.uint8),
    ],
    ids=["floats", "one frame", "four channels", "channels first"],
)
def test_what_are_no_frames_is_refused(frames):
    with pytest.raises(ValueError, match="frames must be uint8"):
        pooled_backbone().preprocess(frames)


def test_pixels_default_to_imagenets():
    assert (Pixels().mean, Pixels().std) == IMAGENET


# Concepts of one's own


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_large", LITE0])
def test_a_new_number_of_classes_renews_the_last_layer_alone(name):
    torch.manual_seed(1)
    looker = load_backbone(name, num_classes=4, weights=None)
    assert looker.num_classes == looker.head.last.out_features == 4
    assert looker(looker.preprocess(pictures(1))).shape == (1, 4)
    kept = {k: v.clone() for k, v in looker.state_dict().items() if not k.startswith("head.last")}
    renew_head(looker, 7)
    assert looker.num_classes == 7 and looker.head.last.weight.shape[0] == 7
    after = looker.state_dict()
    assert all(torch.equal(after[k], v) for k, v in kept.items())


def test_the_same_number_of_classes_keeps_the_last_layer():
    real = load_backbone(LITE0)
    assert torch.equal(
        load_backbone(LITE0, num_classes=1000).head.last.weight, real.head.last.weight
    )


@pytest.mark.parametrize(
    ("classes", "said"),
    [
        (0, "cannot have 0 classes"),
        (-1, "cannot have -1 classes"),
        (2.5, "num_classes 2.5 is no whole number"),
        ("4", "num_classes '4' is no whole number"),
    ],
)
def test_a_number_of_classes_that_is_none(classes, said):
    with pytest.raises(InputError, match=said):
        load_backbone("resnet18", num_classes=classes, weights=None)


ENDS = [  # name, target, what its head is, what its last layer is
    ("densenet121", None, LinearHead, nn.Linear),
    ("regnet_y_400mf", None, LinearHead, nn.Linear),
    ("squeezenet1_1", None, CutHead, nn.Conv2d),  # ReLU and pooling follow its last layer
    ("alexnet", None, CutHead, nn.Linear),
    ("resnet18", "layer3", CutHead, nn.Linear),
    ("mobilenetv3_small_050", None, CutHead, nn.Linear),
    ("resnet10t", None, LinearHead, nn.Linear),
    ("shvit_s1", None, CutHead, nn.Linear),  # a batch norm, new and so without effect, comes before
]


@pytest.mark.parametrize(("name", "target", "head", "layer"), ENDS)
def test_a_network_that_ends_in_one_layer_can_be_refitted(name, target, head, layer):
    torch.manual_seed(0)
    looker = load_backbone(name, num_classes=4, weights=None, target=target)
    assert isinstance(looker.head, head) and isinstance(looker.head.last, layer)
    with torch.no_grad():
        A = looker.features(looker.preprocess(pictures(2)))
        before = looker.head(A)
        assert before.shape == (2, 4) and looker.num_classes == 4
        assert looker.head.penultimate(A).shape == (2, looker.head.last.weight.shape[1])
        looker.head.last.bias[1] += 50.0
        after = looker.head(A)
    assert after.argmax(1).tolist() == [1, 1]
    torch.testing.assert_close(after[:, [0, 2, 3]], before[:, [0, 2, 3]])


@pytest.mark.parametrize("name", ["densenet121", "squeezenet1_1", "mobilenetv3_small_050"])
def test_weights_of_an_earlier_version_have_other_names(tmp_path, name):
    net, looker = twins(name)
    half = "trunk.net" if hasattr(net, "forward_head") else "trunk"
    older = {f"{half}.{key}": tensor for key, tensor in net.state_dict().items()}
    if name == "densenet121":  # whose last layer was the head's already
        older = {key.replace("trunk.cl", "head.cl"): tensor for key, tensor in older.items()}
    save_file(
        {key: tensor.contiguous() for key, tensor in older.items()}, tmp_path / "w.safetensors"
    )
    again = load_backbone(name, weights=tmp_path / "w.safetensors")
    x = looker.preprocess(pictures(1))
    with torch.no_grad():
        torch.testing.assert_close(again(x), net(x), rtol=1e-4, atol=1e-4)


def test_a_head_without_a_last_layer_cannot_be_renewed():
    with pytest.raises(InputError, match="The head of 'squeezenet1_1' is not one that can be ref"):
        load_backbone("squeezenet1_1", num_classes=4, weights=None, target="classifier.1")


# Weights


@pytest.mark.parametrize("name", ["shufflenet_v2_x0_5", "mobilenetv3_small_050", "mobilenet_v2"])
def test_weights_come_back_from_a_file(tmp_path, name):
    looker = backbone(name)
    save_file(looker.state_dict(), tmp_path / "w.safetensors")
    again = load_backbone(name, weights=tmp_path / "w.safetensors")
    x = looker.preprocess(pictures(1))
    with torch.no_grad():
        assert torch.equal(again(x), looker(x))


def test_weights_of_half_precision_become_whole(tmp_path):
    looker = backbone("shufflenet_v2_x0_5")
    stored = {k: t.half() if t.is_floating_point() else t for k, t in looker.state_dict().items()}
    save_file(stored, tmp_path / "w.safetensors")
    again = load_backbone("shufflenet_v2_x0_5", weights=str(tmp_path / "w.safetensors"))
    for name, tensor in again.state_dict().items():
        assert tensor.dtype == looker.state_dict()[name].dtype
        assert torch.equal(tensor, stored[name].to(tensor.dtype))


def test_weights_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(InputError, match=r"'none\.safetensors' cannot be read"):
        load_backbone("shufflenet_v2_x0_5", weights=tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"\x80\x04pickle")
    with pytest.raises(InputError, match=r"'bad\.safetensors' cannot be read"):
        load_backbone("shufflenet_v2_x0_5", weights=tmp_path / "bad.safetensors")


def test_weights_of_another_network_or_size_are_named(tmp_path):
    save_file(backbone("shufflenet_v2_x0_5").state_dict(), tmp_path / "w.safetensors")
    with pytest.raises(InputError, match=r"'w\.safetensors' do not fit mobilenet_v2 with 1000"):
        load_backbone("mobilenet_v2", weights=tmp_path / "w.safetensors")
    save_file(load_backbone("mobilenet_v2", 3, None).state_dict(), tmp_path / "v.safetensors")
    with pytest.raises(InputError, match=r"'v\.safetensors' do not fit mobilenet_v2 with 4"):
        load_backbone("mobilenet_v2", 4, weights=tmp_path / "v.safetensors")


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """No download succeeds, and TORCH_HOME is an empty folder, which is returned."""

    def refuse(*_: object, **__: object) -> None:
        raise URLError("no network in this test")

    monkeypatch.setattr("torch.hub.download_url_to_file", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    return tmp_path


def test_without_a_network_stock_weights_are_one_clear_line(offline):
    with pytest.raises(InputError) as told:
        load_backbone("resnet18")
    file = "resnet18-f37072fd.pth"
    place = "into hub/checkpoints of TORCH_HOME"
    for part in (
        f"'resnet18' ({file})",
        "could not be downloaded",
        f"put {file} {place}",
        "installed.",
    ):
        assert part in str(told.value)
    assert "\n" not in str(told.value)


def test_without_a_network_timms_weights_are_named(monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr("timm.models._builder.load_state_dict_from_hf", refuse)
    with pytest.raises(InputError) as told:
        load_backbone("timm/resnet18.a1_in1k")
    for part in ("(model.safetensors of timm/resnet18.a1_in1k at huggingface.co)", "HF_HOME"):
        assert part in str(told.value)


def _where_torch_looks(offline: Path, name: str) -> Path:
    url = torchvision.models.get_model_weights(name).DEFAULT.url
    checkpoints = offline / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    return checkpoints / url.rsplit("/", 1)[1]


def test_weights_under_torch_home_are_used(offline):
    net, looker = twins("resnet18")
    torch.save(net.state_dict(), _where_torch_looks(offline, "resnet18"))
    x = looker.preprocess(pictures(1))
    with torch.no_grad():
        assert torch.equal(load_backbone("resnet18")(x), looker(x))


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"<html>proxy error",
        "half",
    ],
    ids=["empty", "a web page", "cut in half"],
)
def test_damaged_weights_under_torch_home_are_told(offline, damaged):
    if damaged == "half":
        whole = io.BytesIO()
        torch.save(twins("resnet18")[0].state_dict(), whole)
        damaged = whole.getvalue()[: whole.tell() // 2]
    _where_torch_looks(offline, "resnet18").write_bytes(damaged)
    with pytest.raises(InputError, match="resnet18"):
        load_backbone("resnet18")


def test_lite0_needs_no_network(offline):
    assert load_backbone(LITE0).num_classes == 1000


# Names


def test_every_name_offered_is_one():
    available = torchvision.models.list_models(module=torchvision.models)
    assert set(NAMES) - {LITE0} <= set(available)


@pytest.mark.parametrize("name", ["resnet1010", "", "VGG16", "../resnet18", "timm/nothing"])
def test_an_unknown_name_offers_the_known_ones(name):
    with pytest.raises(InputError, match=r"There is no backbone.*resnet101, vgg16"):
        load_backbone(name, weights=None)


SMALL_TIMM = "mobilenetv3_small_050"


@pytest.mark.parametrize(
    "name",
    [
        f"timm/{SMALL_TIMM}",
        f"{SMALL_TIMM}.lamb_in1k",
        f"timm/{SMALL_TIMM}.lamb_in1k",
        f"hf-hub:timm/{SMALL_TIMM}.lamb_in1k",
        f"hf_hub:timm/{SMALL_TIMM}",
    ],
)
def test_a_timm_name_may_have_a_tag_and_a_prefix(name):
    looker = load_backbone(name, weights=None)
    assert looker.target == "forward_features"
    assert looker.state_dict().keys() == backbone(SMALL_TIMM).state_dict().keys()


def test_a_tag_says_how_pixels_are_prepared():
    own = load_backbone("mobilenetv3_small_100.lamb_in1k", weights=None)
    other = load_backbone("tf_mobilenetv3_small_075.in1k", weights=None)
    assert own.pixels == Pixels() and (other.pixels.mean, other.pixels.std) == HALF


def test_timms_network_of_a_torchvision_name_is_asked_for_by_its_prefix():
    assert type(load_backbone("timm/resnet18", weights=None).trunk).__name__ == "TimmTrunk"
    assert type(load_backbone("resnet18", weights=None).trunk).__name__ == "Sequential"
    # named like one of torchvision's, built otherwise
    assert load_backbone("resnet26", weights=None).target == "forward_features"


def test_weights_that_timm_does_not_have_are_told_with_those_it_has():
    with pytest.raises(InputError, match="no 'nonsense' of resnet18; give resnet18 alone") as told:
        load_backbone("resnet18.nonsense", weights=None)
    offered = re.findall(r"\.(\w+)", str(told.value))
    assert offered and all(load_backbone(f"resnet18.{tag}", weights=None) for tag in offered[:2])
    with pytest.raises(InputError, match="timm has no weights for 'lcnet_035'"):
        load_backbone("lcnet_035")


def test_timms_weights_are_downloaded_to_another_folder(monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr(timm, "create_model", refuse)
    with pytest.raises(InputError, match=r"'timm/resnet18'.* HF_HOME"):
        load_backbone("timm/resnet18")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("vit_b_16", "is no CNN"),
        ("vit_tiny_patch16_224", "has no feature maps"),
        ("swin_tiny_patch4_window7_224", "has no feature maps"),
        ("crossvit_9_240", "'crossvit_9_240' has no feature maps"),  # gives a list
        ("lambda_resnet26rpt_256", "takes no pictures of 224×224"),
        ("hf-hub:somebody/model", "none of timm's own"),
        ("resnet50_clip_gap", "was trained without classes"),
    ],
)
def test_a_network_that_has_no_maps_here_is_refused(name, said):
    with pytest.raises(InputError, match=said):
        load_backbone(name, weights=None)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("layer9", "has no layer 'layer9'"),
        ("layer", "has no layer 'layer'"),  # not the beginning of a name
        ("fc", "'fc' has no h×w maps"),
        ("avgpool", "'avgpool' has no h×w maps"),
        ("layer3.0.conv1", "goes around 'layer3.0.conv1'; choose a later layer, such as layer4"),
    ],
)
def test_a_target_that_cannot_be_cut_at_is_named(target, said):
    with pytest.raises(InputError, match=said):
        load_backbone("resnet18", weights=None, target=target)


def test_a_target_in_a_network_that_cannot_be_traced_is_named():
    with pytest.raises(InputError, match=r"cannot be split at 'blocks\.6'"):
        load_backbone(LITE0, weights=None, target="blocks.6")


def test_a_network_that_is_no_cnn_is_told_so():
    with pytest.raises(InputError, match=r"is no CNN with a last.*; choose a CNN, such as"):
        load_backbone("vit_b_16", weights=None)
    with pytest.raises(InputError, match=r"goes around 'conv_proj'.* choose a CNN, such as"):
        load_backbone("vit_b_16", weights=None, target="conv_proj")


def test_long_names_are_told_short():
    for given in ({"name": "x" * 5000}, {"name": "resnet18", "target": "x" * 5000}):
        with pytest.raises(InputError) as told:
            load_backbone(weights=None, **given)
        assert len(str(told.value)) < 300


# cutting.py on networks one can see through


class Small(nn.Module):
    """Two convolutions, and after them whatever a test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 4, 3, stride=8)
        self.two = nn.Conv2d(4, 5, 3)
        self.pool = nn.MaxPool2d(2)
        self.last = nn.Linear(5, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.rest(self.two(self.one(x).relu())).mean((2, 3)))

    def rest(self, A: Tensor) -> Tensor:
        return A


class ThenPool(Small):
    def rest(self, A: Tensor) -> Tensor:
        return self.pool(A)


class ThenMethodInPlace(Small):
    def rest(self, A: Tensor) -> Tensor:
        return A.relu_()


class ThenPositionalInPlace(Small):
    def rest(self, A: Tensor) -> Tensor:
        return nn.functional.relu(A, True)


class ThenSumInPlace(Small):
    def rest(self, A: Tensor) -> Tensor:
        A += 1
        return A


class ThenAroundIt(Small):
    def forward(self, x: Tensor) -> Tensor:
        first = self.one(x)
        return self.last(self.two(first).mean((2, 3))) + first.mean()


class WithoutMaps(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class Undecided(Small):
    def rest(self, A: Tensor) -> Tensor:
        return A if A.sum() > 0 else -A


def small(kind: type[nn.Module]) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(0)
    return kind().eval(), torch.randn(2, 3, 64, 64)


def test_pooling_is_left_to_the_head():
    net, x = small(ThenPool)
    trunk, head, name = split(net, x)
    assert name == "two" and torch.equal(trunk(x), net.two(net.one(x).relu()))
    torch.testing.assert_close(head(trunk(x)), net(x))


@pytest.mark.parametrize("kind", [ThenMethodInPlace, ThenPositionalInPlace, ThenSumInPlace])
def test_the_head_never_writes_into_A(kind):
    net, x = small(kind)
    with torch.no_grad():
        trunk, head, _ = split(net, x, "two")
        A = trunk(x)
        before = A.clone()
        torch.testing.assert_close(head(A), net(x))
    assert torch.equal(A, before)


def test_a_cut_inside_leaves_no_path_around():
    net, x = small(ThenAroundIt)
    with pytest.raises(InputError, match="goes around 'two'"):
        split(net, x, "two")


@pytest.mark.parametrize(
    ("kind", "said"),
    [(WithoutMaps, "no convolutional maps"), (Undecided, "Undecided cannot be split")],
)
def test_what_cannot_be_split_is_told(kind, said):
    with pytest.raises(InputError, match=said):
        split(*small(kind))


# Any head will do


def test_a_head_of_ones_own():
    looker = Backbone(
        "own", nn.AvgPool2d(32), nn.Sequential(nn.Flatten(), nn.Linear(147, 6)), "pool"
    )
    assert (looker.channels, looker.map_size, looker.num_classes) == (3, (7, 7), 6)
    assert (
        LinearHead(nn.Linear(3, 6)).penultimate(torch.ones(2, 3, 7, 7)).tolist() == [[1.0] * 3] * 2
    )


# Whole processes


def test_importing_the_names_draws_no_gradio_and_no_network():
    code = "import sys, attention.networks.zoo; sys.exit('gradio' in sys.modules)"
    environment = {**os.environ, "no_proxy": "*"}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )
