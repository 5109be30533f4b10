"""Verdicts as HTML: one card per method, the model's own card, and the progress of a look."""

from html import escape

import numpy as np

from attention.analysis import Analysis
from attention.methods.registry import hint_of
from attention.model.card import Card
from attention.serving.looking import Progress
from attention.verdict import Verdict, decimals_for


def verdict_cards(analysis: Analysis, top: int = 3) -> str:
    """One card per method: prediction, right or wrong, the top scores as bars, one sentence why."""
    cards = "".join(_card(verdict, analysis, top) for verdict in analysis.verdicts)
    summary = escape(analysis.agreement)
    if analysis.truth:
        summary = f"Truth: <b>{escape(analysis.truth)}</b>. {summary}"
    notes = "".join(f"<p class='note'>{escape(note)}</p>" for note in analysis.notes)
    return f"<section class='verdicts'>{cards}</section><p class='agreement'>{summary}</p>{notes}"


def _card(verdict: Verdict, analysis: Analysis, top: int) -> str:
    name = analysis.concepts[verdict.prediction]
    return (
        f"<article class='verdict' title='{escape(hint_of(verdict.method))}'>"
        f"<header><span class='method'>{escape(verdict.method)}</span>{_mark(name, analysis)}</header>"
        f"<h3>{escape(name)}</h3>{score_bars(verdict, analysis, top)}"
        f"<p class='why'>{escape(verdict.why)}</p></article>"
    )


def _mark(name: str, analysis: Analysis) -> str:
    if analysis.truth is None:
        return ""
    if name == analysis.truth:
        return "<span class='mark right'>✓ right</span>"
    return "<span class='mark wrong'>✗ wrong</span>"


def score_bars(verdict: Verdict, analysis: Analysis, top: int) -> str:
    """The `top` highest scores as bars from zero, with their numbers."""
    best = verdict.ranking(top)
    largest = max(float(np.max(verdict.scores[best])), 1e-9)
    decimals = decimals_for(float(verdict.scores[verdict.prediction]))
    rows = "".join(
        f"<li><span class='name'>{escape(analysis.concepts[c])}</span>"
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


def progress_card(progress: Progress | None, clip: str) -> str:
    """What is being done and how long it will take."""
    if progress is None:
        return progress_bar(f"Opening {escape(clip)} …")
    if progress.ahead:
        looks = "another clip is" if progress.ahead == 1 else f"{progress.ahead} other clips are"
        return progress_bar(f"{escape(clip)} is in line: {looks} looked at first")
    of = f" of {progress.expected}" if progress.expected else ""
    left = f" · about {max(1, round(progress.left))} s left" if progress.left is not None else ""
    said = f"Looking at {escape(clip)}: frame {progress.done}{of}{left}"
    return progress_bar(said, progress.done, progress.expected)


def progress_bar(said: str, done: int = 0, of: int | None = None) -> str:
    """A sentence (HTML) over a bar; of: None where nobody knows how much there is to do."""
    share = f" value='{done}' max='{of}'" if of else ""
    return f"<div class='progress' role='status'><p>{said}</p><progress{share}></progress></div>"


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
        f"<section class='model-card'><h3>{escape(card.title)} <code>{escape(name)}</code></h3>"
        f"<p>{escape(card.about)}</p><dl>{lines}</dl></section>"
    )
