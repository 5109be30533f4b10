"""The first line of RESULTS.md: who wins, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from training.report.tables import percent, signed
from training.results import paper_numbers as paper
from training.results.bootstrap import Difference
from training.results.comparison import MEASURES, Column
from training.results.paper_numbers import FEW, Claim, Measure


def verdict(columns: Sequence[Column]) -> str:
    """One sentence: whether the CNN or attention wins, with the differences it rests on.

    Of columns that judge the same clips the first speaks for all.
    """
    signs: list[int] = []
    said = []
    speakers = {column.clips: column for column in reversed(columns)}
    for clips in dict.fromkeys(column.clips for column in columns):
        clauses = []
        for when, new, claim in _asked(speakers[clips]):
            found = {
                measure: gain
                for measure in MEASURES
                if (gain := speakers[clips].difference(claim, measure)) is not None
            }
            if found:
                signs += [gain.sign for gain in found.values()]
                clauses.append(f"{when} {_outcome(new, found)}")
        if clauses:
            said.append(f"on the {clips}, {', and '.join(clauses)}")
    if not said:
        return "Nothing is compared yet: no sweep holds both sides of a comparison."
    return f"{winner(signs)}: {'; '.join(said)}."


def winner(signs: Sequence[int]) -> str:
    """Who wins, from the sign of each difference attention − CNN: 1, −1, or 0 for not told apart."""
    wins, losses = 1 in signs, -1 in signs
    if wins and losses:
        return "The CNN wins in part and attention in part"
    if not wins and not losses:
        return "The CNN and attention are not told apart"
    name = "Attention" if wins else "The CNN"
    return f"{name} wins" + (" wherever the two are told apart" if 0 in signs else "")


def _asked(column: Column) -> list[tuple[str, str, Claim]]:
    asked = [("without labels", "UnAtt", paper.UNSUPERVISED)]
    fractions = column.results.fractions
    if fractions:  # 20 %, where the paper's gain is largest, or else the largest share there is
        share = FEW if FEW in fractions else max(fractions)
        when = f"with {percent(share)} of the training clips labelled"
        asked.append((when, "EnergyNet", paper.energynet_gain(share)))
    return asked


def _outcome(new: str, found: dict[Measure, Difference]) -> str:
    """Such as: UnAtt beats the CNN in accuracy (+3.1 [+0.4, +5.8]), the CNN beats UnAtt in mAP (…)."""
    phrases = {
        1: f"{new} beats the CNN in",
        -1: f"the CNN beats {new} in",
        0: f"{new} and the CNN are not told apart in",
    }
    parts = []
    for sign, phrase in phrases.items():
        mine = [f"{m} ({_points(gain)})" for m, gain in found.items() if gain.sign == sign]
        if mine:
            parts.append(f"{phrase} {' and '.join(mine)}")
    return ", ".join(parts)


def _points(gain: Difference) -> str:
    return f"{signed(gain.mean)} [{signed(gain.low)}, {signed(gain.high)}]"
