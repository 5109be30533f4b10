"""The samples as buttons: a picture, the title, and what is to be seen in a word or two."""

import base64
import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

from attention.catalogue.catalogue import say
from attention.serving.samples import Sample
from attention.tabs.named import sample_story


def sample_buttons(thumbnails: Iterable[tuple[Sample, Path]], chosen: str = "") -> str:
    """All samples in one row, the drawn ones first, with why they are drawn. chosen: a key."""
    known = list(thumbnails)
    drawn = "".join(_button(sample, path, chosen) for sample, path in known if sample.drawn)
    real = "".join(_button(sample, path, chosen) for sample, path in known if not sample.drawn)
    why = (
        f"<details class='notes'><summary>{say('heatmaps.drawn')}</summary>"
        f"<div class='about'><p>{say('heatmaps.why_drawn')}</p></div></details>"
    )
    title = say("heatmaps.samples")
    return (
        f"<h2 class='unseen'>{title}</h2><div class='sample-row'>{why}<div class='samples' tabindex='0' "
        f"role='group' aria-label='{title}'>{drawn}<span class='head'>{say('heatmaps.real')}</span>"
        f"{real}</div></div>"
    )


def _button(sample: Sample, thumbnail: Path, chosen: str) -> str:
    picture = base64.b64encode(thumbnail.read_bytes()).decode()
    pressed = "true" if sample.key == chosen else "false"
    return (
        f"<button type='button' class='sample' aria-pressed='{pressed}' "
        f"data-pick='{escape(json.dumps({'sample': sample.key}))}'>"
        f"<img src='data:image/jpeg;base64,{picture}' alt=''><span class='title'>{escape(sample.title)}"
        f"</span><span class='story'>{escape(sample_story(sample))}</span></button>"
    )
