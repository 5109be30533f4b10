"""Splits a concept's name into words: "BrushingTeeth" → brushing, teeth (Section 3.4).

The functions are pure: `rank` returns a word's place in its table (0 = most frequent) or None. An
unknown word is looked up, in this order, in ALIASES, as its pieces between hyphens, and as two known
words written together. The last is a guess and is recorded as one.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Rank = Callable[[str], int | None]

# Spellings that word tables tend to lack. Used only when the table lacks the word itself.
ALIASES = {
    "basketballdunk": "basketball dunk",
    "blowdry": "blow dry",
    "bottlecap": "bottle cap",
    "bullterrier": "bull terrier",
    "gasmask": "gas mask",
    "golfcart": "golf cart",
    "handshake": "hand shake",
    "handstand": "hand stand",
    "highfive": "high five",
    "highfives": "high fives",
    "hoopskirt": "hoop skirt",
    "hulahoop": "hula hoop",
    "jinrikisha": "rickshaw",
    "jumprope": "jump rope",
    "lumbermill": "lumber mill",
    "otterhound": "otter hound",
    "panpipe": "pan pipe",
    "pullups": "pull ups",
    "pushups": "push ups",
    "saltshaker": "salt shaker",
    "shotput": "shot put",
    "skijet": "jet ski",
    "skydiving": "sky diving",
    "taichi": "tai chi",
    "yoyo": "yo yo",
}

# A guess uses only common and long enough words: rare and short ones would match anywhere.
GUESS_RANK = 20_000
GUESS_LETTERS = 3

_TOKEN = re.compile(r"[^\W_]+(?:[-'\u2019]+[^\W_]+)*")
_POSSESSIVE = re.compile(r"['\u2019]s(?![^\W_])", re.IGNORECASE)
# "YoYo" and "TVShow" have a boundary; "iPod" has none, because one lower-case letter is not a word.
_CAMEL = re.compile(r"(?<=[^\W\d_][a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HYPHENS = re.compile(r"[-'\u2019]+")


@dataclass(frozen=True)
class NameWords:
    """A name's words that the table knows, in order; its unknown words; the guesses made."""

    name: str
    words: tuple[str, ...]
    unknown: tuple[str, ...]
    guesses: tuple[tuple[str, tuple[str, ...]], ...]  # (word as written, words guessed)


def read_name(name: str, rank: Rank) -> NameWords:
    """Splits a name at spaces, underscores, capitals and hyphens, and looks each word up."""
    words: list[str] = []
    unknown: list[str] = []
    guesses: list[tuple[str, tuple[str, ...]]] = []
    for token in tokens(name):
        for piece, found, guessed in _read_token(token, rank):
            words.extend(found)
            if not found:
                unknown.append(piece)
            elif guessed:
                guesses.append((piece, found))
    return NameWords(name, tuple(words), tuple(unknown), tuple(guesses))


def tokens(name: str) -> list[str]:
    """The sequences of letters, digits, hyphens and apostrophes in a name, without possessive 's."""
    return _TOKEN.findall(_POSSESSIVE.sub("", unicodedata.normalize("NFKC", name)))


def spellings(names: Iterable[str]) -> set[str]:
    """Every word that `read_name` may look up for these names, as written and in lower case.

    Guesses are left out: they use only words of rank below GUESS_RANK.
    """
    found: set[str] = set()
    for token in (token for name in names for token in tokens(name)):
        for piece in (token, *_CAMEL.split(token)):
            for word in (piece, *_HYPHENS.split(piece)):
                found.update((word, *ALIASES.get(word.lower(), "").split()))
    return found | {word.lower() for word in found}


_Reading = tuple[str, tuple[str, ...], bool]  # as written, words found (none: unknown), guessed


def _read_token(token: str, rank: Rank) -> list[_Reading]:
    """Splits "JumpRope" at its capitals; reads it as one word if a piece would be unknown or guessed."""
    pieces = _CAMEL.split(token)
    readings = [reading for piece in pieces for reading in _read_piece(piece, rank)]
    plain = all(found and not guessed for _, found, guessed in readings)
    if len(pieces) > 1 and not plain:
        whole = _known_or_alias(token, rank)
        if whole:
            return [(token, whole, False)]
    return readings


def _read_piece(piece: str, rank: Rank) -> list[_Reading]:
    found = _known_or_alias(piece, rank)
    if found:
        return [(piece, found, False)]
    inner = [word for word in _HYPHENS.split(piece) if word]
    if len(inner) > 1:
        return [reading for word in inner for reading in _read_piece(word, rank)]
    return [(piece, _two_words(piece.lower(), rank), True)]


def _known_or_alias(word: str, rank: Rank) -> tuple[str, ...]:
    if rank(word) is not None:
        return (word,)
    alias = tuple(ALIASES.get(word.lower(), "").split())
    return alias if all(rank(one) is not None for one in alias) else ()


def _two_words(word: str, rank: Rank) -> tuple[str, ...]:
    """The two most likely common words that form a compound, or ()."""

    def cost(pair: tuple[str, str]) -> float:
        ranks = [rank(one) for one in pair]
        if any(place is None or place >= GUESS_RANK for place in ranks):
            return math.inf
        # Frequency falls about as 1/rank: the pair with the smallest sum of logs is the likeliest.
        return sum(math.log(1 + place) for place in ranks if place is not None)

    best = min(_cuts(word), key=cost, default=None)
    return best if best is not None and cost(best) < math.inf else ()


def _cuts(word: str) -> list[tuple[str, str]]:
    """All ways to cut a word of letters into two of at least GUESS_LETTERS letters each."""
    places = range(GUESS_LETTERS, len(word) - GUESS_LETTERS + 1)
    return [(word[:place], word[place:]) for place in places] if word.isalpha() else []
