"""What probes say, as text and as files."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, stdev

from attention.disk.whole import whole_file
from attention.errors import InputError, short
from attention.probe.asking import Answer, write_csv
from attention.probe.known.probe import Measure

FILES = ("probes.csv", "probes.json")


def table(answers: Sequence[Answer]) -> str:
    """A block for each answer: its numbers, beside what random orders or windows give; then the notes."""
    notes = dict.fromkeys(f"Note: {note}" for answer in answers for note in answer.notes)
    return "\n\n".join([*map(_block, answers), *notes])


def write_answers(folder: Path, answers: Sequence[Answer]) -> list[str]:
    """Writes probes.csv, a row per number, and probes.json, with curves; each whole or not at all.

    Returns their names. Raises InputError where they cannot be written.
    """
    try:
        write_csv(folder / FILES[0], answers)
        with whole_file(folder / FILES[1]) as partial:
            found = [answer.to_json() for answer in answers]
            partial.write_text(json.dumps(found, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The probes' answers could not be written to {short(folder)}: {error.strerror or error}; make "
            "room or name another folder with --out."
        ) from error
    return list(FILES)


def _block(answer: Answer) -> str:
    cnn = f", {answer.cnn} CNN" if answer.cnn else ""
    frames = f"{answer.frames} frame{'s' if answer.frames > 1 else ''}"
    lines = [f"Probe {answer.probe}: {answer.concept}{cnn}, {frames}"]
    if answer.fault:
        return "\n".join([*lines, f"  {answer.fault}"])
    width = max(len(measure.name) for measure in answer.measures)
    return "\n".join([*lines, *(f"  {m.name:<{width}}  {_number(m)}" for m in answer.measures)])


def _number(measure: Measure) -> str:
    text = "undefined" if math.isnan(measure.value) else f"{measure.value:.3f}"
    if measure.random:
        random = f"{fmean(measure.random):.3f} ± {stdev(measure.random):.3f}"
        beaten = f"better than {measure.beaten} of {len(measure.random)}"
        text += f"   random {random}   {beaten}; {measure.better} is better"
    return f"{text}   {measure.said}".rstrip()
