"""What the page says, by key: one file per language and place, `assets/catalogue/de/curves.toml`.

A key is the file's name and the path of tables in it: `curves.verdict.score`. A sentence may hold values
in braces, `{clips} clips`; where its words depend on a number it is a table of two, `one` and `other`, and
the number is the value `count`.
"""

import re
import tomllib
from functools import lru_cache
from typing import Any

from attention.catalogue.languages import LANGUAGES, USUAL, speaking
from attention.disk.home import ASSETS

CATALOGUE = ASSETS / "catalogue"


def say(key: str, **values: object) -> str:
    """The sentence in the language of who asks, with its values; in English where it lacks there.

    KeyError where English lacks it too, or a value that the sentence needs.
    """
    words = sentences(speaking())
    form = f"{key}.{'one' if values.get('count') == 1 else 'other'}"
    sentence = words[form] if form in words else words[key]
    return sentence.format_map(values)


def key_of(place: str, name: str, what: str) -> str:
    """The key of a registry's row: methods, finetune+CNN, plain → `methods.finetune_cnn.plain`."""
    return f"{place}.{re.sub('[^a-z0-9]+', '_', name.lower())}.{what}"


def has_words(key: str) -> bool:
    """Whether there is a sentence of this key."""
    return key in sentences(USUAL)


@lru_cache(maxsize=len(LANGUAGES))
def sentences(language: str) -> dict[str, str]:
    """Key → sentence of a language; of English where the language has none."""
    usual = sentences(USUAL) if language != USUAL else {}
    return usual | written(language)


def written(language: str) -> dict[str, str]:
    """Key → sentence as a language's own files have it."""
    found: dict[str, str] = {}
    for file in sorted((CATALOGUE / language).glob("*.toml")):
        found |= _flat(tomllib.loads(file.read_text(encoding="utf-8")), file.stem)
    return found


def for_browser(*places: str) -> dict[str, dict[str, str]]:
    """Language → key → sentence of these files, for the page's own scripts."""
    return {
        language: {
            key: sentence
            for key, sentence in sentences(language).items()
            if key.partition(".")[0] in places
        }
        for language in LANGUAGES
    }


def _flat(table: dict[str, Any], place: str) -> dict[str, str]:
    """The sentences of nested tables, each under its whole path."""
    found: dict[str, str] = {}
    for name, value in table.items():
        path = f"{place}.{name}"
        found |= _flat(value, path) if isinstance(value, dict) else {path: value}
    return found
