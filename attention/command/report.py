"""An analysis as text for the terminal."""

from attention.analysis import Analysis
from attention.verdict import Verdict, decimals_for

TOP = 3  # concepts listed per method
STAGES = ("decode", "forward", "maps", "energies")


def report(analysis: Analysis) -> str:
    """Each method's verdict with its best scores and reason, then agreement, notes and timing."""
    column = 2 + max(len(verdict.method) for verdict in analysis.verdicts)
    parts = [_heading(analysis)]
    parts += [_verdict(analysis, verdict, column) for verdict in analysis.verdicts]
    closing = [analysis.agreement, *(f"Note: {note}" for note in analysis.notes), _timing(analysis)]
    return "\n\n".join([*parts, "\n".join(line for line in closing if line)])


def _heading(analysis: Analysis) -> str:
    frames = _count(len(analysis.frames), "frame")
    if len(analysis.frames) > 1:
        step = analysis.frames[1] - analysis.frames[0]
        frames += f" over {analysis.seconds[-1]:.1f} s, one in {step}"
    concepts = _count(len(analysis.concepts), "concept")
    heading = f"{analysis.clip}: {frames}, seen by {analysis.model}, {concepts}"
    return heading if analysis.truth is None else f"{heading}; truth: {analysis.truth}"


def _verdict(analysis: Analysis, verdict: Verdict, column: int) -> str:
    digits = decimals_for(float(verdict.scores[verdict.prediction]))
    best = [f"{analysis.concepts[c]} {verdict.scores[c]:.{digits}f}" for c in verdict.ranking(TOP)]
    said = " · ".join(best)
    if analysis.truth is not None:
        right = analysis.concepts[verdict.prediction] == analysis.truth
        said += "  ✓ right" if right else "  ✗ wrong"
    return f"{verdict.method:<{column}}{said}\n{'':{column}}{verdict.why}"


def _timing(analysis: Analysis) -> str:
    stages = [
        f"{stage} {analysis.timing[stage]:.2f} s" for stage in STAGES if stage in analysis.timing
    ]
    total = analysis.timing.get("total")
    if total is None:
        return ""
    work = f"; work of all threads: {' · '.join(stages)}" if stages else ""
    return f"Time: {total:.2f} s{work}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
