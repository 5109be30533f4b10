"""Reads the frames of an analysed clip again, so that the analysis need not keep them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from attention.analysis import Analysis
from attention.errors import InputError
from attention.media.clip import Reader
from attention.media.frames import FrameReader, Limits
from attention.pictures.overlay import Picture

CHUNK = 2  # frames held at a time: a 4K frame is 25 MB


def frames_again(
    clip: str | Path,
    analysis: Analysis,
    reader: Reader = FrameReader,
    limits: Limits | None = None,
    until: int | None = None,
) -> Iterator[tuple[int, Picture]]:
    """Yields the sampled frames of an analysis: (place, rgb uint8 [H,W,3]), up to place `until`.

    limits: the limits of the analysis. Raises InputError when the file cannot be read, or when its
    frames are not those that were analysed.
    """
    last = len(analysis.frames) - 1 if until is None else until
    every = analysis.frames[1] - analysis.frames[0] if len(analysis.frames) > 1 else 1
    place = 0
    with reader(clip, every=every, limits=limits or Limits(), chunk=CHUNK) as opened:
        same = (opened.clip.width, opened.clip.height) == analysis.size
        for frames in opened if same else ():
            for index, rgb in zip(frames.indices, frames.rgb, strict=True):
                if index != analysis.frames[place]:
                    raise _other(analysis)
                yield place, rgb
                place += 1
                if place > last:
                    return
    raise _other(analysis)


def pictures_at(
    clip: str | Path,
    analysis: Analysis,
    places: Iterable[int],
    reader: Reader = FrameReader,
    limits: Limits | None = None,
) -> dict[int, Picture]:
    """The sampled frames at the given places. Raises InputError as `frames_again` does."""
    wanted = set(places)
    if not wanted:
        return {}
    again = frames_again(clip, analysis, reader, limits, until=max(wanted))
    return {place: rgb for place, rgb in again if place in wanted}


def _other(analysis: Analysis) -> InputError:
    return InputError(
        f"The clip no longer holds the frames of {analysis.clip} that were analysed; analyse it again."
    )
