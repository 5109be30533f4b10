"""Verdicts as HTML: one card per method, the model's own card, and the progress of a look."""

from collections.abc import Sequence
from html import escape

import numpy as np

from attention.analysis import Analysis
from attention.catalogue.catalogue import say
from attention.catalogue.translated import translated
from attention.methods.registry import hint_of, plain_name
from attention.model.card import Card
from attention.serving.looking import Progress
from attention.tabs.named import model_words
from attention.tabs.why import why
from attention.verdict import Verdict, decimals_for

SIGNS = "●■▲◆▼✚✖○"  # of the concepts' lines in the player, in their order


def verdict_cards(analysis: Analysis, top: int = 3, remark: str = "") -> str:
    """One card per method: prediction, right or wrong, the top scores as bars, one sentence why.

    The name in everyday words comes first; the paper's name and the sentences open from it. remark: HTML.
    """
    said = f"<span class='remark' role='status'>{remark}</span>" if remark else ""
    cards = "".join(_card(verdict, analysis, top) for verdict in analysis.verdicts)
    return (
        f"<h2 class='unseen'>{say('cards.title')}</h2><section class='verdicts'>{cards}</section>"
        f"<div class='agreement'><span>{_summary(analysis)}</span>{said}{_notes(analysis)}</div>"
    )


def _card(verdict: Verdict, analysis: Analysis, top: int) -> str:
    name, method = analysis.concepts[verdict.prediction], verdict.method
    hint, plain, reason = (
        hint_of(method),
        escape(plain_name(method)),
        escape(why(verdict, analysis)),
    )
    return (
        f"<article class='verdict' aria-label='{plain}: {escape(name)}'>"
        f"<details class='method' name='method'><summary title='{escape(f'{method}: {hint}')}'>"
        f"{plain}</summary><div class='about'><p><b>{escape(method)}</b>. "
        f"{escape(hint)}</p><p class='why'>{reason}</p></div></details>"
        f"<p class='says'>{escape(name)}</p>{_mark(name, analysis)}{score_bars(verdict, analysis, top)}"
        f"<p class='why' aria-hidden='true'>{reason}</p></article>"
    )


def _summary(analysis: Analysis) -> str:
    """The truth and how many name it; where nobody knows it, who says what."""
    if analysis.truth is None:
        return escape(said_in_all(analysis))
    said = [analysis.concepts[verdict.prediction] for verdict in analysis.verdicts]
    right = said.count(analysis.truth)
    return say("cards.truth", truth=escape(analysis.truth), right=right, count=len(said))


def said_in_all(analysis: Analysis) -> str:
    """Where the methods agree or disagree, in everyday words."""
    said: dict[str, list[str]] = {}
    for verdict in analysis.verdicts:
        concept = analysis.concepts[verdict.prediction]
        said.setdefault(concept, []).append(plain_name(verdict.method))
    methods = len(analysis.verdicts)
    if methods < 2:
        return ""
    if len(said) == 1:
        (concept,) = said
        both = say("cards.both_say", concept=concept)
        return both if methods == 2 else say("cards.all_say", methods=methods, concept=concept)
    sides = (
        say("cards.who", methods=listed(names), count=len(names), concept=concept)
        for concept, names in said.items()
    )
    return say("cards.disagree", who=", ".join(sides))


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return say("player.list.last", words=", ".join(words[:-1]), word=words[-1])


def _notes(analysis: Analysis) -> str:
    """What a person should know of this look, folded away so that nothing is pushed down."""
    if not analysis.notes:
        return ""
    lines = "".join(f"<p class='note'>{escape(translated(note))}</p>" for note in analysis.notes)
    return (
        f"<details class='notes'><summary>{say('cards.notes', count=len(analysis.notes))}</summary>"
        f"<div class='about'>{lines}</div></details>"
    )


def _mark(name: str, analysis: Analysis) -> str:
    if analysis.truth is None:
        return ""
    if name == analysis.truth:
        return f"<span class='mark right'>✓ <span class='word'>{say('cards.right')}</span></span>"
    return f"<span class='mark wrong'>✗ <span class='word'>{say('cards.wrong')}</span></span>"


