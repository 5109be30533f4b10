"""The map of one frame while weights are drawn anew: pictures that a slider goes through in the browser."""

import base64
import math
from collections.abc import Sequence
from html import escape

import numpy as np

from attention.probe.known.probe import InFrame
from attention.tabs.cards import signed

SIDE = 224  # pixels of a picture
AS_IT_IS = "nothing is drawn anew: the map as it is"


def redrawn_html(concept: str, cnn: str, steps: Sequence[InFrame]) -> str:
    """A frame under its map, beside it the map of each step, from the last layer drawn anew to all of them.

    cnn: tells the sliders of two networks apart. Each map is divided by its own largest cell.
    """
    if not steps:
        return ""
    true = _picture(steps[0], steps[0].true)
    said = [AS_IT_IS, *(_said(number, len(steps), step) for number, step in enumerate(steps, 1))]
    pictures = [true, *(_picture(step, step.L) for step in steps)]
    images = "".join(
        f"<img src='{picture}' alt='Map of {escape(concept)}; {escape(text)}' data-said='{escape(text)}'"
        f"{' hidden' * (number > 0)}>"
        for number, (picture, text) in enumerate(zip(pictures, said, strict=True))
    )
    place = f"redrawn-{escape(cnn)}"
    return (
        f"<figure class='redrawn'><div class='maps'><div>as learned<img src='{true}' alt='Map of "
        f"{escape(concept)}, as learned'></div><div>drawn anew{images}</div></div>"
        f"<label for='{place}'>Parts of the network drawn anew, from its last layer back</label>"
        f"<input type='range' id='{place}' min='0' max='{len(steps)}' step='1' value='0' "
        f"aria-valuetext='{AS_IT_IS}'><output for='{place}'>{AS_IT_IS}</output>"
        "<p class='note'>In the frame with most energy. Each map has its own scale: only places compare.</p>"
        "</figure>"
    )


def _said(number: int, steps: int, step: InFrame) -> str:
    alike = (
        f"{name} {signed(value) if math.isfinite(value) else 'undefined'}"
        for name, value in (("SSIM", step.structure), ("rank correlation", step.rank))
    )
    return f"{number} of {steps} drawn anew: {', '.join(alike)}"


def _picture(step: InFrame, L: np.ndarray) -> str:
    """The frame under a map, as an address that holds the JPEG."""
    # OpenCV and matplotlib: not before there is something to draw
    from attention.media.jpeg import jpeg
    from attention.pictures.overlay import overlay

    drawn = overlay(step.rgb, L, float(L.max()), whole=True)
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg(drawn, SIDE)).decode()}"
