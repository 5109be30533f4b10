"""The part of the Data tab where people add a set of their own as a zip, and what that must look like."""

from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import gradio as gr

from attention.catalogue.catalogue import say
from attention.disk.room import size_text
from attention.errors import InputError
from attention.gate.temporary.store import store
from attention.tabs.languages import label
from training.data.archive.zips import ZipLimits
from training.data.naming import NAME_LENGTH, proposed_name
from training.data.own_sets import add_set
from training.data.sets import sets
from training.tabs.data.element import LIGHT, Part, Values
from training.tabs.sharing import sharing_box

LIMITS = ZipLimits()


def adding(chosen: gr.Dropdown) -> Part:
    """Builds it; the set that is added becomes the chosen one."""
    with gr.Accordion(label("data.add_own"), open=False, elem_id="data-add"), gr.Row():
        tree = gr.HTML(zip_help(LIMITS), elem_id="data-tree")
        with gr.Column(min_width=240):
            archive = gr.File(
                label=label("data.zip"), file_types=[".zip"], height=120, elem_id="data-zip"
            )
            name = gr.Textbox(label=label("data.name"), max_length=NAME_LENGTH, elem_id="data-name")
            shared = sharing_box("data-add-shared")
            add = gr.Button(label("data.add"), variant="primary", size="sm", elem_id="data-add-it")
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
    return Part((added, tree), lambda _: (gr.skip(), zip_help(LIMITS)), (stored,))


def _store(
    archive: str | None, name: str, shared: bool, progress: gr.Progress = gr.Progress()
) -> Iterator[Values]:
    try:
        if not archive:
            raise InputError(say("data.no_zip"))
        with store().held(Path(archive)):
            if not Path(archive).exists():
                raise InputError(say("data.gone"))
            final = add_set(archive, name, LIMITS, _telling(progress), bool(shared))
    except InputError as error:
        said = f"<p class='note error' role='alert'>{escape(str(error))}</p>"
        yield said, gr.skip(), gr.skip(), gr.skip()
        raise gr.Error(str(error), print_exception=False) from None
    said = f"<p class='note' role='status'>{escape(say('data.added', set=final))}</p>"
    yield said, gr.Dropdown(list(sets()), value=final), None, ""


def _telling(progress: gr.Progress) -> Callable[[int, int], None]:
    def told(done: int, total: int) -> None:
        progress(
            (round(done / 1e6, 1), round(total / 1e6, 1)), desc=say("data.unpacking"), unit="MB"
        )

    return told


TREE = (
    ("", "hugs and kisses.zip", ""),
    ("├─ ", "web/", "data.tree.web"),
    ("│  ├─ ", "Hug/", "data.tree.class"),
    ("│  └─ ", "Kiss/", "data.tree.classes"),
    ("├─ ", "video/", "data.tree.video"),
    ("│  ├─ ", "Hug/", "data.tree.clips"),
    ("│  └─ ", "Kiss/", ""),
    ("└─ ", "splits.csv", "data.tree.optional"),
)


def zip_help(limits: ZipLimits) -> str:
    """The help beside the upload."""
    lines = "\n".join(
        f"<span class='branch'>{branch}</span><b>{name}</b>"
        + (f"  <i>{escape(say(key))}</i>" if key else "")
        for branch, name, key in TREE
    )
    words = say(
        "data.tree.help",
        files=f"{limits.files:,}",
        total=size_text(limits.total),
        still=size_text(limits.still),
        clip=size_text(limits.clip),
    )
    name = escape(say("data.tree.name"))
    return f"<pre class='tree' aria-label='{name}'>{lines}</pre><p class='hint'>{words}</p>"
