"""The samples as buttons: a picture, the title, and what is to be seen in a word or two."""

import base64
import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

from attention.serving.samples import Sample

WHY_DRAWN = (
    "These people are drawn by this project: films of real ones may not be shipped. To look at real ones, "
    "drop a clip of your own above, or add a set such as TVHI or UCF101 under Data; RESULTS.md and Curves "
    "have what was measured on real clips."
)


def sample_buttons(thumbnails: Iterable[tuple[Sample, Path]], chosen: str = "") -> str:
    """All samples in one row, the drawn ones first, with why they are drawn. chosen: a key."""
    known = list(thumbnails)
    drawn = "".join(_button(sample, path, chosen) for sample, path in known if sample.drawn)
    real = "".join(_button(sample, path, chosen) for sample, path in known if not sample.drawn)
    why = (
        f"<details class='notes'><summary>drawn</summary><div class='about'><p>{WHY_DRAWN}</p></div>"
        "</details>"
    )
    return (
        f"<h2 class='unseen'>Samples</h2><div class='sample-row'>{why}<div class='samples' tabindex='0' "
        f"role='group' aria-label='Samples'>{drawn}<span class='head'>real</span>{real}</div></div>"
    )


def _button(sample: Sample, thumbnail: Path, chosen: str) -> str:
    picture = base64.b64encode(thumbnail.read_bytes()).decode()
    pressed = "true" if sample.key == chosen else "false"
    return (
        f"<button type='button' class='sample' aria-pressed='{pressed}' "
        f"data-pick='{escape(json.dumps({'sample': sample.key}))}'>"
        f"<img src='data:image/jpeg;base64,{picture}' alt=''><span class='title'>{escape(sample.title)}"
        f"</span><span class='story'>{escape(sample.story)}</span></button>"
    )
