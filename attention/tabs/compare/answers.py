"""What probes say of a look, as HTML: sentences, bars beside random ones, curves."""

import math
from collections.abc import Sequence
from html import escape
from itertools import groupby
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from attention.probe.known.probe import Measure
from attention.probe.known.registry import probes
from attention.tabs.cards import signed
from attention.tabs.compare.redrawn import redrawn_html
from attention.tabs.compare.sentences import MEANING, NETWORKS, STANDARD, Meaning
from attention.verdict import decimals_for

if TYPE_CHECKING:
    from attention.probe.asking import Answer

UNDEFINED = "It is undefined here: there is nothing to rank or to divide by."


def answers_html(answers: Sequence["Answer"]) -> str:
    """A block for each probe, its answers through each CNN side by side, in the order they come."""
    blocks = groupby(answers, key=lambda answer: answer.probe)
    return "".join(_block(name, list(found)) for name, found in blocks)


def _block(name: str, answers: Sequence["Answer"]) -> str:
    plain = next((probe.plain for probe in probes() if probe.name == name), "") or name
    notes = dict.fromkeys(note for answer in answers for note in answer.notes)
    return (
        f"<section class='probe' aria-label='{escape(plain)}'><h3>{escape(plain)} "
        f"<span class='by'>{escape(STANDARD.get(name, name))}</span></h3>"
        f"<div class='through'>{''.join(map(_answer, answers))}</div>"
        + "".join(f"<p class='note'>{escape(note)}</p>" for note in notes)
        + "</section>"
    )


def _answer(answer: "Answer") -> str:
    frames = f"{answer.frames} frame{'s' * (answer.frames != 1)}"
    network = NETWORKS.get(answer.cnn, "all networks")
    head = f"<h4>{escape(answer.concept)} <span class='by'>{network}, {frames}</span></h4>"
    if answer.fault:
        return f"<article>{head}<p class='note'>{escape(answer.fault)}</p></article>"
    drawn = {"weights": _forgetting, "maps": _ways}.get(answer.probe, _measures)
    return f"<article>{head}{drawn(answer)}</article>"


def _measures(answer: "Answer") -> str:
    return "".join(_measure(answer, measure) for measure in answer.measures)


def _measure(answer: "Answer", measure: Measure) -> str:
    """What a number means, the number beside random ones, and the curve it is the area of."""
    known = MEANING.get((answer.probe, measure.name), Meaning(measure.name))
    means = f"<p>{escape(known.sentence.format(concept=answer.concept))}</p>"
    head = f"<div class='measure' title='{escape(measure.name)}'>"
    if not math.isfinite(measure.value):
        return f"{head}{means}<p class='note'>{UNDEFINED}</p></div>"
    return f"{head}{means}{_curve(answer.concept, measure, known)}{_pair(measure, known)}</div>"


def _pair(measure: Measure, known: Meaning) -> str:
    """The number and the mean of the random ones as bars on one axis, and how many it beats."""
    random = [value for value in measure.random if math.isfinite(value)]
    mean, spread = (fmean(random), stdev(random)) if len(random) > 1 else (0.0, 0.0)
    ends = (0.0, measure.value, mean - spread, mean + spread, known.most)
    low, high = min(ends), max(ends)
    rows = _row("this map", signed(measure.value, 3), _bar(measure.value, low, high))
    if not random:
        return f"<ul class='pair'>{rows}</ul>"
    name = f"{len(random)} random {known.random}"
    bars = _bar(mean, low, high) + _span("b", mean - spread, mean + spread, low, high)
    number = f"{signed(mean, 3)} ± {spread:.3f}"
    rows += _row(f"{name} <span class='by'>mean ± spread</span>", number, bars, "random")
    beats = f"<b>Better than {measure.beaten} of {name}.</b>"
    return f"<ul class='pair'>{rows}</ul><p>{beats} {measure.better.capitalize()} is better.</p>"


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


def _forgetting(answer: "Answer") -> str:
    """How alike the map stays, step by step, by the order of its cells and by its structure."""
    layers: dict[str, dict[str, float]] = {}
    for measure in answer.measures:
        what, _, layer = measure.name.partition(", from ")
        layers.setdefault(layer, {})[what] = measure.value
    rows = ""
    for step, (layer, alike) in enumerate(layers.items()):
        name = _forgotten(step, len(layers))
        cells = "".join(
            f"<td><span class='axis' aria-hidden='true'>{_bar(max(value, 0.0), 0.0, 1.0)}</span> "
            f"{signed(value)}</td>"
            if math.isfinite(value)
            else "<td>undefined</td>"
            for value in alike.values()
        )
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


def _ways(answer: "Answer") -> str:
    """Other map methods, other layers: the energy each gives, and what attention would say by them."""
    first, *others = answer.measures
    same = sum(measure.said == first.said for measure in others)
    rows = "".join(
        f"<tr><th scope='row'>{escape(measure.name.removeprefix('energy, '))}</th>"
        f"<td>{'=' if measure.said == first.said else '≠'} {escape(measure.said)}</td>"
        f"<td>{signed(measure.value, max(2, decimals_for(abs(measure.value))))}</td></tr>"
        for measure in answer.measures
    )
    return (
        f"<p>By the map of the paper, attention says {escape(first.said)} in these frames; by {same} of "
        f"{len(others)} other maps it says the same (=). Energies of different maps are not comparable.</p>"
        "<div class='numbers'><table><thead><tr><th scope='col'>map</th><th scope='col'>attention says</th>"
        f"<th scope='col'>energy of {escape(answer.concept)}</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
