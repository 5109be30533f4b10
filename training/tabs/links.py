"""The ways from a finished run to what came of it: its curve, and its model on a clip of its set."""

import gradio as gr

from attention.disk.home import own_models
from attention.errors import InputError
from attention.tabs.heatmaps.events import Asked
from attention.tabs.heatmaps.tab import Chosen
from training.report.known_sweeps import clip_file, results_of, sweep_named
from training.runs.folder import run_named
from training.tabs.curves.tab import Curves
from training.tabs.train.outcome import telling_clip
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


def _with_its_model(name: str | None) -> Asked:
    """A clip that the run has judged, one that only attention gets right where there is one."""
    run = run_named(name or "")
    if run.name not in own_models():
        raise InputError(f"Run {run.name} has no model yet; let it finish.")
    sweep = sweep_named(run.name)
    results = results_of(sweep)
    if results is None:
        raise InputError(f"Run {run.name} has judged no clip.")
    clip, truth = telling_clip(sweep, results)
    return Asked(clip_file(sweep, clip), clip, truth, run.name, sweep.every)
