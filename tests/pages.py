"""Pages for browser tests: a gradio app served from this process, and a page under watch."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlparse

from axe_playwright_python.sync_playwright import Axe

from attention.gate.line import LINE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--use-fake-device-for-media-stream",  # a camera, for who may have one
]
READY = 90_000  # milliseconds; waiting is for elements, this only bounds it
LOOPBACK = {"127.0.0.1", "localhost", "local"}  # local: a data: or blob: address has no host


@contextmanager
def served(demo: Any, settings: dict[str, Any]) -> Iterator[str]:
    """The address of gradio Blocks, served on loopback with settings such as app.py's."""
    # a port of its own: gradio looks for a free one in a few, and two test processes would find the same
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    _, url, _ = demo.launch(
        server_name="127.0.0.1", server_port=port, prevent_thread_lock=True, quiet=True, **settings
    )
    try:
        yield url
    finally:
        demo.close()


# nothing was said anew or fetched for a while; timing starts where `quiet` is undefined
QUIET = """() => {
    const says = document.body.innerText + performance.getEntriesByType("resource").length;
    const now = performance.now();
    if (window.quiet?.says !== says) window.quiet = {says, since: now};
    return now - window.quiet.since > 300;
}"""


def wait_until_quiet(page: Any) -> None:
    """Waits until nobody looks at a clip any more, and what was on its way to the page is there."""
    while LINE.is_busy:
        page.wait_for_timeout(10)
    page.evaluate("window.quiet = undefined")
    page.wait_for_function(QUIET, timeout=READY)


@contextmanager
def watched_page(browser: Any, width: int = 1440, height: int = 900) -> Iterator[Any]:
    """An empty page; afterwards: no page error, and no request that left the machine.

    All pages of a browser are in one context, which fetches and compiles the scripts once.
    """
    context = browser.contexts[0] if browser.contexts else browser.new_context()
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(urlparse(request.url).hostname or "local"))
    try:
        yield page
    finally:
        page.close()
    assert errors == [], errors
    assert hosts <= LOOPBACK, hosts - LOOPBACK


WCAG = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"heading-order": {"enabled": True}},
    "resultTypes": ["violations"],
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def violations(
    page: Any, within: str = "html", rules: dict[str, Any] = WCAG
) -> list[tuple[str, str, str]]:
    """What axe-core finds against WCAG 2.2 AA and the order of headings: rule, element, reason."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(Axe().axe_script)
    run = "([within, rules]) => axe.run(within, rules).then(({violations}) => violations)"
    return [
        (rule["id"], str(node["target"]), node["failureSummary"])
        for rule in page.evaluate(run, [within, rules])
        for node in rule["nodes"]
    ]


def dress(page: Any, theme: str) -> None:
    """Shows the page light or dark."""
    page.evaluate("theme => document.body.classList.toggle('dark', theme === 'dark')", theme)
