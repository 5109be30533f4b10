"""The Train tab: choose what to learn from and how, see how it goes, come back to it later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from attention.errors import InputError
from training.progress import how_long
from training.runs import queue
from training.runs.asked import PAGE_BACKBONES, PAGE_HOURS, PAGE_SEEDS, expected, spec_of
from training.runs.records import Spec
from training.runs.standing import Standing, standings
from training.sets import sets
from training.settings import DATA
from training.tabs.live import (
    FOLLOW,
    STAGE_CHOICES,
    Seen,
    how_it_goes,
    live_charts,
    no_charts,
    seen_now,
)
from training.tabs.run_card import NO_RUN, run_card, run_choices

ASKING = Path(__file__).parents[2] / "assets" / "page" / "runs.js"
STAGES = [
    ("Web CNN alone (§4.2)", "web"),
    ("… then fine-tuned on labelled clips (§4.3)", "video"),
    ("… then EnergyNet on its maps (§3.4)", "energynet"),
]
FRACTIONS = [(f"{share:.0%}", share) for share in DATA.label_fractions]
AT_FIRST = [0.1, 0.33, 1.0]
PRESETS = [
    ("working: what learns", "working"),
    ("paper: SGD 1e-4 as §3.4.4, hardly learns", "paper"),
]
LIGHT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class Training:
    """What other tabs follow: the chosen run's name, and the buttons that lead to its results."""

    run: gr.Radio
    to_curve: gr.Button
    to_model: gr.Button


def train_tab(demo: gr.Blocks, chosen_set: gr.components.Component | None = None) -> Training:
    """Builds the tab; it follows the set chosen under Data."""
    seen = gr.State(Seen())
    with gr.Row():
        with gr.Column(scale=4, min_width=300):
            asked = _form()
            estimate = gr.HTML("", elem_id="estimate")
            begin = gr.Button("Train", variant="primary", elem_id="train-start")
        with gr.Column(scale=7, min_width=300):
            run = gr.Radio(
                choices=[], label="Runs, the newest first", elem_id="runs", interactive=True,
                info="Shared by everybody who opens this page; one works at a time.",
            )  # fmt: skip
            card = gr.HTML(
                NO_RUN, elem_id="run-card", js_on_load=ASKING.read_text(encoding="utf-8"),
                server_functions=[how_it_goes],
            )  # fmt: skip
            with gr.Row(elem_id="run-buttons"):
                cancel = gr.Button("Cancel", size="sm", variant="stop", elem_id="run-cancel")
                resume = gr.Button("Resume", size="sm", elem_id="run-resume")
                to_curve = gr.Button("Its curve", size="sm", elem_id="run-curve")
                to_model = gr.Button("Look with its model", size="sm", elem_id="run-model")
                remove = gr.Button("Remove", size="sm", elem_id="run-remove")
            stage = gr.Radio(STAGE_CHOICES, value=FOLLOW, label="Charts of", elem_id="run-stage")
            with gr.Row(elem_id="run-charts"):
                loss = gr.Plot(
                    show_label=False, visible=False, elem_classes="curve-plot", elem_id="run-loss"
                )
                second = gr.Plot(
                    show_label=False, visible=False, elem_classes="curve-plot", elem_id="run-second"
                )
            words = gr.HTML("", elem_id="run-words")
            with gr.Accordion("Log", open=False):
                log = gr.Textbox(
                    lines=10, max_lines=10, show_label=False, interactive=False, elem_id="run-log"
                )
    refresh = gr.Button("refresh", visible="hidden", elem_id="runs-refresh")
    shown = [seen, run, card, cancel, resume, to_curve, to_model, loss, second, words, log]

    def begin_run(*given: Any) -> list[Any]:
        try:
            started = queue.start(_spec(*given))
        except InputError as error:
            raise gr.Error(str(error), print_exception=False) from None
        return _shown(Seen(), started.name, FOLLOW)

    def acted(act: Any) -> Any:
        def on_click(name: str | None, of: str) -> list[Any]:
            if not name:
                raise gr.Error("Choose a run first.", print_exception=False)
            try:
                act(name)
            except InputError as error:
                raise gr.Error(str(error), print_exception=False) from None
            return _shown(Seen(), name, of)

        return on_click

    form = list(asked.values())
    begin.click(begin_run, form, shown, concurrency_limit=4, **LIGHT)
    for button, act in ((cancel, queue.cancel), (resume, queue.resume), (remove, queue.remove)):
        button.click(acted(act), [run, stage], shown, concurrency_limit=4, **LIGHT)
    gr.on(
        [run.input, stage.input], lambda n, of: _shown(Seen(), n, of), [run, stage], shown, **LIGHT
    )
    refresh.click(_shown, [seen, run, stage], shown, concurrency_limit=8, **LIGHT)
    gr.on(
        [demo.load, *(part.change for part in form)], _estimate, form, estimate,
        trigger_mode="always_last", **LIGHT,
    )  # fmt: skip
    asked["source"].focus(
        lambda: gr.Dropdown(choices=list(sets())), outputs=asked["source"], **LIGHT
    )
    if chosen_set is not None:
        chosen_set.change(
            lambda name: gr.Dropdown(choices=list(sets()), value=name), chosen_set, asked["source"],
            **LIGHT,
        )  # fmt: skip
    return Training(run, to_curve, to_model)


