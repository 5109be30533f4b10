"""What the Heatmaps tab is made of, laid out from top to bottom; tab.py brings it to life."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS, own_models
from attention.media.suffixes import SUFFIXES
from attention.serving.offered import longest, offered_models
from attention.serving.samples import samples
from attention.serving.turns import Desk
from attention.tabs.cards import model_card
from attention.tabs.heatmaps.exports import EXPORTS
from attention.tabs.languages import label
from attention.tabs.named import model_words
from attention.tabs.player import player

CLIP_TYPES = ["video", "image", *sorted(SUFFIXES)]
LOW = 40  # pixels: what is chosen stands above the player, which is to be seen without scrolling
PICKS = ASSETS / "page" / "picks.js"


@dataclass(frozen=True)
class Parts:
    """What the tab is made of, from top to bottom."""

    looked: gr.State
    desk: gr.State
    gallery: gr.HTML
    upload: gr.File
    model: gr.Dropdown
    again: gr.Button
    stop: gr.Button
    status: gr.HTML
    verdicts: gr.HTML
    picture: gr.HTML
    truth: gr.Dropdown
    exports: dict[str, gr.Button]
    file: gr.DownloadButton
    timing: gr.HTML
    every: gr.Slider
    webcam: gr.Image
    card: gr.HTML

    @property
    def shown(self) -> list[Any]:
        """What a look changes: the outputs of Shown."""
        return [self.looked, self.status, self.verdicts, self.picture, self.timing]


def laid_out() -> Parts:
    """Puts the tab's parts on the page, showing the first sample's model."""
    return Parts(
        looked=gr.State(None),
        desk=gr.State(Desk()),
        **_choosing(),
        **_looking(),
        **_taking_away(),
        **_advanced(),
    )


def _choosing() -> dict[str, Any]:
    with gr.Row(elem_id="choose"):
        upload = gr.File(
            label=label("heatmaps.upload"),
            file_types=CLIP_TYPES,
            height=LOW,
            elem_id="upload",
            min_width=150,
        )
        model = gr.Dropdown(
            choices=model_choices(),
            value=samples()[0].model,
            label=label("heatmaps.model"),
            elem_id="model",
            min_width=150,
        )
    gallery = gr.HTML("", js_on_load=PICKS.read_text(encoding="utf-8"), elem_id="samples")
    return {"gallery": gallery, "upload": upload, "model": model}


def _looking() -> dict[str, Any]:
    with gr.Row(elem_id="waiting"):  # floats above the page, which never moves for it
        status = gr.HTML("", elem_id="status")
        stop = gr.Button(
            label("heatmaps.stop"), size="sm", variant="stop", elem_id="stop", scale=0, min_width=70
        )
    return {
        "status": status,
        "stop": stop,
        "verdicts": gr.HTML("", elem_id="verdicts"),
        "picture": player("player", dial=True),
    }


def _taking_away() -> dict[str, Any]:
    with gr.Row(elem_id="exports"):
        truth = gr.Dropdown(
            [],
            label=label("heatmaps.truth"),
            visible=False,
            min_width=200,
            elem_id="truth",
        )
        exports = {
            kind: gr.Button(label(f"heatmaps.{kind}"), size="sm", elem_id=f"export-{kind}")
            for kind in EXPORTS
        }
        file = gr.DownloadButton("file", visible="hidden", elem_id="export-file")
    return {
        "truth": truth,
        "exports": exports,
        "file": file,
        "timing": gr.HTML("", elem_id="timing"),
    }


def _advanced() -> dict[str, Any]:
    with gr.Accordion(label("heatmaps.advanced"), open=False, elem_id="advanced"):
        with gr.Row():
            every = gr.Slider(
                1,
                30,
                value=5,
                step=1,
                label=label("heatmaps.every"),
                info=label(f"heatmaps.every_{longest():.0f}"),
                elem_id="every",
            )
            again = gr.Button(label("heatmaps.again"), size="sm", elem_id="again")
            webcam = gr.Image(
                sources=["webcam"],
                type="filepath",
                label=label("heatmaps.webcam"),
                height=180,
                elem_id="webcam",
            )
            # gradio would decode the picture here, in the server, with all of Pillow's readers
            webcam.preprocess = path_of
        card = gr.HTML(card_of(samples()[0].model), elem_id="card")
    return {"every": every, "again": again, "webcam": webcam, "card": card}


def path_of(upload: Any) -> str | None:
    """The path of an uploaded picture, which nothing has opened yet."""
    return upload.path if upload else None


def model_choices() -> list[tuple[str, str]]:
    """(title, name) of every model on offer; a model trained here shows its name too."""
    own = own_models()
    titles = {name: model_words(name, card, "title") for name, card in offered_models().items()}
    return [(f"{title} · {name}" if name in own else title, name) for name, title in titles.items()]


def card_of(name: str) -> str:
    """What the page says of a model."""
    card = offered_models().get(name)
    return model_card(name, card) if card else f"<p class='note'>{say('heatmaps.removed')}</p>"
