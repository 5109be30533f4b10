"""What other programs may call of training: /runs, /start_run, /cancel_run, /curves."""

from typing import Any

import gradio as gr

from attention.errors import InputError
from attention.networks.known.lite0 import LITE0
from attention.networks.known.registry import networks_on_page
from attention.tabs.faults import toasting
from training.data.sets import sets
from training.runs import queue
from training.runs.plan import expected
from training.runs.records import PAGE_HOURS, PAGE_SEEDS, spec_of
from training.runs.standing import standing_of, standings
from training.runs.words import record_of
from training.tabs.curves.tab import curves_table


def endpoints(starting: bool = True) -> None:
    """Adds the four public endpoints to the Blocks being built; starting: /start_run among them."""
    hidden: dict[str, Any] = {"visible": False}
    source = gr.Textbox("drawn", label="source", **hidden)
    fractions = gr.Textbox("0.2,1", label="fractions", **hidden)
    seeds = gr.Textbox("0", label="seeds", **hidden)
    until = gr.Textbox("energynet", label="until", **hidden)
    preset = gr.Textbox("working", label="preset", **hidden)
    backbone = gr.Textbox(LITE0, label="backbone", **hidden)
    noisy = gr.Checkbox(False, label="noisy", **hidden)
    title = gr.Textbox("", label="title", **hidden)
    name = gr.Textbox("", label="run", **hidden)
    measure = gr.Textbox("accuracy", label="measure", **hidden)
    asked = [source, fractions, seeds, until, preset, backbone, noisy, title]
    for function, given, api_name in (
        (list_runs, [], "runs"),
        *([(start_run, asked, "start_run")] if starting else []),
        (cancel_run, [name], "cancel_run"),
        (curves, [name, measure], "curves"),
    ):
        gr.Button(**hidden).click(
            function, given, gr.JSON(label=api_name, **hidden), api_name=api_name
        )


def list_runs() -> list[dict[str, Any]]:
    """Every training run, the newest first: state, share done, seconds left, settings, its model."""
    return [record_of(standing) for standing in standings()]


def start_run(
    source: str = "drawn",
    fractions: str = "0.2,1",
    seeds: str = "0",
    until: str = "energynet",
    preset: str = "working",
    backbone: str = LITE0,
    noisy: bool = False,
    title: str = "",
) -> dict[str, Any]:
    """Queue a training run on the drawn set or an uploaded one; it outlives this call.

    Args:
        source: "drawn", or the name of a set uploaded under Data.
        fractions: shares of the training clips that are labelled, such as "0.1,0.5,1".
        seeds: such as "0,1,2"; five at most.
        until: the last stage trained: "web", "video" or "energynet".
        preset: EnergyNet's, "working", "margin" or "paper".
        backbone: the CNN to fine-tune.
        noisy: with the noisy stills, as HII-noisy.
        title: shown in lists and on the model's card.

    Returns:
        The run as /runs lists it, and `expected`: the seconds it should take.
    """
    with toasting():
        _check(source, seeds, backbone)
        spec = spec_of(
            {
                "source": source, "fractions": fractions.split(","), "seeds": seeds.split(","),
                "until": until, "preset": preset, "backbone": backbone, "noisy": noisy,
                "title": title, "hours": PAGE_HOURS,
            }
        )  # fmt: skip
        seconds = expected(spec)
        run = queue.start(spec)
        return record_of(standing_of(run.name)) | {"expected": round(seconds)}


def cancel_run(run: str) -> dict[str, Any]:
    """End a training run; what it has done is kept and can be resumed.

    Args:
        run: its name, as /runs lists it.

    Returns:
        The run as it stands then.
    """
    with toasting():
        queue.cancel(run)
        return record_of(standing_of(run))


def curves(run: str, measure: str = "accuracy") -> dict[str, Any]:
    """Accuracy against the share of labels (Figure 5) of a run or of a sweep that ships.

    Args:
        run: a run's name, or "drawn", "noisy", "actions5".
        measure: "accuracy", "top3" or "mAP".

    Returns:
        The rows of the curve: fraction, method, mean, spread, and the paper's numbers.
    """
    with toasting():
        return curves_table(run, measure)


def _check(source: str, seeds: str, backbone: str) -> None:
    """What the terminal may ask and a page may not."""
    if source not in sets():
        raise InputError(f"There is no set '{source:.80}'; choose one of {', '.join(sets())}.")
    if backbone not in networks_on_page():
        names = ", ".join(networks_on_page())
        raise InputError(f"The network '{backbone:.40}' is not offered; choose one of {names}.")
    if len(seeds.split(",")) > PAGE_SEEDS:
        raise InputError(f"{len(seeds.split(','))} seeds are too many; give {PAGE_SEEDS} at most.")
