"""Whether the app is well: for the console at its start, and for programs that watch it."""

import sys

from starlette.requests import Request
from starlette.responses import JSONResponse

from attention.confined.cage.layers import layers, missing


def say_what_is_missing() -> None:
    """Prints what this system lacks of the decoder's cage, a sentence for each layer."""
    for sentence in missing():
        print(sentence, file=sys.stderr, flush=True)


async def health(_request: Request) -> JSONResponse:
    """`GET /health`: whether it answers, and each layer of the decoder's cage: held, or why not."""
    cage = {layer.name: layer.missing or "held" for layer in layers()}
    return JSONResponse({"status": "ok", "cage": cage, "missing": missing()})
