"""The two pages: the questions with a frame and its maps, the answers with what was measured."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from attention.catalogue.languages import spoken
from attention.methods.registry import known_method
from attention.pictures.sheet import written
from training.classroom.handout.measured import ENERGYNET, VOTE, called, measured, sweep
from training.classroom.handout.picture import Looked, largest_window, looked
from training.classroom.handout.sheet import HEIGHT, INK, LINE, MARGIN, QUIET, WIDTH, Page, font_of
from training.classroom.items import USUAL, lesson_file
from training.judge.results import SweepResults
from training.report.curves import figure5_rows

GAP = 22.0  # points between two columns
COLUMN = (WIDTH - 2 * MARGIN - GAP) / 2
COLUMNS = (MARGIN, MARGIN + COLUMN + GAP)
SMALL, USUAL_SIZE, LARGE, TITLE = 7.5, 9.2, 10.5, 19.0  # points
WRITING = 3  # empty lines below a question
QUESTIONS_LEFT, ANSWERS_LEFT = 4, 5  # in the left column: the last answers are the longest
METHODS = ("finetune+CNN", ENERGYNET, "SVM", "Web+video head")
DASHES = ("-", "-", "--", "-.")  # two of the methods share a colour
MARKERS = {
    "circle": "o",
    "square": "s",
    "triangle-up": "^",
    "diamond": "D",
    "x": "X",
    "triangle-down": "v",
}


def words_of(language: str = USUAL) -> dict[str, Any]:
    """The words of the handout, with blanks; in English where there are none in the language."""
    return tomllib.loads(lesson_file("handout.toml", language).read_text(encoding="utf-8"))


def blanks(words: Mapping[str, Any], seen: Looked) -> dict[str, str]:
    """Every number and name that fills a blank of the words. InputError where one cannot be read."""
    window = words["window"]
    energy, where = largest_window(window["cells"])
    return {
        **measured(sweep("drawn"), sweep("actions5"), words),
        "truth": seen.truth,
        "vote": seen.vote,
        "attention": seen.attention,
        "window_energy": str(energy),
        "window_where": window["places"][where],
        "window_all": str(sum(map(sum, window["cells"]))),
    }


def write_handout(out: Path, language: str = USUAL) -> None:
    """Writes the two pages as a PDF, the same bytes each time. InputError where a number is missing."""
    words, seen = words_of(language), looked()
    with spoken(language):
        filled = blanks(words, seen)
        pages = (questions(words, filled, seen), answers(words, filled, sweep("actions5")))
    about = {"Title": words["title"], "Keywords": digest(words, filled), "CreationDate": None}
    with PdfPages(out, metadata=about) as pdf:
        for page in pages:
            pdf.savefig(page)


def digest(words: Mapping[str, Any], filled: Mapping[str, str]) -> str:
    """What tells these pages from those of other words or numbers; it stands in the PDF."""
    return sha256(repr((words, sorted(filled.items()))).encode()).hexdigest()[:32]


def questions(words: Mapping[str, Any], filled: Mapping[str, str], seen: Looked) -> Figure:
    """Page 1."""
    page = Page()
    page.text(words["title"], TITLE, bold=True)
    page.text(words["below"], LARGE, colour=QUIET)
    page.y += 12
    _maps(page, words, seen)
    page.text(words["picture"].format_map(filled), SMALL, colour=QUIET)
    page.rule()
    page.y += 2
    top = page.y
    for left, held in _columns(words["questions"], QUESTIONS_LEFT):
        page.y = top
        for asked in held:
            page.y += 9
            page.text(asked["title"], LARGE, bold=True, left=left, width=COLUMN)
            page.text(asked["ask"].format_map(filled), USUAL_SIZE, left=left, width=COLUMN)
            if asked["title"].startswith("4"):
                _cells(page, words["window"]["cells"], left)
            page.lines(asked.get("lines", WRITING), left, COLUMN)
    return page.figure


def answers(words: Mapping[str, Any], filled: Mapping[str, str], real: SweepResults) -> Figure:
    """Page 2."""
    page = Page()
    page.text(words["answers_title"], TITLE, bold=True)
    page.text(words["answers_below"].format_map(filled), USUAL_SIZE, colour=QUIET)
    page.rule()
    page.y += 2
    top, ends = page.y, []
    for left, held in _columns(words["questions"], ANSWERS_LEFT):
        page.y = top
        for asked in held:
            page.y += 9
            page.text(asked["title"], LARGE, bold=True, left=left, width=COLUMN)
            page.text(asked["answer"].format_map(filled), USUAL_SIZE, left=left, width=COLUMN)
        ends.append(page.y)
    page.y = max(ends) + 8
    page.rule()
    page.y += 4
    page.text(words["chart"], LARGE, bold=True)
    page.y += 10
    _chart(page, words, real)
    page.text(words["chart_note"], SMALL, colour=QUIET)
    page.y += 4
    page.text(words["foot"], SMALL, colour=QUIET)
    return page.figure


def _columns(asked: Sequence[Any], left: int) -> Iterator[tuple[float, Sequence[Any]]]:
    """The questions in two columns, so many in the left one, each column with its left edge."""
    yield from zip(COLUMNS, (asked[:left], asked[left:]), strict=True)


def _maps(page: Page, words: Mapping[str, Any], seen: Looked) -> None:
    """The frame and its maps side by side, with names and energies below."""
    tiles = [(words["frame"], "", seen.frame)]
    tiles += [
        (name, words["energy"].format(energy=written(energy)), over)
        for name, over, energy in seen.maps
    ]
    pitch = (WIDTH - 2 * MARGIN + 6) / len(tiles)
    height = (pitch - 6) * seen.frame.shape[0] / seen.frame.shape[1]
    top = page.y
    for place, (name, energy, picture) in enumerate(tiles):
        page.y, left = top, MARGIN + place * pitch
        axes = page.axes(left, pitch - 6, height)
        axes.imshow(picture)
        axes.set_axis_off()
        page.y += height
        page.text(f"{name} {energy}".strip(), USUAL_SIZE, left=left, width=pitch, bold=place == 0)
    page.y += 2


def _cells(page: Page, cells: Sequence[Sequence[int]], left: float) -> None:
    """A small map as a grid of numbers."""
    page.y += 6
    side = 18.0 * len(cells)
    axes = page.axes(left, side, side)
    axes.set(xlim=(0, len(cells)), ylim=(len(cells), 0), xticks=[], yticks=[])
    for edge in range(1, len(cells)):
        axes.axhline(edge, color=LINE, linewidth=0.6)
        axes.axvline(edge, color=LINE, linewidth=0.6)
    for r, row in enumerate(cells):
        for c, value in enumerate(row):
            axes.text(c + 0.5, r + 0.5, str(value), ha="center", va="center", color=INK,
                      fontproperties=font_of(USUAL_SIZE, False))  # fmt: skip
    page.y += side - 12


def _chart(page: Page, words: Mapping[str, Any], real: SweepResults) -> None:
    """Figure 5 on real clips: right clips against the share of labels, and the plain vote."""
    height = min(170.0, HEIGHT - MARGIN - page.y - 78)
    axes = page.axes(MARGIN + 24, WIDTH - 2 * MARGIN - 24, height)
    rows = figure5_rows(real, "accuracy", METHODS)
    shares = sorted(rows["fraction"].unique())
    for method, mine in rows.groupby("method", sort=False):
        row = known_method(str(method))
        colour, marker = (row.colour, MARKERS.get(row.marker, "o")) if row else (INK, "o")
        axes.errorbar(
            100 * mine["fraction"], mine["mean"], yerr=mine["std"], color=colour, marker=marker,
            markersize=4.5, linewidth=1.4, linestyle=DASHES[METHODS.index(str(method))], capsize=2,
            label=called(str(method)),
        )  # fmt: skip
    vote = figure5_rows(real, "accuracy", [VOTE])["mean"].iloc[0]
    axes.axhline(vote, color=QUIET, linestyle=":", linewidth=1.2)
    axes.set_xscale("log")
    axes.set_xticks([100 * share for share in shares], [f"{100 * share:g}" for share in shares])
    axes.minorticks_off()
    axes.set_xlabel(words["chart_x"], fontproperties=font_of(SMALL, False))
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font_of(SMALL, False))
    axes.grid(axis="y", color=LINE, linewidth=0.5)
    for name in ("top", "right"):
        axes.spines[name].set_visible(False)
    axes.legend(prop=font_of(SMALL, False), frameon=False, ncols=2, loc="lower right")
    page.y += height + 24
