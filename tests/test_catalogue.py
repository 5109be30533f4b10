"""The catalogue: no key is missing, none mixes languages, and each browser gets its own."""

import re
import string
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from attention.catalogue import catalogue
from attention.catalogue.catalogue import for_browser, key_of, say, sentences, written
from attention.catalogue.languages import LANGUAGES, language_of, speaking, spoken
from attention.gate.head import Head
from attention.methods.registry import both_names, hint_of, methods, plain_name
from attention.model.card import read_card, shipped_models
from attention.networks.known.registry import on_imagenet
from attention.pack import load_pack
from attention.probe.maps.registry import map_methods
from attention.probe.shift.registry import shifts
from attention.serving.probing import offered_probes
from attention.serving.samples import samples
from attention.serving.shipped import FOLDER
from attention.tabs.cards import said_in_all
from attention.tabs.languages import IN_BROWSER, in_its_language, label
from attention.tabs.named import model_words
from attention.tabs.page import Page
from attention.tabs.why import why
from attention.verdict import agreement

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


QUOTED = re.compile(r"""["'`]([a-z0-9_]+(?:\.[a-z0-9_]+)+)["'`]""")
MADE = re.compile(
    r"""["'`]([a-z0-9_]+\.[a-z0-9_.]*)\$?\{"""
)  # train.state.{state}: any that begins so
BY_NAME = {
    "models",
    "methods",
    "probes",
    "shifts",
    "mapmethods",
    "samples",
    "notes",
}  # keys made of a row's name; those of notes are found by what the core said
PUT_TOGETHER = {  # of keys that the code puts together, what they begin with
    "compare": {"says", "score", "ahead", "by", "for_it", "beside"},
    "compare.answers": {"web", "tuned", "higher", "lower"},
    "heatmaps": {"mp4", "png", "csv", "json", "every_60", "every_30"},
    "page": {"skip", "header"},  # of header.html
    "cards": {"frame", "frame_of", "step", "step_of", "decode", "forward", "maps", "energies"},
}
TABLES = {
    "compare.beside.",
    "train.settings.",
    "page.tabs.",
    "charts.tables.",
}  # said by a name alone
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`')
WORDS = re.compile(r"\b[A-Za-z]+ +[a-z]+\b|^[A-Z][a-z]+$")  # two words, or one as a button has it
NOT_WORDS = {  # keys of the keyboard, names of shifts, and what is wrong with our own code
    "Enter", "Escape", "Page", "Arrow", "Home", "End", "Range",
    "shrink and move", "motion blur", "colour cast", "use strict", "not there", "no words for  ", " px  px",
}  # fmt: skip


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


def test_every_key_is_said_somewhere():
    files = [ROOT / "app.py", ROOT / "assets" / "page" / "header.html"]
    for folder, kind in (("attention", "*.py"), ("training", "*.py"), ("assets", "*.js")):
        files += (ROOT / folder).rglob(kind)
    texts = [file.read_text(encoding="utf-8") for file in files]
    said = {key for text in texts for key in QUOTED.findall(text)}
    for place, names in PUT_TOGETHER.items():
        said |= {f"{place}.{name}" for name in names}
    english = {re.sub(r"\.(one|other)$", "", key) for key in written("en")}
    unsaid = {key for key in english - said if key.partition(".")[0] not in BY_NAME}
    tables = tuple({table for text in texts for table in MADE.findall(text)} | TABLES)
    assert {key for key in unsaid if not key.startswith(tables)} == set()


def test_the_rows_of_every_registry_have_their_words():
    wanted: dict[str, str] = {}
    for method in methods():
        wanted[key_of("methods", method.name, "hint")] = method.hint
        if method.plain:
            wanted[key_of("methods", method.name, "plain")] = method.plain
    for probe in offered_probes():
        wanted[key_of("probes", probe.name, "hint")] = probe.hint
        wanted[key_of("probes", probe.name, "plain")] = probe.plain
    for shift in shifts():
        wanted[key_of("shifts", shift.name, "plain")] = shift.name
        wanted[key_of("shifts", shift.name, "unit")] = shift.unit
        wanted[key_of("shifts", shift.name, "hint")] = shift.hint
        if shift.only_like:
            wanted[key_of("shifts", shift.name, "only_like")] = shift.only_like
        wanted |= {f"shifts.{level}": level for level in shift.levels}
    for row in map_methods():
        wanted[key_of("mapmethods", row.name, "hint")] = row.hint
    for sample in samples():
        wanted[key_of("samples", sample.key, "story")] = sample.story
    for name in (*shipped_models(), *on_imagenet()):
        card = read_card(name)
        for field in ("title", "about", "trained_on", "how_good", "licence"):
            assert model_words(name, card, field) == getattr(card, field), (name, field)
    english = written("en")
    assert {key: english.get(key) for key in wanted} == wanted


def test_a_models_card_speaks_the_language_of_who_asks_and_ones_own_model_its_own_words():
    shipped = read_card("interactions")
    with spoken("de"):
        assert model_words("interactions", shipped, "title") == "Gezeichnete Clips"
        assert model_words("vgg16", read_card("vgg16"), "title") == "ImageNet, vgg16"
        assert model_words("vgg16", read_card("vgg16"), "trained_on") == "Fotos von ImageNet-1k"
        own = shipped.model_copy(update={"title": "Mine"})
        assert model_words("torchvision", own, "title") == "Mine"
        assert model_words("torchvision", own, "about") == shipped.about


def test_a_method_is_named_in_the_language_of_who_asks():
    assert plain_name("finetune+CNN") == "tuned vote"
    with spoken("de"):
        assert plain_name("finetune+CNN") == "getunte Abstimmung"
        assert both_names("UnAtt") == "Aufmerksamkeit (UnAtt)"
        assert both_names("SVM") == "SVM"
        assert hint_of("SVM").startswith("Lineare SVMs")
    with spoken("es"):
        assert plain_name("finetune+EnergyNet") == "energía aprendida"
        assert plain_name("of another version") == "of another version"


def test_the_reason_of_a_verdict_is_what_its_method_wrote():
    for pack in sorted(FOLDER.glob("*.pack")):
        look = load_pack(pack, maps=False)
        for verdict in look.verdicts:
            assert why(verdict, look) == verdict.why, (pack.name, verdict.method)
            with spoken("de"):
                assert " hat " in why(verdict, look) or " gewinnt " in why(verdict, look)


def test_methods_that_agree_are_said_as_the_terminal_says_them():
    look = load_pack(FOLDER / "lion.pack", maps=False)
    named = [replace(v, method=plain_name(v.method)) for v in look.verdicts]
    for prediction in ({0: 0}, {0: 0, 1: 1}, {0: 0, 1: 1, 2: 0}):
        for count in range(1, len(named) + 1):
            said = [
                replace(verdict, prediction=prediction.get(place, 0))
                for place, verdict in enumerate(named[:count])
            ]
            own = [replace(v, method=look.verdicts[i].method) for i, v in enumerate(said)]
            heard = said_in_all(replace(look, verdicts=tuple(own)))
            assert heard == agreement(said, look.concepts)


@pytest.mark.parametrize("folder", ["player", "page"])
def test_scripts_say_no_words_of_their_own(folder):
    found = {}
    for file in sorted((ROOT / "assets" / folder).glob("*.js")):
        code = file.read_text(encoding="utf-8")
        code = re.sub(r"^\s*//.*$|\s//\s.*$", "", code, flags=re.M)
        code = re.sub(r'\bclass: (?:\w+[^,"]*\? )?"[^"]*"(?: : "[^"]*")?', "", code)
        for plain, template in LITERAL.findall(code):
            words = plain or re.sub(r"\$\{[^}]*\}", " ", template)
            code_or_selector = "=>" in words or words.startswith(("#", "."))
            if WORDS.search(words) and words not in NOT_WORDS and not code_or_selector:
                found.setdefault(file.name, []).append(words)
    assert found == {}


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


@pytest.mark.parametrize("several", [1, 2])
def test_what_there_is_to_choose_is_in_the_language_of_its_browser(several):
    with Page() as page:
        menus = [gr.Dropdown(["x"]) for _ in range(several)]
        in_its_language(page, dict.fromkeys(menus, lambda: [(speaking(), "x")]))
    client = TestClient(gr.routes.App.create_app(page), headers={"accept-language": "es"})
    body = {"data": [], "fn_index": 0, "session_hash": "a"}
    updates = client.post("/gradio_api/run/predict", json=body).json()["data"]
    assert [update["choices"] for update in updates] == [[["es", "x"]]] * several


def test_the_page_begins_with_its_scripts_and_styles_and_nothing_else_does():
    page = HTMLResponse("<html><head><title>ö</title></head></html>")
    routes = [
        Route("/", lambda _: page),
        Route("/other", lambda _: HTMLResponse("<head></head>")),
    ]
    own = Middleware(Head, scripts="say('é');", styles="b {}")
    with TestClient(Starlette(routes=routes, middleware=[own])) as client:
        first = client.get("/")
        begun = re.fullmatch(
            r'<html><head><link rel="stylesheet" href="(page/\w+\.css)">'
            r'<script defer src="(page/\w+\.js)"></script><title>ö</title></head></html>',
            first.text,
        )
        assert begun and int(first.headers["content-length"]) == len(first.content)
        assert client.get("/other").text == "<head></head>"
        assert client.get("/absent").status_code == 404
        texts = ("css", "b {}"), ("javascript", "say('é');")
        for name, (kind, text) in zip(begun.groups(), texts, strict=True):
            for packing in ("gzip", "identity"):
                file = client.get(f"/{name}", headers={"accept-encoding": packing})
                assert file.text == text and kind in file.headers["content-type"]
                assert (file.headers.get("content-encoding") == "gzip") == (packing == "gzip")
                assert "immutable" in file.headers["cache-control"]
                assert "accept-encoding" in file.headers["vary"]
    routes = [Route("/", lambda _: PlainTextResponse("plain"))]
    other = Middleware(Head, scripts="say('e');", styles="b {}")
    with TestClient(Starlette(routes=routes, middleware=[other])) as client:
        assert client.get("/").text == "plain"
        assert client.get(f"/{begun[2]}").status_code == 404


def test_scripts_are_given_no_place_that_is_not_there():
    present = {file.stem for file in (catalogue.CATALOGUE / "en").glob("*.toml")}
    assert set(IN_BROWSER) - {"player", "lesson"} <= present
