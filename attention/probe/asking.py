"""Probes put to a clip, and their answers as rows for tables and files."""

import csv
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Self

import numpy as np

from attention.analysis import Analysis
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.model.folder import Model
from attention.probe.held import Held
from attention.probe.known.probe import Case, Measure, Probe, Tick
from attention.probe.subject import Subject, subject_of

FEW = 8  # frames of what looks at each a hundred times
Watch = Callable[[str], AbstractContextManager[Tick]]
COLUMNS = (
    "probe", "cnn", "concept", "frames", "measure", "value", "said", "random_mean", "random_std", "beaten",
    "fault",
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What a probe says of a concept through one CNN; cnn: "web", "tuned", or empty when all were asked.

    frames: how many were looked at · fault: why there is no answer, a sentence, else empty ·
    notes: what was left out of the clip.
    """

    probe: str
    cnn: str
    concept: str
    frames: int
    measures: tuple[Measure, ...] = ()
    fault: str = ""
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The answer as plain JSON; numbers that are undefined are null."""
        return {
            "probe": self.probe, "cnn": self.cnn, "concept": self.concept, "frames": self.frames,
            "fault": self.fault, "notes": list(self.notes),
            "measures": [
                {
                    "measure": m.name, "value": _number(m.value), "said": m.said, "better": m.better,
                    "random": [_number(v) for v in m.random], "curve": [_number(v) for v in m.curve],
                }
                for m in self.measures
            ],
        }  # fmt: skip

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """The answer that `to_json` gave. KeyError and TypeError for what is none."""
        measures = tuple(
            Measure(
                m["measure"], _value(m["value"]), tuple(map(_value, m["random"])), said=m["said"],
                curve=tuple(map(_value, m["curve"])), better=m["better"],
            )
            for m in found["measures"]
        )  # fmt: skip
        return cls(
            found["probe"], found["cnn"], found["concept"], found["frames"], measures, found["fault"],
            tuple(found["notes"]),
        )  # fmt: skip

    def rows(self) -> Iterator[tuple[str, ...]]:
        """A row of COLUMNS per measure, or one with the fault."""
        head = (self.probe, self.cnn, self.concept, str(self.frames))
        if self.fault:
            yield (*head, *[""] * (len(COLUMNS) - len(head) - 1), self.fault)
        for m in self.measures:
            random = ("", "", "")
            if m.random:
                random = (f"{fmean(m.random):.7g}", f"{stdev(m.random):.7g}", str(m.beaten))
            value = "" if math.isnan(m.value) else f"{m.value:.7g}"
            yield (*head, m.name, value, m.said, *random, "")


def _unwatched(_: str) -> AbstractContextManager[Tick]:
    return nullcontext(lambda _done, _steps: None)


def answered(
    probes: Sequence[Probe],
    held: Held,
    model: Model,
    analysis: Analysis,
    watch: Watch = _unwatched,
    device: str = "auto",
) -> list[Answer]:
    """Every probe's answer about a clip that was looked at: of its truth, else of the first verdict.

    held: its frames · analysis: of the clip, for its concepts, window and truth. A probe that has no answer
    says why, and the others go on. watch(probe): entered for each, gives a tick(steps done, steps) · device:
    where CNNs look.
    """
    concept = analysis.concepts[analysis.shown(1)[0]]
    at = model.concepts.index(concept)
    answers = []
    cnns = {side.name: model.web if side.name == "web" else model.tuned for side in analysis.sides}
    for cnn, backbone in cnns.items():
        subject = subject_of(backbone or model.web, held.rgb, at, analysis.window, device)
        case = Case(held, model, analysis, subject, _few(subject), device)
        for probe in probes:
            if probe.each_cnn:
                answers.append(_answer(probe, case, cnn, concept, watch))
            elif cnn == analysis.sides[0].name:
                answers.append(_answer(probe, case, "", concept, watch))
    return answers


def write_csv(path: Path, answers: Sequence[Answer]) -> Path:
    """A row of COLUMNS per number, the file whole or not at all. Raises OSError."""
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(row for answer in answers for row in answer.rows())
    return path


def _answer(probe: Probe, case: Case, cnn: str, concept: str, watch: Watch) -> Answer:
    frames = len((case.few if probe.few else case.subject).rgb)
    try:
        with watch(probe.name) as tick:
            measures = tuple(probe.ask(case, tick))
    except InputError as error:
        return Answer(probe.name, cnn, concept, frames, fault=str(error), notes=case.held.notes)
    return Answer(probe.name, cnn, concept, frames, measures, notes=case.held.notes)


def _few(subject: Subject) -> Subject:
    n = len(subject.rgb)
    if n <= FEW:
        return subject
    return subject.some(np.linspace(0, n - 1, FEW).round().astype(int))


def _value(number: float | None) -> float:
    return math.nan if number is None else float(number)


def _number(value: float) -> float | None:
    return float(f"{value:.7g}") if math.isfinite(value) else None
