"""Who the event that is being handled comes from."""

from gradio.context import LocalContext

from attention.gate.visitors import Visitor


def visitor() -> Visitor:
    """The visitor of the event that this thread handles; one without a name outside of events."""
    request = LocalContext.request.get(None)
    state = getattr(getattr(request, "request", None), "state", None)
    return getattr(state, "visitor", None) or Visitor()
