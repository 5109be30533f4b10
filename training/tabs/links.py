"""The ways from a finished run to what came of it: its curve, and its model under Heatmaps."""

import gradio as gr

from attention.disk.home import own_models
from attention.errors import InputError
from attention.tabs.faults import toasting
from attention.tabs.heatmaps.elements import model_choices
from training.runs.folder import run_named
from training.tabs.curves.tab import Curves
from training.tabs.train.tab import Training


def leads(tabs: gr.Tabs, training: Training, model: gr.Dropdown, curves: Curves) -> None:
    """Makes "Its curve" and "Look with its model" lead there."""
    # the tab first: a plot drawn while hidden has no size
    switched = training.to_curve.click(
        lambda: (gr.Tabs(selected="curves"), ("a run",)),
        outputs=[tabs, curves.seen],
        api_visibility="private",
    )
    curves.open_run(switched.then, training.run)
    training.to_model.click(  # a change of the model is a look with it
        _with_its_model,
        training.run,
        [model, tabs],
        show_progress="hidden",
        api_visibility="private",
    )


def _with_its_model(name: str | None) -> tuple[gr.Dropdown, gr.Tabs]:
    with toasting():
        run = run_named(name or "")
        if run.name not in own_models():
            raise InputError(f"Run {run.name} has no model yet; let it finish.")
    chosen = gr.Dropdown(choices=model_choices(), value=run.name)
    return chosen, gr.Tabs(selected="heatmaps")
