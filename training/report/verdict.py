"""The first lines of RESULTS.md and of the Curves tab: who wins, in a sentence and a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from attention.catalogue.catalogue import say
from attention.errors import InputError
from attention.methods.registry import known_method, methods
from training.judge import paper
from training.judge.bootstrap import Difference
from training.judge.comparison import MEASURES, Column
from training.judge.paper import FEW, NONE, Claim, Curve, Measure
from training.judge.randomisation import holm
from training.report.numbers import MISSING, bounds, chance, percent, signed, table

COLUMNS = ["labels", "better", "worse", "clips", "judged", "measure", "mean", "low", "high", "p"]

Naming = Callable[[str], str]  # a method → what it is called


@dataclass(frozen=True)
class Answer:
    """A question, attention against one baseline, put to one sweep: measure → difference.

    clips: name of the data set · judged: how many clips. Each p is corrected for all answers that were
    given together (Holm).
    """

    claim: Claim
    clips: str
    judged: int
    found: Mapping[Measure, Difference]

    def question(self, named: Naming) -> str:
        """Such as: with 20 % of the labels, finetune+EnergyNet against SVM."""
        share = self.claim.better.fraction
        some = say("charts.with_labels", share=percent(share))
        better, worse = (named(curve.method) for curve in (self.claim.better, self.claim.worse))
        labels = some if share else say("charts.without_labels")
        return say("charts.asked", labels=labels, better=better, worse=worse)

    def points(self, measure: Measure) -> str:
        """By how much and with what interval, such as +7.4 [+3.3, +11.8]. KeyError for another measure."""
        return f"{signed(self.found[measure].mean)} {bounds(self.found[measure])}"

    def winner(self, measure: Measure) -> str | None:
        """The method that wins; None where they are not told apart. KeyError for another measure."""
        sign = self.found[measure].sign
        return {1: self.claim.better.method, -1: self.claim.worse.method}.get(sign)


@dataclass(frozen=True)
class SweepAnswer(Answer):
    """An answer with the sweep that gave it."""

    column: Column


def answers(columns: Sequence[Column]) -> list[SweepAnswer]:
    """Every question that a sweep can answer, by question and then by sweep."""
    asked = [
        (number, place, claim, measure, found)
        for place, column in enumerate(columns)
        for number, claim in enumerate(questions(column))
        for measure in MEASURES
        if (found := column.difference(claim, measure)) is not None
    ]
    corrected = holm([found.p for *_, found in asked])
    given: dict[tuple[int, int], SweepAnswer] = {}
    for (number, place, claim, measure, found), p in zip(asked, corrected, strict=True):
        column = columns[place]
        unanswered = SweepAnswer(claim, column.name, column.clip_count, {}, column)
        answer = given.get((number, place), unanswered)
        known = {**answer.found, measure: replace(found, p=p)}
        given[number, place] = replace(answer, found=known)
    return [given[key] for key in sorted(given)]


def questions(column: Column) -> tuple[Claim, ...]:
    """Attention without labels, and with 20 % of them, or else the largest share there is, each against
    every baseline.

    UnAtt and EnergyNet stand for the paper's; attention of ours is asked for too, and also against its
    controls.
    """
    asked = _asked("UnAtt", NONE, paper.UNSUPERVISED)
    fractions = column.results.fractions
    if fractions:
        share = FEW if FEW in fractions else max(fractions)
        asked += _asked("finetune+EnergyNet", share, paper.energynet_gain(share))
    return tuple(asked)


def _asked(headline: str, share: float, stated: Claim) -> list[Claim]:
    """Claims with that share of labels: the one that the paper states first, then the others."""
    rows = [row for row in methods() if row.labels == ("some" if share else "none")]
    # the CNN that is read for the stated claim first
    near = sorted(rows, key=lambda row: row.cnn != ("tuned" if share else "web"))
    baselines = [row.name for row in near if row.role in ("vote", "baseline")]
    controls = [row.name for row in rows if row.role == "control"]
    ours = [r.name for r in rows if r.role == "attention" and r.name not in paper.METHODS]
    found = [stated]
    for better, others in [
        (headline, baselines),
        *((name, [*baselines, *controls]) for name in ours),
    ]:
        found += [
            Claim(Curve(better, share), Curve(worse, share), "")
            for worse in others
            if (better, worse) != (stated.better.method, stated.worse.method)
        ]
    return found


def title(method: str) -> str:
    """A method as RESULTS.md names it where it is compared: the CNN's vote says that it is one."""
    row = known_method(method)
    return (row.title if row else "") or method


