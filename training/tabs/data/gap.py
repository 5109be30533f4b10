"""The part of the Data tab that draws the gap between a set's stills and the frames of its clips."""

from collections.abc import Iterator
from html import escape

import gradio as gr

from attention.catalogue.catalogue import say
from attention.errors import InputError
from attention.serving.looking import Progress
from attention.serving.offered import offered_models
from attention.serving.turns import Desk, RunningLook, Stopped
from attention.tabs.cards import failed, progress_card
from attention.tabs.faults import toasting
from attention.tabs.languages import label
from attention.tabs.lines import LOOKS
from training.data.sets import source_of
from training.gap.kept import Tell, kept_gap, made_gap
from training.tabs.data.element import LIGHT, Part, Values
from training.tabs.gap_block import Found, GapBlock, gap_block

EVERYDAY = "imagenet"  # looks at any set, before anything is trained


def gap_part(chosen: gr.Dropdown) -> tuple[Part, GapBlock]:
    """Builds it; what was measured before is shown at once, else a button measures it."""
    gr.HTML(label("gap.heading"), elem_classes="data-heading", elem_id="gap-title")
    with gr.Row(elem_classes=["gap-controls"]):
        model = gr.Dropdown([], label=label("gap.seen_by"), elem_id="gap-model", scale=2)
        draw = gr.Button(label("gap.draw"), variant="primary", size="sm", elem_id="gap-draw")
        stop = gr.Button(
            label("gap.stop"), size="sm", variant="stop", visible=False, elem_id="gap-stop"
        )
    status = gr.HTML("", elem_id="gap-status", elem_classes=["gap-status"])
    block = gap_block("gap", _kept, [chosen, model])
    desk = gr.State(Desk())
    outputs = [status, draw, stop, *block.outputs]

    def seen(name: str, through: str | None) -> Values:
        with toasting():
            return _shown(block, _kept(name, through))

    def ask(desk: Desk, name: str, through: str | None) -> Iterator[Values]:
        yield from _asked(block, desk, name, through)

    def fill(name: str) -> Values:
        models = models_for(name)
        first = models[0] if models else None
        return gr.Dropdown(models, value=first), *_shown(block, _kept(name, first))

    model.input(seen, [chosen, model], outputs, trigger_mode="always_last", **LIGHT)
    draw.click(
        ask, [desk, chosen, model], outputs, **LOOKS, show_progress="hidden",
        api_visibility="private",
    )  # fmt: skip
    stop.click(_stopped, desk, [status, draw, stop], **LIGHT)
    return Part((model, *outputs), fill), block


def models_for(name: str) -> list[str]:
    """The models that can look at a set: those that know its classes, and the one of everyday things."""
    concepts = source_of(name).concepts
    offered = offered_models()
    own = [m for m, card in offered.items() if tuple(card.concepts) == concepts]
    return [*own, *(m for m in (EVERYDAY,) if m in offered and m not in own)]


def _kept(name: str, model: str | None) -> Found | None:
    return kept_gap(name, model) if model else None


def _asked(block: GapBlock, desk: Desk, name: str, model: str | None) -> Iterator[Values]:
    waiting = [gr.skip()] * len(block.outputs)
    buttons = gr.Button(interactive=False), gr.Button(visible=True)
    idle = gr.Button(interactive=True), gr.Button(visible=False)
    try:
        yield progress_card(None, name), *buttons, *waiting

        def measure(tell: Tell) -> Found:
            return made_gap(name, str(model), tell)

        for said in desk.put(RunningLook(measure)):
            if isinstance(said, Stopped):
                yield gr.skip(), *idle, *waiting
            elif said is None or isinstance(said, Progress):
                yield progress_card(said, name, "step"), *buttons, *waiting
            else:
                yield _shown(block, said)
    except InputError as error:
        yield failed(str(error)), *idle, *waiting


def _shown(block: GapBlock, found: Found | None) -> Values:
    status = "" if found else f"<p class='note' role='status'>{escape(say('gap.not_yet'))}</p>"
    buttons = gr.Button(visible=found is None, interactive=True), gr.Button(visible=False)
    return status, *buttons, *block.show(found)


def _stopped(desk: Desk) -> Values:
    cut_short = desk.clear()
    status = f"<p class='note' role='status'>{escape(say('gap.stopped'))}</p>"
    return status if cut_short else gr.skip(), gr.Button(interactive=True), gr.Button(visible=False)
