"""The channels behind one map of a look, computed when a person asks for them."""

from typing import Any

import numpy as np

from attention.errors import InputError
from attention.gate.line import LINE
from attention.media.clip import Picture
from attention.serving.dial import frames_of
from attention.serving.looking import Looked, yielding_reader
from attention.serving.offered import limits_for, ready_model

DIGITS = 4  # of a number that travels to the page


def channels_of(looked: Looked, frame: int, concept: int, side: str) -> dict[str, Any]:
    """The strongest channels of a concept's map in the frame of that place, as the player takes them.

    side: the "web" or the "tuned" CNN. InputError for a map that there is not, and when the clip has gone.
    """
    from attention.model.whole import whole_input
    from attention.probe.channels import strongest_channels

    analysis = looked.analysis(maps=False)
    sides = {each.name for each in analysis.sides}
    known = 0 <= frame < len(analysis.frames) and 0 <= concept < len(analysis.concepts)
    if not known or side not in sides:
        raise InputError(
            "This look has no such map; choose a frame and a concept that the player shows."
        )
    with LINE.turn():
        model = ready_model(looked.model)
        cnn = (model.tuned or model.web) if side == "tuned" else model.web
        rgb = _frame(looked, analysis.frames[frame])
        whole = whole_input(*analysis.size, cnn) if analysis.is_whole else None
        A = cnn.features(cnn.preprocess(rgb, whole))[0]
        found = strongest_channels(cnn, A, model.concept_set.index(analysis.concepts[concept]))
    rows = [
        {
            "channel": channel.number,
            "alpha": _rounded(channel.alpha),
            "adds": _rounded(channel.adds),
            "map": [_rounded(value) for value in channel.A.flatten().tolist()],
        }
        for channel in found.strongest
    ]
    asked = {"frame": frame, "concept": concept, "side": side}
    return {**asked, "rows": rows, "total": _rounded(found.total), "count": found.count}


def _frame(looked: Looked, number: int) -> Picture:
    """The frame [1,H,W,3] of that number as the look saw it: from the clip, or as it was changed."""
    if looked.change:
        held = frames_of(looked)
        return held.rgb[held.frames.indices == number]
    limits = limits_for(ready_model(looked.model), whole=looked.frame == "whole")
    with yielding_reader(looked.clip, every=looked.every, limits=limits) as reader:
        for frames in reader:
            if number in frames.indices:
                return frames.rgb[frames.indices == number]
    raise InputError(f"{looked.clip.name} has no frame {number} any more; look at the clip again.")


def _rounded(value: float) -> float:
    return float(np.format_float_scientific(value, DIGITS - 1))
