"""The page in the language of who looks: its scripts' words, and the menu to choose another."""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import for_browser, say, sentences
from attention.catalogue.languages import LANGUAGES, USUAL, speaking
from attention.disk.home import ASSETS

# the files of the catalogue that scripts say sentences of
IN_BROWSER = ("page", "player", "lesson", "own", "room", "methods", "shifts")

Choices = Callable[[], Sequence[tuple[str, str]]]

_translated = gr.I18n()


def label(key: str) -> Any:
    """What a component is labelled with: gradio's page puts the browser's language in its place.

    For words that stand on the page from its start (label, info, placeholder, value); `catalogue.say` is
    for what an event returns. KeyError where English lacks it.
    """
    sentences(USUAL)[key]
    return _translated(key)


def for_gradio() -> gr.I18n:
    """All languages, for the labels that gradio's page translates."""
    return gr.I18n(**{language: sentences(language) for language in LANGUAGES})


def in_its_language(page: gr.Blocks, choices: Mapping[gr.components.Component, Choices]) -> None:
    """Gives what there is to choose in the visitor's language, which `label` cannot: an update on loading.

    choices: component → what gives its (words, value) pairs.
    """

    def spoken_choices() -> Any:
        if speaking() == USUAL:
            spoken = [gr.skip()] * len(choices)
        else:
            spoken = [gr.update(choices=given()) for given in choices.values()]
        return spoken if len(spoken) > 1 else spoken[0]  # of one output, gradio takes a list whole

    page.load(
        spoken_choices, outputs=list(choices), show_progress="hidden", api_visibility="private"
    )


def words_script() -> str:
    """The sentences that the page's scripts say, in every language, and `attentionWords.say`."""
    words = {"languages": LANGUAGES, "sentences": for_browser(*IN_BROWSER)}
    data = json.dumps(words, ensure_ascii=False)
    script = (ASSETS / "page" / "words.js").read_text(encoding="utf-8")
    return f"window.attentionWords = {data};\n{script}"


def language_menu() -> gr.HTML:
    """A menu of the languages, each by its own name; choosing one opens the page anew in it."""
    options = "".join(
        f'<option value="{name}" lang="{name}">{escape(language)}</option>'
        for name, language in LANGUAGES.items()
    )
    return gr.HTML(
        f'<select aria-label="{escape(say("page.language"))}">{options}</select>',
        js_on_load="""
            const menu = element.querySelector("select");
            const words = window.attentionWords;
            menu.value = words.language;
            menu.ariaLabel = words.say("page.language");
            menu.addEventListener("change", () => words.choose(menu.value));
        """,
        elem_id="language",
    )
