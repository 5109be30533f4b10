"""The Heatmaps tab: choose a clip, see what each method says, where it looks, and when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from attention.errors import InputError, full_disk_told
from attention.tabs.cards import progress_card, timing_line, verdict_cards
from attention.tabs.exports import export
from attention.tabs.heatmap_parts import Parts, card_of, laid_out, model_choices
from attention.tabs.looking import (
    Looked,
    Workroom,
    look,
    look_along,
    offered_models,
)
from attention.tabs.player import player_value
from attention.tabs.samples import Sample, samples
from attention.tabs.shelf import Shelf

NO_SUCH_CLIP = "<p class='note' role='status'>There is no sample '{key}' here; this is {title}.</p>"
LIGHT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
DOWNLOAD = "() => document.querySelector('#export-file')?.click()"


@dataclass(frozen=True)
class Chosen:
    """What other tabs follow: the look in hand (Looked or None), and the model."""

    looked: gr.State
    model: gr.Dropdown


def heatmaps_tab(workroom: Workroom, shelf: Shelf, demo: gr.Blocks) -> Chosen:
    """Builds the tab."""
    parts = laid_out(shelf)
    _on_new_clips(parts, workroom)
    _on_ready_ones(parts, shelf, demo)
    _on_exports(parts, workroom)
    return Chosen(parts.looked, parts.model)


def _on_new_clips(parts: Parts, workroom: Workroom) -> None:
    """What has to be looked at first: one at a time, with progress, until it is stopped."""
    run = partial(_look, workroom)
    heavy: dict[str, Any] = {
        "outputs": parts.shown,
        "concurrency_id": "model",
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    events = [
        parts.upload.upload(run, [parts.upload, parts.model, parts.every], **heavy),
        parts.webcam.input(run, [parts.webcam, parts.model, parts.every], **heavy),
        parts.again.click(
            partial(_look_again, workroom), [parts.looked, parts.model, parts.every], **heavy
        ),
        # "input" comes twice for one click of the mouse, and for a name typed and taken back
        parts.model.change(
            partial(_look_with, workroom), [parts.looked, parts.model, parts.every], **heavy
        ),
    ]
    # emptied at once, it takes the next clip
    parts.upload.upload(lambda: None, outputs=parts.upload, **LIGHT)
    parts.stop.click(
        lambda: "<p class='note'>Stopped. Choose a clip to go on.</p>",
        outputs=parts.status,
        cancels=events,
        api_visibility="private",
    )


def _on_ready_ones(parts: Parts, shelf: Shelf, demo: gr.Blocks) -> None:
    """Samples, links and model cards: they show at once."""
    model = parts.model

    # gradio finds the event and the request by the annotations of a plain function
    def choose_sample(event: gr.SelectData) -> Shown:
        return _shelved(shelf, samples()[int(event.index)])

    def follow_link(request: gr.Request) -> Shown:
        key, wanted = (request.query_params.get(name, "") for name in ("clip", "model"))
        sample = _linked(key)
        looked, status, *rest = _shelved(shelf, sample)
        if key not in {"", sample.key}:
            status = NO_SUCH_CLIP.format(key=escape(key), title=escape(sample.title))
        elif key and wanted != sample.model and wanted in offered_models():
            # that it changes has the clip looked at
            chosen = gr.Dropdown(value=wanted, choices=model_choices())
            return (looked, status, gr.skip(), gr.skip(), gr.skip(), chosen)
        return (looked, status, *rest)

    parts.gallery.select(choose_sample, outputs=[*parts.shown, model], **LIGHT)
    model.change(card_of, model, parts.card, **LIGHT)
    model.focus(lambda: gr.Dropdown(choices=model_choices()), outputs=model, **LIGHT)
    demo.load(follow_link, outputs=[*parts.shown, model], **LIGHT)


def _on_exports(parts: Parts, workroom: Workroom) -> None:
    for kind, button in parts.exports.items():
        made = button.click(
            _exporter(workroom, kind),
            parts.looked,
            parts.file,
            concurrency_id="export",
            concurrency_limit=1,
            api_visibility="private",
        )
        made.success(None, js=DOWNLOAD, api_visibility="private")


Shown = tuple[Any, ...]


def _look(
    workroom: Workroom, clip: str | None, model: str, every: float, sample: Sample | None = None
) -> Iterator[Shown]:
    """Looks at a clip and yields what the page shows meanwhile and at the end."""
    if not clip:
        raise gr.Error("Choose a sample or upload a clip first.", print_exception=False)
    path = Path(clip)
    yield _waiting(progress_card(None, path.name))
    try:
        with full_disk_told():
            folder = workroom.new_folder()
        start = partial(look, path, model, folder, every=int(every), sample=sample)
        for said in look_along(lambda on_progress: start(on_progress=on_progress)):
            if isinstance(said, Looked):
                yield _done(said)
            else:
                yield _waiting(progress_card(said, path.name))
    except InputError as error:
        yield _waiting(f"<p class='note error' role='alert'>{escape(str(error))}</p>")
        raise gr.Error(str(error), print_exception=False) from None


def _look_again(
    workroom: Workroom, looked: Looked | None, model: str, every: float
) -> Iterator[Shown]:
    if looked is None:
        raise gr.Error("Choose a sample or upload a clip first.", print_exception=False)
    sample = next((s for s in samples() if s.key == looked.sample), None)
    card = offered_models().get(model)
    if sample and sample.truth not in (card.concepts if card else ()):
        sample = replace(sample, truth=None)  # it means nothing to this model
    yield from _look(workroom, str(looked.clip), model, every, sample)


def _look_with(
    workroom: Workroom, looked: Looked | None, model: str, every: float
) -> Iterator[Shown]:
    """Looks again, at a sample's own frames, once another model is chosen.

    A sample comes with a look through its own; back at the model of what is shown, what went wrong
    with another is of no interest.
    """
    if looked is None or looked.model == model:
        yield _waiting("" if looked else gr.skip())
    else:
        own = next((s.every for s in samples() if s.key == looked.sample), every)
        yield from _look_again(workroom, looked, model, own)


def _linked(key: str) -> Sample:
    """The sample that the page's address names, or the first."""
    return next((sample for sample in samples() if sample.key == key), samples()[0])


def _shelved(shelf: Shelf, sample: Sample) -> Shown:
    return (*_done(shelf.looked(sample)), sample.model)


def _done(looked: Looked) -> Shown:
    analysis = looked.analysis()
    return (
        looked,
        "",
        verdict_cards(analysis),
        player_value(looked.pack, link=_link(looked)),
        timing_line(analysis),
    )


def _link(looked: Looked) -> dict[str, str | None]:
    """What the page's address needs to lead back to this look, if it is one at a sample."""
    own = next((sample.model for sample in samples() if sample.key == looked.sample), None)
    return {
        "clip": looked.sample,
        "model": looked.model if own not in (None, looked.model) else None,
    }


def _waiting(status: str) -> Shown:
    return (gr.skip(), status, gr.skip(), gr.skip(), gr.skip())


def _exporter(workroom: Workroom, kind: str) -> Callable[..., str]:
    def export_look(looked: Looked | None, progress: gr.Progress = gr.Progress()) -> str:
        if looked is None:
            raise gr.Error("Choose a clip first; then it can be exported.", print_exception=False)

        def on_progress(done: int, expected: int | None) -> None:
            progress((done, expected), desc="Writing the film", unit="frames")

        try:
            with full_disk_told():
                return str(export(kind, looked, workroom.new_folder(), on_progress))
        except InputError as error:
            raise gr.Error(str(error), print_exception=False) from None

    return export_look
