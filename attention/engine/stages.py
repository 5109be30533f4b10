"""A trunk in two, as an engine looks through it."""

from torch import Tensor, nn

from attention.networks.cnn import Backbone
from attention.networks.stages import last_stage


class Stages(nn.Module):
    """frozen(x) → z and last(z) → A: the part that fine-tuning leaves as it is, and the last stage."""

    def __init__(self, frozen: nn.Module, last: nn.Module) -> None:
        super().__init__()
        self.frozen = frozen
        self.last = last

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """z and A of inputs x [N,3,224,224]."""
        z = self.frozen(x)
        return z, self.last(z)


def stages_of(backbone: Backbone) -> Stages:
    """The backbone's trunk, cut before its last stage."""
    return Stages(*last_stage(backbone)).eval()
