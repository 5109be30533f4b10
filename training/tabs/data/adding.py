"""The part of the Data tab where people add a set of their own as a zip, and what that must look like."""

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import gradio as gr

from attention.disk.room import size_text
from attention.errors import InputError
from attention.gate.temporary.store import store
from training.data.archive.zips import ZipLimits
from training.data.naming import NAME_LENGTH, proposed_name
from training.data.own_sets import add_set
from training.data.sets import sets
from training.tabs.data.element import LIGHT, Part, Values
from training.tabs.sharing import sharing_box

LIMITS = ZipLimits()
GONE = "Your zip is no longer kept here: drop it once more, and add it then."


def adding(chosen: gr.Dropdown) -> Part:
    """Builds it; the set that is added becomes the chosen one."""
    with gr.Accordion("Add a set of your own", open=False, elem_id="data-add"), gr.Row():
        gr.HTML(zip_help(LIMITS), elem_id="data-tree")
        with gr.Column(min_width=240):
            archive = gr.File(label="Your zip", file_types=[".zip"], height=120, elem_id="data-zip")
            name = gr.Textbox(
                label="What it is called here", max_length=NAME_LENGTH, elem_id="data-name"
            )
            shared = sharing_box("data-add-shared")
            add = gr.Button("Add this set", variant="primary", size="sm", elem_id="data-add-it")
            added = gr.HTML("", elem_id="data-added")

    archive.upload(lambda zip_: proposed_name(zip_) if zip_ else "", archive, name, **LIGHT)
    stored = add.click(
        _store,
        [archive, name, shared],
        [added, chosen, archive, name],
        show_progress_on=added,
        api_visibility="private",
        concurrency_limit=2,
    )
    return Part((added,), lambda _: (gr.skip(),), (stored,))


def _store(
    archive: str | None, name: str, shared: bool, progress: gr.Progress = gr.Progress()
) -> Iterator[Values]:
    try:
        if not archive:
            raise InputError("No zip is chosen: choose or drop one first.")
        with store().held(Path(archive)):
            if not Path(archive).exists():
                raise InputError(GONE)
            final = add_set(archive, name, LIMITS, _telling(progress), bool(shared))
    except InputError as error:
        said = f"<p class='note error' role='alert'>{escape(str(error))}</p>"
        yield said, gr.skip(), gr.skip(), gr.skip()
        raise gr.Error(str(error), print_exception=False) from None
    said = f"<p class='note' role='status'>“{escape(final)}” is added and chosen.</p>"
    yield said, gr.Dropdown(list(sets()), value=final), None, ""


def _telling(progress: gr.Progress) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        progress((round(done / 1e6, 1), round(total / 1e6, 1)), desc="Unpacking", unit="MB")

    return told


TREE = (
    ("", "hugs and kisses.zip", ""),
    ("├─ ", "web/", "stills from the Web"),
    ("│  ├─ ", "Hug/", "a folder per class: a.jpg …"),
    ("│  └─ ", "Kiss/", "at least two classes"),
    ("├─ ", "video/", "clips of the same classes"),
    ("│  ├─ ", "Hug/", "a.mp4, b.mov …, two or more"),
    ("│  └─ ", "Kiss/", ""),
    ("└─ ", "splits.csv", "optional"),
)


def zip_help(limits: ZipLimits) -> str:
    """The help beside the upload."""
    lines = "\n".join(
        f"<span class='branch'>{branch}</span><b>{name}</b>" + (f"  <i>{said}</i>" if said else "")
        for branch, name, said in TREE
    )
    return (
        f"<pre class='tree' aria-label='The folders of a zip'>{lines}</pre>"
        "<p class='hint'>Both folders may lie inside another one. Without "
        "<code>splits.csv</code> (a line per clip, such as <code>Hug/a.mp4,train</code>, with train, "
        "dev or test) half of each class trains and half tests. Clips of one recording stay on "
        "one side where recordings are named: <code>a_g01_c02.mp4</code>, or a column <code>group</code> in "
        "the table. Up to "
        f"{limits.files:,} files and {size_text(limits.total)} unpacked; stills up to "
        f"{size_text(limits.still)}, clips up to {size_text(limits.clip)} each. Other kinds of files are "
        "left out. Others see your set and train on it if you let them; none of them can change or remove "
        "it.</p>"
    )
