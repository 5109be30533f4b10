"""What a person takes away from a look, as the player shows it: film, figure, table and numbers."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import gradio as gr
import numpy as np

from attention.analysis import Analysis, Side
from attention.catalogue.catalogue import say
from attention.errors import InputError, full_disk_told
from attention.gate.line import Line
from attention.media.frames import Limits
from attention.serving.dial import ChangedReader
from attention.serving.looking import Looked, Progress
from attention.serving.offered import LONGEST
from attention.serving.turns import RunningLook
from attention.serving.workroom import Workroom
from attention.tabs.cards import export_card, failed

EXPORTS = ("mp4", "png", "csv", "json")
# of the player, for a press of a button: what it shows
VIEW_OF_PLAYER = """(looked) => {
  const view = document.querySelector("#player .attention-player")?.player?.view;
  return [looked, view ? JSON.stringify({ ...view.state, concepts: view.concepts }) : ""];
}"""
EXPORTING = Line()  # one at a time: each holds frames and an encoder
OnProgress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Shown:
    """What the player shows of an analysis.

    frame: place among the sampled ones · concepts: with a tile · side: the CNN · window: side s of the
    energies' windows · colours, opacity, scale: as in Look.
    """

    frame: int | None = None
    concepts: tuple[int, ...] | None = None
    side: str = "web"
    window: int | None = None
    colours: str = "viridis"
    opacity: float = 0.7
    scale: str = "shared"


def shown_by(told: str | None, analysis: Analysis) -> Shown:
    """The view that a page tells of, as JSON; what makes no sense for this analysis is left out."""
    state: dict[str, Any] = {}
    with suppress(ValueError):
        state = json.loads(told or "")
    if not isinstance(state, dict):
        return Shown()
    usual = Shown()
    named = state.get("concepts")
    concepts = (
        [c for c in named if _within(c, len(analysis.concepts))] if isinstance(named, list) else []
    )
    opacity, side = state.get("opacity", 70), state.get("side")
    return Shown(
        frame=state["frame"] if _within(state.get("frame"), len(analysis.frames)) else None,
        concepts=tuple(concepts) or None,
        side=side if side in {each.name for each in analysis.sides} else usual.side,
        window=state["s"] if _within(state.get("s"), min(analysis.map_size) + 1, 1) else None,
        colours=str(state.get("map", usual.colours)),
        opacity=opacity / 100 if _within(opacity, 101) else usual.opacity,
        scale=str(state.get("scale", usual.scale)),
    )


def _within(value: object, end: int, start: int = 0) -> bool:
    return isinstance(value, int) and start <= value < end


def with_window(analysis: Analysis, s: int) -> Analysis:
    """The analysis with the energies of s×s windows (Eq. 2); its verdicts stay those of its own."""
    if s == analysis.window:
        return analysis
    return replace(analysis, window=s, sides=tuple(_summed(side, s) for side in analysis.sides))


def _summed(side: Side, s: int) -> Side:
    if side.maps is None:
        return side
    h, w = side.maps.shape[2] - s + 1, side.maps.shape[3] - s + 1
    corners = [(i, j) for i in range(s) for j in range(s)]
    sums = sum(side.maps[:, :, i : i + h, j : j + w] for i, j in corners)
    flat = np.asarray(sums, np.float32).reshape(*side.maps.shape[:2], h * w)
    places = np.stack(np.divmod(flat.argmax(-1), w), -1).astype(np.uint8)
    return replace(side, energies=flat.max(-1), windows=places)


def export(
    kind: str,
    looked: Looked,
    folder: Path,
    told: str = "",
    on_progress: OnProgress | None = None,
) -> Path:
    """Writes one of EXPORTS into `folder`, named after the clip; returns its path.

    told: what the player shows, as VIEW_OF_PLAYER tells it. Raises InputError when the clip can no longer
    be read, and for colours or a scale that there are not.
    """
    # matplotlib and the encoders: not before something is exported
    from attention.pictures.export import write_figure, write_frames, write_json
    from attention.pictures.figures import figure2
    from attention.pictures.film import write_film
    from attention.pictures.overlay import Look, Scale

    analysis = looked.analysis()
    path = folder / f"{Path(analysis.clip).stem or 'clip'}.{kind}"
    if kind == "json":
        return write_json(path, analysis)
    if kind == "csv":
        return write_frames(path, analysis)
    view = shown_by(told, analysis)
    look = Look(view.colours, view.opacity, cast(Scale, view.scale))
    drawn = with_window(analysis, view.window or analysis.window)
    if kind == "png":
        figure = figure2(drawn, frame=view.frame, concepts=view.concepts, side=view.side, look=look)
        return write_figure(path, figure)
    return write_film(
        path,
        looked.clip,
        drawn,
        concepts=view.concepts,
        side=view.side,
        look=look,
        reader=partial(ChangedReader, looked.change, analysis.frames),
        limits=Limits(trim_seconds=LONGEST, trim_frames=len(analysis.frames)),
        on_progress=on_progress,
    )


def exported(
    workroom: Workroom, kind: str, looked: Looked | None, view: str
) -> Iterator[tuple[Any, Any]]:
    """Makes a file of what the player shows; yields the status meanwhile, and the file at the end."""
    if looked is None:
        raise gr.Error(say("heatmaps.choose_to_export"), print_exception=False)
    try:
        with full_disk_told(), workroom.folder_for(looked.clip, looked.pack) as folder:
            started = time.monotonic()

            def write(tell: Callable[[Progress], None]) -> Path:
                def on_progress(done: int, expected: int | None) -> None:
                    tell(Progress(done, expected, time.monotonic() - started))

                return export(kind, looked, folder, view, on_progress)

            for said in RunningLook(write, EXPORTING):
                if isinstance(said, Path):
                    yield "", str(said)
                else:
                    yield export_card(said if isinstance(said, Progress) else None, kind), gr.skip()
    except InputError as error:
        yield failed(str(error)), gr.skip()
        raise gr.Error(str(error), print_exception=False) from None
