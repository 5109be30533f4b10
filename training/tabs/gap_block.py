"""The gap picture on a page: two plots, the picture that is pointed at, numbers, what they mean."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr
from gradio.components import Component

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.tabs.faults import toasting
from attention.tabs.languages import label
from training.gap.chart import (
    MOST_SIGNS,
    gap_chart,
    notes_of,
    numbers_table,
    reading,
    said_of,
    signed_classes,
)
from training.gap.kept import file_of, large_picture
from training.gap.plane import PROJECTIONS
from training.gap.record import Gap
from training.gap.vectors import Space
from training.tabs.figure_block import drawn, table_html

CARD = ASSETS / "page" / "gap.js"
SPACES: tuple[Space, ...] = ("features", "energies")  # side by side
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
Found = tuple[Gap, bytes]


@dataclass(frozen=True)
class GapBlock:
    """outputs: filled by show(what was found) · clip: the clip that was pressed, as its set names it:
    {"set", "model", "name"} · opened: the event after which it is there.
    """

    outputs: list[Any]
    show: Callable[[Found | None], list[Any]]
    clip: gr.State
    opened: Any


def gap_block(
    name: str, find: Callable[..., Found | None], given: Sequence[Component] = ()
) -> GapBlock:
    """Builds it, hidden until `show` is given a gap.

    name: of its elements · find: what is to be seen, from the values of `given`; asked again whenever
    another CNN or projection is chosen, so it must not compute.
    """
    with gr.Column(visible=False, elem_id=f"{name}-body") as body:
        said = gr.HTML("", elem_id=f"{name}-said", elem_classes=["gap-said"])
        table = gr.HTML("", elem_id=f"{name}-table")
        meaning = gr.HTML("", elem_id=f"{name}-meaning", elem_classes=["gap-said"])
        with gr.Row(elem_classes=["gap-controls"]):
            network = gr.Radio([], label=label("gap.through"), elem_id=f"{name}-network")
            projection = gr.Radio(
                list(PROJECTIONS),
                value=PROJECTIONS[0],
                label=label("gap.by"),
                elem_id=f"{name}-projection",
            )
            signs = gr.Dropdown([], multiselect=True, visible=False, elem_id=f"{name}-signs")
        with gr.Row(elem_classes=["gap-plots"]):
            columns = [_column(name, space) for space in SPACES]
    # outside, so that an address finds it before the picture is there
    card = gr.HTML(
        value=None,
        html_template="<div class='gap-card' hidden></div>",
        js_on_load=CARD.read_text(encoding="utf-8"),
        apply_default_css=False,
        elem_id=f"{name}-card",
    )
    large = gr.HTML("", elem_id=f"{name}-large", elem_classes=["gap-large"])
    caption = gr.HTML("", elem_id=f"{name}-caption", elem_classes=["gap-caption"])
    clip = gr.State(None)
    drawings = [part for column in columns for part in column]
    controls = [network, projection, signs]

    def redraw(through: str, by: str, classes: Sequence[str] | None, *values: Any) -> list[Any]:
        with toasting():
            found = find(*values)
            if found is None:
                return [gr.skip()] * (1 + len(drawings))
            return [_captions(found[0], by), *_drawn(found[0], through, by, classes)]

    def show(found: Found | None) -> list[Any]:
        if found is None:
            kept = [gr.skip()] * (len(outputs) - 4)
            return [gr.Column(visible=False), None, "", "", *kept]
        gap, sheet = found
        question, *meanings = said_of(gap) or ("",)
        return [
            gr.Column(visible=True),
            card_value(name, gap, sheet),
            "",
            _captions(gap, PROJECTIONS[0]),
            _sentences((say("gap.intro"), question), "caption"),
            table_html(numbers_table(gap), say("gap.title")),
            _sentences(meanings, "caption quiet"),
            *_choices(gap),
            *_drawn(gap, gap.networks[0], PROJECTIONS[0], None),
        ]

    outputs = [body, card, large, caption, said, table, meaning, *controls, *drawings]
    gr.on(
        [one.input for one in controls],
        redraw,
        [*controls, *given],
        [caption, *drawings],
        trigger_mode="always_last",  # who chooses quickly sees what was chosen last
        **QUIET,
    )
    card.click(_enlarged, None, large, trigger_mode="always_last", **QUIET)
    opened = card.input(_clip, None, clip, **QUIET)
    return GapBlock(outputs, show, clip, opened)


def card_value(name: str, gap: Gap, sheet: bytes) -> dict[str, Any]:
    """What the card under the plots needs: every picture, small, and what is said of it."""
    picture = base64.b64encode(sheet).decode()
    return {
        "plots": [f"{name}-{space}" for space in SPACES],
        "set": gap.source,
        "model": gap.model,
        "concepts": list(gap.concepts),
        "shots": [
            [s.name, s.label, s.domain, [[one.concept, f"{one.energy:.2f}"] for one in s.strongest]]
            for s in gap.shots
        ],
        "columns": gap.columns,
        "rows": -(-len(gap.shots) // gap.columns),
        "sheet": f"data:image/jpeg;base64,{picture}",
        "words": {
            "still": say("gap.still"),
            "frame": say("gap.frame"),
            "networks": [say(f"gap.{network}") for network in gap.networks],
            "strongest": say("gap.said_strongest", concept="{concept}", energy="{energy}"),
            "slider": say("gap.slider"),
            "enlarge": say("gap.enlarge"),
            "maps": say("gap.maps"),
            "tap": say("gap.tap"),
        },
    }


def _column(name: str, space: str) -> tuple[gr.HTML, gr.Plot]:
    with gr.Column(min_width=300):
        title = gr.HTML("", elem_id=f"{name}-{space}-title")
        plot = gr.Plot(
            show_label=False,
            container=False,
            elem_id=f"{name}-{space}",
            elem_classes=["curve-plot"],
        )
    return title, plot


def _choices(gap: Gap) -> tuple[gr.Radio, gr.Radio, gr.Dropdown]:
    times = {"web": say("gap.before"), "tuned": say("gap.after")}
    alone = [(say("gap.web"), "web")]
    networks = [(times[n], n) for n in gap.networks] if len(gap.networks) > 1 else alone
    there = [gap.concepts[c] for c in sorted({shot.label for shot in gap.shots})]
    many = len(there) > MOST_SIGNS
    return (
        gr.Radio(networks, value=gap.networks[0]),
        gr.Radio(value=PROJECTIONS[0]),
        gr.Dropdown(
            there,
            value=[gap.concepts[c] for c in signed_classes(gap, None)],
            multiselect=True,
            label=say("gap.signs", most=MOST_SIGNS),
            max_choices=MOST_SIGNS,
            visible=many,
        ),
    )


def _drawn(gap: Gap, network: Any, projection: Any, classes: Sequence[str] | None) -> list[Any]:
    """Title and plot of each space; the title says to a screen reader what is to be seen."""
    signed = [gap.concepts.index(name) for name in classes or () if name in gap.concepts]
    values: list[Any] = []
    for space in SPACES:
        chart = gap_chart(gap, network, space, projection, signed or None)
        title = say(f"gap.{space}")
        told = f"<p class='unseen'>{escape(f'{chart.title}. {chart.alt}')}</p>"
        values += [f"<h3>{escape(title[:1].upper() + title[1:])}</h3>{told}", gr.Plot(drawn(chart))]
    return values


def _captions(gap: Gap, projection: Any) -> str:
    notes = _sentences(notes_of(gap), "caption quiet")
    return _sentences(reading(projection), "caption") + notes


def _sentences(said: Sequence[str], kind: str) -> str:
    return "".join(f"<p class='{kind}'>{escape(sentence)}</p>" for sentence in said if sentence)


# gradio finds the event by the annotation of a plain function
def _enlarged(event: gr.EventData) -> str:
    told = event._data if isinstance(event._data, dict) else {}
    with toasting():
        still = file_of(str(told.get("set")), str(told.get("name")), "still")
        picture = base64.b64encode(large_picture(still.path)).decode()
    concept, _, file = str(told["name"]).partition("/")
    words = escape(say("gap.large", concept=concept, side=say("gap.still"), name=file))
    return (
        f"<figure><img src='data:image/jpeg;base64,{picture}' alt='{words}'>"
        f"<figcaption>{words}</figcaption></figure>"
    )


def _clip(event: gr.EventData) -> dict[str, str]:
    told = event._data if isinstance(event._data, dict) else {}
    asked = {key: str(told.get(key)) for key in ("set", "model", "name")}
    with toasting():
        file_of(asked["set"], asked["name"], "frame")
    return asked
