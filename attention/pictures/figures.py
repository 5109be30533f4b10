"""The paper's figures of attention: Figure 2, the concepts of a frame; Figure 6, truth and error."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from matplotlib.figure import Figure

from attention.analysis import Analysis
from attention.errors import InputError
from attention.pictures.contrast import contrast
from attention.pictures.overlay import (
    Look,
    Picture,
    concepts_to_draw,
    overlay,
    scaled,
    side_with_maps,
    tops,
    window_of,
)
from attention.pictures.sheet import FOOTER, HEADER, LEAST_WIDTH, Sheet, written
from attention.pictures.tiles import EDGE, GAP, Grid, grid

RIGHT, WRONG = "#1a7f37", "#c62828"
TILE = 440  # pixels, the longer side of a tile

Pictures = Mapping[int, Picture]  # RGB uint8 [H,W,3] by place among the sampled frames


def strongest_frame(analysis: Analysis, side: str = "web") -> int:
    """The sampled frame where UnAtt's predicted concept on that side has its highest energy."""
    energies = analysis.side(side).energies
    return int(energies[:, energies.mean(axis=0).argmax()].argmax())


def figure2(
    analysis: Analysis,
    pictures: Pictures | None = None,
    *,
    frame: int | None = None,
    concepts: Sequence[int] | None = None,
    side: str = "web",
    look: Look = Look(),
) -> Figure:
    """A frame beside each concept's map over it, with energies (Figure 2; Eqs. 1, 2).

    pictures: by default those kept in the analysis · frame: place among the sampled frames, by default
    `strongest_frame` · concepts: indices, by default `analysis.shown()`. Raises InputError when the
    analysis lacks what is needed.
    """
    seen, maps = side_with_maps(analysis, side)
    concepts = concepts_to_draw(analysis, concepts)
    frame = strongest_frame(analysis, side) if frame is None else frame
    bare = _picture(analysis, pictures, frame)
    heights = tops(maps, concepts, look.scale)

    names = [analysis.concepts[c] for c in concepts]
    room = grid(analysis.size, 1 + len(concepts), TILE, names, HEADER)
    sheet = _sheet_for(room)
    sheet.title(analysis.clip, eye(analysis, side))
    bare = scaled(bare, *room.picture)
    sheet.place(bare, *room.inset(0))
    sheet.caption(room, 0, moment(analysis, frame))
    for tile, (c, top) in enumerate(zip(concepts, heights[frame], strict=True), 1):
        window = window_of(seen, frame, c, analysis.window)
        over = overlay(bare, maps[frame, c], float(top), look, window, analysis.is_whole)
        sheet.place(over, *room.inset(tile))
        energy = f"E {written(float(seen.energies[frame, c]))}"
        sheet.caption(room, tile, analysis.concepts[c], energy, more=said(analysis, c, side))
    sheet.footer(room.bottom + GAP, float(heights.max()), look, energy_notes(analysis, look))
    return sheet.figure


