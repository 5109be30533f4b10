"""The numbers that the lesson's words hold, looked up in what was measured and in the looks that ship.

A fact is asked for in words, `votes hug-0 CNN 'High five'`: its kind, then what it is of, a name of several
words in quotes. Percentages have no sign; differences are points.
"""

import csv
import re
import shlex
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from attention.analysis import Analysis, Side
from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.errors import InputError, short
from attention.methods.registry import plain_name
from attention.pack import load_pack
from attention.probe.trust.records import Record, record_of
from attention.probe.trust.truth import energy_inside, in_square
from attention.serving.curves import shift_curves
from attention.serving.samples import Sample, samples
from attention.serving.shipped import FOLDER
from training.classroom.shipped import DATA_SETS, shipped_answer, shipped_answers
from training.judge.results import ROWS, WEB_ROWS
from training.report.verdict import Answer

MODEL = "interactions"  # the model that ships with measured maps
RESULTS = ASSETS / "results"


def fact(words: str) -> str:
    """The number, as the lesson writes it. InputError for what was not measured."""
    try:
        kind, *given = shlex.split(words)
        return KINDS[kind](*given)
    except (LookupError, StopIteration, TypeError, ValueError):
        raise InputError(f"The lesson asks for '{short(words)}', which nothing measures.") from None


@lru_cache(maxsize=8)
def clip_of(key: str) -> tuple[Sample, Analysis]:
    """A sample and its look as it ships; KeyError for an unknown key."""
    sample = {one.key: one for one in samples()}[key]
    return sample, load_pack(FOLDER / f"{key}.pack")


def record_of_clip(key: str) -> Record:
    """What is known of a drawn sample: where and when it truly happens."""
    return record_of(clip_of(key)[0].path)


def square_boxes(key: str) -> list[list[float] | None]:
    """The true box of each sampled frame, in shares of the centred square: [x0, y0, x1, y1] or None."""
    _, analysis = clip_of(key)
    boxes = (record_of_clip(key).box(frame) for frame in analysis.frames)
    return [None if box is None else list(in_square(box, analysis.size)) for box in boxes]


Accuracies = dict[tuple[str, float], NDArray[np.float64]]


@lru_cache(maxsize=len(DATA_SETS))
def accuracies(sweep: str) -> Accuracies:
    """Of a sweep that ships, by rows.csv alone: its clips take seconds to read."""
    return by_curve(pd.read_csv(RESULTS / sweep / ROWS))


def by_curve(rows: pd.DataFrame) -> Accuracies:
    """(method, share of labels) → accuracy of each seed, the mean of its folds."""
    seeds = rows.groupby(["method", "fraction", "seed"])["accuracy"].mean()
    found: Accuracies = {}
    for curve, own in seeds.groupby(level=["method", "fraction"]):
        method, share = cast(tuple[str, float], curve)
        found[str(method), float(share)] = own.to_numpy(np.float64)
    return found


def _accuracy(sweep: str, method: str, labels: str) -> str:
    """Mean accuracy over the seeds, with so many percent of the labels."""
    return f"{accuracies(sweep)[method, float(labels) / 100].mean():.1f}"


def _stills(sweep: str) -> str:
    """Accuracy of the Web CNN on stills that it did not learn from (Table 1)."""
    seeds = pd.read_csv(RESULTS / sweep / WEB_ROWS).groupby("seed")["validation"].mean()
    return f"{seeds.mean():.1f}"


def _clips(sweep: str) -> str:
    """How many clips were judged."""
    return str(next(one.judged for one in shipped_answers() if one.clips == DATA_SETS[sweep]))


def _gain(sweep: str, better: str, worse: str, labels: str) -> str:
    """Points of accuracy of one method over another with their 95 % interval."""
    return _answer(sweep, better, worse, labels).points("accuracy")


def _wins(sweep: str, better: str, worse: str, labels: str) -> str:
    """Who is told apart as the better one; "not told apart" where neither is."""
    who = _answer(sweep, better, worse, labels).winner("accuracy")
    return plain_name(who) if who else say("charts.not_apart")


def _answer(sweep: str, better: str, worse: str, labels: str) -> Answer:
    return shipped_answer(sweep, better, worse, float(labels) / 100)


def _side(key: str, side: str) -> Side:
    return next(one for one in clip_of(key)[1].sides if one.name == side)


def _place(key: str, concept: str) -> int:
    return clip_of(key)[1].concepts.index(concept)


