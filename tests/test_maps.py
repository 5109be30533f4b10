"""Eq. 1: every closed form against slow autograd on the stock network, and against three libraries."""

import copy
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, relu

from attention.errors import InputError
from attention.maps import attention_maps, scores_and_maps
from attention.networks.heads import LinearHead, VGGHead
from attention.networks.zoo import LITE0, Backbone, load_backbone
from attention.probe.maps.mapped import maps_by
from tests.networks import backbone, photograph, pictures, pooled_backbone, twins
from tests.test_probe_maps import tiny, x_of
from tests.zoo.cell import out_of_place

CLASSES = [0, 417, 999]
CLOSED_FORMS = [
    ("resnet18", "layer4"),
    ("resnet50", "layer4"),
    ("resnet101", "layer4"),
    ("vgg16", "features.29"),
    (LITE0, "bn2"),
    ("mobilenet_v2", "features.18"),
    ("mobilenet_v3_large", "features.16"),
]
DIFFERENTIATED = [  # name, the target asked for, the layer the maps come from
    ("vgg16", "features.28", "features.28"),
    ("resnet18", "layer3", "layer3"),
    ("shufflenet_v2_x0_5", None, "conv5"),
    ("mobilenetv3_small_050", None, "blocks"),  # timm
]
OTHERS = {
    "Grad-CAM": "GradCAM",
    "HiResCAM": "HiResCAM",
    "LayerCAM": "LayerCAM",
    "Grad-CAM++": "GradCAMPlusPlus",
}
ONE_OF_EACH = ["resnet18", "vgg16", "mobilenet_v3_large", "shufflenet_v2_x0_5"]
FAMILIES = [name for name, _ in CLOSED_FORMS]
Head = Callable[[Tensor], Tensor]


# Eq. 1, read aloud


def plain_maps(A: Tensor, head: Head, concepts: list[int]) -> Tensor:
    """L(F,c) of the maps A and whatever makes class scores of them."""
    leaf = A.detach().clone().requires_grad_()
    return combined(leaf, head(leaf.clone()), concepts)  # a clone, for what works in place


def combined(A: Tensor, scores: Tensor, concepts: list[int]) -> Tensor:
    """Eq. 1 in float64, one frame, one concept, one backward pass at a time."""
    L = torch.zeros(len(A), len(concepts), *A.shape[2:], dtype=torch.float64)
    for n in range(len(A)):
        for i, c in enumerate(concepts):
            (gradient,) = torch.autograd.grad(scores[n, c], A, retain_graph=True)
            alpha = gradient[n].double().mean((1, 2))
            L[n, i] = (alpha[:, None, None] * A[n].detach().double()).sum(0).relu()
    return L


