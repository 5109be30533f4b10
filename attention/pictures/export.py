"""Writes an analysis as files: numbers, figures and the film."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from attention.analysis import Analysis, Side, no_numbers
from attention.disk.whole import whole_file, whole_folder
from attention.errors import InputError
from attention.pictures.contrast import contrast
from attention.pictures.figures import figure2, figure6, strongest_frame
from attention.pictures.film import write_film
from attention.pictures.reread import pictures_at

FIGURE6 = "figure6.png"
FILES = ("analysis.json", "frames.csv", "figure2.png", "overlay.mp4", FIGURE6)
COLUMNS = ("frame", "seconds", "side", "concept", "score", "energy", "window_row", "window_col")

NOTHING: Mapping[str, Any] = {}
OnProgress = Callable[[int, int | None], None]


def json_text(
    analysis: Analysis, ascii_only: bool = False, more: Mapping[str, Any] = NOTHING
) -> str:
    """`Analysis.to_json()`, and more keys, as one line. InputError when it has NaN or infinity."""
    try:
        return json.dumps({**analysis.to_json(), **more}, ensure_ascii=ascii_only, allow_nan=False)
    except ValueError as error:
        raise no_numbers(analysis.model) from error


def write_json(path: str | Path, analysis: Analysis) -> Path:
    """Writes analysis.json whole or not at all. Raises OSError and InputError."""
    with whole_file(path) as partial:
        partial.write_text(json_text(analysis) + "\n", encoding="utf-8")
    return Path(path)


def write_frames(path: str | Path, analysis: Analysis) -> Path:
    """Writes frames.csv whole or not at all: a row per side, frame and concept. Raises OSError.

    Columns: frame (index in the clip), seconds, side ("web" or "tuned"), concept, score (before
    softmax), energy (Eq. 2), window_row and window_col (the window's upper left cell), and, if any side
    has EnergyNet, net_energy (Eq. 4).
    """
    learned = any(side.net_energies is not None for side in analysis.sides)
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow((*COLUMNS, "net_energy") if learned else COLUMNS)
        for side in analysis.sides:
            rows.writerows(_rows(analysis, side, learned))
    return Path(path)


def write_figure(path: str | Path, figure: Figure) -> Path:
    """Writes a figure as PNG whole or not at all. Raises OSError."""
    with whole_file(path) as partial:
        figure.savefig(partial, format="png")
    return Path(path)


def export(
    folder: str | Path,
    clip: str | Path,
    analysis: Analysis,
    *,
    concepts: Sequence[int] | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[list[str], list[str]]:
    """Writes analysis.json, frames.csv, figure2.png, overlay.mp4 and, with a truth, figure6.png.

    The analysis must have its maps; frames are read again from the clip. All files appear together or
    none. Returns their names, and a sentence when Figure 6 does not apply. An older figure6.png in the
    folder stays then, because it may be the user's own, and a sentence says so. Raises OSError and
    InputError.
    """
    strongest = strongest_frame(analysis)
    examples, notes = _examples(analysis)
    with whole_folder(folder) as room:
        pictures = pictures_at(clip, analysis, [strongest, *examples])
        write_json(room / "analysis.json", analysis)
        write_frames(room / "frames.csv", analysis)
        figure = figure2(analysis, pictures, frame=strongest, concepts=concepts)
        write_figure(room / "figure2.png", figure)
        if examples:
            write_figure(room / FIGURE6, figure6(analysis, pictures))
        film = room / "overlay.mp4"
        write_film(film, clip, analysis, concepts=concepts, on_progress=on_progress)
        names = sorted(file.name for file in room.iterdir())
    if not examples and (Path(folder) / FIGURE6).exists():
        notes = [*notes, f"An older {FIGURE6}, which is not of this analysis, was kept."]
    return names, notes


def _examples(analysis: Analysis) -> tuple[tuple[int, ...], list[str]]:
    """The frames of Figure 6, or a sentence why there are none."""
    if analysis.truth is None:
        return (), []
    try:
        return contrast(analysis).frames, []
    except InputError as error:
        return (), [str(error)]


def _rows(analysis: Analysis, side: Side, learned: bool) -> Iterator[tuple[Any, ...]]:
    for n, (frame, seconds) in enumerate(zip(analysis.frames, analysis.seconds, strict=True)):
        for c, concept in enumerate(analysis.concepts):
            score, energy = side.scores[n, c], side.energies[n, c]
            row, col = side.windows[n, c]
            cells = (frame, seconds, side.name, concept, _digits(score), _digits(energy), row, col)
            if not learned:
                yield cells
            elif side.net_energies is None:
                yield (*cells, "")
            else:
                yield (*cells, _digits(side.net_energies[n, c]))


def _digits(value: float) -> str:
    return f"{value:.7g}"  # the precision of float32
