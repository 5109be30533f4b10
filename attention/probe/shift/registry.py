"""Every shift there is, and several at once."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

import attention.probe.shift as folder
from attention.errors import InputError, short
from attention.media.clip import Picture
from attention.probe.shift.shift import Scene, Shift
from attention.rows import rows_of

Asked = Mapping[str, float | str]
LEAST = 1.0  # levels of 255: a picture whose pixels have a smaller standard deviation shows nothing
GRAIN = "noise"  # from here on pixels differ whatever they show


@lru_cache(maxsize=1)
def shifts() -> tuple[Shift, ...]:
    """All rows of this folder, in the order they are applied."""
    rows: list[Shift] = rows_of(folder, "SHIFTS")
    return tuple(sorted(rows, key=lambda row: row.order))


def values_of(asked: Asked) -> dict[str, float]:
    """The value above 0 of each shift asked for, by a number or a level's name, in their order.

    InputError for a shift that does not exist, and for a value that it cannot have.
    """
    known = {row.name: row for row in shifts()}
    for name in asked:
        if name not in known:
            raise InputError(f"There is no shift '{short(name)}'; choose {', '.join(known)}.")
    values = {name: row.value(asked[name]) for name, row in known.items() if name in asked}
    return {name: value for name, value in values.items() if value > 0}


def shifted(
    frames: Picture, asked: Asked, numbers: NDArray[np.int64] | None = None, seed: int = 0
) -> Picture:
    """Frames uint8 [N,H,W,3] under several shifts, in their order.

    The order is that of a camera: framing, what stands in front, lens, light, sensor, file.
    asked: {name: value or level} · numbers: the frames' indices in their clip, by default 0 … N−1; noise
    depends on them · seed: of noise and of an occluder's side. Without shifts, the frames themselves.
    InputError for an unknown shift or value, and where nothing is left to see in any frame.
    """
    values = values_of(asked)
    scene = Scene(np.arange(len(frames)) if numbers is None else numbers, seed)
    found = frames
    for row in shifts():
        if row.name == GRAIN:
            _check_visible(frames, found, values)
        if row.name in values:
            found = row.apply(found, values[row.name], scene)
    return found


def sentence_of(values: Mapping[str, float]) -> str:
    """What was shifted, as a note beside the result."""
    names = ", ".join(f"{name} {value:g}" for name, value in values.items())
    return f"The frames were shifted before they were looked at: {names}."


def _check_visible(before: Picture, after: Picture, values: Mapping[str, float]) -> None:
    if after is not before and _shows(before) and not _shows(after):
        names = " and ".join(f"{name} {value:g}" for name, value in values.items())
        raise InputError(f"Nothing is left to see with {names}; choose a smaller value.")


def _shows(frames: Picture) -> bool:
    return any(float(frame.std((0, 1)).max()) >= LEAST for frame in frames)
