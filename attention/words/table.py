"""Tables of word vectors: the one that ships (GloVe, 50 numbers a word) or one that a person has.

`python -m attention.words.build SOURCE` makes the shipped table again: see assets/words/README.md.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.words import files, fisher

SHIPPED = ASSETS / "words" / "glove50.npz"

FREQUENT = 20_000  # the words of lowest rank: what ships, and what a mixture is fitted on
MIXTURE_WORDS = 1_000  # fewer frequent words than this say too little about a language

# What the shipped file holds; words are UTF-8 text, one a line.
ARRAYS = ("words", "vectors", "ranks", "weights", "means", "variances", "source")


@dataclass(frozen=True, eq=False)
class WordTable:
    """Word vectors: words V, vectors float32 [V,D] as the file has them, ranks int [V].

    A rank is the word's place in its file, 0 first; files list frequent words first. Of a word that
    a file lists twice the first one counts. `source` names the file in messages.
    """

    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    ranks: NDArray[np.int32]
    source: str
    shipped_mixture: fisher.Mixture | None = None
    _rows: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        last_to_first = zip(reversed(self.words), range(len(self.words) - 1, -1, -1), strict=True)
        object.__setattr__(self, "_rows", dict(last_to_first))
        self.vectors.setflags(write=False)  # one shipped table is shared by all who ask for it

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return self._row(word) is not None

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        """The vector [D] of a word as written, else of its lower case; KeyError when neither is."""
        row = self._row(word)
        if row is None:
            raise KeyError(word)
        vector: NDArray[np.float32] = self.vectors[row]
        return vector

    def _row(self, word: str) -> int | None:
        row = self._rows.get(word)
        return self._rows.get(word.lower()) if row is None else row

    def rank(self, word: str) -> int | None:
        """A word's place in its file (0 = most frequent), or None when the table lacks it."""
        row = self._row(word)
        return None if row is None else int(self.ranks[row])

    @property
    def dim(self) -> int:
        """D, the length of a word vector."""
        return int(self.vectors.shape[1])

    def unit(self, words: Sequence[str]) -> NDArray[np.float64]:
        """The vectors [n,D] of known words, each of length 1, so that every word counts alike."""
        return _unit(np.stack([self[word] for word in words]))

    @cached_property
    def mixture(self) -> fisher.Mixture:
        """The Gaussian mixture of the table's frequent words at length 1, fitted once.

        Raises InputError when the table holds too few of them, as one loaded with `only` does.
        """
        if self.shipped_mixture is not None:
            return self.shipped_mixture
        frequent = self.ranks < FREQUENT
        if frequent.sum() < MIXTURE_WORDS:
            raise InputError(
                f"{self.source} holds {frequent.sum()} frequent words, and Fisher vectors need "
                f"{MIXTURE_WORDS}: load more of the table or use the mean."
            )
        return fisher.fit_mixture(_unit(self.vectors[frequent]))


def load_words(
    path: str | Path | None = None, only: Iterable[str] | None = None, first: int = FREQUENT
) -> WordTable:
    """Read word vectors: the shipped table, or word2vec .bin, word2vec or GloVe .txt, also gzipped.

    With `only`, a file larger than memory can be read: those words (as written and in lower case)
    and the `first` words of the file are kept; `names.spellings` lists the words that a set of
    concepts can need. Raises InputError when the file is missing or damaged, or holds none of the
    words.
    """
    if path is None:
        return _shipped()
    path = Path(path)
    if _is_zip(path):
        return _load_npz(path)
    wanted = None if only is None else {form for word in only for form in (word, word.lower())}
    words: list[str] = []
    ranks: list[int] = []
    packed = bytearray()
    for rank, (word, vector) in enumerate(files.stream_words(path, wanted, first)):
        if vector:
            words.append(word)
            ranks.append(rank)
            packed += vector
    if not words:
        raise InputError(f"{path.name} holds none of the words asked for: use a larger table.")
    vectors = np.frombuffer(bytes(packed), "<f4").reshape(len(words), -1)
    return WordTable(tuple(words), vectors, np.array(ranks, np.int32), path.name)


@lru_cache(maxsize=1)
def _shipped() -> WordTable:
    return _load_npz(SHIPPED)


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False  # reading it as a word file says what is wrong


def _load_npz(path: Path) -> WordTable:
    try:
        with np.load(path, allow_pickle=False) as file:
            words, vectors, ranks, *mixture, source = (file[name] for name in ARRAYS)
        table = WordTable(
            tuple(words.tobytes().decode("utf-8").split("\n")),
            vectors.astype(np.float32),
            ranks.astype(np.int32),
            str(source),
            fisher.Mixture(*(array.astype(np.float64) for array in mixture)),
        )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise InputError(
            f"{path.name} is a zip file, but not a whole word table of this project: unpack it if "
            "it holds a .txt or .bin file, fetch or make it again if it is the shipped table."
        ) from None
    if table.vectors.ndim != 2 or not len(table) == len(table.vectors) == len(table.ranks):
        raise InputError(f"{path.name} does not have one vector for each word: make it again.")
    return table


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    exact = vectors.astype(np.float64)
    length = np.linalg.norm(exact, axis=-1, keepdims=True)
    return np.asarray(exact / np.where(length > 0, length, 1))
