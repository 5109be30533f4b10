"""The Heatmaps tab: choose a clip, see what each method says, where it looks, and when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import gradio as gr
from gradio.components import Component

from attention.catalogue.catalogue import say
from attention.serving.looking import Looked
from attention.serving.offered import offered_models
from attention.serving.shelf import Shelf
from attention.serving.turns import Desk
from attention.serving.workroom import Workroom
from attention.tabs.heatmaps.asking import answered, stopped
from attention.tabs.heatmaps.elements import Parts, card_of, laid_out, model_choices
from attention.tabs.heatmaps.events import (
    Asked,
    Shown,
    linked,
    look_again,
    look_at_asked,
    look_at_own,
    look_with,
    shelved,
)
from attention.tabs.heatmaps.exports import VIEW_OF_PLAYER, exported
from attention.tabs.heatmaps.samples import sample_buttons
from attention.tabs.heatmaps.truth import told_truth, truths
from attention.tabs.languages import in_its_language
from attention.tabs.lines import LOOKS
from attention.tabs.named import model_words

LIGHT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**LIGHT, "concurrency_limit": 16}  # nobody waits for anybody else's
DOWNLOAD = "() => document.querySelector('#export-file')?.click()"


@dataclass(frozen=True)
class Chosen:
    """What other tabs follow: the look in hand (Looked or None); and how they have a clip looked at.

    open_clip: listen, such as a button's click · find, which names the clip for what a component holds.
    """

    looked: gr.State
    open_clip: Callable[[Callable[..., Any], Callable[[Any], Asked], Component], Any]


def heatmaps_tab(workroom: Workroom, shelf: Shelf, demo: gr.Blocks) -> Chosen:
    """Builds the tab."""
    parts = laid_out()
    _on_new_clips(parts, workroom)
    _on_ready_ones(parts, shelf, demo)
    _on_exports(parts, workroom)
    _on_truth(parts, workroom)
    heavy: dict[str, Any] = {**LIGHT, **LOOKS, "outputs": [*parts.shown, parts.model]}
    return Chosen(
        parts.looked,
        lambda listen, find, given: listen(
            partial(look_at_asked, workroom, find), [parts.desk, given], **heavy
        ),
    )


def _on_new_clips(parts: Parts, workroom: Workroom) -> None:
    """What has to be looked at first: with progress, until it is stopped or another is chosen."""
    heavy: dict[str, Any] = {**LIGHT, **LOOKS, "outputs": parts.shown}
    inputs = [parts.desk, parts.looked, parts.model, parts.every]
    parts.again.click(partial(look_again, workroom), inputs, **heavy)

    # gradio finds the event by the annotation of a plain function
    def ask(desk: Desk, looked: Looked | None, model: str, event: gr.EventData) -> Iterator[Shown]:
        yield from answered(workroom, desk, looked, model, event._data)

    parts.picture.input(ask, inputs[:3], **heavy)
    # "input" comes twice for one click of the mouse, and for a name typed and taken back
    parts.model.change(partial(look_with, workroom), inputs, **heavy)
    heavy |= {"outputs": [*parts.shown, parts.model]}
    parts.upload.upload(partial(look_at_own, workroom), [parts.upload, *inputs], **heavy)
    parts.webcam.input(partial(look_at_own, workroom), [parts.webcam, *inputs], **heavy)
    # emptied at once, it takes the next clip
    parts.upload.upload(lambda: None, outputs=parts.upload, **LIGHT)
    parts.stop.click(stopped, inputs[:2], [parts.status, parts.picture], **AT_ONCE)


def _on_ready_ones(parts: Parts, shelf: Shelf, demo: gr.Blocks) -> None:
    """Samples, links and model cards: they show at once, in place of what is looked at."""
    model = parts.model

    # gradio finds the event and the request by the annotations of a plain function
    def choose_sample(desk: Desk, event: gr.EventData) -> Shown:
        told = event._data if isinstance(event._data, dict) else {}
        desk.clear()
        return shelved(shelf, linked(str(told.get("sample"))))

    def row(request: gr.Request) -> str:
        return sample_buttons(shelf.thumbnails(), linked(request.query_params.get("clip", "")).key)

    def follow_link(request: gr.Request) -> Shown:
        key, wanted, own = (request.query_params.get(n, "") for n in ("clip", "model", "own"))
        sample = linked(key)
        looked, status, *rest = shelved(shelf, sample, opening=not (key or own))
        if own and not key:
            status = _note(say("heatmaps.not_here", own=escape(own[:80])))
        elif key not in {"", sample.key}:
            status = _note(say("heatmaps.no_sample", clip=escape(key), title=escape(sample.title)))
        elif key and wanted and wanted not in offered_models():
            usual = escape(model_words(sample.model, offered_models()[sample.model], "title"))
            gone = {"model": escape(wanted[:80]), "title": escape(sample.title), "usual": usual}
            gr.Warning(say("heatmaps.no_model", **gone))  # the status is emptied for its own model
        elif key and wanted and wanted != sample.model:
            # that it changes has the clip looked at
            chosen = gr.Dropdown(value=wanted, choices=model_choices())
            return (looked, status, gr.skip(), gr.skip(), gr.skip(), chosen)
        return (looked, status, *rest)

    demo.load(row, outputs=parts.gallery, **AT_ONCE)
    parts.gallery.click(choose_sample, parts.desk, [*parts.shown, model], **AT_ONCE)
    in_its_language(demo, {model: model_choices})
    gr.on([model.change, demo.load], card_of, model, parts.card, **LIGHT)
    model.focus(lambda: gr.Dropdown(choices=model_choices()), outputs=model, **LIGHT)
    demo.load(follow_link, outputs=[*parts.shown, model], **AT_ONCE)


def _note(said: str) -> str:
    return f"<p class='note' role='status'>{said}</p>"


def _on_exports(parts: Parts, workroom: Workroom) -> None:
    view = gr.Textbox(visible="hidden")  # filled by the page's script when a button is pressed
    for kind, button in parts.exports.items():
        made = button.click(
            partial(exported, workroom, kind),
            [parts.looked, view],
            [parts.status, parts.file],
            js=VIEW_OF_PLAYER,
            concurrency_id="export",
            concurrency_limit=4,
            **LIGHT,
        )
        made.success(None, js=DOWNLOAD, api_visibility="private")


def _on_truth(parts: Parts, workroom: Workroom) -> None:
    """Whose own clip it is knows what it truly shows; right, wrong and Figure 6 follow from that."""
    parts.looked.change(truths, parts.looked, parts.truth, **LIGHT)
    parts.truth.input(
        partial(told_truth, workroom), [parts.looked, parts.truth], parts.shown, **LIGHT
    )
