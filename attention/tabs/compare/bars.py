"""Numbers of a probe as bars on an axis, beside what they are over a set and of random ones; curves."""

import math
from collections.abc import Mapping
from html import escape
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from attention.catalogue.catalogue import say
from attention.probe.known.probe import Measure
from attention.tabs.cards import signed
from attention.tabs.compare.sentences import Meaning

if TYPE_CHECKING:
    from attention.probe.averages import Mean

    Own = Mapping[str, Mean]


def clips_html(own: "Own") -> str:
    """How many clips of the set were asked."""
    return say("compare.answers.set", clips=max(mean.clips for mean in own.values()))


def how_sure_html() -> str:
    """What stands after the clips of a set: that it is a mean, and its interval."""
    return f"<span class='by'>{say('compare.answers.sure')}</span>"


def over_set_html(mean: "Mean | None") -> str:
    """A mean over the clips of a set with its interval; empty where there is none."""
    if mean is None:
        return ""
    low, high = signed(mean.low, 2), signed(mean.high, 2)
    return f"{signed(mean.mean, 2)} <span class='by'>[{low}, {high}]</span>"


def pair_html(measure: Measure, known: Meaning, over: "Mean | None") -> str:
    """The number, what it is over a set, and the mean of the random ones, as bars on one axis."""
    random = [value for value in measure.random if math.isfinite(value)]
    mean, spread = (fmean(random), stdev(random)) if len(random) > 1 else (0.0, 0.0)
    set_ends = (over.low, over.high) if over else ()
    ends = (0.0, measure.value, mean - spread, mean + spread, known.most, *set_ends)
    low, high = min(ends), max(ends)
    rows = _row(
        say("compare.answers.this_clip"),
        signed(measure.value, 3),
        bar_html(measure.value, low, high),
    )
    if over:
        bars = bar_html(over.mean, low, high) + _span("b", over.low, over.high, low, high)
        clips = say("compare.answers.set", clips=over.clips)
        rows += _row(f"{clips} {how_sure_html()}", over_set_html(over), bars, "random set")
    if not random:
        return f"<ul class='pair'>{rows}</ul>"
    compared = {"number": len(random), "what": known.random}
    spread_said = f"<span class='by'>{say('compare.answers.spread')}</span>"
    name = f"{say('compare.answers.random', **compared)} {spread_said}"
    bars = bar_html(mean, low, high) + _span("b", mean - spread, mean + spread, low, high)
    number = f"{signed(mean, 3)} ± {spread:.3f}"
    rows += _row(name, number, bars, "random")
    said = [f"<b>{say('compare.answers.better', beaten=measure.beaten, **compared)}</b>"]
    said.append(say(f"compare.answers.{measure.better}"))
    if over:
        said.append(say("compare.answers.over_set", ahead=over.ahead, clips=over.clips))
    return f"<ul class='pair'>{rows}</ul><p>{' '.join(said)}</p>"


def _row(name: str, number: str, bars: str, kind: str = "own") -> str:
    return (
        f"<li class='{kind}'><span class='name'>{name}</span><span class='axis' aria-hidden='true'>"
        f"{bars}</span><span class='number'>{number}</span></li>"
    )


def bar_html(value: float, low: float, high: float) -> str:
    """From zero to the value on an axis from low to high."""
    return _span("i", min(value, 0.0), max(value, 0.0), low, high)


def _span(tag: str, start: float, end: float, low: float, high: float) -> str:
    length = (high - low) or 1.0
    left, width = 100 * (start - low) / length, 100 * (end - start) / length
    return f"<{tag} style='left:{left:.1f}%;width:{width:.1f}%'></{tag}>"


def curve_html(concept: str, measure: Measure, known: Meaning) -> str:
    """The probability after each step, from 0 at the bottom to 1 at the top."""
    if len(measure.curve) < 2:
        return ""
    last = len(measure.curve) - 1
    points = " ".join(
        f"{100 * at / last:.1f},{40 * (1 - p):.1f}" for at, p in enumerate(measure.curve)
    )
    start, end = (f"{measure.curve[at]:.2f}" for at in (0, last))
    said = say(
        "compare.answers.curve",
        concept=concept,
        first=start,
        start=known.start,
        last=end,
        end=known.end,
    )
    return (
        f"<figure><svg viewBox='0 0 100 40' preserveAspectRatio='none' role='img' "
        f"aria-label='{escape(said)}'><polygon points='0,40 {points} 100,40'/>"
        f"<polyline points='{points}'/></svg><figcaption aria-hidden='true'><span>{known.start} "
        f"<b>{start}</b></span><span>{say('compare.answers.axis')}</span>"
        f"<span><b>{end}</b> {known.end}</span></figcaption></figure>"
    )
