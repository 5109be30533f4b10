"""Who the event that is being handled comes from."""

from typing import Any

from gradio.context import LocalContext

from attention.gate.visitors import Visitor


def visitor() -> Visitor:
    """The visitor of the event that this thread handles; one without a name outside of events."""
    return visitor_behind(LocalContext.request.get(None))


def visitor_behind(request: Any) -> Visitor:
    """The visitor of a request of gradio's, or of the HTTP request itself; one without a name for none."""
    state = getattr(getattr(request, "request", request), "state", None)
    return getattr(state, "visitor", None) or Visitor()