@lru_cache
def maps_of_stock(name: str, target: str | None, layer: str) -> Tensor:
    """L of CLASSES and the two pictures in a whole stock network, A being what `layer` puts out."""
    net, looker = twins(name, target)
    leaves: list[Tensor] = []

    def stand_in(_layer: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        leaves.append(output.detach().clone().requires_grad_())
        return leaves[0].clone()

    with out_of_place(net):
        hook = net.get_submodule(layer).register_forward_hook(stand_in)
        scores = net(inputs(looker))
        hook.remove()
        return combined(leaves[0], scores, CLASSES)


def inputs(looker: Backbone, count: int = 2) -> Tensor:
    return looker.preprocess(pictures(count, seed=1))


@lru_cache
def looked(name: str, target: str | None = None) -> tuple[Backbone, Tensor]:
    """A backbone and the A of two pictures."""
    looker = backbone(name, target)
    with torch.no_grad():
        return looker, looker.features(inputs(looker))


def assert_close(L: Tensor, expected: Tensor, within: float = 5e-6) -> None:
    """Within a share of the largest cell; maps without anything in them would prove nothing."""
    assert L.shape == expected.shape and expected.max() > 0
    assert float((expected > 0).float().mean()) > 0.01
    assert float((L - expected).abs().max() / expected.max()) < within


@pytest.mark.parametrize(("name", "layer"), CLOSED_FORMS)
def test_closed_form_equals_autograd_on_the_stock_network(name, layer):
    looker, A = looked(name)
    assert looker.target == layer
    expected = maps_of_stock(name, None, layer)
    L = attention_maps(looker, A)
    assert L.shape == (2, 1000, *looker.map_size) and L.dtype == torch.float32
    assert_close(L[:, CLASSES], expected)
    assert_close(attention_maps(looker, A, CLASSES), expected)  # another order of products


@pytest.mark.parametrize(("name", "target", "layer"), DIFFERENTIATED)
def test_other_networks_and_layers_equal_autograd_on_the_stock_network(name, target, layer):
    L = attention_maps(*looked(name, target), CLASSES)
    assert_close(L, maps_of_stock(name, target, layer))


def test_densenet_whose_last_relu_is_no_layer():
    net, looker = twins("densenet121")
    x = inputs(looker)
    A = relu(net.features(x))

    def head(A: Tensor) -> Tensor:
        return net.classifier(adaptive_avg_pool2d(A, 1).flatten(1))

    assert_close(attention_maps(looker, looker.features(x), CLASSES), plain_maps(A, head, CLASSES))


def test_the_real_lite0_on_a_photograph():
    looker = load_backbone(LITE0)
    photo = np.asarray(Image.open(photograph("lion.jpg")).convert("RGB"))
    lion, hay = 291, 958
    with torch.no_grad():
        A = looker.features(looker.preprocess(photo[None]))
        L = attention_maps(looker, A)
        few = attention_maps(looker, A, [lion, hay])
    expected = plain_maps(A, looker.head, [lion, hay])
    assert_close(L[:, [lion, hay]], expected)
    assert_close(few, expected)
    assert L[0].flatten(1).amax(1).argmax() == lion


# By hand


def two_by_two() -> tuple[Backbone, Tensor]:
    """K=3 channels on a 2×2 map, two classes."""
    looker = pooled_backbone(classes=2, side=2)
    with torch.no_grad():
        looker.head.last.weight.copy_(torch.tensor([[1.0, 2.0, -1.0], [-4.0, 0.0, 2.0]]))
        looker.head.last.bias.copy_(torch.tensor([10.0, 20.0]))
    A = torch.tensor(
        [[[[4.0, 0.0], [8.0, 4.0]], [[2.0, 2.0], [0.0, 0.0]], [[0.0, 8.0], [4.0, 0.0]]]]
    )
    return looker, A


def test_by_hand_on_two_by_two_cells():
    looker, A = two_by_two()
    # pooled A is (4, 1, 3): S = (4+2-3+10, -16+0+6+20); α = W/4
    scores, L = scores_and_maps(looker, A)
    assert scores.tolist() == [[13.0, 10.0]]
    assert L.tolist() == [[[[2.0, 0.0], [1.0, 1.0]], [[0.0, 4.0], [0.0, 0.0]]]]


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", LITE0])
def test_map_before_relu_sums_to_the_score(name):
    looker, A = looked(name)
    last = looker.head.last
    doubled = nn.Linear(last.in_features, 2 * last.out_features)
    with torch.no_grad():
        doubled.weight.copy_(torch.cat((last.weight, -last.weight)))
        scores = looker.head(A)
        both = Backbone(name, looker.trunk, LinearHead(doubled), looker.target)
        plus, minus = attention_maps(both, A).double().split(last.out_features, dim=1)
    sums = (plus - minus).sum((2, 3)) + last.bias.detach().double()
    assert float((sums - scores).abs().max() / scores.abs().max()) < 5e-6
    assert torch.all(torch.minimum(plus, minus) == 0)


@pytest.mark.parametrize("name", [*FAMILIES, "shufflenet_v2_x0_5"])
def test_scores_are_the_heads_own(name):
    looker, A = looked(name)
    with torch.no_grad():
        scores, _ = scores_and_maps(looker, A, CLASSES)
        torch.testing.assert_close(scores, looker.head(A)[:, CLASSES], rtol=1e-5, atol=1e-5)


# Three libraries


PEERS_AGREE_ON = [("resnet101", "layer4"), ("vgg16", "features.29"), (LITE0, "bn2")]


@pytest.mark.parametrize(("name", "layer"), PEERS_AGREE_ON)
def test_captum_agrees(name, layer):
    attr = pytest.importorskip("captum.attr")
    net, looker = twins(name)
    x = inputs(looker)
    cam = attr.LayerGradCam(net, net.get_submodule(layer))
    theirs = [cam.attribute(x, target=c, relu_attributions=True) for c in CLASSES]
    assert_close(attention_maps(*looked(name), CLASSES), torch.cat(theirs, 1).detach())


@pytest.mark.parametrize(("name", "layer"), PEERS_AGREE_ON)
def test_torchcam_agrees(name, layer):
    methods = pytest.importorskip("torchcam.methods")
    net, looker = twins(name)
    x = inputs(looker)
    with methods.GradCAM(net, layer) as cam:
        scores = net(x)
        theirs = [cam(c, scores, normalized=False, retain_graph=True)[0] for c in CLASSES]
    assert_close(attention_maps(*looked(name), CLASSES), torch.stack(theirs, 1))


@pytest.mark.parametrize(("name", "layer"), PEERS_AGREE_ON)
def test_pytorch_grad_cam_agrees_before_it_rescales(name, layer):
    package = pytest.importorskip("pytorch_grad_cam")
    targets = pytest.importorskip("pytorch_grad_cam.utils.model_targets")

    class Raw(package.GradCAM):
        """Keeps the map that the library is about to divide by its own maximum."""

        def get_cam_image(self, *args, **kwargs):
            self.raw = super().get_cam_image(*args, **kwargs)
            return self.raw

    # one class and one frame: it differentiates the whole network
    net, looker = twins(name)
    with Raw(net, [net.get_submodule(layer)]) as cam:
        cam(inputs(looker)[:1], [targets.ClassifierOutputTarget(CLASSES[1])])
    net.zero_grad()
    ours = attention_maps(*looked(name), CLASSES[1:2])
    assert_close(ours[:1], torch.from_numpy(cam.raw)[None].relu())


@pytest.mark.parametrize("method", OTHERS)
@pytest.mark.parametrize("layer", [1, 3])
def test_pytorch_grad_cam_agrees_on_other_methods_and_layers(method, layer):
    package = pytest.importorskip("pytorch_grad_cam")
    targets = pytest.importorskip("pytorch_grad_cam.utils.model_targets")
    backbone, x = tiny(bent=True), x_of(3)
    net = nn.Sequential(copy.deepcopy(backbone.trunk), copy.deepcopy(backbone.head))
    net[0][layer][1].inplace = False  # which makes the library see what is after the ReLU
    kept = []

    class Raw(getattr(package, OTHERS[method])):
        """Keeps the map that the library is about to divide by its own maximum."""

        def get_cam_image(self, *arguments, **named):
            kept.append(super().get_cam_image(*arguments, **named))
            return kept[-1]

    with Raw(net, [net[0][layer]]) as cam:
        cam(x, [targets.ClassifierOutputTarget(2)] * len(x))
    theirs = np.maximum(kept[0], 0)
    ours = maps_by(backbone, x, [2], method, str(layer))[:, 0]
    assert np.abs(ours - theirs).max() <= 1e-4 * theirs.max()


# VGG's head in small, where a frame can be made to silence a layer


def small_vgg(six: float = 0.0, seven: float = 0.0) -> Backbone:
    """K=3 channels on 14×14 cells, 8 units, 6 units, 5 classes; biases far from 0 decide who fires."""
    torch.manual_seed(0)
    layers = [nn.Linear(3 * 49, 8), nn.Linear(8, 6), nn.Linear(6, 5)]
    with torch.no_grad():
        layers[0].bias.fill_(six)
        layers[1].bias.fill_(seven)
    head = VGGHead(nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(7), layers)
    return Backbone("small vgg", nn.AvgPool2d(16), head, "pool")


@pytest.mark.parametrize("concepts", [[0, 2, 4], list(range(5)) * 50], ids=["few", "many"])
@pytest.mark.parametrize(("six", "seven"), [(0, 0), (9, 9), (-9, 9), (9, -99)])
def test_vgg_with_all_some_or_no_units_active(six, seven, concepts):
    looker = small_vgg(six, seven)
    A = torch.rand(3, 3, 14, 14, generator=torch.manual_seed(5))
    on6, on7 = ((units > 0).float().mean().item() for units in looker.head.trail(A))
    assert six == 0 or on6 == (six > 0)
    assert seven >= 0 or on7 == 0
    L = attention_maps(looker, A, concepts)
    torch.testing.assert_close(
        L, plain_maps(A, looker.head, concepts).float(), rtol=1e-5, atol=1e-7
    )
    if on6 == 0 or on7 == 0:
        assert not L.any()


# Which concepts


@pytest.mark.parametrize("name", ["resnet18", "vgg16", "mobilenet_v3_large", "pooled"])
@pytest.mark.parametrize(
    "concepts",
    [[7], [3, 4, 5, 6], [999, 0, 500], [5, 5, 2], list(range(300, 600)), [*range(999, 700, -1)]],
    ids=["one", "a run", "reordered", "repeated", "a long run", "many reversed"],
)
def test_any_choice_of_concepts_is_rows_of_all(name, concepts):
    looker = pooled_backbone() if name == "pooled" else backbone(name)
    A = torch.rand(2, looker.channels, *looker.map_size, generator=torch.manual_seed(3))
    scores, L = scores_and_maps(looker, A)
    some_scores, some = scores_and_maps(looker, A, concepts)
    assert torch.equal(some_scores, scores[:, concepts])
    torch.testing.assert_close(some, L[:, concepts], rtol=0, atol=5e-6 * float(L.max()))


def test_numpy_integers_and_ranges_name_concepts_too():
    looker, A = two_by_two()
    expected = attention_maps(looker, A, [1, 0])
    assert torch.equal(attention_maps(looker, A, np.array([1, 0])), expected)
    assert torch.equal(attention_maps(looker, A, range(1, -1, -1)), expected)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_no_concepts_and_no_frames_give_empty_maps(name):
    looker, A = looked(name)
    assert attention_maps(looker, A, []).shape == (2, 0, *looker.map_size)
    assert attention_maps(looker, A[:0], [1, 2]).shape == (0, 2, *looker.map_size)


@pytest.mark.parametrize("concepts", [[2], [0, -1], [0, 1, 2000]])
def test_a_concept_that_does_not_exist_is_named(concepts):
    looker, A = two_by_two()
    with pytest.raises(InputError, match=f"Concept {concepts[-1]} does not exist.*0 to 1"):
        attention_maps(looker, A, concepts)


# Nothing is changed


@pytest.mark.parametrize(
    ("name", "target", "training"),
    [
        *[(name, None, True) for name in ONE_OF_EACH],
        ("resnet18", "layer3", True),  # its head has batch norms, which would learn
    ],
)
def test_the_backbone_and_A_stay_as_they_were(name, target, training):
    looker, A = looked(name, target)
    looker.train(training)
    before = _state(looker)
    pixels, version = A.clone(), A._version
    try:
        attention_maps(looker, A, CLASSES)
        attention_maps(looker, A, range(100))
        assert _state(looker) == before
    finally:
        looker.eval()
    assert torch.equal(A, pixels) and A._version == version and not A.requires_grad


def _state(net: nn.Module) -> list[tuple]:
    tensors = [*net.named_parameters(), *net.named_buffers()]
    sums = [
        (k, float(t.detach().double().sum()), t._version, t.requires_grad, t.grad)
        for k, t in tensors
    ]
    layers = [
        (k, m.training, len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks))
        for k, m in net.named_modules()
    ]
    return [*sums, *layers]


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_A_may_come_from_any_mode_and_maps_carry_no_graph(name):
    looker = backbone(name)
    x = inputs(looker, 1)
    with torch.no_grad():
        expected = attention_maps(looker, looker.features(x), CLASSES)
    with torch.inference_mode():
        A = looker.features(x)
        assert torch.equal(attention_maps(looker, A, CLASSES), expected)
    assert torch.equal(attention_maps(looker, A, CLASSES), expected)  # made there, used here
    A = looker.features(x)
    assert A.requires_grad
    L = attention_maps(looker, A, CLASSES)
    assert torch.equal(L, expected) and not L.requires_grad


