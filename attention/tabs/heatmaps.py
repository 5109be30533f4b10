"""The Heatmaps tab: choose a clip, see what each method says, where it looks, and when."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from attention.errors import InputError, full_disk_told
from attention.home import own_models
from attention.tabs.cards import model_card, progress_card, timing_line, verdict_cards
from attention.tabs.exports import EXPORTS, export
from attention.tabs.looking import (
    LONGEST,
    Looked,
    Workroom,
    look,
    look_along,
    offered_models,
)
from attention.tabs.player import player, player_value
from attention.tabs.samples import Sample, samples
from attention.tabs.shelf import Shelf

CLIP_TYPES = ["video", "image"]
DOWNLOAD = "() => document.querySelector('#export-file')?.click()"


@dataclass(frozen=True)
class Chosen:
    """What other tabs follow: the look in hand (Looked or None), and the model."""

    looked: gr.State
    model: gr.Dropdown


def heatmaps_tab(workroom: Workroom, shelf: Shelf, demo: gr.Blocks) -> Chosen:
    """Builds the tab."""
    looked = gr.State(None)
    with gr.Row(elem_id="choose", equal_height=True):
        gallery = gr.Gallery(
            value=[(str(shelf.thumbnail(s)), s.title) for s in samples()],
            label="Sample clips",
            show_label=False,
            min_width=320,
            columns=8,
            height=128,
            allow_preview=False,
            object_fit="cover",
            interactive=False,
            buttons=[],
            elem_id="samples",
            scale=6,
        )
        upload = gr.File(
            label="Your clip or image",
            file_types=CLIP_TYPES,
            height=128,
            elem_id="upload",
            scale=3,
            min_width=240,
        )
        with gr.Column(scale=3, min_width=240):
            model = gr.Dropdown(
                choices=model_choices(),
                value=samples()[0].model,
                label="Model",
                elem_id="model",
            )
            with gr.Row():
                again = gr.Button("Look again", size="sm", elem_id="again")
                stop = gr.Button("Stop", size="sm", variant="stop", elem_id="stop")
    status = gr.HTML("", elem_id="status")
    verdicts = gr.HTML("", elem_id="verdicts")
    picture = player("player")
    with gr.Row(elem_id="exports"):
        buttons = {
            kind: gr.Button(label, size="sm", elem_id=f"export-{kind}")
            for kind, label in EXPORTS.items()
        }
        file = gr.DownloadButton("file", visible="hidden", elem_id="export-file")
    timing = gr.HTML("", elem_id="timing")
    with gr.Accordion("Advanced, webcam, about the model", open=False, elem_id="advanced"):
        with gr.Row():
            every = gr.Slider(
                1,
                30,
                value=5,
                step=1,
                label="Sampling step: one frame in",
                info=f"A clip's first {LONGEST:.0f} s are looked at here; the terminal has no such limit.",
                elem_id="every",
            )
            webcam = gr.Image(
                sources=["webcam"],
                type="filepath",
                label="Webcam: one picture",
                height=180,
                elem_id="webcam",
            )
        card = gr.HTML(_card_of(samples()[0].model), elem_id="card")

    shown = [looked, status, verdicts, picture, timing]
    run = partial(_look, workroom)
    heavy: dict[str, Any] = {
        "outputs": shown,
        "concurrency_id": "model",
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    events = [
        upload.upload(run, [upload, model, every], **heavy),
        webcam.input(run, [webcam, model, every], **heavy),
        gr.on(
            [again.click, model.input],
            partial(_look_again, workroom),
            [looked, model, every],
            **heavy,
        ),
    ]
    stop.click(
        lambda: "<p class='note'>Stopped. Choose a clip to go on.</p>",
        outputs=status,
        cancels=events,
        api_visibility="private",
    )
    light: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    # gradio finds the event and the request by the annotations of a plain function
    def choose_sample(event: gr.SelectData) -> Shown:
        return _shelved(shelf, samples()[int(event.index)])

    def follow_link(request: gr.Request) -> Shown:
        return _shelved(shelf, _linked(request.query_params.get("clip", "")))

    gallery.select(choose_sample, outputs=[*shown, model], **light)
    model.change(_card_of, model, card, **light)
    model.focus(lambda: gr.Dropdown(choices=model_choices()), outputs=model, **light)
    demo.load(follow_link, outputs=[*shown, model], **light)
    for kind, button in buttons.items():
        made = button.click(
            _exporter(workroom, kind),
            looked,
            file,
            concurrency_id="export",
            concurrency_limit=1,
            api_visibility="private",
        )
        made.success(None, js=DOWNLOAD, api_visibility="private")
    return Chosen(looked, model)


def model_choices() -> list[tuple[str, str]]:
    """(title, name) of every model on offer; a model trained here shows its name too."""
    own = own_models()
    return [
        (f"{card.title} · {name}" if name in own else card.title, name)
        for name, card in offered_models().items()
    ]


def _card_of(name: str) -> str:
    card = offered_models().get(name)
    return model_card(name, card) if card else "<p class='note'>This model was removed.</p>"


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
        sample = None  # its truth means nothing to this model
    yield from _look(workroom, str(looked.clip), model, every, sample)


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
        player_value(looked.pack, link={"clip": looked.sample}),
        timing_line(analysis),
    )


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
