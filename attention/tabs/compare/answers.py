"""What probes say of a look, as HTML: sentences, bars beside random ones, curves."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from attention.probe.known.probe import SAYS_IT, Measure
from attention.probe.known.registry import probes
from attention.tabs.cards import signed
from attention.tabs.compare.redrawn import redrawn_html
from attention.tabs.compare.sentences import BESIDE, MEANING, NETWORKS, STANDARD, Meaning
from attention.verdict import decimals_for

if TYPE_CHECKING:
    from attention.probe.asking import Answer
    from attention.probe.averages import Mean

    Over = Mapping[tuple[str, str, str], Mean]
    Own = Mapping[str, Mean]

SET, HOW_SURE = "development clips", "<span class='by'>mean [95 % interval]</span>"
NOWHERE: "Over" = {}
UNDEFINED = "It is undefined here: there is nothing to rank or to divide by."


def answers_html(answers: Sequence["Answer"], over: "Over" = NOWHERE) -> str:
    """A block for each probe, its answers through each CNN side by side, in the order they come.

    over: what the same numbers are over the clips of a set, by probe, CNN and measure.
    """
    blocks = groupby(answers, key=lambda answer: answer.probe)
    return "".join(_block(name, list(found), over) for name, found in blocks)


def _block(name: str, answers: Sequence["Answer"], over: "Over") -> str:
    plain = next((probe.plain for probe in probes() if probe.name == name), "") or name
    notes = dict.fromkeys(note for answer in answers for note in answer.notes)
    return (
        f"<section class='probe' aria-label='{escape(plain)}'><h3>{escape(plain)} "
        f"<span class='by'>{escape(STANDARD.get(name, name))}</span></h3>"
        f"<div class='through'>{''.join(_answer(answer, over) for answer in answers)}</div>"
        + "".join(f"<p class='note'>{escape(note)}</p>" for note in notes)
        + "</section>"
    )


def _answer(answer: "Answer", over: "Over") -> str:
    frames = f"{answer.frames} frame{'s' * (answer.frames != 1)}"
    network = NETWORKS.get(answer.cnn, "all networks")
    head = f"<h4>{escape(answer.concept)} <span class='by'>{network}, {frames}</span></h4>"
    if answer.fault:
        return f"<article>{head}<p class='note'>{escape(answer.fault)}</p></article>"
    drawn = {"weights": _forgetting, "maps": _ways}.get(answer.probe, _measures)
    asked = (answer.probe, answer.cnn)
    own = {name: mean for (*whose, name), mean in over.items() if tuple(whose) == asked}
    return f"<article>{head}{drawn(answer, own)}</article>"


def _measures(answer: "Answer", own: "Own") -> str:
    """Each number with its sentence; those that are the same of other maps or energies in one table."""
    main = [m for m in answer.measures if ", " not in m.name]
    others = [m for m in answer.measures if ", " in m.name]
    return "".join(_measure(answer, m, own) for m in main) + _others(others, own)


def _others(measures: Sequence[Measure], own: "Own") -> str:
    """The first number again, by other maps or energies."""
    if not measures:
        return ""
    rows = ""
    for measure in measures:
        what, _, name = measure.name.partition(", ")
        mean = own.get(measure.name)
        cell = f"<td>{_over_set(mean)}</td>" if own else ""
        said = BESIDE.get(name, name)
        rows += (
            f"<tr><th scope='row'>{escape(said)}</th><td>{signed(measure.value, 3)}</td>{cell}</tr>"
        )
    head = "<th scope='col'>by</th><th scope='col'>this clip</th>"
    head += f"<th scope='col'>{_clips(own)} {HOW_SURE}</th>" if own else ""
    title = f"{what[:1].upper()}{what[1:]} by {len(measures)} others"
    return (
        f"<details><summary>{escape(title)}</summary><div class='numbers'><table>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _clips(own: "Own") -> str:
    """How many clips of the set were asked."""
    return f"{max(mean.clips for mean in own.values())} {SET}"


def _over_set(mean: "Mean | None") -> str:
    """A mean over the clips of a set with its interval; empty where there is none."""
    if mean is None:
        return ""
    low, high = signed(mean.low, 2), signed(mean.high, 2)
    return f"{signed(mean.mean, 2)} <span class='by'>[{low}, {high}]</span>"


def _measure(answer: "Answer", measure: Measure, own: "Own") -> str:
    """What a number means, the number beside random ones, and the curve it is the area of."""
    known = MEANING.get((answer.probe, measure.name), Meaning(measure.name))
    means = f"<p>{escape(known.sentence.format(concept=answer.concept))}</p>"
    mean = own.get(measure.name)
    head = f"<div class='measure' title='{escape(measure.name)}'>"
    if not math.isfinite(measure.value):
        return f"{head}{means}<p class='note'>{UNDEFINED}</p></div>"
    return (
        f"{head}{means}{_curve(answer.concept, measure, known)}{_pair(measure, known, mean)}</div>"
    )


def _pair(measure: Measure, known: Meaning, over: "Mean | None") -> str:
    """The number, what it is over a set, and the mean of the random ones, as bars on one axis."""
    random = [value for value in measure.random if math.isfinite(value)]
    mean, spread = (fmean(random), stdev(random)) if len(random) > 1 else (0.0, 0.0)
    set_ends = (over.low, over.high) if over else ()
    ends = (0.0, measure.value, mean - spread, mean + spread, known.most, *set_ends)
    low, high = min(ends), max(ends)
    rows = _row("this clip", signed(measure.value, 3), _bar(measure.value, low, high))
    if over:
        bars = _bar(over.mean, low, high) + _span("b", over.low, over.high, low, high)
        rows += _row(f"{over.clips} {SET} {HOW_SURE}", _over_set(over), bars, "random set")
    if not random:
        return f"<ul class='pair'>{rows}</ul>"
    name = f"{len(random)} random {known.random}"
    bars = _bar(mean, low, high) + _span("b", mean - spread, mean + spread, low, high)
    number = f"{signed(mean, 3)} ± {spread:.3f}"
    rows += _row(f"{name} <span class='by'>mean ± spread</span>", number, bars, "random")
    beats = f"<b>Better than {measure.beaten} of {name}.</b>"
    better = f"{measure.better.capitalize()} is better."
    if over:
        better += (
            f" Over the set it is better than their mean in {over.ahead} of {over.clips} clips."
        )
    return f"<ul class='pair'>{rows}</ul><p>{beats} {better}</p>"


def _row(name: str, number: str, bars: str, kind: str = "own") -> str:
    return (
        f"<li class='{kind}'><span class='name'>{name}</span><span class='axis' aria-hidden='true'>"
        f"{bars}</span><span class='number'>{number}</span></li>"
    )


def _bar(value: float, low: float, high: float) -> str:
    """From zero to the value on an axis from low to high."""
    return _span("i", min(value, 0.0), max(value, 0.0), low, high)


def _span(tag: str, start: float, end: float, low: float, high: float) -> str:
    length = (high - low) or 1.0
    left, width = 100 * (start - low) / length, 100 * (end - start) / length
    return f"<{tag} style='left:{left:.1f}%;width:{width:.1f}%'></{tag}>"


def _curve(concept: str, measure: Measure, known: Meaning) -> str:
    """The probability after each step, from 0 at the bottom to 1 at the top."""
    if len(measure.curve) < 2:
        return ""
    last = len(measure.curve) - 1
    points = " ".join(
        f"{100 * at / last:.1f},{40 * (1 - p):.1f}" for at, p in enumerate(measure.curve)
    )
    start, end = (f"{measure.curve[at]:.2f}" for at in (0, last))
    said = f"Probability of {concept}: {start} with {known.start}, {end} with {known.end}."
    return (
        f"<figure><svg viewBox='0 0 100 40' preserveAspectRatio='none' role='img' "
        f"aria-label='{escape(said)}'><polygon points='0,40 {points} 100,40'/>"
        f"<polyline points='{points}'/></svg><figcaption aria-hidden='true'><span>{known.start} "
        f"<b>{start}</b></span><span>probability, 0 to 1</span>"
        f"<span><b>{end}</b> {known.end}</span></figcaption></figure>"
    )


def _forgetting(answer: "Answer", own: "Own") -> str:
    """How alike the map stays, step by step, by the order of its cells and by its structure."""
    layers: dict[str, dict[str, Measure]] = {}
    for measure in answer.measures:
        what, _, layer = measure.name.partition(", from ")
        layers.setdefault(layer, {})[what] = measure
    rows = ""
    for step, (layer, alike) in enumerate(layers.items()):
        name = _forgotten(step, len(layers))
        cells = "".join(_alike(measure.value, own.get(measure.name)) for measure in alike.values())
        rows += f"<tr><th scope='row' title='from {escape(layer)}'>{name}</th>{cells}</tr>"
    seen = [measure.in_frame for measure in answer.measures if measure.in_frame]
    return (
        "<p>The network forgets what it learned, from its last layer back: a map that stays alike (1) shows "
        "the picture, not what was learned; one that was learned goes to 0 or below.</p>"
        f"{redrawn_html(answer.concept, answer.cnn, seen)}"
        "<div class='numbers'><table><thead><tr><th scope='col'>forgotten</th>"
        "<th scope='col' title='rank correlation'>same order of cells</th>"
        f"<th scope='col' title='SSIM'>same structure</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _forgotten(step: int, steps: int) -> str:
    if step == steps - 1:
        return "all of it"
    return "the last layer" if step == 0 else f"{step + 1} of {steps} parts"


def _alike(value: float, over: "Mean | None") -> str:
    """A cell of how alike two maps are, below it the mean over a set."""
    mean = f"<br><span class='by'>{over.clips} clips:</span> {_over_set(over)}" if over else ""
    if not math.isfinite(value):
        return f"<td>undefined{mean}</td>"
    bar = f"<span class='axis' aria-hidden='true'>{_bar(max(value, 0.0), 0.0, 1.0)}</span>"
    return f"<td>{bar} {signed(value)}{mean}</td>"


def _ways(answer: "Answer", own: "Own") -> str:
    """Other map methods, other layers: the energy each gives, and what attention would say by them."""
    first, *others = answer.measures
    same = sum(measure.said == first.said for measure in others)

    def share(measure: Measure) -> str:
        mean = own.get(f"{measure.name}: {SAYS_IT}")
        return f"<td>{_over_set(mean)}</td>" if own else ""

    rows = "".join(
        f"<tr><th scope='row'>{escape(measure.name.removeprefix('energy, '))}</th>"
        f"<td>{'=' if measure.said == first.said else '≠'} {escape(measure.said)}</td>"
        f"<td>{signed(measure.value, max(2, decimals_for(abs(measure.value))))}</td>{share(measure)}</tr>"
        for measure in answer.measures
    )
    return (
        f"<p>By the map of the paper, attention says {escape(first.said)} in these frames; by {same} of "
        f"{len(others)} other maps it says the same (=). Energies of different maps are not comparable.</p>"
        "<div class='numbers'><table><thead><tr><th scope='col'>map</th><th scope='col'>attention says</th>"
        f"<th scope='col'>energy of {escape(answer.concept)}</th>"
        + (f"<th scope='col'>says the truth, share of {_clips(own)} {HOW_SURE}</th>" if own else "")
        + "</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
