"""Concepts C: their names, the paper's sets, and their vectors V_c (Section 3.4)."""

import difflib
import hashlib
import re
import unicodedata
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.words.fisher import fisher_vector
from attention.words.names import NameWords, read_name
from attention.words.table import WordTable, load_words

INTERACTIONS = ("Handshake", "High five", "Hug", "Kiss")  # TVHI and HII, Section 4.1.1

AGGREGATIONS = ("mean", "fisher")
MAX_NAME = 100  # characters; names appear on buttons and axes and in folder names


class UnknownWord(UserWarning):
    """A concept's vector lacks some of its words or uses a guess; one sentence per concept."""


@dataclass(frozen=True)
class ConceptSet:
    """The concepts C of a model, in the order of its class scores.

    Names are stripped. Raises InputError when there is no name, when a name is empty, too long or not
    text, and when two names differ only in case, spaces, hyphens, underscores or apostrophes.
    """

    names: tuple[str, ...]
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        given: object = self.names
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise InputError(f"Concepts are a list of names, not {given!r}: give several names.")
        names = tuple(_checked(name) for name in given)
        if not names:
            raise InputError("There are no concepts: name at least one.")
        places: dict[str, int] = {}
        for place, name in enumerate(names):
            twin = places.setdefault(_key(name), place)
            if twin != place:
                raise InputError(
                    f"The concepts {names[twin]!r} and {name!r} cannot be told apart: "
                    "give one of them another name."
                )
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "_places", places)

    def __len__(self) -> int:
        return len(self.names)

    def index(self, name: str) -> int:
        """The place of a concept; case, spaces, hyphens and underscores in its name do not matter.

        Raises InputError, with the closest names, when there is no such concept.
        """
        place = self._places.get(_key(str(name)))
        if place is None:
            short = _short(str(name))
            raise InputError(f"There is no concept {short!r}: {self._offer(short)}.")
        return place

    def pick(self, wanted: str | Iterable[str]) -> tuple[int, ...]:
        """The places of several concepts, in the order given, each once. wanted: "hug, kiss" or a list.

        A name may contain commas: where several names match the start of the text, the longest is
        taken. Raises InputError when a name is unknown, when none is given, and for a wrong type.
        """
        if isinstance(wanted, str):
            places = self._pick_from(wanted.split(","))
        elif not isinstance(wanted, Iterable):
            raise InputError(f"Concepts are a list of names, not {wanted!r:.80}: give their names.")
        else:
            places = [self.index(name) for name in wanted]
        if not places:
            raise InputError(f"No concept is named: give at least one, such as {self.names[0]}.")
        return tuple(dict.fromkeys(places))

    def _pick_from(self, parts: Sequence[str]) -> list[int]:
        most = 1 + max(name.count(",") for name in self.names)  # parts in a name
        places = []
        start = 0
        while start < len(parts):
            if not parts[start].strip():  # "hug, kiss," ends with an empty part
                start += 1
                continue
            ends = range(min(start + most, len(parts)), start, -1)
            known = (end for end in ends if _key(",".join(parts[start:end])) in self._places)
            end = next(known, start + 1)
            places.append(self.index(",".join(parts[start:end]).strip()))
            start = end
        return places

    def _offer(self, name: str) -> str:
        key = _key(name)
        close = difflib.get_close_matches(key, self._places, n=3, cutoff=0.6)
        within = [other for other in self._places if len(key) >= 3 and key in other]
        offered = list(dict.fromkeys([*close, *within]))[:3]
        if offered:
            return "the closest are " + ", ".join(self.names[self._places[k]] for k in offered)
        some = ", ".join(self.names[:6])
        return f"choose from {some}" + (f" and {len(self) - 6} more" if len(self) > 6 else "")


def imagenet_concepts() -> tuple[str, ...]:
    """The 1000 ImageNet classes in the order of torchvision's weights, with distinct names.

    Torchvision's "Cardigan" (the dog, 264) differs from "cardigan" (the jacket, 474) only in case, so
    the dog is named "Cardigan Welsh corgi" here.
    """
    return _shipped_names("imagenet")


def ucf101_concepts() -> tuple[str, ...]:
    """The 101 actions of UCF101 and BU101, spelled as in UCF101's class index (Section 4.1.2)."""
    return _shipped_names("ucf101")


