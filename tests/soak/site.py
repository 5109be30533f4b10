"""Where a running app answers: the numbers of its events and components, as /config gives them."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Site:
    """api: where events are sent · parts: elem_id → component · events: as /config lists them."""

    api: str
    parts: dict[str, int]
    events: list[dict[str, Any]]

    @classmethod
    def of(cls, url: str) -> "Site":
        """Asks the app."""
        config = httpx.get(f"{url}/config", timeout=60).raise_for_status().json()
        parts = {c["props"].get("elem_id"): c["id"] for c in config["components"]}
        return cls(f"{url}/gradio_api", parts, config["dependencies"])

    def event(self, part: str, kind: str) -> tuple[int, int]:
        """The event of a component, the one that is given most where there are several, and the component."""
        asked = [self.parts[part], kind]
        found = [event for event in self.events if asked in event["targets"]]
        return max(found, key=lambda event: len(event["inputs"]))["id"], self.parts[part]
