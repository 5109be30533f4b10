"""The catalogue: no key is missing, none mixes languages, and each browser gets its own."""

import re
import string
from pathlib import Path

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from attention.catalogue import catalogue
from attention.catalogue.catalogue import for_browser, say, sentences, written
from attention.catalogue.languages import LANGUAGES, language_of, speaking, spoken
from attention.gate.head import Head
from attention.tabs.languages import IN_BROWSER, label
from attention.tabs.page import Page

ROOT = Path(__file__).parents[1]
OTHERS = [language for language in LANGUAGES if language != "en"]
SAID = re.compile(r"""\b(?:say|label)\(\s*["']([a-z0-9_]+(?:\.[a-z0-9_]+)+)["']""")
# words that a language has and the others do not: who mixes languages has some of another's
OF = {
    "en": {
        "the",
        "of",
        "and",
        "is",
        "are",
        "with",
        "for",
        "this",
        "which",
        "what",
        "your",
        "where",
    },
    "de": {
        "der",
        "die",
        "das",
        "und",
        "ist",
        "sind",
        "mit",
        "für",
        "dieser",
        "nicht",
        "ein",
        "eine",
        "oder",
    },
    "es": {"el", "los", "las", "y", "son", "con", "para", "este", "una", "del", "que", "sus"},
}
SHARED = {("de", "die"), ("es", "es")}  # also a word of English in no sentence of ours; of German


def values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def keys_said() -> set[str]:
    """Every key that the code names."""
    files = [ROOT / "app.py"]
    for folder, kind in (("attention", "*.py"), ("training", "*.py"), ("assets", "*.js")):
        files += (ROOT / folder).rglob(kind)
    return {key for file in files for key in SAID.findall(file.read_text(encoding="utf-8"))}


def test_every_key_that_the_code_says_has_its_words():
    english = {re.sub(r"\.(one|other)$", "", key) for key in written("en")}
    assert keys_said() and keys_said() <= english, keys_said() - english


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_sentence_with_the_same_values(language):
    english, own = written("en"), written(language)
    assert set(own) == set(english), set(own) ^ set(english)
    for key, sentence in own.items():
        assert values(sentence) == values(english[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_mixes_languages(language):
    foreign = {
        word
        for other, words in OF.items()
        for word in words - OF[language]
        if other != language and (other, word) not in SHARED
    }
    for key, sentence in written(language).items():
        said = re.sub(r"<[^>]*>|\{[^}]*\}|`[^`]*`|https?://\S+", " ", sentence).lower()
        found = foreign & set(re.findall(r"[^\W\d_]+", said))
        assert not found, (key, found)


def test_a_sentence_that_a_language_lacks_is_said_in_english(tmp_path, monkeypatch):
    (tmp_path / "en").mkdir()
    (tmp_path / "de").mkdir()
    runs = 'none = "No run."\n[found]\none = "1 run"\nother = "{count} runs of {all}"\n'
    (tmp_path / "en" / "runs.toml").write_text(runs)
    (tmp_path / "de" / "runs.toml").write_text(
        'found.one = "1 Lauf"\nfound.other = "{count} Läufe"'
    )
    monkeypatch.setattr(catalogue, "CATALOGUE", tmp_path)
    sentences.cache_clear()
    try:
        with spoken("de"):
            assert say("runs.none") == "No run."
            assert say("runs.found", count=1) == "1 Lauf"
            assert say("runs.found", count=2, all=3) == "2 Läufe"
        assert say("runs.found", count=2, all=3) == "2 runs of 3"
        assert for_browser("runs")["de"]["runs.none"] == "No run."
        assert for_browser("other")["en"] == {}
        with pytest.raises(KeyError):
            say("runs.many")
        with pytest.raises(KeyError):
            label("runs.many")
    finally:
        sentences.cache_clear()


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({}, "en"),
        ({"accept-language": "de-AT,de;q=0.9,en;q=0.8"}, "de"),
        ({"accept-language": "fr, en;q=0.3, es;q=0.7"}, "es"),
        ({"accept-language": "de;q=0, es;q=0.1"}, "es"),
        ({"accept-language": "de;q=x,;;,*"}, "en"),
        ({"accept-language": "de", "cookie": "a=b; attention_language=es"}, "es"),
        ({"accept-language": "de", "cookie": "attention_language=klingon"}, "de"),
        ({"accept-language": "de", "x-attention-language": "es"}, "es"),
    ],
)
def test_the_language_is_what_was_chosen_else_the_browsers_first_that_we_speak(headers, language):
    assert language_of(headers) == language


def test_an_event_speaks_the_language_of_its_browser():
    with Page() as page:
        said = gr.Textbox()
        page.load(speaking, None, said, api_name="speaking", queue=False)
    client = TestClient(gr.routes.App.create_app(page), headers={"accept-language": "es"})
    answer = client.post("/gradio_api/run/speaking", json={"data": []})
    assert answer.json()["data"] == ["es"]
    assert speaking() == "en"


def test_the_page_begins_with_its_words_and_nothing_else_does():
    page = HTMLResponse("<html><head><title>ö</title></head></html>")
    routes = [
        Route("/", lambda _: page),
        Route("/other", lambda _: HTMLResponse("<head></head>")),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Head, begun="<i>é</i>")])
    with TestClient(app) as client:
        first = client.get("/")
        assert first.text == "<html><head><i>é</i><title>ö</title></head></html>"
        assert int(first.headers["content-length"]) == len(first.content)
        assert client.get("/other").text == "<head></head>"
        assert client.get("/absent").status_code == 404
    app = Starlette(
        routes=[Route("/", lambda _: PlainTextResponse("plain"))],
        middleware=[Middleware(Head, begun="<i>")],
    )
    with TestClient(app) as client:
        assert client.get("/").text == "plain"


def test_scripts_are_given_no_place_that_is_not_there():
    present = {file.stem for file in (catalogue.CATALOGUE / "en").glob("*.toml")}
    assert set(IN_BROWSER) - {"player", "lesson"} <= present
