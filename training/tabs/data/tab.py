"""The Data tab: choose a set or add one's own, leaf through Figure 1, read the set's check-up.

adding.py, browsing.py, gap.py and checking.py are its parts; figure1.py, checkup.py and pairs.py what they
show.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.catalogue.translated import translated
from attention.gate.owners import owned
from attention.tabs.faults import toasting
from attention.tabs.languages import label
from training.data.checks.kept import Checkups
from training.data.checks.shipped import shipped_checkup
from training.data.naming import DRAWN
from training.data.own_sets import remove_set, removed_sets, restore_set, share_set
from training.data.sets import may_change_set, notes_of, set_folder, sets, source_of
from training.data.thumbnails import sweep
from training.tabs.data.adding import adding
from training.tabs.data.browsing import leafing
from training.tabs.data.checking import checking
from training.tabs.data.checkup import counted
from training.tabs.data.element import LIGHT, Values
from training.tabs.data.gap import gap_part
from training.tabs.gap_block import GapBlock
from training.tabs.removed import filling, removed_list
from training.tabs.sharing import sharing_box

REMOVE = """(name) => {
  const sure = window.attentionWords.say("page.remove_set", {set: name});
  return confirm(sure) ? name : null;
}"""


@dataclass(frozen=True)
class DataTab:
    """What other tabs follow: the list whose value is the name of the chosen set; the gap picture's clips."""

    chosen: gr.Dropdown
    gap: GapBlock


def data_tab(demo: gr.Blocks, tab: gr.Tab | None = None) -> DataTab:
    """Builds the tab.

    tab: the tab it is in; its pictures are then made when it is first opened, not with the page.
    """
    desk = Checkups(shipped_checkup)
    with gr.Row(elem_id="data-choose"):
        chosen = gr.Dropdown(
            list(sets()),
            value=DRAWN,
            label=label("checkup.set"),
            elem_id="data-set",
            scale=1,
            min_width=240,
        )
        about = gr.HTML("", elem_id="data-about")
        remove = gr.Button(
            label("checkup.remove"),
            size="sm",
            variant="stop",
            visible=False,
            min_width=140,
            elem_id="data-remove",
        )
        shared = sharing_box("data-shared", visible=False)
    away = removed_list("data")
    add, leaf = adding(chosen), leafing(chosen)
    gap, gap_picture = gap_part(chosen)
    parts = (add, leaf, gap, checking(chosen, desk))
    shown = gr.State("")
    outputs = [shown, about, remove, shared, *(output for part in parts for output in part.outputs)]

    def show(name: str) -> Values:
        with toasting():
            filled = [value for part in parts for value in part.fill(name)]
            return name, about_set(name), *changing(name), *filled

    def listed(name: str) -> gr.Dropdown:
        sweep()
        there = list(sets())
        return gr.Dropdown(there, value=name if name in there else DRAWN)

    def fill(name: str, last: str) -> Values:
        return (gr.skip(),) * len(outputs) if last == name else show(name)

    def take_away(name: str | None) -> Any:
        if name is None:  # the person thought better of it
            return gr.skip()
        with toasting():
            remove_set(name)
        return gr.Dropdown(list(sets()), value=DRAWN)

    def let_see(name: str, shared: bool) -> None:
        with toasting():
            share_set(name, bool(shared))

    def bring_back(name: str | None) -> gr.Dropdown:
        with toasting():
            final = restore_set(name or "")
        return gr.Dropdown(list(sets()), value=final)

    arrive = tab.select if tab else demo.load
    # the list first and at once: a set that is added while pictures are made must not be lost again
    came = arrive(listed, chosen, chosen, **LIGHT)
    came.success(fill, [chosen, shown], outputs, **LIGHT)
    gone = remove.click(take_away, chosen, chosen, js=REMOVE, **LIGHT)
    back = away.back.click(bring_back, away.name, chosen, **LIGHT)
    for change in (came, gone, back):
        change.success(lambda: filling(removed_sets()), None, away.filled, **LIGHT)
    shared.input(let_see, [chosen, shared], **LIGHT)
    chosen.input(show, chosen, outputs, **LIGHT)
    for change in (gone, back, *(change for part in parts for change in part.changes)):
        change.success(show, chosen, outputs, **LIGHT)
    return DataTab(chosen, gap_picture)


def changing(name: str) -> tuple[gr.Button, gr.Checkbox]:
    """What changes a set, there for who may change it."""
    own = may_change_set(name)
    return gr.Button(visible=own), gr.Checkbox(owned(set_folder(name)).shared, visible=own)


def about_set(name: str) -> str:
    """A sentence or two on what a set holds and where it comes from."""
    source = source_of(name)
    holds = ", ".join(
        (
            counted("checkup.classes", len(source.concepts)),
            counted("checkup.stills", len(source.stills)),
            counted("checkup.clips", len(source.clips)),
        )
    )
    own = say("checkup.own" if may_change_set(name) else "checkup.of_others")
    made = say("checkup.about_drawn") if name == DRAWN else own
    said = " ".join((made, *map(translated, notes_of(name))))
    return f"<p><b>{escape(name)}</b>: {holds}. {escape(said)}</p>"
