"""Who a request or an event of the page comes from."""

from typing import Any

from attention.gate.visitors import Visitor


def visitor_behind(request: Any) -> Visitor:
    """The visitor of a request of gradio's, or of the HTTP request itself; one without a name for none."""
    state = getattr(getattr(request, "request", request), "state", None)
    return getattr(state, "visitor", None) or Visitor()
