"""Whole-set Compare: the clips attention gets right and the CNN wrong (Figure 6), and the reverse."""

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr
import pandas as pd

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.methods.registry import plain_name
from attention.serving.workroom import Workroom
from attention.tabs.languages import label
from training.judge.paper import Curve
from training.report.curves import curve_name
from training.report.disagreement import Disagreement, disagreement
from training.report.known_sweeps import Sweep, clip_verdicts, known_sweeps, results_of
from training.tabs.curves.clip_picks import Pick, clip_player, picks_html, right_label, wrong_label
from training.tabs.curves.views import curve_named, pair_of
from training.tabs.figure_block import Shown, files, note, sweeps_named, tab_around

PICKS = ASSETS / "page" / "picks.js"


def whole_set(demo: gr.Blocks, workroom: Workroom) -> None:
    """Builds it, under whatever else the current tab holds; opens on the drawn sweep that ships."""
    gr.HTML(label("curves.whole.head"), elem_id="whole-head")
    with gr.Row(elem_classes=["curve-controls"]):
        of = gr.Dropdown(
            _choices(),
            value=next((name for _, name in _choices()), None),
            label=label("curves.whole.evaluated"),
            scale=3,
            elem_id="whole-of",
        )
        attention = gr.Dropdown(
            [],
            value=None,
            label=label("curves.whole.attention"),
            scale=4,
            elem_id="whole-attention",
        )
        cnn = gr.Dropdown(
            [], value=None, label=label("curves.whole.against"), scale=4, elem_id="whole-cnn"
        )
        seed = gr.Dropdown(
            [], value=None, label=label("curves.seed"), scale=1, min_width=110, elem_id="whole-seed"
        )
    summary = gr.HTML("", elem_id="whole-summary")
    with gr.Row(elem_id="whole-lists", equal_height=False):
        script = PICKS.read_text(encoding="utf-8")
        won = gr.HTML("", js_on_load=script, elem_id="whole-attention-right", min_width=320)
        lost = gr.HTML("", js_on_load=script, elem_id="whole-cnn-right", min_width=320)
    files("whole", _shown, of, [attention, cnn, seed], workroom, pictures=False)
    clip_player("whole", [won, lost], workroom)

    controls: list[Any] = [of, attention, cnn, seed]
    outputs: list[Any] = [*controls, summary, won, lost]
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

    def render(name: str | None, a: str | None, b: str | None, seed_now: str | None) -> list[Any]:
        there = [key for _, key in _choices()]
        name = name if name in there else next(iter(there), None)
        sweeps = sweeps_named(name)
        choices, (a, b) = pair_of(sweeps, a, b)
        seeds = _seeds(sweeps)
        seed_now = seed_now if seed_now in seeds else next(iter(seeds), None)
        told = [
            gr.Dropdown(choices=_choices(), value=name),
            gr.Dropdown(choices=choices, value=a),
            gr.Dropdown(choices=choices, value=b),
            gr.Dropdown(choices=seeds, value=seed_now),
        ]
        return [*told, *_parts(sweeps, a, b, seed_now)]

    # its pictures are sent to those who come to see them
    tab = tab_around()
    (tab.select if tab else demo.load)(render, controls, outputs, **quiet)
    gr.on([control.input for control in controls], render, controls, outputs, **quiet)


def _parts(sweeps: Sequence[Sweep], a: str | None, b: str | None, seed: str | None) -> list[str]:
    try:
        sweep, found = _found(sweeps, a, b, seed)
    except InputError as error:
        return [note(str(error)), "", ""]
    number = int(str(seed))
    return [
        f"<p class='agreement'>{escape(found.sentence)}</p>",
        _side(sweep, found.attention_right, found.attention, found.cnn, "attention", "cnn", number),
        _side(sweep, found.cnn_right, found.cnn, found.attention, "cnn", "attention", number),
    ]


def _side(
    sweep: Sweep,
    clips: pd.DataFrame,
    right: Curve,
    wrong: Curve,
    mine: str,
    other: str,
    seed: int,
) -> str:
    picks = [
        Pick(
            row["clip"],
            row["truth"],
            by=wrong,
            fold=row["fold"],
            seed=seed,
            said=right_label(row[mine]) + wrong_label(plain_name(wrong.method), row[other]),
        )
        for row in clips.to_dict("records")
    ]
    only = say("curves.whole.only", method=plain_name(right.method))
    figure = " <span class='by'>Figure 6</span>" if mine == "attention" else ""
    return (
        f"<h3><b>{len(picks)}</b> {escape(only)}{figure}</h3>"
        f"<p class='caption quiet'>{escape(say('curves.whole.wrong', method=curve_name(wrong)))}</p>"
        f"{picks_html(sweep, picks)}"
    )


def _found(
    sweeps: Sequence[Sweep], a: str | None, b: str | None, seed: str | None
) -> tuple[Sweep, Disagreement]:
    results = results_of(sweeps[0]) if sweeps else None
    if results is None:
        raise InputError(say("curves.whole.nothing"))
    if a == b:
        raise InputError("Choose two different methods.")
    better, worse = curve_named(results, a), curve_named(results, b)
    if seed is None or not seed.isdigit():
        raise InputError("Choose a seed.")
    verdicts = clip_verdicts(sweeps[0])
    return sweeps[0], disagreement(verdicts, results, better, worse, int(seed))


def _shown(sweeps: Sequence[Sweep], a: str | None, b: str | None, seed: str | None) -> Shown:
    sweep, found = _found(sweeps, a, b, seed)
    tables = []
    for right, clips in ((found.attention, found.attention_right), (found.cnn, found.cnn_right)):
        table = clips.rename(columns={"attention": found.attention.method, "cnn": found.cnn.method})
        table.insert(0, "only right", right.method)
        tables.append(table)
    title = (
        f"Whole set {sweep.name}: {found.attention.method} against {found.cnn.method}, seed {seed}"
    )
    return Shown(title, pd.concat(tables, ignore_index=True))


def _seeds(sweeps: Sequence[Sweep]) -> list[str]:
    try:
        results = results_of(sweeps[0]) if sweeps else None
    except InputError:
        return []
    return [] if results is None else [str(seed) for seed in results.seeds]


def _choices() -> list[tuple[str, str]]:
    """The sweeps that have measured something."""
    return [(s.title, s.name) for s in known_sweeps() if (s.folder / "rows.csv").exists()]