def score_bars(verdict: Verdict, analysis: Analysis, top: int) -> str:
    """The `top` highest scores as bars from zero, with their numbers, in the concepts' colours."""
    best = verdict.ranking(top)
    largest = max(float(np.max(verdict.scores[best])), 1e-9)
    decimals = decimals_for(float(verdict.scores[verdict.prediction]))
    place = {concept: place for place, concept in enumerate(analysis.looks())}
    rows = "".join(
        f"<li class='c{place.get(c, '-other')}'><span class='name'>{escape(analysis.concepts[c])}</span>"
        f"<span class='bar'><i style='width:{_percent(verdict.scores[c] / largest)}'></i></span>"
        f"<span class='number'>{signed(verdict.scores[c], decimals)}</span></li>"
        for c in best
    )
    return f"<ol class='bars'>{rows}</ol>"


def signed(score: float, decimals: int = 2) -> str:
    """A number with a true minus."""
    return f"{score:.{decimals}f}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{100 * min(max(float(share), 0.0), 1.0):.1f}%"


def progress_card(progress: Progress | None, clip: str, unit: str = "frame") -> str:
    """What is being done and how long it will take; unit: what is counted, "frame", "step" or "file"."""
    clip = escape(clip)
    if progress is None:
        return progress_bar(say("cards.opening", clip=clip))
    if progress.ahead:
        wait = say("cards.wait", seconds=round(progress.wait)) if progress.wait >= 1 else ""
        return progress_bar(say("cards.in_line", clip=clip, count=progress.ahead, wait=wait))
    of = "_of" if progress.expected else ""
    said = say(f"cards.{unit}{of}", clip=clip, done=progress.done, expected=progress.expected)
    if progress.left is not None:
        said = say("cards.left", said=said, seconds=max(1, round(progress.left)))
    return progress_bar(said, progress.done, progress.expected)


def progress_bar(said: str, done: int = 0, of: int | None = None) -> str:
    """A sentence (HTML) over a bar; of: None where nobody knows how much there is to do."""
    share = f" value='{done}' max='{of}'" if of else ""
    return f"<div class='progress' role='status'><p>{said}</p><progress{share}></progress></div>"


def failed(sentence: str) -> str:
    """What went wrong, in place of progress."""
    return f"<p class='note error' role='alert'>{escape(sentence)}</p>"


def export_card(progress: Progress | None, kind: str) -> str:
    """How far the file is that a person waits for."""
    name, share = kind.upper(), ""
    if progress and progress.ahead:
        doing = say("cards.making_later", kind=name)
    elif progress and progress.expected:
        done, expected = progress.done, progress.expected
        doing = say("cards.making_frame", kind=name, done=done, expected=expected)
        share = f" value='{done}' max='{expected}'"
    else:
        doing = say("cards.making", kind=name)
    return (
        f"<div class='progress export' role='status'><p>{doing}</p>"
        f"<progress{share} aria-label='{say('cards.made')}'></progress></div>"
    )


def timing_line(analysis: Analysis) -> str:
    """How long it took, and the work that was in it: decode · forward · maps · energies.

    A look that ships with the app was timed on no machine of the person's.
    """
    stages = " · ".join(
        f"{say(f'cards.{stage}')} {analysis.timing.get(stage, 0.0) * 1000:.0f} ms"
        for stage in ("decode", "forward", "maps", "energies")
    )
    seconds, engine = f"{analysis.timing.get('total', 0.0):.2f}", escape(analysis.engine)
    key = "cards.took_by" if engine else "cards.took"
    took = say(key, seconds=seconds, engine=engine, stages=stages)
    frames = say("cards.frames", count=len(analysis.frames))
    concepts = say("cards.concepts", count=len(analysis.concepts))
    return (
        f"<p class='timing'><b>{escape(analysis.clip)}</b>: {frames} × {concepts} "
        f"{took if analysis.timing else say('cards.ships')}</p>"
    )


def model_card(name: str, card: Card) -> str:
    """The honest card of a model: trained on what, how good, drawn or real."""
    rows = [
        ("cards.trained_on", model_words(name, card, "trained_on")),
        ("cards.pictures", say("cards.drawn" if card.drawn else "cards.photographs")),
        ("cards.how_good", model_words(name, card, "how_good")),
        (
            "cards.network",
            say("cards.network_is", backbone=card.backbone, concepts=len(card.concepts)),
        ),
        ("cards.made_by", card.command),
        ("cards.licence", model_words(name, card, "licence")),
    ]
    lines = "".join(f"<dt>{say(key)}</dt><dd>{escape(text)}</dd>" for key, text in rows if text)
    title, about = (escape(model_words(name, card, field)) for field in ("title", "about"))
    return (
        f"<section class='model-card'><h2>{title} <code>{escape(name)}</code></h2>"
        f"<p>{about}</p><dl>{lines}</dl></section>"
    )
