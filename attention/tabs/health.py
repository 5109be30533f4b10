"""Whether the app is well: for the console at its start, and for programs that watch it."""

import os
import sys
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse

from attention.confined.cage.layers import layers, missing
from attention.disk.home import home
from attention.disk.room import size_text
from attention.gate.hosting import Hosting, hosting
from attention.gate.secret import is_kept
from attention.gate.temporary.store import store
from attention.serving.offered import largest_file, longest

NO = "no: "  # how what is not as it should be begins
NAMES = 28  # columns of the table's first


def say_how_it_is_served() -> None:
    """Prints, on a public page, a table of what guards it; anywhere what this system lacks of it."""
    served = hosting()
    if served.public:
        for name, found in guards(served):
            print(f"{name:<{NAMES}}{found}", file=sys.stderr, flush=True)
    for sentence in missing():
        print(sentence, file=sys.stderr, flush=True)


def guards(served: Hosting) -> Iterator[tuple[str, str]]:
    """What guards a public page, and how it stands; what is amiss begins with "no: "."""
    yield "public page", "yes: smaller limits, no MCP server, cookies that work in a frame"
    yield "answers to", ", ".join(served.hosts) or f"{NO}any name; set ATTENTION_HOSTS"
    yield "shown in frames of", ", ".join(served.framed_by) or "no other site"
    yield "programs start training", "yes" if served.programs else "not offered"
    kept = is_kept()
    yield "visitors' key", "kept in ATTENTION_HOME" if kept else f"{NO}lost at the next start"
    own = "ATTENTION_ADMIN" in os.environ
    yield "operator's token", "ATTENTION_ADMIN" if own else "made here, printed below"
    yield "sets, runs, models", f"in {home()}"
    yield "temporary files", f"{size_text(store().quotas.total)} at most"
    yield "a clip", f"{longest():g} s, {size_text(largest_file())} at most"
    for layer in layers():
        yield f"decoder: {layer.name}", NO + layer.missing if layer.missing else "held"


async def health(_request: Request) -> JSONResponse:
    """`GET /health`: whether it answers, and each layer of the decoder's cage: held, or why not."""
    cage = {layer.name: layer.missing or "held" for layer in layers()}
    return JSONResponse({"status": "ok", "cage": cage, "missing": missing()})
