"""The box that lets others look at a set or a run."""

import gradio as gr

from attention.gate.owners import shared_at_first
from attention.tabs.languages import label


def sharing_box(elem_id: str, visible: bool = True) -> gr.Checkbox:
    """Ticked at first on a page that is not public."""
    return gr.Checkbox(
        shared_at_first(),
        label=label("train.others"),
        visible=visible,
        container=False,
        min_width=160,
        elem_id=elem_id,
    )
