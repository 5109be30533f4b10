"""The class room's place on the page: a panel for pupils and their teacher, the guide and the handout."""

import gradio as gr

from attention.tabs.languages import label
from training.classroom.items import LESSON, USUAL, lesson_file

# in the order in which they lean on each other
SCRIPTS = ("wire.js", "room.js", "sheet.js", "tallies.js", "teacher.js", "panel.js")


def class_room() -> None:
    """Builds it where it is called: the panel, and below it the teacher's guide."""
    gr.HTML(
        value=None,
        html_template='<section class="attention-class"></section>',
        head=_head(),
        js_on_load='AttentionClass.mount(element.querySelector(".attention-class"));',
        apply_default_css=False,
        elem_id="class-room",
    )
    with gr.Accordion(label("room.guide"), open=False, elem_id="class-guide"):
        gr.Markdown(lesson_file("teacher.md", USUAL).read_text(encoding="utf-8"))


def _head() -> str:
    """Style and scripts as one piece for a page's head."""
    style = (LESSON / "room.css").read_text(encoding="utf-8")
    scripts = "\n".join((LESSON / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return f"<style>{style}</style><script>{scripts}</script>"
