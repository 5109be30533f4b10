"""The same maps, raw, by three libraries: from input frames to the maps of some classes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType

from torch import Tensor, nn

from tests.bench.race import Seconds


@dataclass(frozen=True)
class Peer:
    """A library's way to maps.

    maps(network, layer, x, classes) does the work · classes, frames: what it is timed on. With one
    class alone it is taken to cost as much again for every other, as each is a pass of its own;
    with more, it is timed on one class too, and the difference tells what a class adds.
    """

    name: str
    package: str
    maps: Callable[[nn.Module, str, Tensor, range], object]
    classes: int
    frames: int

    @property
    def here(self) -> bool:
        """Whether the library is installed."""
        return find_spec(self.package) is not None

    def works(self, net: nn.Module, layer: str, x: Tensor) -> dict[str, Callable[[], object]]:
        """What to time, by name."""

        def maps_of(classes: int) -> Callable[[], object]:
            def run() -> None:
                self.maps(net, layer, x[: self.frames], range(classes))
                net.zero_grad()

            return run

        return {f"{self.name} {classes}": maps_of(classes) for classes in {1, self.classes}}

    def seconds(self, classes: int, frames: int, timed: Mapping[str, Seconds]) -> Seconds:
        """Seconds for so many classes and frames, from the times of its works."""
        one = timed[f"{self.name} 1"]
        further = one
        if self.classes > 1:
            further = (timed[f"{self.name} {self.classes}"] - one) / (self.classes - 1)
        return (one + (classes - 1) * further) * (frames / self.frames)

    def scaled(self, classes: int, frames: int) -> str:
        """A note for the table when that is more than was timed."""
        if (classes, frames) == (self.classes, self.frames):
            return ""
        return f"scaled from C={self.classes}, N={self.frames}"


def _torchcam(net: nn.Module, layer: str, x: Tensor, classes: range) -> list[Tensor]:
    from torchcam.methods import GradCAM

    with GradCAM(net, layer) as cam:
        scores = net(x)
        return [cam(c, scores, normalized=False, retain_graph=True)[0] for c in classes]


def _captum(net: nn.Module, layer: str, x: Tensor, classes: range) -> list[Tensor]:
    from captum.attr import LayerGradCam

    cam = LayerGradCam(net, net.get_submodule(layer))
    return [cam.attribute(x, target=c, relu_attributions=True) for c in classes]


def _raw_grad_cam(package: ModuleType) -> type:
    class Raw(package.GradCAM):  # type: ignore[misc,name-defined]
        """Stops at the raw map, before the library divides it by its maximum and resizes it."""

        def compute_cam_per_layer(self, x: Tensor, targets: list, smooth: bool) -> list:  # type: ignore[type-arg]
            seen = self.activations_and_grads
            A, gradients = (each[0].numpy() for each in (seen.activations, seen.gradients))
            return [self.get_cam_image(x, self.target_layers[0], targets, A, gradients, smooth)]

        def aggregate_multi_layers(self, maps: list) -> object:  # type: ignore[type-arg]
            return maps[0].clip(0)

    return Raw


def _pytorch_grad_cam(net: nn.Module, layer: str, x: Tensor, classes: range) -> list[object]:
    import pytorch_grad_cam
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    with _raw_grad_cam(pytorch_grad_cam)(net, [net.get_submodule(layer)]) as cam:
        return [cam(x, [ClassifierOutputTarget(c)] * len(x)) for c in classes]


PEERS = (
    Peer("torchcam", "torchcam", _torchcam, classes=101, frames=16),
    Peer("captum", "captum", _captum, classes=1, frames=16),
    Peer("pytorch-grad-cam", "pytorch_grad_cam", _pytorch_grad_cam, classes=1, frames=4),
)
