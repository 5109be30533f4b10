"""The part of the Data tab that checks a set: counts, faults, copies to leave out (§4.1.1), what to do."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import gradio as gr

from attention.errors import InputError
from attention.media.frames import label
from attention.tabs.faults import toasting
from training.data.checks.findings import Checkup, Twins
from training.data.checks.kept import Checkups
from training.data.folders import count
from training.data.naming import DRAWN
from training.data.own_sets import leave_out, put_back
from training.data.sets import left_out, may_change_set, set_folder
from training.data.thumbnails import Thumbnail, thumbnails
from training.tabs.data.checkup import standing_card
from training.tabs.data.element import LIGHT, Part, Values
from training.tabs.data.figure1 import picture
from training.tabs.figure_block import strings

SHOWN = 12  # pairs
REST = "*"  # the value of the box that stands for all pairs not shown
# what the button sends: the second still of every ticked pair
TICKED = (
    "[...document.querySelectorAll('#data-twins input[type=checkbox]:checked')]"
    ".map((box) => box.value)"
)


def most_alike(seen: Checkup) -> list[Twins]:
    """The pairs, the most alike first."""
    return sorted(seen.twins, key=lambda pair: (-pair.similarity, pair.one, pair.other))


def twins_card(
    seen: Checkup, folder: Path, pictures: Mapping[Path, Thumbnail], *, own: bool
) -> str:
    """The first pairs side by side. own: with boxes that choose which second still is left out."""
    if not seen.twins:
        return "<p class='note'>No two stills of a class look alike.</p>"
    pairs = most_alike(seen)
    shown = "".join(_pair(pair, folder, pictures, own) for pair in pairs[:SHOWN])
    more = len(pairs) - SHOWN
    rest = ""
    if more > 0:
        rest = f"<p class='hint'>{count(more, 'more pair')}, less alike.</p>"
        if own:
            rest = (
                f"<label class='rest'><input type='checkbox' value='{REST}'> "
                f"also the second still of the {count(more, 'pair')} not shown, less alike</label>"
            )
    kept = "" if own else " This set is not yours and stays as it is."
    return (
        f"<p class='counts'>{count(len(pairs), 'pair')} of stills look alike: copies, or one scene "
        f"twice. Similarity is that of their colour histograms, 1 for the same picture.{kept}</p>"
        f"<ul class='pairs'>{shown}</ul>{rest}"
    )


def seconds_of(ticked: Sequence[str], seen: Checkup, folder: Path) -> list[str]:
    """The files that ticked boxes mean, as paths within the set."""
    chosen = [file for file in ticked if file != REST]
    if REST in ticked:
        chosen += [_within(pair.other, folder) for pair in most_alike(seen)[SHOWN:]]
    return list(dict.fromkeys(chosen))


def _pair(pair: Twins, folder: Path, pictures: Mapping[Path, Thumbnail], own: bool) -> str:
    concept = label(pair.one.parent)
    stills = "".join(
        f"<figure>{picture(pictures[path], f'{concept}: {label(path)}')}"
        f"<figcaption>{escape(label(path))}</figcaption></figure>"
        for path in (pair.one, pair.other)
    )
    box = ""
    if own:
        file = escape(_within(pair.other, folder))
        box = (
            f"<label><input type='checkbox' value='{file}' checked> leave the second out "
            f"<span class='unseen'>({escape(label(pair.other))})</span></label>"
        )
    return (
        f"<li><p><b>{escape(concept)}</b> <span class='number'>{pair.similarity:.3f}</span></p>"
        f"<div class='two'>{stills}</div>{box}</li>"
    )


def _within(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


POLL = 0.7  # seconds between looks at a check-up under way
# what a person ticked stays on the page when its pairs change, unless told otherwise
TICK_ANEW = """
watch("value", () => {
  for (const box of element.querySelectorAll("input")) box.checked = box.hasAttribute("checked");
});
"""
LEAVE = "Leave the second of each ticked pair out"


def checking(chosen: gr.Dropdown, desk: Checkups) -> Part:
    """Builds it; the check-up itself is the desk's."""
    gr.HTML("<h2>Check-up</h2>", elem_classes="data-heading")
    checkup = gr.HTML("", elem_id="data-checkup")
    gr.HTML("<h2>Stills that look alike</h2>", elem_classes="data-heading")
    twins = gr.HTML("", js_on_load=TICK_ANEW, elem_id="data-twins")
    with gr.Row(elem_id="data-own"):
        leave = gr.Button(LEAVE, size="sm", visible=False, elem_id="data-leave")
        restore = gr.Button("Put back", size="sm", visible=False, elem_id="data-restore")
    key = gr.State("")
    ticked = gr.JSON(visible=False)
    timer = gr.Timer(POLL, active=False)
    outputs = [key, checkup, twins, timer, leave]

    def look(name: str, asked: str) -> Values:
        with toasting():
            return checkup_views(desk, name, asked)

    def take_out(name: str, boxes: object, asked: str) -> None:
        with toasting():
            seen = desk.standing(asked).checkup
            folder = set_folder(name).resolve()
            files = seconds_of(strings(boxes), seen, folder) if seen else []
            if not files:
                raise InputError("No pair is ticked: tick those of which one still can go.")
            leave_out(name, files)

    def bring_back(name: str) -> None:
        with toasting():
            put_back(name)

    timer.tick(look, [chosen, key], outputs, **LIGHT)
    js = f"(name, _, key) => [name, {TICKED}, key]"
    out = leave.click(take_out, [chosen, ticked, key], js=js, **LIGHT)
    again = restore.click(bring_back, chosen, **LIGHT)

    def fill(name: str) -> Values:
        return restore_button(name), *checkup_views(desk, name, desk.ask(name))

    return Part((restore, *outputs), fill, (out, again))


def restore_button(name: str) -> gr.Button:
    """The button that puts back what was left out, there when something was."""
    away = left_out(name)
    there = bool(away) and may_change_set(name)
    return gr.Button(f"Put back {count(len(away), 'file')} left out", visible=there)


def checkup_views(desk: Checkups, name: str, key: str) -> Values:
    """The check-up as it stands, the copies it found, and whether to look again and to leave out."""
    standing = desk.standing(key)
    copies, can_leave = "<p class='hint'>The check-up looks for them.</p>", False
    if standing.fault:
        copies = ""
    if standing.checkup:
        own = may_change_set(name)
        paths = [p for pair in most_alike(standing.checkup)[:SHOWN] for p in (pair.one, pair.other)]
        pictures = thumbnails(paths, trusted=name == DRAWN)
        folder = set_folder(name).resolve()
        copies = twins_card(standing.checkup, folder, pictures, own=own)
        can_leave = own and bool(paths)
    return (
        key,
        standing_card(name, standing),
        copies,
        gr.Timer(active=not standing.finished),
        gr.Button(visible=can_leave),
    )
