"""What a class has answered, as a table: a line for each answer, a number for each pupil."""

import csv
import io
from collections.abc import Iterator

from training.classroom.items import right
from training.classroom.tally import Tally, marked

COLUMNS = ("kind", "step", "question", "when", "pupil", "choice", "right", "clip", "frame", "cells")
YES = {True: "yes", False: "no"}


def csv_of(tally: Tally) -> str:
    """The whole tally as CSV with a header. Choices, items, rows and columns count from 1, as on the screen.

    pupil: a number in the order of chance, the same in all lines of the export; nothing leads from it to a
    person, and not to when somebody came.
    """
    # tokens are drawn by chance, and so is their order
    number = {pupil: n for n, pupil in enumerate(sorted(set(tally.pupils())), start=1)}
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(_answers(tally, number))
    table.writerows(_drawings(tally, number))
    table.writerows(_tests(tally, number))
    return written.getvalue()


def _answers(tally: Tally, number: dict[str, int]) -> Iterator[dict[str, object]]:
    for (step, question, when), given in sorted(tally.choices.items()):
        line = {"kind": "answer", "step": step, "question": question, "when": when}
        for pupil in sorted(given):
            yield line | {"pupil": number[pupil], "choice": given[pupil] + 1}


def _drawings(tally: Tally, number: dict[str, int]) -> Iterator[dict[str, object]]:
    for (step, clip, frame), given in sorted(tally.drawings.items()):
        line = {"kind": "drawing", "step": step, "clip": clip, "frame": frame + 1}
        for pupil in sorted(given):
            drawn = " ".join(
                f"r{r + 1}c{c + 1}" for r, c in zip(*given[pupil].nonzero(), strict=True)
            )
            yield line | {"pupil": number[pupil], "cells": drawn}


def _tests(tally: Tally, number: dict[str, int]) -> Iterator[dict[str, object]]:
    wanted = right()
    for which, sheets in tally.sheets.items():
        for pupil in sorted(sheets):
            marks = marked(sheets[pupil], wanted[which])
            for item, (choice, mark) in enumerate(zip(sheets[pupil], marks, strict=True), start=1):
                yield {
                    "kind": "test",
                    "question": f"item {item}",
                    "when": which,
                    "pupil": number[pupil],
                    "choice": "" if choice is None else choice + 1,
                    "right": YES[mark],
                }
