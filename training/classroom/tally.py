"""What a class has answered and drawn: counted, a pupil once in each question."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError
from training.classroom.records import Answered, Drawn, Sheet, When, Which

QUESTIONS = 96  # asked of a class, before and after counted apart
DRAWINGS = 48  # frames that are drawn on

Asked = tuple[int, str, When]
Frame = tuple[int, str, int]  # step, clip, frame


@dataclass
class Tally:
    """Votes by question, drawings by frame and sheets by test, of each pupil the latest."""

    choices: dict[Asked, dict[str, int]] = field(default_factory=dict)
    drawings: dict[Frame, dict[str, NDArray[np.bool_]]] = field(default_factory=dict)
    sheets: dict[Which, dict[str, tuple[int | None, ...]]] = field(
        default_factory=lambda: {"pre": {}, "post": {}}
    )

    def answer(self, given: Answered) -> None:
        """Counts a choice in place of the pupil's last in this question. InputError: too many questions."""
        key = (given.step, given.question, given.when)
        _place(self.choices, key, QUESTIONS, "questions")[given.pupil] = given.choice

    def draw(self, given: Drawn) -> None:
        """Counts a drawing in place of the pupil's last on this frame. InputError for too many frames."""
        key = (given.step, given.clip, given.frame)
        drawn = np.array(given.cells, bool)
        _place(self.drawings, key, DRAWINGS, "frames to draw on")[given.pupil] = drawn

    def hand_in(self, given: Sheet) -> None:
        """Counts a test in place of the pupil's last."""
        self.sheets[given.which][given.pupil] = tuple(given.choices)

    def bars(self) -> list[dict[str, Any]]:
        """Each question in the order of steps: how many pupils made each choice, before and after."""
        names = dict.fromkeys((step, question) for step, question, _ in self.choices)
        found = []
        for step, question in sorted(names, key=lambda name: name[0]):
            votes: dict[When, dict[str, int]] = {
                when: self.choices.get((step, question, when), {}) for when in ("before", "after")
            }
            both = votes["before"].keys() & votes["after"].keys()
            changed = sum(votes["before"][pupil] != votes["after"][pupil] for pupil in both)
            counts: dict[str, list[int]] = {
                when: _counts(list(given.values())) for when, given in votes.items()
            }
            found.append({"step": step, "question": question, **counts, "changed": changed})
        return found

    def heat(self) -> list[dict[str, Any]]:
        """Each frame that was drawn on: how many pupils drew, and cells int [12, 12], how many drew there."""
        return [
            {
                "step": step,
                "clip": clip,
                "frame": frame,
                "pupils": len(drawn),
                "cells": np.sum(list(drawn.values()), axis=0, dtype=int).tolist(),
            }
            for (step, clip, frame), drawn in sorted(self.drawings.items())
        ]

    def tests(self, right: Mapping[Which, Sequence[int]]) -> dict[str, Any]:
        """right: the right choice of each item. Of each test how many took it, and got each item right;
        of those who took both the mean number of right items in each."""
        found: dict[str, Any] = {}
        for which, sheets in self.sheets.items():
            marks = [marked(sheet, right[which]) for sheet in sheets.values()]
            found[which] = {
                "pupils": len(marks),
                "right": np.sum(marks, axis=0, dtype=int).tolist() if marks else [],
            }
        pupils = self.sheets["pre"].keys() & self.sheets["post"].keys()
        found["both"] = {"pupils": len(pupils)}
        for which, sheets in self.sheets.items():
            scores = [sum(marked(sheets[pupil], right[which])) for pupil in pupils]
            found["both"][which] = round(float(np.mean(scores)), 2) if scores else None
        return found

    def pupils(self) -> Iterator[str]:
        """Everybody who answered, drew or took a test."""
        for kind in (self.choices, self.drawings, self.sheets):
            for given in kind.values():  # type: ignore[attr-defined]
                yield from given


def marked(sheet: Sequence[int | None], right: Sequence[int]) -> list[bool]:
    """Which items of a sheet are right."""
    return [choice == wanted for choice, wanted in zip(sheet, right, strict=True)]


def _counts(choices: Sequence[int]) -> list[int]:
    """How often each choice was made, as far as the highest one."""
    counted = Counter(choices)
    return [counted[choice] for choice in range(max(choices, default=-1) + 1)]


def _place(kind: dict[Any, dict[str, Any]], key: Any, most: int, what: str) -> dict[str, Any]:
    if key not in kind and len(kind) >= most:
        raise InputError(
            f"This class has {most} {what} already, which is the most; close it and open another."
        )
    return kind.setdefault(key, {})