def word_dim(table: WordTable | None = None, how: str = "mean") -> int:
    """Length of V_c: D with the mean, 2·k·D with Fisher vectors (shipped table: 50 and 200)."""
    table = load_words() if table is None else table
    if how not in AGGREGATIONS:
        raise InputError(f"Words are aggregated by 'mean' or 'fisher', not {how!r}: choose one.")
    return table.mixture.fisher_dim if how == "fisher" else table.dim


def concept_vectors(
    names: Iterable[str], table: WordTable | None = None, how: str = "mean"
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """V_c of every concept, float32 [C, word_dim] with rows of length 1, and notes (Section 3.4).

    "mean" averages the words of a name; "fisher" is their improved Fisher vector under the table's
    mixture. Both first scale every word to length 1; the order of words does not matter. Words that
    the table lacks are left out. A name without a known word gets a pseudo-random direction, computed
    from a hash of the name. The notes have one sentence for each concept with unknown or guessed words;
    each is also an UnknownWord warning. Raises InputError for another `how`, and when the table is too
    small for Fisher vectors.
    """
    table = load_words() if table is None else table
    dim = word_dim(table, how)
    rows, notes = [], []
    for name in names:
        read = read_name(name, table.rank)
        vector = _aggregate(read.words, table, how)
        rows.append(_drawn_from(name, dim) if vector is None else vector)
        note = explain(read, table.source, drawn=vector is None)
        if note:
            notes.append(note)
            warnings.warn(note, UnknownWord, stacklevel=2)
    return np.array(rows, dtype=np.float32).reshape(len(rows), dim), tuple(notes)


def explain(read: NameWords, source: str, drawn: bool) -> str:
    """One sentence about a concept's unknown and guessed words, or "" when every word is known.

    drawn: whether the vector is a pseudo-random direction, because the words gave none.
    """
    if drawn:
        return (
            f"No word of the concept {read.name!r} has a vector in {source}: its V_c is a fixed "
            "direction drawn from its name, without meaning; rename it or use a larger table."
        )
    guesses = [f"{word!r} is read as {' + '.join(parts)}" for word, parts in read.guesses]
    if read.unknown:
        missing = ", ".join(repr(word) for word in read.unknown)
        guesses.append(f"{missing} is left out and {' + '.join(read.words)} stands for it")
    if not guesses:
        return ""
    return f"The concept {read.name!r} has words that are not in {source}: {'; '.join(guesses)}."


def _aggregate(words: Sequence[str], table: WordTable, how: str) -> NDArray[np.float64] | None:
    """The vector of the known words, of length 1, or None when they give no direction."""
    if not words:
        return None
    x = table.unit(words)
    vector = fisher_vector(x, table.mixture) if how == "fisher" else x.mean(axis=0)
    length = np.linalg.norm(vector)
    return np.asarray(vector / length) if length > 1e-9 else None


def _drawn_from(name: str, dim: int) -> NDArray[np.float64]:
    """A vector of length 1 from a hash of the name; the same on every machine and version."""
    digest = hashlib.shake_256(_key(name).encode("utf-8")).digest(4 * dim)
    vector = np.frombuffer(digest, "<u4").astype(np.float64) / 2**31 - 1
    return np.asarray(vector / np.linalg.norm(vector))


def _key(name: str) -> str:
    """The same key for all spellings of a concept: "High five", "high_five", "HighFive"."""
    return re.sub(r"[\s_\-'\u2019]+", "", unicodedata.normalize("NFKC", name).casefold())


def _checked(name: object) -> str:
    if not isinstance(name, str):
        raise InputError(f"The concept {name!r} is not text: give it a name.")
    stripped = name.strip()
    if not any(character.isalnum() for character in stripped):
        raise InputError(f"The concept {name!r} has no letter or digit: give it a name.")
    if len(stripped) > MAX_NAME or not stripped.isprintable():
        raise InputError(
            f"The concept {_short(stripped)!r} is longer than {MAX_NAME} characters or holds line "
            "breaks: give it a shorter name."
        )
    return stripped


def _short(name: str) -> str:
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…"


@lru_cache
def _shipped_names(stem: str) -> tuple[str, ...]:
    text = (ASSETS / "concepts" / f"{stem}.txt").read_text(encoding="utf-8")
    return tuple(text.splitlines())
