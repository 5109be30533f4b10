"""Pages for browser tests: a gradio app served from this process, and a page under watch."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlparse

READY = 90_000  # milliseconds; waiting is for elements, this only bounds it
LOOPBACK = {"127.0.0.1", "localhost", "local"}  # local: a data: or blob: address has no host


@contextmanager
def served(demo: Any, settings: dict[str, Any]) -> Iterator[str]:
    """The address of gradio Blocks, served on loopback with settings such as app.py's."""
    _, url, _ = demo.queue().launch(
        server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, **settings
    )
    try:
        yield url
    finally:
        demo.close()


@contextmanager
def watched_page(browser: Any, width: int = 1440, height: int = 900) -> Iterator[Any]:
    """An empty page; afterwards: no page error, and no request that left the machine."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(urlparse(request.url).hostname or "local"))
    try:
        yield page
    finally:
        context.close()
    assert errors == [], errors
    assert hosts <= LOOPBACK, hosts - LOOPBACK
