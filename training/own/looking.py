"""One's own concepts seen: in a clip, by the pipeline of all looks, and live in a camera's frames."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from attention.errors import InputError, full_disk_told
from attention.gate.line import Line
from attention.media.clip import Picture
from attention.pack import save_pack
from attention.serving.looking import Progress, patient_reader
from attention.serving.offered import limits_for
from training.own.session import NOT_LEARNT, Session

INPUT_SIDE = (
    224  # §4.2, as attention.networks.cnn has it, which is not read before something is looked at
)
EVERY = 5  # one frame in five of a clip (§4.3)
LIVE = Line()  # frames of cameras: they do not wait for clips, nor clips for them
FRAME_BYTES = INPUT_SIDE * INPUT_SIDE * 3
IN_A_SECOND = 25.0  # frames of all cameras together: some third of two cores
QUICKEST = 0.1  # seconds between two frames of one camera
COUNTED = 3.0  # seconds after its last frame in which a camera counts as live
DIGITS = 4  # of a number that travels to the page

_live: dict[str, float] = {}  # session → when it sent its last frame, by time.monotonic()
_counting = threading.Lock()


def look_at(
    session: Session,
    clip: Path,
    name: str,
    folder: Path,
    on_progress: Callable[[Progress], None] | None = None,
) -> Path:
    """Every concept's maps over a clip, as `folder`/analysis.pack. InputError as analyse."""
    from dataclasses import replace

    from attention.pipeline import analyse

    if session.learnt is None:
        raise InputError(NOT_LEARNT)
    model = session.learnt.model
    started = time.perf_counter()

    def progress(done: int, expected: int | None) -> None:
        if on_progress:
            on_progress(Progress(done, expected, time.perf_counter() - started))

    analysis = analyse(
        clip, model, every=EVERY, on_progress=progress, keep_maps=True, keep_pictures=True,
        limits=limits_for(model), reader=patient_reader,
    )  # fmt: skip
    with full_disk_told():
        return save_pack(folder / "analysis.pack", replace(analysis, clip=name))


def frame_of(pixels: bytes) -> Picture:
    """A camera's frame uint8 [224,224,3] as the page sends it: RGB, row by row, nothing to decode.

    InputError for any other number of bytes.
    """
    if len(pixels) != FRAME_BYTES:
        raise InputError(
            f"A frame has {INPUT_SIDE}×{INPUT_SIDE} pixels of 3 bytes, and this one {len(pixels)} bytes: "
            "reload the page."
        )
    return np.frombuffer(pixels, np.uint8).reshape(INPUT_SIDE, INPUT_SIDE, 3)


def see_live(session: Session, frame: Picture) -> dict[str, Any]:
    """What the page draws over a camera's frame: scores, energies, windows and maps of every concept.

    In a line of its own, by turns · pause: seconds until the next frame may come, so that all who are live
    have as many · others: how many those are. Nothing of the frame is kept. InputError before anything is
    learnt, and for more than one's share of the line.
    """
    from attention.engine.choosing import engine_of

    learnt = session.learnt
    if learnt is None:
        raise InputError(NOT_LEARNT)
    live = _now_live(session.token)
    with LIVE.turn(visitor=session.visitor):
        web = learnt.model.web
        seen = engine_of(web).see(web.preprocess(frame[None]))
    return {
        "concepts": list(learnt.model.concepts),
        "scores": _rounded(seen.scores[0]),
        "energies": _rounded(seen.energies[0]),
        "windows": seen.windows[0].tolist(),
        "maps": [_rounded(each) for each in seen.maps[0].flatten(1)],
        "map_size": list(web.map_size),
        "pause": max(QUICKEST, live / IN_A_SECOND),
        "others": live - 1,
    }


def _now_live(token: str) -> int:
    """How many cameras are live, this one with them."""
    with _counting:
        now = time.monotonic()
        _live[token] = now
        for gone in [other for other, then in _live.items() if now - then > COUNTED]:
            del _live[gone]
        return len(_live)


def _rounded(values: Any) -> list[float]:
    return [float(np.format_float_scientific(v, DIGITS - 1)) for v in values.tolist()]
