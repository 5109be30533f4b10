"""The class room's place on the page: a panel for pupils and their teacher, the guide and the handout."""

import json
import tomllib
from html import escape

import gradio as gr

from training.classroom.items import LESSON, USUAL, lesson_file

# in the order in which they lean on each other
SCRIPTS = ("wire.js", "room.js", "sheet.js", "tallies.js", "teacher.js", "panel.js")


def class_room(language: str = USUAL) -> None:
    """Builds it where it is called: the panel, and below it the teacher's guide."""
    words = words_of(language)
    options = json.dumps({"words": words, "language": language})
    gr.HTML(
        value=None,
        html_template='<section class="attention-class" aria-label="Class room"></section>',
        head=_head(),
        js_on_load=f"""
            AttentionClass.mount(element.querySelector(".attention-class"), {options});
        """,
        apply_default_css=False,
        elem_id="class-room",
    )
    with gr.Accordion(words["guide"], open=False, elem_id="class-guide"):
        gr.HTML(f'<p><a href="class/handout" target="_blank">{escape(words["handout"])}</a></p>')
        gr.Markdown(guide(language))


def words_of(language: str) -> dict[str, str]:
    """What the panel says, by name; each word that a language lacks in English."""
    usual = _words(USUAL)
    return usual if language == USUAL else usual | _words(language)


def guide(language: str = USUAL) -> str:
    """The teacher's guide as Markdown, in English where there is none in the language."""
    return lesson_file("teacher.md", language).read_text(encoding="utf-8")


def _words(language: str) -> dict[str, str]:
    file = LESSON / language / "room.toml"
    found: dict[str, str] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def _head() -> str:
    """Style and scripts as one piece for a page's head."""
    style = (LESSON / "room.css").read_text(encoding="utf-8")
    scripts = "\n".join((LESSON / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return f"<style>{style}</style><script>{scripts}</script>"
