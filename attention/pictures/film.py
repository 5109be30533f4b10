"""The annotated film (MP4): the frame beside each concept's map, and the energies over time."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageDraw

from attention.analysis import Analysis
from attention.media.clip import Reader
from attention.media.frames import FrameReader, Limits
from attention.pictures.figures import energy_notes, eye, moment, said
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
from attention.pictures.reel import reel
from attention.pictures.reread import frames_again
from attention.pictures.sheet import FOOTER, HEADER, INK, LEAST_WIDTH, Sheet, written
from attention.pictures.strip import line_style, places_of, strip
from attention.pictures.tiles import EDGE, GAP, NAME, Grid, face, grid

FULL_HD = (1920, 1080)
TILE = 480  # pixels, the longer side of a tile when there is room
STRIP = 190  # pixels, the height of the strip with its numbers and title
STILL = 2.0  # seconds, the length of a film of one frame

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
    """Writes the sampled frames with the maps over them as an MP4 (H.264) with the clip's timing.

    The frames are read again from the clip, a few at a time; an image becomes a film of STILL seconds.
    concepts: indices, by default `analysis.shown()` · on_progress(frames done, frames in all). The
    file appears whole or not at all. Raises InputError when the analysis lacks what is needed or the
    clip has changed, OSError when the file cannot be written.
    """
    pages = _Pages(analysis, concepts_to_draw(analysis, concepts), side, look)
    spans = frame_spans(analysis.seconds)
    with reel(path, pages.width, pages.height) as film:
        for place, rgb in frames_again(clip, analysis, reader, limits):
            film.show(pages.page(place, rgb), *spans[place])
            if on_progress:
                on_progress(place + 1, len(spans))
    return Path(path)


def frame_spans(seconds: Sequence[float]) -> list[tuple[float, float]]:
    """The time span (begin, end) of each frame in the film, in seconds since its first frame.

    A frame lasts until the next one, the last frame for the median duration, a single frame STILL.
    """
    starts = [0.0]
    for earlier, later in pairwise(seconds):
        starts.append(starts[-1] + max(later - earlier, 0.01))
    steps = [later - earlier for earlier, later in pairwise(starts)]
    return list(pairwise([*starts, starts[-1] + (median(steps) if steps else STILL)]))


class _Pages:
    """The pages of a film: the fixed elements are drawn once, the changing ones on a copy."""

    def __init__(self, analysis: Analysis, concepts: list[int], side: str, look: Look) -> None:
        self.analysis, self.concepts, self.look = analysis, concepts, look
        self.side, self.maps = side_with_maps(analysis, side)
        self.tops = tops(self.maps, concepts, look.scale)
        self.grid = _room_for(analysis, concepts)
        self.width = _even(max(LEAST_WIDTH, self.grid.right + EDGE))
        self.height = _even(self.grid.bottom + _below(analysis))
        box = (EDGE + 44, self.grid.bottom + 50, self.width - 2 * EDGE - 56, STRIP - 94)
        lines = self.side.energies[:, concepts]
        self.places = places_of(concepts, analysis.looks())
        course = strip(box, analysis.seconds, lines, self.places)
        self.strip = course if _has_course(analysis) else None
        self.plate = self._plate()

    def page(self, place: int, rgb: Picture) -> Picture:
        """The page of a sampled frame: uint8 [height,width,3]."""
        page = self.plate.copy()
        bare = scaled(rgb, *self.grid.picture)
        self._put(page, 0, bare)
        for tile, concept in enumerate(self.concepts, 1):
            window = window_of(self.side, place, concept, self.analysis.window)
            top = float(self.tops[place, tile - 1])
            over = overlay(
                bare, self.maps[place, concept], top, self.look, window, self.analysis.is_whole
            )
            self._put(page, tile, over)
        if self.strip:
            self.strip.cursor(page, place)
        return self._numbers(page, place)

    def _plate(self) -> Picture:
        sheet = Sheet(self.width, self.height)
        sheet.title(self.analysis.clip, eye(self.analysis, self.side.name))
        for tile, concept in enumerate(self.concepts, 1):
            name = self.analysis.concepts[concept]
            key = line_style(self.places[tile - 1])
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
        for tile, concept in enumerate(self.concepts, 1):
            caption = self.grid.caption(tile, self.analysis.concepts[concept], keyed=True)
            energy = f"E {written(float(self.side.energies[place, concept]))}"
            anchor = "rs" if caption.beside else "ls"
            pen.text(caption.energy, energy, INK, face(NAME, bold=True), anchor)
        return np.asarray(image, np.uint8)


def _room_for(analysis: Analysis, concepts: list[int]) -> Grid:
    """The grid with the largest tiles for which the page fits in FULL_HD."""
    names = [analysis.concepts[c] for c in concepts]
    for longest in range(TILE, 0, -8):
        room = grid(analysis.size, 1 + len(concepts), longest, names, HEADER)
        wide, high = room.right + EDGE, room.bottom + _below(analysis)
        if wide <= FULL_HD[0] and high <= FULL_HD[1]:
            break
    return room


def _below(analysis: Analysis) -> int:
    """The height of the strip and the footer, below the tiles."""
    return (STRIP if _has_course(analysis) else 0) + FOOTER + GAP + EDGE


def _has_course(analysis: Analysis) -> bool:
    return len(analysis.frames) > 1


def _even(pixels: int) -> int:
    return pixels + pixels % 2  # yuv420p stores colours at half the resolution
