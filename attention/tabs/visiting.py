"""Who a request or an event of the page comes from, and in which language it is answered."""

from typing import Any

from attention.catalogue.languages import USUAL, language_of
from attention.gate.visitors import Visitor


def visitor_behind(request: Any) -> Visitor:
    """The visitor of a request of gradio's, or of the HTTP request itself; one without a name for none."""
    state = getattr(getattr(request, "request", request), "state", None)
    return getattr(state, "visitor", None) or Visitor()


def language_behind(request: Any) -> str:
    """The language of the browser behind such a request; English for none."""
    headers = getattr(request, "headers", None)
    if headers is None:
        return USUAL
    return language_of({name.lower(): value for name, value in headers.items()})
