"""A clip as somebody has altered it: shifted, and with parts hidden."""

from collections.abc import Mapping

from attention.probe.held import Held
from attention.probe.hide import Boxes, hidden
from attention.probe.shift.registry import sentence_of, shifted, values_of

HIDDEN = "Parts of the frames were hidden before they were looked at."


def altered(
    held: Held, shift: Mapping[str, float | str] | None = None, boxes: Boxes = (), seed: int = 0
) -> Held:
    """The frames under shifts {name: value or level}, then with boxes hidden; a note says each.

    boxes: some, one or none for each frame, as hidden() takes them; empty for none at all. Then
    .analysis(model) says what the methods make of it. InputError as shifted() and hidden().
    """
    rgb, notes, values = held.rgb, [], values_of(shift or {})
    if values:
        rgb = shifted(rgb, values, held.frames.indices, seed)
        notes.append(sentence_of(values))
    if any(boxes):
        rgb = hidden(rgb, boxes)
        notes.append(HIDDEN)
    return held.changed(rgb, *notes)
