"""One CNN looking at a clip: x → A → L → E of each chunk, gathered into a Side of the Analysis."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attention.analysis import Side
from attention.energy import best_window
from attention.engine.streams import Clock
from attention.maps import scores_and_maps
from attention.model.folder import Model
from attention.networks.folding import folded
from attention.networks.inference import ready


@dataclass(frozen=True)
class Sight:
    """What a CNN saw in the n frames of a chunk; shapes as in Side."""

    scores: Tensor
    energies: Tensor
    windows: Tensor
    maps: Tensor | None
    net_energies: Tensor | None
    features: Tensor | None


class Look:
    """The Web or the tuned CNN of a model looking at the concepts of `rows`, with windows of side s.

    see() changes nothing, so that several chunks may be seen at a time; what they gave is added in
    their order, and side() is all of it.
    """

    def __init__(
        self, name: str, model: Model, rows: list[int], window: int, keep_maps: bool
    ) -> None:
        tuned = model.tuned if name == "tuned" else None
        self.name = name
        self.backbone = folded(tuned or model.web)
        self.rows = None if rows == list(range(self.backbone.num_classes)) else rows
        self.window = window
        self.keep_maps = keep_maps
        # EnergyNet learns from the tuned CNN's maps (§4.3)
        learned = model.energynet if name == "tuned" else None
        self.energynet = None if learned is None else ready(learned, "cpu")
        self.V_c = torch.from_numpy(model.V_c[rows]) if model.V_c is not None else None
        self.reads_features = model.has_readers_of_features(name)
        self.scores, self.energies, self.windows, self.maps, self.net_energies, self.features = (
            _Rows() for _ in range(6)
        )

    @torch.inference_mode()
    def see(self, x: Tensor, clock: Clock) -> Sight:
        """Looks at preprocessed frames [n,3,224,224]."""
        with clock.during("forward"):
            A = self.backbone.features(x)
        with clock.during("maps"):
            scores, L, peak = self._seen(A)
        with clock.during("energies"):
            energies, places = best_window(L, self.window)
            learned = None
            if self.energynet is not None and self.V_c is not None:
                learned = self.energynet.energies(L, self.V_c, peak)
            features = self.backbone.head.penultimate(A) if self.reads_features else None  # type: ignore[operator]
        maps = L if self.keep_maps else None
        return Sight(scores, energies, places.byte(), maps, learned, features)

    def _seen(self, A: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """Scores and maps of the rows and, where EnergyNet divides by it, each frame's largest cell [n].

        That is the largest over all concepts: an energy is the same whatever it is compared with.
        """
        if self.rows is None or self.energynet is None or self.energynet.map_scale == "none":
            return *scores_and_maps(self.backbone, A, self.rows), None
        scores, L = scores_and_maps(self.backbone, A)
        return scores[:, self.rows], L[:, self.rows], L.amax((1, 2, 3))

    def add(self, sight: Sight) -> None:
        """Keeps what was seen in the next chunk."""
        self.scores.add(sight.scores)
        self.energies.add(sight.energies)
        self.windows.add(sight.windows)
        self.maps.add(sight.maps)
        self.net_energies.add(sight.net_energies)
        self.features.add(sight.features)

    def side(self) -> Side:
        """Everything seen, joined."""
        return Side(
            name=self.name,
            scores=self.scores.all,
            energies=self.energies.all,
            windows=self.windows.all,
            maps=self.maps.all if self.keep_maps else None,
            net_energies=self.net_energies.all if self.net_energies.count else None,
            features=self.features.all if self.features.count else None,
        )


class _Rows:
    """Rows in one array that grows by half its size.

    Many small arrays kept between the large ones that come and go would break up the heap, and memory
    would grow with the clip.
    """

    LEAST = 64  # rows

    def __init__(self) -> None:
        self.count = 0
        self._rows: NDArray[Any] | None = None

    def add(self, rows: Tensor | None) -> None:
        """Adds rows [n,…], if there are any."""
        if rows is None:
            return
        new = rows.numpy()
        end = self.count + len(new)
        if self._rows is None or end > len(self._rows):
            room = np.empty((max(self.LEAST, end + end // 2), *new.shape[1:]), new.dtype)
            if self._rows is not None:
                room[: self.count] = self._rows[: self.count]
            self._rows = room
        self._rows[self.count : end] = new
        self.count = end

    @property
    def all(self) -> NDArray[Any]:
        """The rows so far."""
        if self._rows is None:
            raise ValueError("no rows were added")
        return self._rows[: self.count]
