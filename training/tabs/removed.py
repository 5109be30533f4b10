"""What a visitor removed in the last day, to be brought back: a list that is there when it holds any."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from attention.tabs.languages import label


@dataclass(frozen=True)
class RemovedList:
    """whole: all of it · name: what is chosen · back: the button."""

    whole: gr.Accordion
    name: gr.Dropdown
    back: gr.Button

    @property
    def filled(self) -> list[Any]:
        """What `filling` gives values for."""
        return [self.whole, self.name]


def removed_list(prefix: str) -> RemovedList:
    """Builds it, empty."""
    with (
        gr.Accordion(
            label("train.removed"), open=False, visible=False, elem_id=f"{prefix}-removed"
        ) as whole,
        gr.Row(),
    ):
        name = gr.Dropdown(
            [],
            label=label("train.removed_short"),
            show_label=False,
            elem_id=f"{prefix}-removed-name",
        )
        back = gr.Button(
            label("train.bring_back"),
            size="sm",
            scale=0,
            min_width=100,
            elem_id=f"{prefix}-bring-back",
        )
    return RemovedList(whole, name, back)


def filling(names: Sequence[str]) -> tuple[gr.Accordion, gr.Dropdown]:
    """The list with these names; not there for none."""
    return gr.Accordion(visible=bool(names)), gr.Dropdown(
        list(names), value=next(iter(names), None)
    )
