"""Verdicts as HTML: one card per method, the model's own card, and the progress of a look."""

from dataclasses import replace
from html import escape

import numpy as np

from attention.analysis import Analysis
from attention.methods.registry import hint_of, plain_name
from attention.model.card import Card
from attention.serving.looking import Progress
from attention.verdict import Verdict, agreement, decimals_for

SIGNS = "●■▲◆▼✚✖○"  # of the concepts' lines in the player, in their order


def verdict_cards(analysis: Analysis, top: int = 3) -> str:
    """One card per method: prediction, right or wrong, the top scores as bars, one sentence why.

    The name in everyday words comes first; the paper's name and the sentences open from it.
    """
    cards = "".join(_card(verdict, analysis, top) for verdict in analysis.verdicts)
    return (
        f"<h2 class='unseen'>What each method says</h2><section class='verdicts'>{cards}</section>"
        f"<div class='agreement'><span>{_summary(analysis)}</span>{_notes(analysis)}</div>"
    )


def _card(verdict: Verdict, analysis: Analysis, top: int) -> str:
    name, method, hint = (
        analysis.concepts[verdict.prediction],
        verdict.method,
        hint_of(verdict.method),
    )
    return (
        f"<article class='verdict' aria-label='{escape(plain_name(method))}: {escape(name)}'>"
        f"<details class='method' name='method'><summary title='{escape(f'{method}: {hint}')}'>"
        f"{escape(plain_name(method))}</summary><div class='about'><p><b>{escape(method)}</b>. "
        f"{escape(hint)}</p><p class='why'>{escape(verdict.why)}</p></div></details>"
        f"<p class='says'>{escape(name)}</p>{_mark(name, analysis)}{score_bars(verdict, analysis, top)}"
        f"<p class='why' aria-hidden='true'>{escape(verdict.why)}</p></article>"
    )


def _summary(analysis: Analysis) -> str:
    """The truth and how many name it; where nobody knows it, who says what."""
    if analysis.truth is None:
        return escape(said_in_all(analysis))
    said = [analysis.concepts[verdict.prediction] for verdict in analysis.verdicts]
    right = f"{said.count(analysis.truth)} of {len(said)} methods are right."
    return f"Truth: <b>{escape(analysis.truth)}</b>. {right}"


def said_in_all(analysis: Analysis) -> str:
    """Where the methods agree or disagree, in everyday words."""
    verdicts = [replace(v, method=plain_name(v.method)) for v in analysis.verdicts]
    return agreement(verdicts, analysis.concepts)


def _notes(analysis: Analysis) -> str:
    """What a person should know of this look, folded away so that nothing is pushed down."""
    if not analysis.notes:
        return ""
    lines = "".join(f"<p class='note'>{escape(note)}</p>" for note in analysis.notes)
    count = len(analysis.notes)
    return (
        f"<details class='notes'><summary>{count} note{'s' * (count != 1)} on this look</summary>"
        f"<div class='about'>{lines}</div></details>"
    )


def _mark(name: str, analysis: Analysis) -> str:
    if analysis.truth is None:
        return ""
    if name == analysis.truth:
        return "<span class='mark right'>✓ <span class='word'>right</span></span>"
    return "<span class='mark wrong'>✗ <span class='word'>wrong</span></span>"


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
    """What is being done and how long it will take; unit: what is counted."""
    if progress is None:
        return progress_bar(f"Opening {escape(clip)} …")
    if progress.ahead:
        looks = "another clip is" if progress.ahead == 1 else f"{progress.ahead} other clips are"
        wait = f", about {round(progress.wait)} s" if progress.wait >= 1 else ""
        return progress_bar(f"{escape(clip)} is in line: {looks} looked at first{wait}")
    of = f" of {progress.expected}" if progress.expected else ""
    left = f" · about {max(1, round(progress.left))} s left" if progress.left is not None else ""
    said = f"Looking at {escape(clip)}: {unit} {progress.done}{of}{left}"
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
    doing, share = f"Making the {kind.upper()}", ""
    if progress and progress.ahead:
        doing += ": another is made first"
    elif progress and progress.expected:
        doing += f": frame {progress.done} of {progress.expected}"
        share = f" value='{progress.done}' max='{progress.expected}'"
    return (
        f"<div class='progress export' role='status'><p>{doing} …</p>"
        f"<progress{share} aria-label='Share of the file that is made'></progress></div>"
    )


def timing_line(analysis: Analysis) -> str:
    """How long it took, and the work that was in it: decode · forward · maps · energies.

    A look that ships with the app was timed on no machine of the person's.
    """
    stages = " · ".join(
        f"{stage} {analysis.timing.get(stage, 0.0) * 1000:.0f} ms"
        for stage in ("decode", "forward", "maps", "energies")
    )
    frames = len(analysis.frames)
    by = f" by {escape(analysis.engine)}" if analysis.engine else ""
    took = f"in {analysis.timing.get('total', 0.0):.2f} s{by}. Work of all threads: {stages}"
    return (
        f"<p class='timing'><b>{escape(analysis.clip)}</b>: {frames} frame{'s' * (frames != 1)} × "
        f"{len(analysis.concepts)} concept{'s' * (len(analysis.concepts) != 1)} "
        f"{took if analysis.timing else '– this look ships with the app.'}</p>"
    )


def model_card(name: str, card: Card) -> str:
    """The honest card of a model: trained on what, how good, drawn or real."""
    rows = [
        ("Trained on", card.trained_on),
        (
            "Pictures",
            "drawn by this project, not photographs" if card.drawn else "real photographs",
        ),
        ("How good", card.how_good),
        ("Network", f"{card.backbone}, {len(card.concepts)} concepts"),
        ("Made by", card.command),
        ("Licence", card.licence),
    ]
    lines = "".join(
        f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in rows if text
    )
    return (
        f"<section class='model-card'><h2>{escape(card.title)} <code>{escape(name)}</code></h2>"
        f"<p>{escape(card.about)}</p><dl>{lines}</dl></section>"
    )
