"""Your own concepts, placed on a page: boxes and camera by a script, the rest by gradio."""

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from attention.disk.home import ASSETS
from attention.media.suffixes import SUFFIXES
from attention.serving.turns import Desk
from attention.serving.workroom import Workroom
from attention.tabs.heatmaps.elements import CLIP_TYPES
from attention.tabs.languages import label
from attention.tabs.lines import LOOKS
from attention.tabs.player import player
from training.data.naming import NAME_LENGTH
from training.own.keeping import kept_models
from training.tabs.own.events import asked, keep_as_model, keep_as_set, look_at_clip, remove_kept

# in the order in which they lean on each other; the player's come before them
SCRIPTS = ("server.js", "camera.js", "box.js", "live.js", "own.js")
# what a browser's dialog offers: every name that is read
ACCEPTED = ("video/*", "image/*", *sorted(SUFFIXES))
LIGHT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class Parts:
    """What it is made of, from top to bottom. session: the name of the page's, once it has learnt."""

    session: gr.State
    desk: gr.State
    boxes: gr.HTML
    status: gr.HTML
    answer: gr.HTML
    clip: gr.File
    verdicts: gr.HTML
    picture: gr.HTML


def own_concepts(workroom: Workroom, prefix: str = "own") -> None:
    """Places it where it is called, under a title of its own; prefix: of its elements' ids."""
    with gr.Accordion(
        label("own.title"), open=False, elem_id=prefix, elem_classes=["own-concepts"]
    ):
        gr.Markdown(label("own.about"))
        parts = _laid_out(prefix)
        _keeping(parts, prefix)
    _events(parts, workroom)


def _laid_out(prefix: str) -> Parts:
    return Parts(
        session=gr.State(None),
        desk=gr.State(Desk()),
        boxes=_boxes(prefix),
        status=gr.HTML("", elem_id=f"{prefix}-status"),
        answer=gr.HTML("", elem_id=f"{prefix}-answer", elem_classes=["own-answer"]),
        clip=gr.File(
            label=label("own.clip"), file_types=CLIP_TYPES, height=120, elem_id=f"{prefix}-clip",
            elem_classes=["own-later"],
        ),
        verdicts=gr.HTML("", elem_id=f"{prefix}-verdicts"),
        picture=_player(prefix),
    )  # fmt: skip


def _player(prefix: str) -> gr.HTML:
    with gr.Column(elem_classes=["own-later"]):
        return player(f"{prefix}-player", linked=False, empty="own.no_clip")


def _boxes(prefix: str) -> gr.HTML:
    clip = json.dumps(f"#{prefix}-clip input[type=file]")
    accept = json.dumps(",".join(ACCEPTED))
    return gr.HTML(
        value=None,
        html_template='<div class="own"></div>',
        js_on_load=f"""
            const page = OwnConcepts.mount(element.querySelector(".own"), {{
                ask: (request) => trigger("input", request), clip: {clip}, accept: {accept},
            }});
            watch("value", () => page.tell(props.value));
        """,
        apply_default_css=False,
        elem_id=f"{prefix}-boxes",
    )


def _events(parts: Parts, workroom: Workroom) -> None:
    heavy: dict[str, Any] = {**LIGHT, **LOOKS}

    # gradio finds the event by the annotation of a plain function
    def ask(desk: Desk, event: gr.EventData) -> Any:
        yield from asked(desk, event._data)

    learnt = [
        parts.session, parts.boxes, parts.status, parts.answer, parts.verdicts, parts.picture,
    ]  # fmt: skip
    parts.boxes.input(ask, parts.desk, learnt, **heavy)
    parts.clip.upload(
        partial(look_at_clip, workroom),
        [parts.clip, parts.session, parts.desk],
        [parts.status, parts.verdicts, parts.picture],
        **heavy,
    )
    # emptied at once, it takes the next clip
    parts.clip.upload(lambda: None, outputs=parts.clip, **LIGHT)


def _keeping(parts: Parts, prefix: str) -> None:
    with gr.Accordion(label("own.keep.title"), open=False, elem_id=f"{prefix}-keeping"):
        with gr.Row():
            name = gr.Textbox(
                label=label("own.keep.name"), max_length=NAME_LENGTH, elem_id=f"{prefix}-name"
            )
            camera = gr.Checkbox(
                False,
                label=label("own.keep.camera"),
                info=label("own.keep.camera_info"),
                elem_id=f"{prefix}-camera",
            )
        with gr.Row():
            model = gr.Button(label("own.keep.model"), size="sm", elem_id=f"{prefix}-keep-model")
            as_set = gr.Button(label("own.keep.set"), size="sm", elem_id=f"{prefix}-keep-set")
        with gr.Row():
            kept = gr.Dropdown([], label=label("own.keep.models"), elem_id=f"{prefix}-kept")
            remove = gr.Button(label("own.keep.remove"), size="sm", elem_id=f"{prefix}-remove")
        said = gr.HTML("", elem_id=f"{prefix}-kept-said")
    kept.focus(lambda: gr.Dropdown(choices=kept_models()), outputs=kept, **LIGHT)
    model.click(keep_as_model, [parts.session, name], said, **LIGHT)
    as_set.click(keep_as_set, [parts.session, name, camera], said, **LIGHT)
    remove.click(remove_kept, kept, [said, kept], **LIGHT)


def own_script() -> str:
    """Its scripts; the player's come before them."""
    return "\n".join((ASSETS / "own" / name).read_text(encoding="utf-8") for name in SCRIPTS)
