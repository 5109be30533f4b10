"""Why a method says what it says, in the language of who asks: the sentence of a Verdict, anew."""

import re

import numpy as np

from attention.analysis import Analysis
from attention.catalogue.catalogue import has_words, key_of, say
from attention.methods.registry import known_method
from attention.verdict import Verdict, decide, decimals_for, frame_mean

_HEAVIEST = re.compile(
    r"\(most by frame (\d+)\)"
)  # the only thing a Verdict says and does not hold


def why(verdict: Verdict, analysis: Analysis) -> str:
    """The sentence under a method's answer; as the method wrote it where the catalogue lacks the words."""
    method = known_method(verdict.method)
    if method and method.role == "vote":
        return _vote(verdict, analysis)
    key = key_of("methods", verdict.method, "highest")
    return _highest(key, verdict, analysis) if has_words(key) else verdict.why


def _vote(verdict: Verdict, analysis: Analysis) -> str:
    scores, votes, winner = verdict.scores, verdict.votes, verdict.prediction
    wins, frames = int(votes[winner]), len(verdict.frame_classes)
    said = say("why.vote", concept=analysis.concepts[winner], votes=wins, count=frames)
    rivals = np.flatnonzero((votes == wins) & (np.arange(len(votes)) != winner))
    if len(rivals):
        said = say("why.rival", said=said, concept=analysis.concepts[rivals[0]])
    said = say("why.mean", said=said, score=f"{scores[winner]:.2f}")
    said = _lead(said, verdict, analysis, 2)
    averaged = decide(frame_mean(analysis.side(verdict.side).scores))
    if averaged != winner:
        said = say("why.averaged", said=said, concept=analysis.concepts[averaged])
    return f"{said}."


def _highest(key: str, verdict: Verdict, analysis: Analysis) -> str:
    digits = decimals_for(verdict.scores[verdict.prediction])
    heaviest = _HEAVIEST.search(verdict.why)
    what = say(key, score=f"{verdict.scores[verdict.prediction]:.{digits}f}", s=analysis.window)
    if heaviest:
        what = say("why.heaviest", what=what, frame=heaviest[1])
    concept, frames = analysis.concepts[verdict.prediction], len(verdict.frame_classes)
    said = say("why.highest", concept=concept, what=what, count=frames)
    return f"{_lead(said, verdict, analysis, digits)}."


def _lead(said: str, verdict: Verdict, analysis: Analysis, digits: int) -> str:
    """said, and by how much the next concept lies below; as it is where there is one concept alone."""
    _, *others = verdict.ranking(2)
    if not others:
        return said
    lead = verdict.scores[verdict.prediction] - verdict.scores[others[0]]
    concept = analysis.concepts[others[0]]
    return say("why.lead", said=said, lead=f"{lead:.{digits}f}", concept=concept)
