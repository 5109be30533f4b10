"""One concept of some frames, as one CNN sees it: what every question about a map begins with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attention.engine.choosing import Engine, engine_of
from attention.engine.seen import Seen
from attention.media.clip import Picture
from attention.networks.cnn import Backbone, centre_square
from attention.networks.inference import ready
from attention.probe.hide import blurred_mean

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Subject:
    """What is asked about; all arrays hold the n frames in their order.

    backbone, engine: the CNN · rgb: uint8 [n,s,s,3], the squares it is shown · concept: the index of its
    class · window: side s of Eq. 2's window.
    """

    backbone: Backbone
    engine: Engine
    rgb: Picture
    concept: int
    window: int = 3

    @cached_property
    def x(self) -> Tensor:
        """What the CNN is given, [n,3,224,224]."""
        return self.backbone.preprocess(self.rgb)

    @cached_property
    def fill(self) -> Tensor:
        """The same of the blurred means that take the place of hidden cells."""
        return self.backbone.preprocess(blurred_mean(self.rgb))

    @cached_property
    def seen(self) -> Seen:
        """Scores, energies, windows and maps of every concept."""
        return self.engine.see(self.x, self.window)

    @property
    def maps(self) -> Floats:
        """L(F,c) of its concept, float [n,h,w]."""
        return np.asarray(self.seen.maps[:, self.concept])

    def some(self, places: Sequence[int] | NDArray[np.int64]) -> "Subject":
        """The same of some of its frames, by their places among them."""
        return replace(self, rgb=self.rgb[np.asarray(places, np.int64)])

    def with_hidden(self, cells: NDArray[np.bool_]) -> Tensor:
        """x with cells bool [n,g,g'] of a grid over the square filled; pixel y lies in row ⌊y·g/224⌋."""
        side = self.x.shape[-1]
        rows, columns = (np.arange(side) * count // side for count in cells.shape[1:])
        cover = torch.from_numpy(np.ascontiguousarray(cells[:, rows][:, :, columns]))
        return torch.where(cover[:, None], self.fill, self.x)

    @torch.inference_mode()
    def scores(self, x: Tensor) -> Floats:
        """Class scores [n,C] of inputs, before softmax."""
        return np.asarray(ready(self.backbone, "cpu").head(self.engine.trunk(x)))

    def chances(self, x: Tensor) -> Floats:
        """Probability [n] of its concept in inputs: the softmax of their scores."""
        return np.asarray(torch.from_numpy(self.scores(x)).softmax(1)[:, self.concept])


def subject_of(
    backbone: Backbone, frames: Picture, concept: int, window: int = 3, device: str = "auto"
) -> Subject:
    """A concept of frames uint8 [N,H,W,3] as a CNN sees it."""
    squares = np.stack([centre_square(frame, backbone.pixels.side) for frame in frames])
    return Subject(backbone, engine_of(backbone, device), squares, concept, window)
