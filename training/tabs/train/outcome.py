"""What came of a finished run, on its card: who is right how often, a small curve, two clips to open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from attention.errors import InputError
from attention.methods.registry import plain_name
from training.judge.paper import NONE, Curve
from training.judge.results import SweepResults
from training.report.curves import figure5_rows
from training.report.disagreement import Disagreement, disagreement
from training.report.known_sweeps import (
    Sweep,
    clip_verdicts,
    results_of,
    set_folder,
    stamp,
    sweep_named,
)
from training.tabs.curves.clip_picks import Pick, frames_of, target_of

WIDTH, HEIGHT = 220, 64  # of the small curve, in pixels
COLOURS = ("#047857", "#c2410c")  # of attention and the vote


def outcome(name: str) -> str:
    """The result of a finished run as HTML; a sentence where there is none to show."""
    try:
        sweep = sweep_named(name)
        return _outcome(name, stamp(sweep))
    except InputError as error:
        return f"<p class='note'>{escape(str(error))}</p>"


@lru_cache(maxsize=32)
def _outcome(name: str, _at: object) -> str:
    sweep = sweep_named(name)
    results = results_of(sweep)
    if results is None:
        raise InputError("This run has judged no clip.")
    found = of_most_labels(sweep, results)
    return (
        f"<section class='outcome' aria-label='What came of it'><p>{escape(sentence(found))}</p>"
        f"<div class='outcome-parts'>{_small_curve(results, found)}{_clips(sweep, found, results)}</div>"
        "</section>"
    )


def of_most_labels(sweep: Sweep, results: SweepResults) -> Disagreement:
    """Attention against the vote with the most labels there are, by the first seed."""
    shares = sorted(results.fractions, reverse=True)
    pairs = [(Curve("finetune+EnergyNet", f), Curve("finetune+CNN", f)) for f in shares]
    pairs += [(Curve("finetune+UnAtt", f), Curve("finetune+CNN", f)) for f in shares]
    pairs.append((Curve("UnAtt", NONE), Curve("CNN", NONE)))
    for pair in pairs:
        if pair[0] in results.judged and pair[1] in results.judged:
            return disagreement(clip_verdicts(sweep), results, *pair, results.seeds[0])
    raise InputError("This run has no method of attention beside a vote.")


def telling_clip(sweep: Sweep, results: SweepResults) -> tuple[str, str]:
    """A judged clip and its truth: the first that only attention gets right, or else any."""
    alone = of_most_labels(sweep, results).attention_right
    judged = alone if len(alone) else clip_verdicts(sweep)
    first = judged.iloc[0]
    return str(first["clip"]), str(first["truth"])


def sentence(found: Disagreement) -> str:
    """Such as: learned energy has 13 of 18 clips right against 12 by the tuned vote; too few to tell."""
    mine = found.both_right + len(found.attention_right)
    other = found.both_right + len(found.cnn_right)
    return (
        f"{plain_name(found.attention.method).capitalize()} has {mine} of {found.clips} clips right "
        f"against {other} by the {plain_name(found.cnn.method)}; {_weight(found)}."
    )


def _weight(found: Disagreement) -> str:
    if found.accuracy is not None and found.accuracy.sign:
        return "more than chance explains"
    few = found.accuracy is None or found.needed > found.clips
    return "too few to tell" if few else "not told apart"


def _small_curve(results: SweepResults, found: Disagreement) -> str:
    """Accuracy against the share of labels, as two lines; its numbers in words for who cannot see it."""
    drawn, told, legend = [], [], []
    for curve, colour in zip((found.attention, found.cnn), COLOURS, strict=True):
        rows = figure5_rows(results, "accuracy", [curve.method]).sort_values("fraction")
        points = [(float(f), float(m)) for f, m in zip(rows["fraction"], rows["mean"], strict=True)]
        drawn.append(_line(points, colour))
        words = plain_name(curve.method)
        legend.append(f"<span style='--line:{colour}'>{escape(words)}</span>")
        told.append(
            f"{plain_name(curve.method)} {', '.join(f'{m:.0f} % at {f:.0%}' for f, m in points)}"
        )
    words = escape(f"Accuracy against the share of labels: {'; '.join(told)}.")
    return (
        f"<figure class='small-curve'><svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}' "
        f"role='img' aria-label='{words}'><title>{words}</title>{''.join(drawn)}</svg>"
        f"<figcaption>{''.join(legend)}</figcaption></figure>"
    )


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    at = [(8 + f * (WIDTH - 16), HEIGHT - 6 - m / 100 * (HEIGHT - 12)) for f, m in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    dots = "".join(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{colour}'/>" for x, y in at)
    return f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>{dots}"


def _clips(sweep: Sweep, found: Disagreement, results: SweepResults) -> str:
    """Where attention helps most and where it harms, as links to their maps."""
    shown = []
    for clips, by, says in (
        (found.attention_right, found.cnn, "only attention is right"),
        (found.cnn_right, found.attention, "only the vote is right"),
    ):
        for row in clips.head(1).to_dict("records"):
            pick = Pick(row["clip"], row["truth"], by, row["fold"], results.seeds[0])
            shown.append(_link(sweep, pick, says))
    return "".join(shown)


def _link(sweep: Sweep, pick: Pick, says: str) -> str:
    frame = frames_of(sweep, [pick.clip]).get(pick.clip, "") if set_folder(sweep) else ""
    picture = f"<img src='{frame}' alt=''>" if frame else ""
    at = f"whole-attention-right~{json.dumps(target_of(sweep, pick))}"
    words = f"{escape(says)}: <b>{escape(pick.truth)}</b>, {escape(Path(pick.clip).stem)}"
    return f"<a class='outcome-clip' href='?{urlencode({'tab': 'compare', 'at': at})}'>{picture}{words}</a>"