@pytest.mark.parametrize("name", ["resnet18", "vgg16", "mobilenet_v3_large"])
def test_layout_and_precision_of_A_do_not_matter(name):
    looker, A = looked(name)
    expected = attention_maps(looker, A, CLASSES)
    last = A.contiguous(memory_format=torch.channels_last)
    assert_close(attention_maps(looker, last, CLASSES), expected)
    half = attention_maps(looker, A.bfloat16(), CLASSES)
    assert half.dtype == torch.float32
    assert_close(half, expected, within=0.05)


def test_repeated_calls_give_the_same_bits():
    for name in ("resnet18", "vgg16"):
        looker, A = looked(name)
        assert torch.equal(attention_maps(looker, A), attention_maps(looker, A))


# VGG's fc6, summed once, notices every change


def test_a_change_of_fc6_is_noticed():
    stock = backbone("vgg16")
    A = torch.rand(1, stock.channels, *stock.map_size, generator=torch.manual_seed(4))
    fc6 = stock.head.fc6
    L = attention_maps(stock, A, CLASSES)
    kept = fc6.weight.detach().clone()
    try:
        with torch.no_grad():
            fc6.weight[:, : fc6.in_features // 2].mul_(-0.5)
        changed = attention_maps(stock, A, CLASSES)
        assert not torch.equal(changed, L)
        assert_close(changed, plain_maps(A, stock.head, CLASSES))
    finally:
        with torch.no_grad():
            fc6.weight.copy_(kept)
    assert torch.equal(attention_maps(stock, A, CLASSES), L)


def test_a_new_weight_of_fc6_is_noticed():
    stock = backbone("vgg16")
    A = torch.rand(1, stock.channels, *stock.map_size, generator=torch.manual_seed(4))
    fc6 = stock.head.fc6
    L = attention_maps(stock, A, CLASSES)
    kept = fc6.weight
    try:
        fc6.weight = nn.Parameter(kept.detach().flip(1))
        assert_close(attention_maps(stock, A, CLASSES), plain_maps(A, stock.head, CLASSES))
    finally:
        fc6.weight = kept
    assert torch.equal(attention_maps(stock, A, CLASSES), L)
