"""Which part of a CNN is trained: its last stage, on cached inputs, or all of it."""

from typing import Any

from torch import Tensor, nn

from attention.networks.cnn import INPUT_SIDE, Backbone
from attention.networks.known.registry import known_network

Halves = tuple[nn.Module, nn.Module]


class Learner(nn.Module):
    """What is fitted: body(z) → A, head(A) → class scores; frozen(x) → z is never trained.

    whole: every layer is trained, frozen is the identity and z = x the preprocessed pictures.
    Batch normalisation keeps its ImageNet statistics in either case.
    """

    def __init__(self, backbone: Backbone, whole: bool = False) -> None:
        super().__init__()
        frozen, last = last_stage(backbone)
        self.whole = whole
        self.body = backbone.trunk if whole else last
        self.head = backbone.head
        self._frozen = (nn.Identity() if whole else frozen,)

    def to(self, *where: Any, **how: Any) -> "Learner":
        """Moves all of it, the frozen part too."""
        self._frozen[0].to(*where, **how)
        return super().to(*where, **how)

    @property
    def frozen(self) -> nn.Module:
        """x [N,3,224,224] → z, the input of what is trained."""
        return self._frozen[0]

    def forward(self, z: Tensor) -> Tensor:
        """Class scores [N,C]."""
        return self.head(self.body(z))

    def train(self, mode: bool = True) -> "Learner":
        """Dropout follows the mode; batch normalisation always stays as it was trained."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self


class Stages(nn.Module):
    """A trunk in two: frozen(x) → z and last(z) → A; both are given out. side: of the pictures x, pixels."""

    def __init__(self, frozen: nn.Module, last: nn.Module, side: int = INPUT_SIDE) -> None:
        super().__init__()
        self.side = side
        self.frozen = frozen
        self.last = last

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """z and A of inputs x [N,3,224,224]."""
        z = self.frozen(x)
        return z, self.last(z)


def stages_of(backbone: Backbone) -> Stages:
    """The backbone's trunk, cut before its last stage, in eval mode."""
    return Stages(*last_stage(backbone), backbone.pixels.side).eval()


def last_stage(backbone: Backbone) -> Halves:
    """The trunk in two: frozen(x) → z and last(z) → A, last being what §4.2's fine-tuning trains.

    For a network whose stages are not known, last is the identity: only its head is trained.
    """
    row = known_network(backbone.name)
    if row is None or row.last_stage is None:
        return backbone.trunk, nn.Identity()
    return row.last_stage(backbone.trunk)
