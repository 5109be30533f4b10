"""L(F,c) of every frame and concept, with scores and features, computed once per CNN (§3.4.4)."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from attention.engine.choosing import Engine, engine_of
from attention.engine.overlap import read_ahead
from attention.engine.seen import Seen, joined
from attention.errors import InputError
from attention.media.frames import Picture
from attention.networks.cnn import Backbone
from training.cache.views import OnProgress, Views, rows_of
from training.data.pictures import Pictures, pictures
from training.listener import NOBODY, Listener
from training.ranks import gathered, my_share, processes

CHUNK = 32


@dataclass(frozen=True)
class FrameMaps:
    """What a CNN sees in F frames: everything the methods of §4.3 need.

    L: float [F,C,h,w] raw maps (Eq. 1) · scores: float [F,C] before softmax · features: float [F,K]
    before the last layer · owners: int [F], the clip each frame comes from.
    """

    L: Tensor
    scores: Tensor
    features: Tensor
    owners: Tensor

    def of(self, clips: Sequence[int]) -> "FrameMaps":
        """Only the frames of these clips, in their order; owners count anew from 0."""
        rows, owners = rows_of(self.owners, clips)
        return FrameMaps(self.L[rows], self.scores[rows], self.features[rows], owners)


def frame_maps(backbone: Backbone, views: Views, listener: Listener = NOBODY) -> FrameMaps:
    """Looks at cached views with a CNN, which stays as it is; several processes share the frames out.

    As it is in eval mode and float32, on a GPU when there is one. Views are in half precision, so scores
    and energies differ by up to 0.02 % of the largest from those of the frames themselves (LOG.md).
    """
    alone = processes().num_processes == 1
    parts = gathered(
        _seen(backbone, views if alone else views.at(my_share(len(views.z))), listener)
    )
    L, scores, features = (torch.cat(found) for found in zip(*parts, strict=True))
    return FrameMaps(L, scores, features, views.owners)


@torch.inference_mode()
def _seen(backbone: Backbone, views: Views, listener: Listener) -> tuple[Tensor, Tensor, Tensor]:
    """L, scores and features of views."""
    engine = engine_of(backbone)
    look = engine.see if views.whole else engine.see_views
    parts = []
    for part, z in enumerate(views.z.split(CHUNK)):
        listener.step(part * CHUNK, len(views.z))
        parts.append(look(z.float(), window=1, features=True))  # energies are not kept
    seen = joined(parts)
    return seen.maps.contiguous(), seen.scores, seen.features  # type: ignore[return-value]


def clip_maps(
    cnns: Sequence[Backbone],
    files: Sequence[Path],
    every: int,
    on_progress: OnProgress | None = None,
) -> list[FrameMaps]:
    """What each CNN sees of one frame in `every` of each file, to the bit as a look at the file sees it.

    owners: indices into files; one that cannot be read owns no frames. InputError when none can be read.
    """
    engines = [engine_of(cnn) for cnn in cnns]
    found: list[list[Seen]] = []
    owners: list[int] = []
    skipped: list[str] = []
    with closing(pictures(files, every, engines[0].batch)) as read:
        for number, chunks in enumerate(read):
            try:
                seen = _looked_at(chunks, cnns[0], engines)
            except InputError as error:
                skipped.append(str(error))
            else:
                found.append(seen)
                owners += [number] * len(seen[0].scores)
            if on_progress:
                on_progress(number + 1, len(files))
    if not found:
        raise InputError(f"None of the {len(files)} files could be read; {skipped[0]}")
    return [
        FrameMaps(one.maps, one.scores, one.features, torch.tensor(owners))  # type: ignore[arg-type]
        for one in map(joined, zip(*found, strict=True))
    ]


def _looked_at(chunks: Pictures, cnn: Backbone, engines: Sequence[Engine]) -> list[Seen]:
    """What each engine sees of a file; all take the pixels as this CNN does."""

    def look(rgb: Picture) -> list[Seen]:
        x = cnn.preprocess(rgb)
        return [engine.see(x, window=1, features=True) for engine in engines]

    with closing(read_ahead(chunks, look)) as seen:
        return [joined(parts) for parts in zip(*seen, strict=True)]
