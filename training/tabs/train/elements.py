"""What the Train tab is made of: the form, and what shows the runs; tab.py brings it to life."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from attention.disk.home import ASSETS
from attention.networks.known.registry import networks_on_page
from training.data.sets import sets
from training.runs.records import PAGE_SEEDS
from training.settings import DATA
from training.tabs.sharing import sharing_box
from training.tabs.train.live import FOLLOW, STAGE_CHOICES, Seen, how_it_goes
from training.tabs.train.run_card import NO_RUN

ASKING = ASSETS / "page" / "runs.js"
STAGES = [
    ("Web CNN alone (§4.2)", "web"),
    ("… then fine-tuned on labelled clips (§4.3)", "video"),
    ("… then EnergyNet on its maps (§3.4)", "energynet"),
]
FRACTIONS = [(f"{share:.0%}", share) for share in DATA.label_fractions]
AT_FIRST = [0.1, 0.33, 1.0]
PRESETS = [
    ("working: best on development clips", "working"),
    ("margin: learns its training clips, energies reach the margin", "margin"),
    ("paper: SGD 1e-4 as §3.4.4, hardly learns", "paper"),
]


def form() -> dict[str, Any]:
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
        networks = networks_on_page()
        backbone = gr.Dropdown(
            list(networks), value=networks[0], label="Network",
            info="Only EfficientNet-Lite0's weights ship; the others are downloaded at first use.",
        )  # fmt: skip
        preset = gr.Radio(
            PRESETS, value="working", label="EnergyNet's preset (§3.4.4)",
            info="working is the default because it was best on development clips, though its energies "
            "stay small; with margin they reach the margin of Eq. 6, and new clips are told less well.",
        )  # fmt: skip
        noisy = gr.Checkbox(label="With the noisy stills, as HII-noisy (§4.1.1)")
        part = gr.Radio(
            [("test clips", "test"), ("development clips", "dev")], value="test", label="Judge on",
            info="Choose settings by the development clips, and judge once by the test clips.",
        )  # fmt: skip
    return {
        "source": source, "until": until, "fractions": fractions, "seeds": seeds, "title": title,
        "backbone": backbone, "preset": preset, "noisy": noisy, "part": part,
    }  # fmt: skip


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
        choices=[], label="Runs, the newest first", elem_id="runs", interactive=True,
        info="Your own, and those that others share; one works at a time.",
    )  # fmt: skip
    card = gr.HTML(
        NO_RUN, elem_id="run-card", js_on_load=ASKING.read_text(encoding="utf-8"),
        server_functions=[how_it_goes],
    )  # fmt: skip
    return {"run": run, "card": card}


def _buttons() -> dict[str, Any]:
    with gr.Row(elem_id="run-buttons"):
        return {
            "cancel": gr.Button("Cancel", size="sm", variant="stop", elem_id="run-cancel"),
            "resume": gr.Button("Resume", size="sm", elem_id="run-resume"),
            "to_curve": gr.Button("Its curve", size="sm", elem_id="run-curve"),
            "to_model": gr.Button("Look with its model", size="sm", elem_id="run-model"),
            "remove": gr.Button("Remove", size="sm", elem_id="run-remove"),
            "share": sharing_box("run-shared", visible=False),
        }


def _charts() -> dict[str, Any]:
    stage = gr.Radio(STAGE_CHOICES, value=FOLLOW, label="Charts of", elem_id="run-stage")
    plot: dict[str, Any] = {"show_label": False, "visible": False, "elem_classes": "curve-plot"}
    with gr.Row(elem_id="run-charts"):
        loss = gr.Plot(elem_id="run-loss", **plot)
        second = gr.Plot(elem_id="run-second", **plot)
    words = gr.HTML("", elem_id="run-words")
    with gr.Accordion("Log", open=False):
        log = gr.Textbox(
            lines=10, max_lines=10, show_label=False, interactive=False, elem_id="run-log"
        )
    return {"stage": stage, "loss": loss, "second": second, "words": words, "log": log}
