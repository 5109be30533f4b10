"""The part of the Data tab that checks a set: counts, faults, copies to leave out (§4.1.1), what to do."""

import gradio as gr

from attention.catalogue.catalogue import say
from attention.errors import InputError
from attention.tabs.faults import toasting
from attention.tabs.languages import label
from training.data.checks.kept import Checkups
from training.data.naming import DRAWN
from training.data.own_sets import leave_out, put_back
from training.data.sets import left_out, may_change_set, set_folder
from training.data.thumbnails import thumbnails
from training.tabs.data.checkup import counted, standing_card
from training.tabs.data.element import LIGHT, Part, Values
from training.tabs.data.pairs import chosen_files, copies_card, files_in_pairs, twins_card
from training.tabs.figure_block import strings

# what the button sends: the file to leave out of every ticked pair
TICKED = (
    "[...document.querySelectorAll('#data-twins input[type=checkbox]:checked')]"
    ".map((box) => box.value)"
)


POLL = 0.7  # seconds between looks at a check-up under way
# what a person ticked stays on the page when its pairs change, unless told otherwise
TICK_ANEW = """
watch("value", () => {
  for (const box of element.querySelectorAll("input")) box.checked = box.hasAttribute("checked");
});
"""


def checking(chosen: gr.Dropdown, desk: Checkups) -> Part:
    """Builds it; the check-up itself is the desk's."""
    gr.HTML(label("checkup.title"), elem_classes="data-heading")
    checkup = gr.HTML("", elem_id="data-checkup")
    gr.HTML(label("checkup.copies"), elem_classes="data-heading")
    twins = gr.HTML("", js_on_load=TICK_ANEW, elem_id="data-twins")
    with gr.Row(elem_id="data-own"):
        leave = gr.Button(label("checkup.leave"), size="sm", visible=False, elem_id="data-leave")
        restore = gr.Button("", size="sm", visible=False, elem_id="data-restore")
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
            files = chosen_files(strings(boxes), seen, folder) if seen else []
            if not files:
                raise InputError(say("checkup.no_tick"))
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
    return gr.Button(counted("checkup.put_back", len(away)), visible=there)


def checkup_views(desk: Checkups, name: str, key: str) -> Values:
    """The check-up as it stands, the copies it found, and whether to look again and to leave out."""
    standing = desk.standing(key)
    copies, can_leave = f"<p class='hint'>{say('checkup.looks')}</p>", False
    if standing.fault:
        copies = ""
    if standing.checkup:
        own = may_change_set(name)
        paths = files_in_pairs(standing.checkup)
        pictures = thumbnails(paths, trusted=name == DRAWN)
        folder = set_folder(name).resolve()
        cards = (twins_card, copies_card)
        copies = "".join(card(standing.checkup, folder, pictures, own=own) for card in cards)
        can_leave = own and bool(paths)
    return (
        key,
        standing_card(name, standing),
        copies,
        gr.Timer(active=not standing.finished),
        gr.Button(visible=can_leave),
    )
