"""What probes say, as text and as files."""

import json
import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from statistics import fmean, stdev

from attention.disk.whole import whole_file
from attention.errors import InputError, short
from attention.probe.asking import Answer, write_csv
from attention.probe.averages import Mean, write_means
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


def read_answers(folder: Path) -> list[Answer]:
    """What `write_answers` wrote as probes.json; nothing where that is missing or cannot be read."""
    try:
        found = json.loads((folder / FILES[1]).read_text(encoding="utf-8"))
        return [Answer.from_json(answer) for answer in found]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def write_averages(path: Path, found: Sequence[Mean]) -> None:
    """Writes means over clips as CSV. Raises InputError where that cannot be written."""
    try:
        write_means(path, found)
    except OSError as error:
        raise InputError(
            f"{path.name} could not be written to {short(path.parent)}: {error.strerror or error}; make "
            "room or name another folder with --out."
        ) from error


def averages_table(found: Sequence[Mean]) -> str:
    """A block for each probe and CNN: the mean of every number over the clips, with its interval."""
    blocks = []
    for (probe, cnn), group in groupby(found, lambda mean: (mean.probe, mean.cnn)):
        rows = list(group)
        head = f"Probe {probe}{f', {cnn} CNN' if cnn else ''}: mean over clips [95 % interval]"
        width = max(len(row.measure) for row in rows)
        lines = [f"  {row.measure:<{width}}  {_average(row)}" for row in rows]
        blocks.append("\n".join([head, *lines]))
    return "\n\n".join(blocks)


def _average(row: Mean) -> str:
    bounds = "" if math.isnan(row.low) else f" [{row.low:.3f}, {row.high:.3f}]"
    clips = f"{row.clips} clip{'s' * (row.clips != 1)}"
    text = f"{row.mean:.3f}{bounds}   {clips}"
    if not math.isnan(row.random):
        text += f"   random {row.random:.3f}   better than that in {row.ahead} of {row.clips}"
    return text


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
