"""The frame of the handout with each concept's map over it, from a sample's look that ships."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attention.pack import load_pack
from attention.pictures.figures import strongest_frame
from attention.pictures.overlay import Picture, overlay, side_with_maps, tops, window_of
from attention.pictures.reread import pictures_at
from attention.serving.samples import samples
from attention.serving.shipped import FOLDER

SAMPLE = "high_five-0"


@dataclass(frozen=True)
class Looked:
    """The frame rgb, and by concept its map over the frame and its energy; what the two methods say."""

    frame: Picture
    maps: tuple[tuple[str, Picture, float], ...]
    truth: str
    vote: str
    attention: str


def looked() -> Looked:
    """A clip where the vote and attention differ, at the frame that shows it best."""
    sample = next(one for one in samples() if one.key == SAMPLE)
    analysis = load_pack(FOLDER / f"{sample.key}.pack")
    frame = strongest_frame(analysis)
    picture = pictures_at(sample.path, analysis, [frame])[frame]
    seen, maps = side_with_maps(analysis, "web")
    concepts = range(len(analysis.concepts))
    top = float(tops(maps, list(concepts), "shared")[frame].max())
    over = tuple(
        (
            analysis.concepts[c],
            overlay(
                picture, maps[frame, c], top, window=window_of(seen, frame, c, analysis.window)
            ),
            float(seen.energies[frame, c]),
        )
        for c in concepts
    )
    said = {v.method: analysis.concepts[v.prediction] for v in analysis.verdicts}
    return Looked(picture, over, str(analysis.truth), said["CNN"], said["UnAtt"])


def largest_window(cells: Sequence[Sequence[int]], size: int = 3) -> tuple[int, int]:
    """The largest sum in a window of a small map (Eq. 2), and which window it is, in reading order."""
    windows: NDArray[np.int64] = np.lib.stride_tricks.sliding_window_view(
        np.array(cells), (size, size)
    ).sum((-1, -2))
    return int(windows.max()), int(windows.argmax())
