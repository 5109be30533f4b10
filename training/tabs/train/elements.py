"""What the Train tab is made of: the form, and what shows the runs; tab.py brings it to life."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.networks.known.registry import networks_on_page
from attention.tabs.languages import label
from training.data.sets import sets
from training.runs.records import PAGE_SEEDS
from training.settings import DATA
from training.tabs.sharing import sharing_box
from training.tabs.train.live import FOLLOW, Seen, charted_stages, how_it_goes
from training.tabs.train.run_card import no_run

ASKING = ASSETS / "page" / "runs.js"
STAGES = ("web", "video", "energynet")
FRACTIONS = [(f"{share:.0%}", share) for share in DATA.label_fractions]
AT_FIRST = [0.1, 0.33, 1.0]
PRESETS = ("working", "margin", "paper")
PARTS = ("test", "dev")


def form() -> dict[str, Any]:
    """The fields, by their name in Spec."""
    source = gr.Dropdown(
        list(sets()), value="drawn", label=label("train.set"), elem_id="train-set",
        info=label("train.set_info"),
    )  # fmt: skip
    until = gr.Radio(
        stage_choices(), value="energynet", label=label("train.until"), elem_id="train-until"
    )
    fractions = gr.CheckboxGroup(
        FRACTIONS, value=AT_FIRST, label=label("train.fractions"),
        info=label("train.fractions_info"),
        elem_id="train-fractions",
    )  # fmt: skip
    seeds = gr.Slider(
        1, PAGE_SEEDS, value=1, step=1, label=label("train.seeds"), elem_id="train-seeds",
        info=label("train.seeds_info"),
    )  # fmt: skip
    with gr.Accordion(label("train.advanced"), open=False):
        title = gr.Textbox(
            label=label("train.title"), max_length=80, placeholder=label("train.title_hint")
        )
        networks = networks_on_page()
        backbone = gr.Dropdown(
            list(networks), value=networks[0], label=label("train.network"),
            info=label("train.network_info"),
        )  # fmt: skip
        preset = gr.Radio(
            preset_choices(), value="working", label=label("train.preset"),
            info=label("train.preset_info"),
        )  # fmt: skip
        noisy = gr.Checkbox(label=label("train.noisy"))
        part = gr.Radio(
            part_choices(), value="test", label=label("train.part"), info=label("train.part_info"),
        )  # fmt: skip
    return {
        "source": source, "until": until, "fractions": fractions, "seeds": seeds, "title": title,
        "backbone": backbone, "preset": preset, "noisy": noisy, "part": part,
    }  # fmt: skip


def stage_choices() -> list[tuple[str, str]]:
    """How far to train, in the language of who asks."""
    return [(say(f"train.stages.{stage}"), stage) for stage in STAGES]


def preset_choices() -> list[tuple[str, str]]:
    """EnergyNet's settings, in the language of who asks."""
    return [(say(f"train.presets.{preset}"), preset) for preset in PRESETS]


def part_choices() -> list[tuple[str, str]]:
    """The clips to judge on, in the language of who asks."""
    return [(say(f"train.parts.{part}"), part) for part in PARTS]


@dataclass(frozen=True)
class RunParts:
    """What shows the runs: their list, the chosen one's card, buttons, charts and log."""

    seen: gr.State
    run: gr.Radio
    card: gr.HTML
    cancel: gr.Button
    resume: gr.Button
    to_curve: gr.Button
    to_model: gr.Button
    remove: gr.Button
    share: gr.Checkbox
    stage: gr.Radio
    loss: gr.Plot
    second: gr.Plot
    words: gr.HTML
    log: gr.Textbox

    @property
    def shown(self) -> list[Any]:
        """What a look at the runs changes."""
        buttons: list[Any] = [self.cancel, self.resume, self.to_curve, self.to_model, self.remove]
        buttons.append(self.share)
        charts = [self.loss, self.second, self.words]
        return [self.seen, self.run, self.card, *buttons, *charts, self.log]


def run_parts() -> RunParts:
    """Puts them on the page, from top to bottom."""
    return RunParts(seen=gr.State(Seen()), **_chosen_run(), **_buttons(), **_charts())


def _chosen_run() -> dict[str, Any]:
    run = gr.Radio(
        choices=[], label=label("train.runs"), elem_id="runs", interactive=True,
        info=label("train.runs_info"),
    )  # fmt: skip
    card = gr.HTML(
        no_run(), elem_id="run-card", js_on_load=ASKING.read_text(encoding="utf-8"),
        server_functions=[how_it_goes],
    )  # fmt: skip
    return {"run": run, "card": card}


def _buttons() -> dict[str, Any]:
    with gr.Row(elem_id="run-buttons"):
        return {
            "cancel": gr.Button(
                label("train.cancel"), size="sm", variant="stop", elem_id="run-cancel"
            ),
            "resume": gr.Button(label("train.resume"), size="sm", elem_id="run-resume"),
            "to_curve": gr.Button(label("train.to_curve"), size="sm", elem_id="run-curve"),
            "to_model": gr.Button(label("train.to_model"), size="sm", elem_id="run-model"),
            "remove": gr.Button(label("train.remove"), size="sm", elem_id="run-remove"),
            "share": sharing_box("run-shared", visible=False),
        }


def _charts() -> dict[str, Any]:
    stage = gr.Radio(
        charted_stages(), value=FOLLOW, label=label("train.charts"), elem_id="run-stage"
    )
    plot: dict[str, Any] = {"show_label": False, "visible": False, "elem_classes": "curve-plot"}
    with gr.Row(elem_id="run-charts"):
        loss = gr.Plot(elem_id="run-loss", **plot)
        second = gr.Plot(elem_id="run-second", **plot)
    words = gr.HTML("", elem_id="run-words")
    with gr.Accordion(label("train.log"), open=False):
        log = gr.Textbox(
            lines=10, max_lines=10, show_label=False, interactive=False, elem_id="run-log"
        )
    return {"stage": stage, "loss": loss, "second": second, "words": words, "log": log}
