"""The part of the Data tab that leafs through Figure 1: stills beside video frames, class by class."""

from collections.abc import Callable
from html import escape

import gradio as gr

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.tabs.faults import toasting
from attention.tabs.languages import label
from training.data.naming import DRAWN
from training.data.sets import set_folder, source_of
from training.data.thumbnails import thumbnails
from training.tabs.data.element import LIGHT, Part, Values
from training.tabs.data.figure1 import Facts, figure1, page_of

SCRIPT = ASSETS / "page" / "figure1.js"
FIRST_SEED = 1


def leafing(chosen: gr.Dropdown) -> Part:
    """Builds it."""
    gr.HTML(label("data.figure1"), elem_classes="data-heading")
    with gr.Row(elem_id="data-leaf"):
        concept = gr.Radio(
            [all_classes()], value="", label=label("data.class"), elem_id="data-class", scale=4
        )
        seed = gr.Number(
            FIRST_SEED,
            precision=0,
            minimum=0,
            label=label("data.order"),
            elem_id="data-seed",
            scale=1,
            min_width=90,
        )
        with gr.Column(scale=1, min_width=220, elem_id="data-pages"):
            place = gr.HTML("", elem_id="data-place")
            with gr.Row():
                back = gr.Button(label("data.back"), size="sm", min_width=60, elem_id="data-back")
                shuffle = gr.Button(
                    label("data.shuffle"), size="sm", min_width=60, elem_id="data-shuffle"
                )
                forth = gr.Button(label("data.next"), size="sm", min_width=60, elem_id="data-next")
    number = gr.State(0)
    figure = gr.HTML("", js_on_load=SCRIPT.read_text(encoding="utf-8"), elem_id="data-figure")

    leaf = [number, place, figure, back, forth]
    given = [chosen, concept, seed, number]
    gr.on([concept.input, seed.input], _turned(None), given, leaf, **LIGHT)
    shuffle.click(_shuffled, [chosen, concept, seed], [seed, *leaf], **LIGHT)
    back.click(_turned(-1), given, leaf, **LIGHT)
    forth.click(_turned(+1), given, leaf, **LIGHT)

    def fill(name: str) -> Values:
        classes = gr.Radio([all_classes(), *((c, c) for c in source_of(name).concepts)], value="")
        return classes, FIRST_SEED, *leaf_views(name, None, FIRST_SEED, 0)

    return Part((concept, seed, *leaf), fill)


def all_classes() -> tuple[str, str]:
    """The choice of every class at once."""
    return say("data.all"), ""


def leaf_views(name: str, concept: str | None, seed: float | None, number: int) -> Values:
    """A page of Figure 1: its number, that in words, its pictures, whether there are others."""
    source = source_of(name)
    page = page_of(source, concept or None, max(0, int(seed or 0)), number)
    facts = Facts(source, set_folder(name), drawn=name == DRAWN)
    pictures = thumbnails(page.paths, trusted=name == DRAWN)
    return (
        page.number,
        f"<p>{escape(say('data.page', page=f'{page.number + 1:,}', pages=f'{page.pages:,}'))}</p>",
        figure1(page, source, pictures, facts.about),
        gr.Button(interactive=page.number > 0),
        gr.Button(interactive=page.number + 1 < page.pages),
    )


def _shuffled(name: str, concept: str | None, seed: float | None) -> Values:
    with toasting():
        following = int(seed or 0) + 1
        return following, *leaf_views(name, concept, following, 0)


def _turned(step: int | None) -> Callable[..., Values]:
    """What shows the page `step` further; the first for None."""

    def turned(name: str, concept: str | None, seed: float | None, number: int) -> Values:
        with toasting():
            return leaf_views(name, concept, seed, 0 if step is None else number + step)

    return turned
