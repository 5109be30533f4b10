"""The Learn tab: eight steps that predict, try and explain, on the real player."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from attention.catalogue.languages import speaking
from attention.disk.home import ASSETS
from attention.probe.shift.registry import shifts
from attention.serving.shelf import Shelf
from attention.serving.turns import Desk
from attention.serving.workroom import Workroom
from attention.tabs.faults import toasting
from attention.tabs.languages import label
from attention.tabs.lines import LOOKS
from attention.tabs.player import dial_row, player_value
from training.fit.settings import BETA, MARGIN
from training.gap.kept import shipped_gap
from training.tabs.gap_block import gap_block
from training.tabs.learn.dial import dialled
from training.tabs.learn.distances import distances
from training.tabs.learn.facts import clip_of, square_boxes
from training.tabs.learn.figures import forgotten, stills, sweeps
from training.tabs.learn.room import class_room, guide
from training.tabs.learn.steps import told

LESSON = ASSETS / "lesson"
CLIPS = ("handshake-0", "high_five-0", "hug-0", "kiss-0")
# in the order in which they lean on each other
SCRIPTS = (
    "page", "cells", "clips", "film", "progress", "question", "stills", "draw", "map", "window", "verdict",
    "triplets", "labels", "doubt", "lesson",
)  # fmt: skip
START = """
    const lesson = AttentionLesson.mount(element.querySelector(".attention-lesson"));
    lesson.ask = (request) => trigger("input", request);
    lesson.open(props.value);
    watch("value", () => lesson.open(props.value));
"""
# what the network says of a turned dial, for the step that asked
ANSWERED = """watch("value", () =>
    document.dispatchEvent(new CustomEvent("lesson:dialled", { detail: props.value })));"""
# leads to where concepts of one's own are learned, and opens it
TO_OWN = """() => {
    document.querySelector("#tabs button[role=tab][data-tab-id=heatmaps]")?.click();
    setTimeout(() => {
        const block = document.querySelector("#own");
        block?.querySelector("button.label-wrap:not(.open)")?.click();
        block?.scrollIntoView({ block: "start" });
    }, 200);
}"""


def learn_tab(tab: gr.Tab, workroom: Workroom, shelf: Shelf) -> None:
    """Builds the tab; the lesson comes when it is first opened, in the language of who opens it."""
    lesson = gr.HTML(
        value=None,
        html_template='<div class="attention-lesson"></div>',
        js_on_load=START,
        apply_default_css=False,
        elem_id="lesson",
    )
    said = gr.HTML(
        value=None, html_template="<div></div>", js_on_load=ANSWERED, apply_default_css=False
    )
    desk = gr.State(Desk())

    # gradio finds the event by the annotation of a plain function
    def ask(desk: Desk, event: gr.EventData) -> Iterator[dict[str, Any]]:
        yield from dialled(workroom, shelf, desk, event._data)

    lesson.input(ask, desk, said, show_progress="hidden", api_visibility="private", **LOOKS)
    with gr.Column(elem_id="lesson-gap"):  # below the first step, once its answer is locked
        gr.HTML(label("gap.heading"), elem_classes="data-heading")
        gap = gap_block("learn-gap", shipped_gap)
    own = gr.Button(label("own.title"), size="sm", elem_id="lesson-own")
    own.click(None, js=TO_OWN, show_progress="hidden", api_visibility="private")
    guidance = class_room()
    here = gr.State(False)
    came = tab.select(
        partial(opened, shelf),
        here,
        [lesson, here, guidance],
        show_progress="hidden",
        api_visibility="private",
        concurrency_limit=4,
    )
    came.then(
        lambda: gap.show(shipped_gap()),
        outputs=gap.outputs,
        show_progress="hidden",
        api_visibility="private",
    )


def opened(shelf: Shelf, here: bool) -> tuple[Any, bool, Any]:
    """The lesson and the teacher's guide for a page that does not have them yet."""
    if here:
        return gr.skip(), True, gr.skip()
    with toasting():
        return lesson_value(shelf), True, guide(speaking())


def lesson_value(shelf: Shelf) -> dict[str, Any]:
    """All that the lesson's script needs: words with their numbers, where packs are, tables."""
    return {
        "steps": list(told(speaking())),
        "clips": {key: _clip(shelf, key) for key in CLIPS},
        "stills": stills(CLIPS),
        "sweeps": sweeps(),
        "shifts": [dial_row(shift) for shift in shifts()],
        "weights": forgotten(),
        "margin": MARGIN,
        "beta": BETA,
        "distances": distances(CLIPS),
    }


def _clip(shelf: Shelf, key: str) -> dict[str, Any]:
    """A sample for the player, with the true box of each frame."""
    sample, _ = clip_of(key)
    value = player_value(shelf.looked(sample).pack)
    return {**value, "boxes": square_boxes(key), "title": sample.title}


def lesson_script() -> str:
    """The lesson's scripts; the player's come before them."""
    return "\n".join((LESSON / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
