"""What came of a finished run, on its card: who is right how often, a small curve, two clips to open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from math import ceil, floor
from pathlib import Path
from urllib.parse import urlencode

from attention.catalogue.catalogue import say
from attention.catalogue.languages import speaking
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
from training.report.margins import ClipMargin, best_and_worst
from training.tabs.curves.clip_picks import Pick, frames_of, target_of

WIDTH, HEIGHT, LEFT = 240, 72, 40  # of the small curve, in pixels; the room for its numbers
COLOURS = ("#047857", "#c2410c")  # of attention and the vote


def outcome(name: str) -> str:
    """The result of a finished run as HTML; a sentence where there is none to show."""
    try:
        sweep = sweep_named(name)
        return _outcome(name, stamp(sweep), set_folder(sweep), speaking())
    except InputError as error:
        return f"<p class='note'>{escape(str(error))}</p>"


@lru_cache(maxsize=32)
def _outcome(name: str, _at: object, _clips_from: object, _language: str) -> str:
    sweep = sweep_named(name)
    results = results_of(sweep)
    if results is None:
        raise InputError(say("train.outcome.none"))
    found = of_most_labels(sweep, results)
    return (
        f"<section class='outcome' aria-label='{escape(say('train.outcome.name'))}'>"
        f"<p>{escape(sentence(found))}</p>"
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


def telling_pick(sweep: Sweep, results: SweepResults) -> Pick:
    """A judged clip: the first that only attention gets right, or else any."""
    found = of_most_labels(sweep, results)
    alone = found.attention_right
    first = (alone if len(alone) else clip_verdicts(sweep)).iloc[0]
    truth, fold = str(first["truth"]), str(first["fold"])
    return Pick(str(first["clip"]), truth, found.attention, fold, results.seeds[0])


def address_of(sweep: Sweep, pick: Pick) -> dict[str, str]:
    """The parameters of an address that opens a judged clip, seen by the networks of its cell."""
    told = json.dumps(target_of(sweep, pick))
    return {"tab": "compare", "at": f"whole-attention-right~{told}"}


def sentence(found: Disagreement) -> str:
    """Such as: learned energy has 13 of 18 clips right against 12 by the tuned vote; too few to tell."""
    mine = found.both_right + len(found.attention_right)
    other = found.both_right + len(found.cnn_right)
    attention = plain_name(found.attention.method)
    return say(
        "train.outcome.sentence",
        attention=f"{attention[:1].upper()}{attention[1:]}",
        mine=mine,
        clips=found.clips,
        other=other,
        vote=plain_name(found.cnn.method),
        weight=_weight(found),
    )


def _weight(found: Disagreement) -> str:
    if found.accuracy is not None and found.accuracy.sign:
        return say("train.outcome.sure")
    few = found.accuracy is None or found.needed > found.clips
    return say("train.outcome.few" if few else "train.outcome.apart")


def _small_curve(results: SweepResults, found: Disagreement) -> str:
    """Accuracy against the share of labels, as two lines; its numbers in words for who cannot see it."""
    curves = {
        curve.method: _points(results, curve.method) for curve in (found.attention, found.cnn)
    }
    heights = [m for points in curves.values() for _, m in points]
    low, high = 10 * floor(min(heights) / 10), 10 * ceil(max(heights) / 10)
    span = (low, high if high > low else low + 10)
    drawn, told, legend = [], [], []
    for (method, points), colour in zip(curves.items(), COLOURS, strict=True):
        drawn.append(_line(points, span, colour))
        legend.append(f"<span style='--line:{colour}'>{escape(plain_name(method))}</span>")
        shares = ", ".join(
            say("train.outcome.point", accuracy=f"{m:.0f}", share=f"{f:.0%}") for f, m in points
        )
        told.append(f"{plain_name(method)} {shares}")
    words = escape(say("train.outcome.curve", lines="; ".join(told)))
    rims = f"<text x='2' y='12'>{span[1]} %</text><text x='2' y='{HEIGHT - 3}'>{span[0]} %</text>"
    return (
        f"<figure class='small-curve'><svg viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' "
        f"height='{HEIGHT}' role='img' aria-label='{words}'><title>{words}</title>{rims}"
        f"{''.join(drawn)}</svg><figcaption>{''.join(legend)}</figcaption></figure>"
    )


def _points(results: SweepResults, method: str) -> list[tuple[float, float]]:
    rows = figure5_rows(results, "accuracy", [method]).sort_values("fraction")
    return [(float(f), float(m)) for f, m in zip(rows["fraction"], rows["mean"], strict=True)]


def _line(points: Sequence[tuple[float, float]], span: tuple[int, int], colour: str) -> str:
    low, high = span
    at = [
        (LEFT + f * (WIDTH - LEFT - 8), HEIGHT - 6 - (m - low) / (high - low) * (HEIGHT - 12))
        for f, m in points
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    dots = "".join(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{colour}'/>" for x, y in at)
    return f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>{dots}"


def _clips(sweep: Sweep, found: Disagreement, results: SweepResults) -> str:
    """The clip whose truth attention puts farthest ahead, and farthest behind, as links to their maps."""
    seed, method = results.seeds[0], plain_name(found.attention.method)
    best, worst = best_and_worst(sweep, found.attention, seed)
    names = say("train.outcome.best", method=method), say("train.outcome.worst")
    return "".join(
        _link(sweep, found, clip, seed, name)
        for clip, name in zip((best, worst), names, strict=True)
    )


def _link(sweep: Sweep, found: Disagreement, clip: ClipMargin, seed: int, name: str) -> str:
    frame = frames_of(sweep, [clip.clip]).get(clip.clip, "") if set_folder(sweep) else ""
    picture = f"<img src='{frame}' alt=''>" if frame else ""
    pick = Pick(clip.clip, clip.truth, found.attention, clip.fold, seed)
    address = urlencode(address_of(sweep, pick))
    words = f"<span>{escape(name)}: {margin_words(clip)}</span>"
    return f"<a class='outcome-clip' href='?{address}'>{picture}{words}</a>"


def margin_words(clip: ClipMargin) -> str:
    """Such as: Hug, hug_07, ahead by 1.25, or: Hug taken for Kiss, hug_07, behind by 0.50; as HTML."""
    taken = f" {say('train.outcome.taken', concept=clip.said)}" if clip.said != clip.truth else ""
    way = "train.outcome.behind" if clip.margin < 0 else "train.outcome.ahead"
    return (
        f"<b>{escape(clip.truth)}</b>{escape(taken)}, {escape(Path(clip.clip).stem)}, "
        f"<span title='{escape(say('train.outcome.margin'))}'>"
        f"{escape(say(way, margin=f'{abs(clip.margin):.2f}'))}</span>"
    )
