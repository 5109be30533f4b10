"""The ways from a finished run to what came of it: its curve, and its model on a clip of its set."""

import json

import gradio as gr

from attention.disk.home import own_models
from attention.errors import InputError
from attention.serving.offered import check_offered, offered_models
from attention.tabs.heatmaps.events import Asked
from attention.tabs.heatmaps.tab import Chosen
from training.data.sets import source_of
from training.gap.kept import file_of
from training.report.known_sweeps import clip_file, results_of, sweep_named
from training.runs.folder import run_named
from training.settings import DATA
from training.tabs.curves.tab import Curves
from training.tabs.gap_block import GapBlock
from training.tabs.train.outcome import address_of, telling_pick
from training.tabs.train.tab import Training


def leads(tabs: gr.Tabs, training: Training, chosen: Chosen, curves: Curves) -> None:
    """Makes "Its curve" and "Look with its model" lead there."""
    # the tab first: a plot drawn while hidden has no size
    switched = training.to_curve.click(
        lambda: (gr.Tabs(selected="curves"), ("a run",)),
        outputs=[tabs, curves.seen],
        api_visibility="private",
    )
    curves.open_run(switched.then, training.run)
    seen = training.to_model.click(
        lambda: gr.Tabs(selected="heatmaps"), outputs=tabs, api_visibility="private"
    )
    chosen.open_clip(seen.then, _with_its_model, training.run)


def leads_of_gap(tabs: gr.Tabs, gap: GapBlock, chosen: Chosen) -> None:
    """Makes a clip that is pressed in the gap picture open there, seen by the picture's model."""
    switched = gap.opened.success(
        lambda: gr.Tabs(selected="heatmaps"), outputs=tabs, api_visibility="private"
    )
    chosen.open_clip(switched.then, _of_the_gap, gap.clip)


def _of_the_gap(asked: dict[str, str] | None) -> Asked:
    told = asked or {}
    name, model, shot = (told.get(key, "") for key in ("set", "model", "name"))
    clip = file_of(name, shot, "frame")
    check_offered(model)
    card, concept = offered_models()[model], source_of(name).concepts[clip.label]
    truth = concept if concept in card.concepts else None
    every = int(card.settings.get("every", DATA.frame_step))
    # as the picture's card names a clip that is pressed
    pick = json.dumps({**told, "domain": "frame"}, separators=(",", ":"))
    link = (("tab", "data"), ("at", f"gap-card~{pick}"))
    return Asked(clip.path, shot, truth, model, every, link)


def _with_its_model(name: str | None) -> Asked:
    """A clip that the run has judged, one that only attention gets right where there is one."""
    run = run_named(name or "")
    if run.name not in own_models():
        raise InputError(f"Run {run.name} has no model yet; let it finish.")
    sweep = sweep_named(run.name)
    results = results_of(sweep)
    if results is None:
        raise InputError(f"Run {run.name} has judged no clip.")
    pick = telling_pick(sweep, results)
    link = tuple(address_of(sweep, pick).items())
    return Asked(clip_file(sweep, pick.clip), pick.clip, pick.truth, run.name, sweep.every, link)
