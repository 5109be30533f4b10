"""A part of the Data tab: what it shows of the chosen set, and what makes the set be shown anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from attention.errors import InputError

# of events that answer at once; as many people as this may look at the same time
LIGHT: dict[str, Any] = {
    "show_progress": "hidden",
    "api_visibility": "private",
    "concurrency_limit": 4,
}
Values = tuple[Any, ...]


@dataclass(frozen=True)
class Part:
    """outputs: its components · fill(name): their values for a set · changes: events that change it."""

    outputs: Sequence[Component]
    fill: Callable[[str], Values]
    changes: Sequence[Any] = ()


@contextmanager
def toasting() -> Iterator[None]:
    """Shows what is wrong as a toast."""
    try:
        yield
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from None
