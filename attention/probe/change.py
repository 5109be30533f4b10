"""What a person does to a clip: shifts of the dial, then boxes that hide a part of the frames."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError
from attention.media.clip import Picture
from attention.probe.hide import Box, Boxes, brush_of, following, hidden, in_one
from attention.probe.shift.registry import sentence_of, shifted, shifts, values_of

MOST_PLACES = 1000  # more than a look has frames


@dataclass(frozen=True)
class Change:
    """shift: (name, value) · places: (frame number, box in shares of the frame), in order of the frames.

    only: the box is in the first place's frame alone; else it passes through all places and stays before
    the first and after the last. brush: the cells of the box that are covered, as `brush_of` reads them;
    all without it.
    """

    shift: tuple[tuple[str, float], ...] = ()
    places: tuple[tuple[int, Box], ...] = ()
    only: bool = False
    brush: str = ""

    def __bool__(self) -> bool:
        return bool(self.shift or self.places)

    def to_json(self) -> dict[str, Any]:
        """As `change_of` takes it."""
        found: dict[str, Any] = {}
        if self.shift:
            found["shift"] = dict(self.shift)
        if self.places:
            places = {str(number): list(box) for number, box in self.places}
            brush = {"brush": self.brush} if self.brush else {}
            found["hide"] = {"places": places, "only": self.only, **brush}
        return found

    @property
    def moves(self) -> bool:
        """Whether what is seen lies elsewhere afterwards."""
        return any(row.moves for row in shifts() if row.name in dict(self.shift))

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was changed, as notes beside the result."""
        shift = (sentence_of(dict(self.shift)),) if self.shift else ()
        where = "of one frame" if self.only else "of every frame"
        hidden = (f"A part {where} was hidden before the clip was looked at.",)
        return shift + (hidden if self.places else ())


UNCHANGED = Change()


def change_of(told: Mapping[str, Any]) -> Change:
    """The change that is asked for: {"shift": {name: value}, "hide": {"places": {frame number: box}, …}}.

    `hide` may hold "only" and "brush" too: see `Change`.
    InputError for a shift that there is not, and for what is not a box or a brush.
    """
    shift, hide = told.get("shift") or {}, told.get("hide") or {}
    if not isinstance(shift, dict) or not isinstance(hide, dict):
        raise InputError("A change of a clip is a shift or a part to hide; nothing else is known.")
    places = hide.get("places") or {}
    if not isinstance(places, dict) or len(places) > MOST_PLACES:
        raise InputError(f"What to hide is at most {MOST_PLACES} boxes, each with its frame.")
    brush = str(hide.get("brush") or "")
    if brush:
        brush_of(brush)
    return Change(
        shift=tuple(values_of(shift).items()),
        places=tuple(sorted(_place(number, box) for number, box in places.items())),
        only=bool(hide.get("only")),
        brush=brush,
    )


def boxes_of(change: Change, numbers: Sequence[int] | NDArray[np.int64]) -> Boxes:
    """The boxes of each frame; numbers: the frames' indices in the clip, rising.

    A place at a frame that is not among them belongs to the next one that is.
    """
    if not change.places:
        return [()] * len(numbers)
    last = len(numbers) - 1
    places = {min(int(np.searchsorted(numbers, at)), last): box for at, box in change.places}
    if change.only:
        at, box = next(iter(places.items()))
        return in_one([box], at, len(numbers))
    return following(places, len(numbers))


def changed(
    frames: Picture, numbers: NDArray[np.int64], change: Change, boxes: Boxes | None = None
) -> Picture:
    """Frames [N,H,W,3] under a change; numbers: their indices in the clip, int [N].

    boxes: of each of them, by default as these frames are all there are. InputError where nothing is left.
    """
    found = shifted(frames, dict(change.shift), numbers)
    boxes = boxes_of(change, numbers) if boxes is None else boxes
    brush = brush_of(change.brush) if change.brush else None
    return hidden(found, boxes, brush) if any(boxes) else found


def _place(number: Any, box: Any) -> tuple[int, Box]:
    try:
        x0, y0, x1, y1 = map(float, box)
        if all(map(math.isfinite, (x0, y0, x1, y1))):
            return int(number), (x0, y0, x1, y1)
    except (TypeError, ValueError):
        pass
    raise InputError(
        "A box to hide is four numbers, its corners x0, y0, x1, y1 in shares of the frame."
    )