def sentence(given: Sequence[Answer]) -> str:
    """Who wins: against the CNN's vote, as the paper compares, and against the other baselines."""
    votes, others = _signs(given, votes=True), _signs(given, votes=False)
    if not votes and not others:
        return say("curves.verdict.nothing")
    said = []
    if votes:
        said.append(say("curves.verdict.votes", score=_score("curves.verdict.score", votes)))
    if others:
        again = "curves.verdict.score_again" if votes else "curves.verdict.score"
        said.append(say("curves.verdict.others", score=_score(again, others)))
    rest = say("curves.verdict.rest") if 0 in votes + others else ""
    return f"{winner(votes or others)}: {'; '.join(filter(None, [*said, rest]))}."


def winner(signs: Sequence[int]) -> str:
    """Who wins, from the sign of each difference attention − CNN: 1, −1, or 0 for not told apart."""
    wins, losses = 1 in signs, -1 in signs
    if wins and losses:
        return say("curves.verdict.part")
    if not wins and not losses:
        return say("curves.verdict.apart")
    who = "attention" if wins else "cnn"
    return say(f"curves.verdict.{who}_apart" if 0 in signs else f"curves.verdict.{who}")


def too_few(given: Sequence[SweepAnswer]) -> str:
    """That a sweep is too small to tell its methods apart, and how many clips it takes; else nothing.

    given: answers of one sweep.
    """
    needed = [
        answer.column.clips_needed(answer.claim)
        for answer in given
        if any(found.sign == 0 for found in answer.found.values())
    ]
    clips = given[0].column.clip_count if given else 0
    return cannot_tell(clips, max(needed)) if needed and max(needed) > clips else ""


def cannot_tell(clips: int, needed: int) -> str:
    """What a person should know of a set that is too small."""
    return say("curves.verdict.too_few", clips=clips, needed=needed)


def answers_table(
    given: Sequence[Answer], named: Naming = title, winner_named: Naming = str
) -> pd.DataFrame:
    """Question × data set → who wins, by how much, interval, p; of both measures.

    named, winner_named: how a method is called in a question, and as its answer.
    """
    header = [say("charts.question"), say("charts.data_set")]
    for measure in MEASURES:
        of = say(f"charts.short.{measure}")
        header += [
            say("charts.who_wins", measure=of),
            say("charts.points", measure=of),
            say("charts.p", measure=of),
        ]
    rows = []
    for answer in given:
        row = [answer.question(named), answer.clips]
        for measure in MEASURES:
            row += _said(answer, measure, winner_named)
        rows.append(row)
    return table(header, rows)


def _said(answer: Answer, measure: Measure, named: Naming) -> list[str]:
    if measure not in answer.found:
        return [MISSING] * 3
    winner = answer.winner(measure)
    who = say("charts.not_apart") if winner is None else named(winner)
    return [who, answer.points(measure), chance(answer.found[measure].p)]


def write_answers(given: Sequence[Answer], file: Path) -> None:
    """The answers as a table, a line for each measure of each, unrounded. Raises OSError."""
    rows = [
        [answer.claim.better.fraction, answer.claim.better.method, answer.claim.worse.method,
         answer.clips, answer.judged, measure, found.mean, found.low, found.high, found.p]
        for answer in given
        for measure, found in answer.found.items()
    ]  # fmt: skip
    pd.DataFrame(rows, columns=COLUMNS).to_csv(file, index=False)


def read_answers(file: Path) -> list[Answer]:
    """What `write_answers` wrote, in its order. InputError where it is missing or something else."""
    try:
        rows = pd.read_csv(file, float_precision="round_trip")[COLUMNS]
    except (OSError, ValueError, KeyError):
        raise InputError(
            f"{file.name} is missing or holds no answers; write it by python -m training report."
        ) from None
    found: dict[tuple[Any, ...], dict[Measure, Difference]] = {}
    for *key, measure, mean, low, high, p in rows.to_numpy().tolist():
        found.setdefault(tuple(key), {})[measure] = Difference(mean, float("nan"), low, high, p)
    return [
        Answer(Claim(Curve(better, labels), Curve(worse, labels), ""), clips, judged, differences)
        for (labels, better, worse, clips, judged), differences in found.items()
    ]


def _signs(given: Sequence[Answer], votes: bool) -> list[int]:
    return [
        found.sign
        for answer in given
        if ({answer.claim.better.method, answer.claim.worse.method} <= paper.METHODS) == votes
        for found in answer.found.values()
    ]


def _score(key: str, signs: Sequence[int]) -> str:
    return say(key, wins=signs.count(1), count=len(signs), losses=signs.count(-1))
