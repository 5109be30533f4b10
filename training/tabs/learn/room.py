"""The class room's place on the page: a panel for pupils and their teacher, the guide and the handout."""

import gradio as gr

from attention.tabs.languages import label
from training.classroom.items import LESSON, USUAL, lesson_file

# in the order in which they lean on each other
SCRIPTS = ("wire.js", "room.js", "sheet.js", "tallies.js", "teacher.js", "panel.js")


def class_room() -> gr.Markdown:
    """Builds it where it is called: the panel, and below it the teacher's guide, which it returns."""
    gr.HTML(
        value=None,
        html_template='<section class="attention-class"></section>',
        js_on_load='AttentionClass.mount(element.querySelector(".attention-class"));',
        apply_default_css=False,
        elem_id="class-room",
    )
    with gr.Accordion(label("room.guide"), open=False, elem_id="class-guide"):
        return gr.Markdown(guide(USUAL))


def guide(language: str) -> str:
    """The teacher's guide as Markdown, in a language such as "de"; it links the handout of it."""
    text = lesson_file("teacher.md", language).read_text(encoding="utf-8")
    return text.replace("(handout.pdf)", f"(class/handout?language={language})")


def room_script() -> str:
    """The class room's scripts."""
    return "\n".join((LESSON / name).read_text(encoding="utf-8") for name in SCRIPTS)
