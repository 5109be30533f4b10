"""What CNNs make of the pictures: three vectors of each, before, after and beside their attention maps."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from attention.engine.choosing import engine_of
from attention.engine.seen import Seen, joined
from attention.errors import InputError
from attention.media.frames import Picture
from attention.networks.cnn import Backbone
from training.data.pictures import middles
from training.gap.sample import LATEST, Picked
from training.gap.vectors import SPACES, Space, Vectors

CHUNK = 8
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Looked:
    """What came of n pictures: those that could be read, and for each CNN float32 [n,d] by space.

    skipped: a sentence for each of the others.
    """

    picked: tuple[Picked, ...]
    vectors: tuple[dict[Space, Vectors], ...]
    skipped: tuple[str, ...]


def looked_at(
    picked: Sequence[Picked],
    cnns: Sequence[Backbone],
    keep: Callable[[Picture], None],
    on_progress: OnProgress | None = None,
    seconds: float | None = None,
) -> Looked:
    """Looks at pictures with CNNs that take the same pixels; keep: is given every picture that is read.

    InputError when none can be read, and when that takes longer than `seconds`.
    """
    began = time.monotonic()
    engines = [engine_of(cnn) for cnn in cnns]
    seen: list[list[Seen]] = []
    read: list[Picked] = []
    skipped: list[str] = []
    waiting: list[Tensor] = []  # of pictures of any size, so they are prepared one by one
    with closing(middles([one.path for one in picked], LATEST)) as found:
        for number, (one, rgb) in enumerate(zip(picked, found, strict=True), 1):
            if isinstance(rgb, InputError):
                skipped.append(str(rgb))
            else:
                keep(rgb)
                read.append(one)
                waiting.append(cnns[0].preprocess(rgb[None]))
            if len(waiting) == CHUNK or (waiting and number == len(picked)):
                x = torch.cat(waiting)
                waiting.clear()
                seen.append([engine.see(x, features=True) for engine in engines])
            if seconds is not None and time.monotonic() - began > seconds:
                raise InputError(
                    f"After {seconds:.0f} s only {number} of {len(picked)} pictures were read: make large "
                    "clips smaller, or measure it in the terminal (python -m training gap)."
                )
            if on_progress:
                on_progress(number, len(picked))
    if not read:
        raise InputError(f"None of the {len(picked)} pictures could be read; {skipped[0]}")
    vectors = tuple(_spaces(joined(parts)) for parts in zip(*seen, strict=True))
    return Looked(tuple(read), vectors, tuple(skipped))


def _spaces(seen: Seen) -> dict[Space, Vectors]:
    return {name: np.asarray(getattr(seen, name), np.float32) for name in SPACES}
