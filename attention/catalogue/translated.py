"""The core's English sentences in another language: notes on a look, and what is said of a set.

The core makes them where nobody knows who will read them, keeps them in packs and prints them. So the page
finds again, in notes.toml, the template that a sentence was made from, and says that one.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from string import Formatter

from attention.catalogue.catalogue import sentences
from attention.catalogue.languages import USUAL, speaking

NOTES, WORDS = "notes.", "notes.words."  # of sentences; of words that stand in a value
BETWEEN = re.compile(r"(, |; )")  # the pieces of a value


def translated(sentence: str) -> str:
    """A sentence of the core in the language of who asks; as it is where no template fits it."""
    return _by_template("", sentence)


def _by_template(words: str, said: str) -> str:
    """`said` by the first template that fits: of the sentences, or of the words of a value."""
    for key, template in _templates(words):
        if found := template.fullmatch(said):
            values = {name: _in_pieces(name, value) for name, value in found.groupdict().items()}
            return sentences(speaking())[key].format_map(values)
    return said


def _in_pieces(name: str, value: str) -> str:
    """A value, with those of its pieces that are words in the language of who asks."""
    return "".join(_by_template(name, piece) for piece in BETWEEN.split(value))


@lru_cache(maxsize=64)
def _templates(words: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(key, expression) of the sentences, or of a value's words; those with most text of their own first."""
    place = f"{WORDS}{words}." if words else NOTES
    said = {
        key: list(Formatter().parse(sentence))
        for key, sentence in sentences(USUAL).items()
        if key.startswith(place) and (words or not key.startswith(WORDS))
    }
    longest = sorted(said, key=lambda key: -sum(len(text) for text, *_ in said[key]))
    return tuple((key, re.compile("".join(_pattern(said[key])))) for key in longest)


def _pattern(pieces: list[tuple[str, str | None, str | None, str | None]]) -> Iterator[str]:
    """The text as it stands, a value as anything; where a value stands again, the same."""
    seen = set()
    for text, name, _, _ in pieces:
        yield re.escape(text)
        if name:
            yield f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