def _frames(key: str) -> str:
    return str(len(clip_of(key)[1].frames))


def _says(key: str, method: str) -> str:
    """What a method says of a clip."""
    _, analysis = clip_of(key)
    verdict = next(one for one in analysis.verdicts if one.method == method)
    return str(analysis.concepts[verdict.prediction])


def _votes(key: str, method: str, concept: str) -> str:
    """How many frames of a clip vote for a concept."""
    verdict = next(one for one in clip_of(key)[1].verdicts if one.method == method)
    return str(int(verdict.votes[_place(key, concept)]))


def _energy(key: str, side: str, concept: str) -> str:
    """The mean energy of a concept over a clip (Eqs. 2 and 3)."""
    return f"{float(_side(key, side).energies[:, _place(key, concept)].mean()):.2f}"


def _at(key: str, side: str, concept: str, frame: str) -> str:
    """The energy of a concept in a sampled frame, counted from 1."""
    return f"{float(_side(key, side).energies[int(frame) - 1, _place(key, concept)]):.2f}"


def _inside(key: str, side: str, concept: str, frame: str) -> str:
    """How many percent of a map lie inside the true box of that frame, counted from 1."""
    maps, number = _side(key, side).maps, int(frame) - 1
    box = square_boxes(key)[number]
    if maps is None or box is None:
        raise LookupError(key)
    one = maps[number : number + 1, _place(key, concept)]
    return f"{100 * float(energy_inside(one, [(box[0], box[1], box[2], box[3])])[0]):.0f}"


def _trust(cnn: str, *measure: str) -> str:
    """The mean of a probe's number over development clips of the drawn set."""
    return _probed(cnn, " ".join(measure), "mean")


def _share(cnn: str, *measure: str) -> str:
    """The same of a number from 0 to 1, in percent."""
    return f"{100 * float(_probed(cnn, ' '.join(measure), 'mean')):.0f}"


def _random(cnn: str, *measure: str) -> str:
    """The same for what was chosen at random."""
    return _probed(cnn, " ".join(measure), "random_mean")


def _probed(cnn: str, measure: str, column: str) -> str:
    row = next(one for one in probe_rows() if (one["cnn"], one["measure"]) == (cnn, measure))
    return f"{float(row[column]):.2f}"


def probe_rows() -> Iterator[dict[str, str]]:
    """What probes say of the maps of MODEL: the lines of its tables; the probes themselves need torch."""
    for table in sorted((RESULTS / "trust" / MODEL).glob("*.csv")):
        with table.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _shifted(shift: str, value: str, method: str) -> str:
    """Accuracy of a method under so much of a shift of the dial, of development clips of the drawn set."""
    lines = shift_curves()[shift][MODEL]["lines"]
    points = next(line["points"] for line in lines if line["method"] == method)
    return f"{next(point[1] for point in points if point[0] == float(value)):.0f}"


KINDS: dict[str, Callable[..., str]] = {
    "accuracy": _accuracy,
    "stills": _stills,
    "clips": _clips,
    "gain": _gain,
    "wins": _wins,
    "frames": _frames,
    "says": _says,
    "votes": _votes,
    "energy": _energy,
    "at": _at,
    "inside": _inside,
    "trust": _trust,
    "share": _share,
    "random": _random,
    "shifted": _shifted,
}


def right_choice(asked: int | str, choices: list[str]) -> int:
    """The place of the right one of the choices, from 0 on.

    asked: its number, from 1 on; or `names FACT`, the choice that is that fact; `nearest FACT`, whose first
    number is nearest to it; `apart FACT`, the first where the fact names a winner, the last where nobody
    is told apart. InputError where no choice is.
    """
    if isinstance(asked, int):
        found = asked - 1
    else:
        how, words = asked.split(" ", 1)
        found = {"names": _named, "nearest": _nearest, "apart": _apart}[how](fact(words), choices)
    if not 0 <= found < len(choices):
        raise InputError(f"None of the choices {choices} is the right one, '{asked}'.")
    return found


def _named(said: str, choices: list[str]) -> int:
    return choices.index(said) if said in choices else -1


def _nearest(said: str, choices: list[str]) -> int:
    numbers = [float(found[0]) for choice in choices if (found := re.findall(r"\d+", choice))]
    if len(numbers) < len(choices):
        return -1
    return min(range(len(choices)), key=lambda place: abs(numbers[place] - float(said)))


def _apart(said: str, choices: list[str]) -> int:
    return len(choices) - 1 if said == say("charts.not_apart") else 0
