"""Frames at hand, looked at again as a clip: what is changed of them is decoded once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from attention.analysis import Analysis
from attention.media.clip import Clip, Frames, Limits, Picture, Reader
from attention.media.frames import FrameReader
from attention.media.jpeg import fitted
from attention.model.folder import Model
from attention.pipeline import analyse

MOST = 64  # frames held, by default


@dataclass(frozen=True)
class Held:
    """Sampled frames of a clip, no longer than the page's pictures; frames.rgb: uint8 [N,H,W,3].

    every: the step they were taken with · notes: what was left out of the clip · moved: whether what is
    seen lies elsewhere than in the clip.
    """

    clip: Clip
    frames: Frames
    every: int
    notes: tuple[str, ...] = ()
    moved: bool = False

    @property
    def rgb(self) -> Picture:
        """Its frames."""
        return self.frames.rgb

    def changed(self, rgb: Picture, *notes: str, moved: bool = False) -> "Held":
        """The same clip with other pixels, and what is to be said of them."""
        frames = replace(self.frames, rgb=rgb)
        return replace(self, frames=frames, notes=(*self.notes, *notes), moved=self.moved or moved)

    def analysis(self, model: Model, **options: Any) -> Analysis:
        """analyse() of these frames: the verdicts of every method, and what `options` ask for."""

        def reader(_: object, every: int, limits: Limits, chunk: int) -> _Reading:  # noqa: ARG001
            return _Reading(self, chunk)

        return analyse(self.clip.path, model, every=self.every, reader=reader, **options)


def held(
    path: str | Path, every: int = 5, limits: Limits | None = None, reader: Reader = FrameReader
) -> Held:
    """The sampled frames of a clip, 64 at most unless `limits` say otherwise. InputError as its reader."""
    limits = limits or Limits(trim_frames=MOST)
    with reader(path, every=every, limits=limits, chunk=8) as opened:
        chunks = [
            (np.stack([fitted(frame) for frame in some.rgb]), some.indices, some.seconds)
            for some in opened
        ]
        rgb, indices, seconds = (np.concatenate(column) for column in zip(*chunks, strict=True))
        return Held(opened.clip, Frames(rgb, indices, seconds), every, opened.notes)


class _Reading:
    """Held frames as a reader gives them."""

    def __init__(self, source: Held, chunk: int) -> None:
        self.clip, self.notes = source.clip, source.notes
        self._frames, self._chunk = source.frames, chunk

    def __iter__(self) -> Iterator[Frames]:
        all_of = self._frames
        for start in range(0, len(all_of.rgb), self._chunk):
            some = slice(start, start + self._chunk)
            yield Frames(all_of.rgb[some], all_of.indices[some], all_of.seconds[some])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...