def figure6(
    analysis: Analysis,
    pictures: Pictures | None = None,
    *,
    method: str | None = None,
    most: int = 3,
    look: Look = Look(),
) -> Figure:
    """Frames beside the maps of the truth and of the CNN's wrong choice (Figure 6, §4.6).

    The truth has a solid green border and the mark ✓, the CNN's choice a dashed red border and the mark
    ✗. Method, frames and InputError as in `contrast`; pictures as in `figure2`.
    """
    found = contrast(analysis, method, most)
    seen, maps = side_with_maps(analysis, found.method.side)
    concepts = list(dict.fromkeys([found.truth, *found.chosen]))
    heights = tops(maps, concepts, look.scale)
    # UnAtt's energy comes from the window; a learned energy comes from the whole map
    windowed = found.by == "energies"

    examples = len(found.frames)
    columns = 3 * examples if analysis.size[0] < analysis.size[1] else 3  # tall frames: one row
    names = [_marked(analysis, c, found.truth) for c in concepts]
    room = grid(analysis.size, 3 * examples, TILE, names, HEADER, columns, group=3)
    sheet = _sheet_for(room)
    winner, loser = found.method.method, found.cnn.method
    title = f"{winner} is right, {loser} is wrong"
    below = f"{analysis.clip} · truth: {analysis.truth} · {eye(analysis, found.method.side)}"
    sheet.title(title, below)
    for first, (frame, wrong) in enumerate(zip(found.frames, found.chosen, strict=True)):
        bare = scaled(_picture(analysis, pictures, frame), *room.picture)
        sheet.place(bare, *room.inset(3 * first))
        sheet.caption(room, 3 * first, moment(analysis, frame))
        for tile, c in enumerate((found.truth, wrong), 3 * first + 1):
            good = c == found.truth
            window = window_of(seen, frame, c, analysis.window) if windowed else None
            top = float(heights[frame, concepts.index(c)])
            over = overlay(bare, maps[frame, c], top, look, window, analysis.is_whole)
            sheet.place(over, *room.inset(tile))
            colour = RIGHT if good else WRONG
            sheet.edge(room, tile, colour, dashed=not good)
            energy = f"E {written(float(found.energies[frame, c]))}"
            who = f"said by {winner if good else loser}"
            name = _marked(analysis, c, found.truth)
            sheet.caption(room, tile, name, energy, colour, who)
    notes = (
        energy_notes(analysis, look)
        if windowed
        else [f"E: the energy that {winner} gives the map.", *square_notes(analysis)]
    )
    sheet.footer(room.bottom + GAP, float(heights.max()), look, notes)
    return sheet.figure


def said(analysis: Analysis, concept: int, side: str) -> str:
    """The methods of this side that predict the concept: "truth · said by CNN, UnAtt"."""
    methods = [v.method for v in analysis.verdicts if v.side == side and v.prediction == concept]
    truth = ["truth"] if analysis.concepts[concept] == analysis.truth else []
    return " · ".join(truth + ([f"said by {', '.join(methods)}"] if methods else []))


def energy_notes(analysis: Analysis, look: Look) -> list[str]:
    """Notes that explain the number E, the outlined window and the dark border."""
    s = analysis.window
    drawn = " (outlined)" if look.window else ""
    return [f"E: the largest sum of {s}×{s} cells{drawn}, Eq. 2.", *square_notes(analysis)]


def square_notes(analysis: Analysis) -> list[str]:
    """A note that explains the dark border, if there is one."""
    if analysis.size[0] == analysis.size[1] or analysis.is_whole:
        return []
    return ["Darkened: outside the square that the CNN sees."]


def _marked(analysis: Analysis, concept: int, truth: int) -> str:
    return f"{'✓' if concept == truth else '✗'}\N{NO-BREAK SPACE}{analysis.concepts[concept]}"


def _sheet_for(room: Grid) -> Sheet:
    return Sheet(max(LEAST_WIDTH, room.right + EDGE), room.bottom + GAP + FOOTER + EDGE)


def eye(analysis: Analysis, side: str) -> str:
    """The name of a side's CNN: "Web CNN of the model interactions"."""
    cnn = {"web": "Web CNN", "tuned": "fine-tuned CNN"}.get(side, side)
    return f"{cnn} of the model {analysis.model}"


def moment(analysis: Analysis, frame: int) -> str:
    """A sampled frame's place and time in the clip, or "frame" when there is only one."""
    if len(analysis.frames) == 1:
        return "frame"
    return f"frame {frame + 1} of {len(analysis.frames)}, {analysis.seconds[frame]:.2f} s"


def _picture(analysis: Analysis, pictures: Pictures | None, frame: int) -> Picture:
    if not 0 <= frame < len(analysis.frames):
        raise InputError(
            f"There is no sampled frame {frame}; give 0 to {len(analysis.frames) - 1}."
        )
    if pictures is not None:
        return pictures[frame]
    if analysis.pictures is None:
        raise InputError(
            f"The frames of {analysis.clip} were not kept; analyse it again keeping them."
        )
    stored = cv2.imdecode(np.frombuffer(analysis.pictures[frame], np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(cv2.cvtColor(stored, cv2.COLOR_BGR2RGB), np.uint8)
