"""What people brought → what the CNN makes of it: each file is decoded once, in the cage."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from attention.engine.choosing import Engine, engine_of
from attention.errors import InputError
from attention.media.clip import Limits
from attention.networks.cnn import Backbone
from training.data.pictures import confined_frames
from training.own.records import LARGEST, Brought, Read, SeenClip, SeenStill, Unreadable

EVERY = 5  # one frame in five of a clip (§4.3)
MOST_FRAMES = 16  # of a labelled clip
BATCH = 8  # stills looked at together
LIMITS = Limits(trim_frames=MOST_FRAMES, trim_seconds=20.0, max_bytes=LARGEST)
WALL_SECONDS = 20.0  # of waiting for one file


def read(
    things: Sequence[Brought],
    backbone: Backbone,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Iterator[tuple[str, Read]]:
    """Yields (key, what came of it) of every file: of a still its features, of a clip its maps A.

    What a file holds decides, not its name. on_progress(files done, files in all).
    """
    engine = engine_of(backbone)
    waiting: list[tuple[str, Tensor]] = []
    for number, (key, seen) in enumerate(_decoded(things, backbone), 1):
        if isinstance(seen, Unreadable):
            yield key, seen
        elif len(seen) == 1:
            waiting.append((key, seen))
        else:
            yield key, _kept(things[number - 1].path.with_suffix(".npy"), engine.trunk(seen))
        if len(waiting) == BATCH or number == len(things):
            yield from _stills(waiting, engine)
            waiting = []
        on_progress(number, len(things))


def _kept(place: Path, A: Tensor) -> SeenClip:
    np.save(place, A.half().numpy())
    return SeenClip(place)


def _stills(waiting: Sequence[tuple[str, Tensor]], engine: Engine) -> Iterator[tuple[str, Read]]:
    if not waiting:
        return
    A = engine.trunk(torch.cat([x for _, x in waiting]))
    pooled = A.mean((2, 3)).numpy()
    yield from ((key, SeenStill(row)) for (key, _), row in zip(waiting, pooled, strict=True))


def _decoded(
    things: Sequence[Brought], backbone: Backbone
) -> Iterator[tuple[str, Tensor | Unreadable]]:
    """(key, the CNN's inputs x [N,3,224,224]) of every file, one input of a still."""
    sampling = {"every": EVERY, "chunk": BATCH}
    files = [thing.path for thing in things]
    with closing(confined_frames(files, sampling, LIMITS, WALL_SECONDS)) as found:
        for thing, frames in zip(things, found, strict=True):
            try:
                x = torch.cat([backbone.preprocess(some.rgb) for _, some in frames])
            except InputError as error:
                # the file is named by chance here, and by its owner elsewhere
                yield thing.key, Unreadable(str(error).replace(thing.path.name, thing.name))
            else:
                yield thing.key, x
