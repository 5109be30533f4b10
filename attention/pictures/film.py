"""The annotated film: the frame and each concept's map side by side, with energies over time, as MP4."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageDraw

from attention.analysis import Analysis
from attention.media.frames import FrameReader, Limits
from attention.pictures.figures import energy_notes, eye, moment, said
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
from attention.pictures.reel import reel
from attention.pictures.reread import Reader, frames_again
from attention.pictures.sheet import FOOTER, HEADER, INK, LEAST_WIDTH, Sheet, written
from attention.pictures.strip import line_style, strip
from attention.pictures.tiles import EDGE, GAP, NAME, Grid, face, grid

FULL_HD = (1920, 1080)
TILE = 480  # pixels, the longer side of a tile where there is room
STRIP = 190  # pixels, with its numbers and its name
STILL = 2.0  # seconds a single frame is shown

OnProgress = Callable[[int, int | None], None]


def write_film(
    path: str | Path,
    clip: str | Path,
    analysis: Analysis,
    *,
    concepts: Sequence[int] | None = None,
    side: str = "web",
    look: Look = Look(),
    reader: Reader = FrameReader,
    limits: Limits | None = None,
    on_progress: OnProgress | None = None,
) -> Path:
    """Writes the sampled frames and the maps over them as an MP4 (H.264) at the clip's own pace.

    The frames are read again from the clip and never held together; an image becomes a film of STILL
    seconds. concepts: indices, by default `analysis.shown()` · on_progress(frames done, frames in
    all). The file appears whole or not at all. InputError for what the analysis lacks and a clip that
    changed, OSError when it cannot be written.
    """
    pages = _Pages(analysis, shown_concepts(analysis, concepts), side, look)
    spans = shown_spans(analysis.seconds)
    with reel(path, pages.width, pages.height) as film:
        for place, rgb in frames_again(clip, analysis, reader, limits):
            film.show(pages.page(place, rgb), *spans[place])
            if on_progress:
                on_progress(place + 1, len(spans))
    return Path(path)


def shown_spans(seconds: Sequence[float]) -> list[tuple[float, float]]:
    """When each frame is shown in the film, (from, to) in seconds since its first.

    A frame stays until the next one, the last as long as frames usually do, a single one STILL.
    """
    starts = [0.0]
    for earlier, later in pairwise(seconds):
        starts.append(starts[-1] + max(later - earlier, 0.01))
    steps = [later - earlier for earlier, later in pairwise(starts)]
    return list(pairwise([*starts, starts[-1] + (median(steps) if steps else STILL)]))


class _Pages:
    """The pages of a film: what stays is drawn once, what moves on a copy of it."""

    def __init__(self, analysis: Analysis, shown: list[int], side: str, look: Look) -> None:
        self.analysis, self.shown, self.look = analysis, shown, look
        self.side, self.maps = side_with_maps(analysis, side)
        self.tops = tops(self.maps, shown, look.scale)
        self.grid = _room_for(analysis, shown)
        self.width = _even(max(LEAST_WIDTH, self.grid.right + EDGE))
        self.height = _even(self.grid.bottom + _below(analysis))
        box = (EDGE + 44, self.grid.bottom + 50, self.width - 2 * EDGE - 56, STRIP - 94)
        lines = self.side.energies[:, shown]
        self.strip = strip(box, analysis.seconds, lines) if _has_course(analysis) else None
        self.plate = self._plate()

    def page(self, place: int, rgb: Picture) -> Picture:
        """The page of a sampled frame: uint8 [height,width,3]."""
        page = self.plate.copy()
        bare = scaled(rgb, *self.grid.picture)
        self._put(page, 0, bare)
        for tile, concept in enumerate(self.shown, 1):
            window = window_of(self.side, place, concept, self.analysis.window)
            top = float(self.tops[place, tile - 1])
            over = overlay(bare, self.maps[place, concept], top, self.look, window)
            self._put(page, tile, over)
        if self.strip:
            self.strip.cursor(page, place)
        return self._numbers(page, place)

    def _plate(self) -> Picture:
        sheet = Sheet(self.width, self.height)
        sheet.title(self.analysis.clip, eye(self.analysis, self.side.name))
        for tile, concept in enumerate(self.shown, 1):
            name = self.analysis.concepts[concept]
            key = line_style(tile - 1)
            sheet.caption(
                self.grid, tile, name, more=said(self.analysis, concept, self.side.name), key=key
            )
        if self.strip:
            self.strip.draw(sheet)
        notes = energy_notes(self.analysis, self.look)
        below = self.height - FOOTER - EDGE
        sheet.footer(below, float(self.tops.max()), self.look, notes)
        return sheet.pixels()

    def _put(self, page: Picture, tile: int, picture: Picture) -> None:
        x, y = self.grid.inset(tile)
        page[y : y + picture.shape[0], x : x + picture.shape[1]] = picture

    def _numbers(self, page: Picture, place: int) -> Picture:
        image = Image.fromarray(page)
        pen = ImageDraw.Draw(image)
        now = moment(self.analysis, place)
        pen.text(self.grid.caption(0, now).at, now, INK, face(NAME), "ls")
        for tile, concept in enumerate(self.shown, 1):
            caption = self.grid.caption(tile, self.analysis.concepts[concept], keyed=True)
            energy = f"E {written(float(self.side.energies[place, concept]))}"
            anchor = "rs" if caption.beside else "ls"
            pen.text(caption.energy, energy, INK, face(NAME, bold=True), anchor)
        return np.asarray(image, np.uint8)


def _room_for(analysis: Analysis, shown: list[int]) -> Grid:
    """The largest tiles with which the page stays within FULL_HD."""
    names = [analysis.concepts[c] for c in shown]
    for longest in range(TILE, 0, -8):
        room = grid(analysis.size, 1 + len(shown), longest, names, HEADER)
        wide, high = room.right + EDGE, room.bottom + _below(analysis)
        if wide <= FULL_HD[0] and high <= FULL_HD[1]:
            break
    return room


def _below(analysis: Analysis) -> int:
    """The height of what stands below the tiles."""
    return (STRIP if _has_course(analysis) else 0) + FOOTER + GAP + EDGE


def _has_course(analysis: Analysis) -> bool:
    return len(analysis.frames) > 1


def _even(pixels: int) -> int:
    return pixels + pixels % 2  # yuv420p halves its colours' resolution