def _form() -> dict[str, Any]:
    """The fields, by their name in Spec."""
    source = gr.Dropdown(
        list(sets()), value="drawn", label="Set", elem_id="train-set",
        info="Your own stills and clips: upload them under Data.",
    )  # fmt: skip
    until = gr.Radio(STAGES, value="energynet", label="Train", elem_id="train-until")
    fractions = gr.CheckboxGroup(
        FRACTIONS, value=AT_FIRST, label="Share of the training clips that is labelled",
        info="Each is a point of the curve; the model is that of the largest.",
        elem_id="train-fractions",
    )  # fmt: skip
    seeds = gr.Slider(
        1, PAGE_SEEDS, value=1, step=1, label="Seeds", elem_id="train-seeds",
        info="The same again with other random numbers: how far results spread.",
    )  # fmt: skip
    with gr.Accordion("Advanced", open=False):
        title = gr.Textbox(
            label="Title", max_length=80, placeholder="shown in lists and on the card"
        )
        backbone = gr.Dropdown(
            list(PAGE_BACKBONES), value=PAGE_BACKBONES[0], label="Network",
            info="Only EfficientNet-Lite0's weights ship; the others are downloaded at first use.",
        )  # fmt: skip
        preset = gr.Radio(PRESETS, value="working", label="EnergyNet's preset (§3.4.4)")
        noisy = gr.Checkbox(label="With the noisy stills, as HII-noisy (§4.1.1)")
        part = gr.Radio(
            [("test clips", "test"), ("development clips", "dev")], value="test", label="Judge on",
            info="Choose settings by the development clips, and judge once by the test clips.",
        )  # fmt: skip
    return {
        "source": source, "until": until, "fractions": fractions, "seeds": seeds, "title": title,
        "backbone": backbone, "preset": preset, "noisy": noisy, "part": part,
    }  # fmt: skip


def _spec(
    source: str,
    until: str,
    fractions: Sequence[float],
    seeds: float,
    title: str,
    backbone: str,
    preset: str,
    noisy: bool,
    part: str,
) -> Spec:
    if not fractions and until != "web":
        raise InputError("No share of labels is chosen; tick one at least.")
    return spec_of(
        {
            "source": source, "until": until, "fractions": list(fractions) or [1.0],
            "seeds": list(range(int(seeds))), "title": title or "", "backbone": backbone,
            "preset": preset, "noisy": noisy, "part": part, "hours": PAGE_HOURS,
        }
    )  # fmt: skip


def _estimate(*given: Any) -> str:
    """How long it will take, or why it cannot be, before it starts."""
    try:
        seconds = expected(_spec(*given))
    except InputError as error:
        return f"<p class='note error' role='status'>{escape(str(error))}</p>"
    ahead = [s for s in standings() if s.under_way]
    waits = f" once the {len(ahead)} before it are done" if len(ahead) > 1 else ""
    waits = " once the one before it is done" if len(ahead) == 1 else waits
    return (
        f"<p class='note' role='status'>It will take <b>{how_long(seconds)}</b> here{waits}. "
        "It goes on when this page is closed.</p>"
    )


def _shown(before: Seen, name: str | None, of: str) -> list[Any]:
    """What the page shows now; what has not changed since `before` is skipped."""
    found = standings()
    names = [s.run.name for s in found]
    chosen = name if name in names else next(iter(names), None)
    standing = next((s for s in found if s.run.name == chosen), None)
    now = seen_now(found, standing, of)
    if now == before:
        return [gr.skip()] * 11
    if standing is None:
        nothing = [gr.Radio(choices=[], value=None), NO_RUN, *_buttons(None)]
        return [now, *nothing, *no_charts(), ""]
    runs = gr.Radio(choices=run_choices(found), value=chosen)
    first = [now, runs if now.runs != before.runs else gr.skip(), run_card(standing)]
    buttons = _buttons(standing) if now.state != before.state else [gr.skip()] * 4
    if now.metrics == before.metrics and now.of == before.of and now.name == before.name:
        return [*first, *buttons, gr.skip(), gr.skip(), gr.skip(), gr.skip()]
    return [*first, *buttons, *live_charts(standing.run, of), standing.run.log()]


def _buttons(standing: Standing | None) -> list[gr.Button]:
    """Cancel, Resume, Its curve, Look with its model: those that make sense now."""
    status = standing.status if standing else None
    state = status.state if status else ""
    under_way = state in {"queued", "running"}
    has_rows = standing is not None and (standing.run.sweep / "rows.csv").exists()
    has_model = standing is not None and (standing.run.model / "model.json").exists()
    return [
        gr.Button(interactive=under_way),
        gr.Button(interactive=state in {"cancelled", "failed", "interrupted"}),
        gr.Button(interactive=has_rows),
        gr.Button(interactive=has_model),
    ]
