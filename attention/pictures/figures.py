"""The paper's pictures of attention: Figure 2, all concepts of a frame; Figure 6, right beside wrong."""

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
    overlay,
    scaled,
    shown_concepts,
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
    """The sampled frame in which the concept that UnAtt names on that side has its highest energy."""
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
    """A frame and each concept's map over it, side by side, with its energy (Figure 2; Eqs. 1, 2).

    pictures: by default those the analysis kept · frame: place among the sampled frames, by default
    `strongest_frame` · concepts: indices, by default `analysis.shown()`. InputError for what the
    analysis lacks.
    """
    seen, maps = side_with_maps(analysis, side)
    shown = shown_concepts(analysis, concepts)
    frame = strongest_frame(analysis, side) if frame is None else frame
    bare = _picture(analysis, pictures, frame)
    heights = tops(maps, shown, look.scale)

    names = [analysis.concepts[c] for c in shown]
    room = grid(analysis.size, 1 + len(shown), TILE, names, HEADER)
    sheet = _sheet_for(room)
    sheet.title(analysis.clip, eye(analysis, side))
    bare = scaled(bare, *room.picture)
    sheet.place(bare, *room.inset(0))
    sheet.caption(room, 0, moment(analysis, frame))
    for tile, (c, top) in enumerate(zip(shown, heights[frame], strict=True), 1):
        window = window_of(seen, frame, c, analysis.window)
        sheet.place(overlay(bare, maps[frame, c], float(top), look, window), *room.inset(tile))
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
    """Frames beside the truth's map and that of the concept the CNN wrongly names (Figure 6, §4.6).

    The truth stands in a solid green frame and is marked ✓, the CNN's choice in a dashed red one,
    marked ✗. Method, frames and InputError as in `contrast`; pictures as in `figure2`.
    """
    found = contrast(analysis, method, most)
    seen, maps = side_with_maps(analysis, found.method.side)
    shown = list(dict.fromkeys([found.truth, *found.chosen]))
    heights = tops(maps, shown, look.scale)
    # the window is where UnAtt's energy lies; a learned energy is one of the whole map
    windowed = found.by == "energies"

    examples = len(found.frames)
    columns = 3 * examples if analysis.size[0] < analysis.size[1] else 3  # tall ones side by side
    names = [_marked(analysis, c, found.truth) for c in shown]
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
            top = float(heights[frame, shown.index(c)])
            sheet.place(overlay(bare, maps[frame, c], top, look, window), *room.inset(tile))
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
    """Which methods that look through this side's CNN name the concept: "truth · said by CNN, UnAtt"."""
    methods = [v.method for v in analysis.verdicts if v.side == side and v.prediction == concept]
    truth = ["truth"] if analysis.concepts[concept] == analysis.truth else []
    return " · ".join(truth + ([f"said by {', '.join(methods)}"] if methods else []))


def energy_notes(analysis: Analysis, look: Look) -> list[str]:
    """What the number E, the drawn window and the darkness at the rim are."""
    s = analysis.window
    drawn = " (outlined)" if look.window else ""
    return [f"E: the largest sum of {s}×{s} cells{drawn}, Eq. 2.", *square_notes(analysis)]


def square_notes(analysis: Analysis) -> list[str]:
    """What darkness at the rim is, where there is any."""
    if analysis.size[0] == analysis.size[1]:
        return []
    return ["Darkened: outside the square that the CNN sees."]


def _marked(analysis: Analysis, concept: int, truth: int) -> str:
    return f"{'✓' if concept == truth else '✗'}\N{NO-BREAK SPACE}{analysis.concepts[concept]}"


def _sheet_for(room: Grid) -> Sheet:
    return Sheet(max(LEAST_WIDTH, room.right + EDGE), room.bottom + GAP + FOOTER + EDGE)


def eye(analysis: Analysis, side: str) -> str:
    """Which CNN looked: "Web CNN of the model interactions"."""
    cnn = {"web": "Web CNN", "tuned": "fine-tuned CNN"}.get(side, side)
    return f"{cnn} of the model {analysis.model}"


def moment(analysis: Analysis, frame: int) -> str:
    """Where in the clip a sampled frame stands, or "frame" when there is only one."""
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
