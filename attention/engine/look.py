"""One CNN looking at a clip: x → A → L → E of each chunk, gathered into a Side of the Analysis."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from attention.analysis import Side
from attention.engine.choosing import engine_of
from attention.engine.overlap import Clock
from attention.engine.seen import Seen
from attention.model.folder import Model
from attention.networks.inference import ready

# field of Side → what was seen of it in a chunk of n frames, [n,…]; None where nothing is
Sight = dict[str, Tensor | None]


class Look:
    """The Web or the tuned CNN of a model looking at the concepts of `rows`, with windows of side s.

    see() changes nothing, so that several chunks may be seen at a time; what they gave is added in
    their order, and side() is all of it.
    """

    def __init__(
        self,
        name: str,
        model: Model,
        rows: list[int],
        window: int,
        keep_maps: bool,
        device: str = "auto",
        precision: str = "fp32",
    ) -> None:
        tuned = model.tuned if name == "tuned" else None
        self.name = name
        self.backbone = tuned or model.web
        self.engine = engine_of(self.backbone, device, precision)
        self.window = window
        everything = rows == list(range(self.backbone.num_classes))
        self.rows = slice(None) if everything else rows
        self.keep_maps = keep_maps
        # EnergyNet learns from the tuned CNN's maps (§4.3)
        learned = model.energynet if name == "tuned" else None
        self.energynet = None if learned is None else ready(learned, "cpu")
        self.V_c = torch.from_numpy(model.V_c[rows]) if model.V_c is not None else None
        self.reads_features = model.has_readers_of_features(name)
        self.rows_of: dict[str, _Rows] = defaultdict(_Rows)

    def see(self, x: Tensor, clock: Clock) -> Sight:
        """Looks at preprocessed frames [n,3,224,224]."""
        seen = self.engine.see(x, self.window, self.reads_features, clock)
        return self.sight(seen, clock)

    @torch.inference_mode()
    def sight(self, seen: Seen, clock: Clock) -> Sight:
        """What it saw of a chunk of frames, of its own concepts and with EnergyNet's energies."""
        L = seen.maps[:, self.rows]
        learned = None
        with clock.during("energies"):
            if self.energynet is not None and self.V_c is not None:
                # an energy is the same whatever it is compared with: the largest cell is that of all maps
                learned = self.energynet.energies(L, self.V_c, seen.maps.amax((1, 2, 3)))
        return {
            "scores": seen.scores[:, self.rows],
            "energies": seen.energies[:, self.rows],
            "windows": seen.windows[:, self.rows].byte(),
            "maps": L if self.keep_maps else None,
            "net_energies": learned,
            "features": seen.features,
        }

    def add(self, sight: Sight) -> None:
        """Keeps what was seen in the next chunk."""
        for name, rows in sight.items():
            if rows is not None:
                self.rows_of[name].add(rows)

    def side(self) -> Side:
        """Everything seen, joined."""
        return Side(name=self.name, **{name: rows.all for name, rows in self.rows_of.items()})


@torch.inference_mode()
def seen_by_all(looks: Sequence[Look], x: Tensor, clock: Clock) -> list[Sight]:
    """What each of a model's CNNs sees in preprocessed frames, in their order."""
    if len(looks) != 2:
        return [look.see(x, clock) for look in looks]
    first, second = looks
    reads = first.reads_features, second.reads_features
    both = first.engine.see_both(second.engine, x, first.window, reads, clock)
    return [look.sight(seen, clock) for look, seen in zip(looks, both, strict=True)]


class _Rows:
    """Rows in one array that grows by half its size.

    Many small arrays kept between the large ones that come and go would break up the heap, and memory
    would grow with the clip.
    """

    LEAST = 64  # rows

    def __init__(self) -> None:
        self.count = 0
        self._rows: NDArray[Any] | None = None

    def add(self, rows: Tensor) -> None:
        """Adds rows [n,…]."""
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
