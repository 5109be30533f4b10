"""Calls of a running app's events over HTTP, private ones too, as any program can make them."""

import json
import secrets
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import httpx

from attention.gate.visitors import ADMIN_COOKIE, HEADER, token_of

ENDS = {"process_completed", "close_stream", "unexpected_error"}


@dataclass(frozen=True)
class Event:
    """An event of the page: its number, public name, and the components that it is given and began at."""

    number: int
    name: str
    inputs: tuple[int, ...]
    trigger: int | None


@lru_cache(maxsize=2)
def config_of(url: str) -> dict[str, Any]:
    """What the page at an address is made of, the same for all."""
    config: dict[str, Any] = httpx.get(f"{url}config", timeout=60).json()
    return config


class Caller:
    """A visitor without a browser, in a session of its own. visitor_id: "" for one without a cookie."""

    def __init__(self, url: str, visitor_id: str = "", admin: str = "") -> None:
        headers = {HEADER: token_of(visitor_id)} if visitor_id else {}
        cookies = {ADMIN_COOKIE: admin} if admin else {}
        self.http = httpx.Client(base_url=url, headers=headers, cookies=cookies, timeout=60)
        self.session = secrets.token_hex(6)

    @property
    def config(self) -> dict[str, Any]:
        """What the page is made of."""
        return config_of(str(self.http.base_url))

    @cached_property
    def events(self) -> list[Event]:
        """Every event that the server handles."""
        return [
            Event(
                made["id"],
                made["api_name"] or "",
                tuple(made["inputs"]),
                made["targets"][0][0] if made["targets"] else None,
            )
            for made in self.config["dependencies"]
            if made["backend_fn"]
        ]

    @cached_property
    def props(self) -> dict[int, dict[str, Any]]:
        """Component → its properties."""
        return {made["id"]: made["props"] for made in self.config["components"]}

    def at(self, elem_id: str, kind: str) -> list[Event]:
        """The events of a kind, such as "click", of the component with that id on the page."""
        wanted = {
            made["id"]
            for made in self.config["dependencies"]
            if [self._id(elem_id), kind] in [list(target) for target in made["targets"]]
        }
        return [event for event in self.events if event.number in wanted]

    def press(
        self, elem_id: str, kind: str = "click", told: Any = None, **given: Any
    ) -> list[dict[str, Any]]:
        """All that the events of a component answer; given: elem_id (with _ for -) → another value."""
        others = {self._id(name.replace("_", "-")): value for name, value in given.items()}
        events = self.at(elem_id, kind)
        assert events, f"{elem_id} has no {kind}"
        answers = []
        for event in events:
            values = [others.get(i, self.props[i].get("value")) for i in event.inputs]
            answers += self.call(event.number, values, told, self._id(elem_id))
        return answers

    def ask(self, name: str, *values: Any) -> list[dict[str, Any]]:
        """What a public endpoint answers."""
        event = next(event for event in self.events if event.name == name)
        return self.call(event.number, list(values))

    def call(
        self,
        number: int,
        values: Any,
        told: Any = None,
        trigger: Any = None,
        query: dict[str, str] | None = None,
    ) -> list[dict[str, Any]]:
        """What one event answers, message by message; the status alone where it is not taken at all.

        query: of the page's address.
        """
        asked = {
            "data": values, "event_data": told, "fn_index": number, "trigger_id": trigger,
            "session_hash": self.session,
        }  # fmt: skip
        # NaN and infinity as Python's json and browsers' programs may send them
        headers = {"content-type": "application/json"}
        joined = self.http.post(
            "gradio_api/queue/join", content=json.dumps(asked), headers=headers, params=query
        )
        if joined.status_code != httpx.codes.OK:
            return [{"msg": "refused", "status": joined.status_code, "detail": joined.text}]
        event_id = joined.json()["event_id"]
        answers = []
        where = f"gradio_api/queue/data?session_hash={self.session}"
        with self.http.stream("GET", where) as lines:
            for line in lines.iter_lines():
                said = json.loads(line.removeprefix("data: ")) if line else {}
                if said.get("msg") in {"process_generating", "process_completed"}:
                    answers.append(said)
                if said.get("msg") in ENDS and said.get("event_id") in {None, event_id}:
                    break
        return answers

    def server(self, elem_id: str, function: str, data: Any) -> httpx.Response:
        """What a server function of an HTML component answers."""
        asked = {
            "session_hash": self.session, "component_id": self._id(elem_id), "fn_name": function,
            "data": data,
        }  # fmt: skip
        headers = {"content-type": "application/json"}
        where = "gradio_api/component_server"
        return self.http.post(where, content=json.dumps(asked), headers=headers)

    def _id(self, elem_id: str) -> int:
        return next(i for i, props in self.props.items() if props.get("elem_id") == elem_id)


def errors_of(answers: list[dict[str, Any]]) -> list[Any]:
    """What went wrong in answers, as the page shows it; None for a fault that is not said."""
    return [a["output"].get("error") for a in answers if not a.get("success", True)]
