"""What probes say of a look, as HTML: sentences, bars beside random ones, curves."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from attention.catalogue.catalogue import say
from attention.catalogue.translated import translated
from attention.probe.known.probe import SAYS_IT, Measure
from attention.probe.known.registry import probes
from attention.tabs.cards import signed
from attention.tabs.compare.bars import (
    bar_html,
    clips_html,
    curve_html,
    how_sure_html,
    over_set_html,
    pair_html,
)
from attention.tabs.compare.redrawn import redrawn_html
from attention.tabs.compare.sentences import (
    beside,
    meaning_of,
    network_name,
    standard_name,
)
from attention.tabs.named import probe_name
from attention.verdict import decimals_for

if TYPE_CHECKING:
    from attention.probe.asking import Answer
    from attention.probe.averages import Mean

    Over = Mapping[tuple[str, str, str], Mean]
    Own = Mapping[str, Mean]

NOWHERE: "Over" = {}


def answers_html(answers: Sequence["Answer"], over: "Over" = NOWHERE) -> str:
    """A block for each probe, its answers through each CNN side by side, in the order they come.

    over: what the same numbers are over the clips of a set, by probe, CNN and measure.
    """
    blocks = groupby(answers, key=lambda answer: answer.probe)
    return "".join(_block(name, list(found), over) for name, found in blocks)


def _block(name: str, answers: Sequence["Answer"], over: "Over") -> str:
    plain = next((probe_name(probe) for probe in probes() if probe.name == name), name)
    notes = dict.fromkeys(note for answer in answers for note in answer.notes)
    return (
        f"<section class='probe' aria-label='{escape(plain)}'><h3>{escape(plain)} "
        f"<span class='by'>{escape(standard_name(name))}</span></h3>"
        f"<div class='through'>{''.join(_answer(answer, over) for answer in answers)}</div>"
        + "".join(f"<p class='note'>{escape(translated(note))}</p>" for note in notes)
        + "</section>"
    )


def _answer(answer: "Answer", over: "Over") -> str:
    frames = say("cards.frames", count=answer.frames)
    network = network_name(answer.cnn)
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
        cell = f"<td>{over_set_html(mean)}</td>" if own else ""
        head, number = escape(beside(name)), signed(measure.value, 3)
        rows += f"<tr><th scope='row'>{head}</th><td>{number}</td>{cell}</tr>"
    heads = [say("compare.answers.by"), say("compare.answers.this_clip")]
    heads += [f"{clips_html(own)} {how_sure_html()}"] if own else []
    head = "".join(f"<th scope='col'>{one}</th>" for one in heads)
    what = f"{what[:1].upper()}{what[1:]}"
    title = say("compare.answers.others", what=what, others=len(measures))
    return (
        f"<details><summary>{escape(title)}</summary><div class='numbers'><table>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _measure(answer: "Answer", measure: Measure, own: "Own") -> str:
    """What a number means, the number beside random ones, and the curve it is the area of."""
    known = meaning_of(answer.probe, measure.name, answer.concept)
    means = f"<p>{escape(known.sentence)}</p>"
    mean = own.get(measure.name)
    head = f"<div class='measure' title='{escape(measure.name)}'>"
    if not math.isfinite(measure.value):
        return f"{head}{means}<p class='note'>{say('compare.answers.undefined')}</p></div>"
    return f"{head}{means}{curve_html(answer.concept, measure, known)}{pair_html(measure, known, mean)}</div>"


def _forgetting(answer: "Answer", own: "Own") -> str:
    """How alike the map stays, step by step, by the order of its cells and by its structure."""
    layers: dict[str, dict[str, Measure]] = {}
    for measure in answer.measures:
        what, _, layer = measure.name.partition(", from ")
        layers.setdefault(layer, {})[what] = measure
    rows = ""
    for step, (layer, alike) in enumerate(layers.items()):
        name = _forgotten(step, len(layers))
        from_layer = say("compare.answers.from", layer=layer)
        cells = "".join(_alike(measure.value, own.get(measure.name)) for measure in alike.values())
        rows += f"<tr><th scope='row' title='{escape(from_layer)}'>{name}</th>{cells}</tr>"
    seen = [measure.in_frame for measure in answer.measures if measure.in_frame]
    return (
        f"<p>{say('compare.answers.forgets')}</p>"
        f"{redrawn_html(answer.concept, answer.cnn, seen)}"
        f"<div class='numbers'><table><thead><tr><th scope='col'>{say('compare.answers.forgotten')}</th>"
        f"<th scope='col' title='{say('compare.answers.rank')}'>{say('compare.answers.same_order')}</th>"
        f"<th scope='col' title='SSIM'>{say('compare.answers.same_structure')}</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _forgotten(step: int, steps: int) -> str:
    if step == steps - 1:
        return say("compare.answers.all_of_it")
    if step == 0:
        return say("compare.answers.last_layer")
    return say("compare.answers.some", step=step + 1, steps=steps)


def _alike(value: float, over: "Mean | None") -> str:
    """A cell of how alike two maps are, below it the mean over a set."""
    clips = say("compare.answers.clips", clips=over.clips) if over else ""
    mean = f"<br><span class='by'>{clips}</span> {over_set_html(over)}" if over else ""
    if not math.isfinite(value):
        return f"<td>{say('compare.answers.not_defined')}{mean}</td>"
    bar = f"<span class='axis' aria-hidden='true'>{bar_html(max(value, 0.0), 0.0, 1.0)}</span>"
    return f"<td>{bar} {signed(value)}{mean}</td>"


def _ways(answer: "Answer", own: "Own") -> str:
    """Other map methods, other layers: the energy each gives, and what attention would say by them."""
    first, *others = answer.measures
    same = sum(measure.said == first.said for measure in others)

    def share(measure: Measure) -> str:
        mean = own.get(f"{measure.name}: {SAYS_IT}")
        return f"<td>{over_set_html(mean)}</td>" if own else ""

    rows = "".join(
        f"<tr><th scope='row'>{escape(measure.name.removeprefix('energy, '))}</th>"
        f"<td>{'=' if measure.said == first.said else '≠'} {escape(measure.said)}</td>"
        f"<td>{signed(measure.value, max(2, decimals_for(abs(measure.value))))}</td>{share(measure)}</tr>"
        for measure in answer.measures
    )
    said = say("compare.answers.ways", concept=first.said, same=same, others=len(others))
    heads = [
        say("compare.answers.map"),
        say("compare.answers.attention_says"),
        escape(say("compare.answers.energy_of", concept=answer.concept)),
    ]
    if own:
        heads.append(
            f"{say('compare.answers.truth_share', clips=clips_html(own))} {how_sure_html()}"
        )
    head = "".join(f"<th scope='col'>{one}</th>" for one in heads)
    return (
        f"<p>{escape(said)}</p><div class='numbers'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
