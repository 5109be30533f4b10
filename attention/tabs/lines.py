"""Puts gradio's one queue under the shares of the gate: each kind of work has a line of its own."""

from collections import Counter
from operator import itemgetter
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction

from attention.gate.admission import SHARES, refusal
from attention.gate.visitors import Visitor

THREADS = 128  # events at work at a time: looks that wait for their turn hold one each
LOOKS: dict[str, Any] = {  # events that look: each can be stopped, and hears its place in the line
    "concurrency_id": "looks",
    "concurrency_limit": SHARES["looks"].of_all,
    "trigger_mode": "multiple",
}


def in_lines(demo: gr.Blocks) -> None:
    """Refuses, with a sentence, an event of a kind of which too many are under way."""
    queue = demo._queue
    push = queue.push
    queue.max_size = (
        None  # of all kinds together; said by queue(), the whole app would be made once more
    )
    demo.api_open = False  # /run/… would go around the queue

    async def admitted(body: Any, request: Any, username: str | None) -> Any:
        function = demo.fns.get(body.fn_index) if body.fn_index is not None else None
        if function is not None:
            kind = kind_of(function)
            under_way = [
                _visitor(event.request) for event in _events(queue) if kind_of(event.fn) == kind
            ]
            if sentence := refusal(kind, _visitor(request), under_way):
                return False, sentence, "error"
        answer = await push(body=body, request=request, username=username)
        for waiting in queue.event_queue_per_concurrency_id.values():
            waiting.queue[:] = by_turns(waiting.queue)
        return answer

    queue.push = admitted  # type: ignore[method-assign]


def kind_of(function: BlockFunction) -> str:
    """The kind of work an event is, by its concurrency_id; of endpoints "api", else "page"."""
    if function.concurrency_id in SHARES:
        return str(function.concurrency_id)
    return "api" if function.api_visibility == "public" else "page"


def by_turns(events: list[Any]) -> list[Any]:
    """Everybody's first event, then everybody's second, and so on; else in the order in which they came."""
    count: Counter[str] = Counter()
    order = []
    for event in events:
        name = _visitor(event.request).name
        order.append(count[name])
        count[name] += 1
    return [event for _, event in sorted(zip(order, events, strict=True), key=itemgetter(0))]


def _events(queue: Any) -> list[Any]:
    waiting = [
        event for line in queue.event_queue_per_concurrency_id.values() for event in line.queue
    ]
    return waiting + [event for job in queue.active_jobs if job for event in job]


def _visitor(request: Any) -> Visitor:
    return getattr(getattr(request, "state", None), "visitor", None) or Visitor()
