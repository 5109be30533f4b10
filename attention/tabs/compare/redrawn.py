"""The map of one frame while weights are drawn anew: pictures that a slider goes through in the browser."""

import base64
import math
from collections.abc import Sequence
from html import escape

import numpy as np

from attention.catalogue.catalogue import say
from attention.probe.known.probe import InFrame
from attention.tabs.cards import signed

SIDE = 224  # pixels of a picture


def redrawn_html(concept: str, cnn: str, steps: Sequence[InFrame]) -> str:
    """A frame under its map, beside it the map of each step, from the last layer drawn anew to all of them.

    cnn: tells the sliders of two networks apart. Each map is divided by its own largest cell.
    """
    if not steps:
        return ""
    true = _picture(steps[0], steps[0].true)
    usual = say("compare.redrawn.as_it_is")
    said = [usual, *(_said(number, len(steps), step) for number, step in enumerate(steps, 1))]
    pictures = [true, *(_picture(step, step.L) for step in steps)]
    images = "".join(
        f"<img src='{picture}' alt='{escape(say('compare.redrawn.map', concept=concept, text=text))}' "
        f"data-said='{escape(text)}'"
        f"{' hidden' * (number > 0)}>"
        for number, (picture, text) in enumerate(zip(pictures, said, strict=True))
    )
    place = f"redrawn-{escape(cnn)}"
    return (
        f"<figure class='redrawn'><div class='maps'><div>{say('compare.redrawn.learned')}<img src='{true}' "
        f"alt='{escape(say('compare.redrawn.map_learned', concept=concept))}'></div>"
        f"<div>{say('compare.redrawn.anew')}{images}</div></div>"
        f"<label for='{place}'>{say('compare.redrawn.slider')}</label>"
        f"<input type='range' id='{place}' min='0' max='{len(steps)}' step='1' value='0' "
        f"aria-valuetext='{usual}'><output for='{place}'>{usual}</output>"
        f"<p class='note'>{say('compare.redrawn.note')}</p>"
        "</figure>"
    )


def _said(number: int, steps: int, step: InFrame) -> str:
    structure, rank = (
        signed(value) if math.isfinite(value) else say("compare.answers.not_defined")
        for value in (step.structure, step.rank)
    )
    return say("compare.redrawn.said", number=number, steps=steps, structure=structure, rank=rank)


def _picture(step: InFrame, L: np.ndarray) -> str:
    """The frame under a map, as an address that holds the JPEG."""
    # OpenCV and matplotlib: not before there is something to draw
    from attention.media.jpeg import jpeg
    from attention.pictures.overlay import overlay

    drawn = overlay(step.rgb, L, float(L.max()), whole=True)
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg(drawn, SIDE)).decode()}"
