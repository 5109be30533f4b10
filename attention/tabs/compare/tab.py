"""The Compare tab: one clip, every method, per frame and for the whole video."""

from html import escape

import gradio as gr
import numpy as np

from attention.analysis import Analysis
from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.methods.registry import hint_of, known_method, plain_name
from attention.serving.looking import Looked
from attention.serving.workroom import Workroom
from attention.tabs.cards import SIGNS, said_in_all, score_bars, signed
from attention.tabs.compare.trust import trust_section
from attention.tabs.languages import label
from attention.tabs.why import why
from attention.verdict import Floats, frame_mean

OTHER = "·"  # the sign of all concepts without one of their own
TOP = 5
COLUMNS = ("says", "score", "ahead", "by", "for_it")  # their words lie in the catalogue
JUMP = ASSETS / "page" / "compare.js"


def compare_tab(looked: gr.State, workroom: Workroom, demo: gr.Blocks) -> None:
    """Builds the tab; it follows the clip chosen under Heatmaps."""
    gr.Markdown(label("compare.help"), elem_id="compare-help")
    methods = gr.HTML("", elem_id="compare-methods")
    frames = gr.HTML("", js_on_load=JUMP.read_text(encoding="utf-8"), elem_id="compare-frames")
    table = gr.HTML("", elem_id="compare-table")
    trust_section(looked, workroom, demo)
    looked.change(
        _compare,
        looked,
        [methods, frames, table],
        show_progress="hidden",
        api_visibility="private",
    )


def _compare(looked: Looked | None) -> tuple[str, str, str]:
    if looked is None:
        return f"<p class='note'>{say('compare.no_clip')}</p>", "", ""
    analysis = looked.analysis(maps=False)
    return method_columns(analysis), frame_strips(analysis), whole_video(analysis)


def method_columns(analysis: Analysis) -> str:
    """The methods side by side with their top scores, and a sentence where they disagree."""
    columns = "".join(
        f"<article class='verdict' aria-label='{escape(plain_name(v.method))}'>"
        f"<p class='method'>{escape(plain_name(v.method))} <span class='by'>{escape(v.method)}</span></p>"
        f"<p class='hint'>{escape(hint_of(v.method))}</p>{score_bars(v, analysis, TOP)}"
        f"<p class='why'>{escape(why(v, analysis))}</p></article>"
        for v in analysis.verdicts
    )
    said = said_in_all(analysis)
    if analysis.truth:
        said = say("compare.truth", said=said, truth=analysis.truth)
    return (
        f"<h2>{escape(analysis.clip)} · {escape(analysis.model)}</h2>"
        f"<p class='agreement'>{escape(said)}</p>"
        f"<section class='verdicts'>{columns}</section>"
    )


def frame_strips(analysis: Analysis) -> str:
    """Per frame: a row of cells per method, with the colour and sign of the concept it names."""
    looks = analysis.looks(len(SIGNS))
    rows = "".join(
        f"<tr><th scope='row'>{escape(plain_name(v.method))}</th>"
        + "".join(_cell(i, int(c), v.side, analysis, looks) for i, c in enumerate(v.frame_classes))
        + "</tr>"
        for v in analysis.verdicts
    )
    said = {int(c) for v in analysis.verdicts for c in v.frame_classes}
    legend = "".join(
        f"<li><i class='c{place}'>{SIGNS[place]}</i>{escape(analysis.concepts[c])}</li>"
        for place, c in enumerate(looks)
        if c in said
    )
    if said - set(looks):
        legend += f"<li><i class='c-other'>{OTHER}</i>{say('compare.another')}</li>"
    return (
        f"<h2>{say('compare.frames')}</h2><ul class='legend'>{legend}</ul>"
        f"<div class='strips' tabindex='0' role='region' aria-label='{say('compare.strips')}'>"
        f"<table>{rows}</table></div>"
    )


def _cell(frame: int, concept: int, side: str, analysis: Analysis, looks: list[int]) -> str:
    place = looks.index(concept) if concept in looks else None
    look, sign = ("c-other", OTHER) if place is None else (f"c{place}", SIGNS[place])
    says = f"{analysis.seconds[frame]:.2f} s: {escape(analysis.concepts[concept])}"
    return (
        f"<td class='{look}' data-frame='{frame}' data-side='{side}' "
        f"tabindex='{0 if frame == 0 else -1}' title='{says}'>{sign}</td>"
    )


def whole_video(analysis: Analysis) -> str:
    """The whole video as a table, the all-frame mean that §4.3 also tried included."""
    rows = []
    for verdict in analysis.verdicts:
        wins, frames = verdict.votes[verdict.prediction], len(analysis.frames)
        votes = say("compare.votes", votes=wins, frames=frames)
        rows.append(_row(verdict.method, "", verdict.scores, verdict.ranking(2), votes, analysis))
        method = known_method(verdict.method)
        if method and method.role == "vote":
            scores = frame_mean(analysis.side(verdict.side).scores)
            best = [int(c) for c in np.argsort(-scores, kind="stable")[:2]]
            rows.append(_row(verdict.method, say("compare.mean"), scores, best, "", analysis))
    titles = [say("compare.method"), *_titles()]
    head = "".join(f"<th scope='col'>{title}</th>" for title in titles)
    return (
        f"<h2>{say('compare.whole')}</h2><div class='numbers'><table>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _titles() -> list[str]:
    return [say(f"compare.{column}") for column in COLUMNS]


def _row(
    method: str, how: str, scores: Floats, best: list[int], votes: str, analysis: Analysis
) -> str:
    """A method's winner, and by how much it leads. best: the winner and the next, where there is one."""
    names = [escape(analysis.concepts[c]) for c in best]
    lead = signed(scores[best[0]] - scores[best[1]], 3) if len(best) > 1 else ""
    values = (names[0], signed(scores[best[0]], 3), "".join(names[1:]), lead, votes)
    cells = "".join(
        f"<td data-title='{title}'>{value}</td>"
        for title, value in zip(_titles(), values, strict=True)
    )
    name = f"{escape(plain_name(method))}{how} <span class='by'>{escape(method)}</span>"
    return f"<tr><th scope='row'>{name}</th>{cells}</tr>"
