"""A part of the Data tab: what it shows of the chosen set, and what makes the set be shown anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gradio.components import Component

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
