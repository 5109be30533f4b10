"""Tables of word vectors: the shipped one (GloVe, 50 numbers per word) or a user's own.

`python -m attention.words.build SOURCE` rebuilds the shipped table: see assets/words/README.md.
"""

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.words import files, fisher

SHIPPED = ASSETS / "words" / "glove50.npz"

FREQUENT = 20_000  # words of lowest rank: they ship, and a mixture is fitted on them
MIXTURE_WORDS = 1_000  # a mixture needs at least this many frequent words

# The arrays of the shipped file; `words` is UTF-8 text, one word per line.
ARRAYS = ("words", "vectors", "ranks", "weights", "means", "variances", "source")


@dataclass(frozen=True, eq=False)
class WordTable:
    """Word vectors: words [V], vectors float32 [V,D] as in the file, ranks int [V].

    A rank is a word's place in its file, from 0; files list frequent words first. When a file lists a
    word twice, the first entry counts. `source` names the file in messages.
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
        self.vectors.setflags(write=False)  # all callers share the one shipped table

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return self._row(word) is not None

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        """The vector [D] of a word as written, else in lower case. KeyError when neither is known."""
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
        """The vectors [n,D] of known words, each scaled to length 1: all words get equal weight."""
        return _unit(np.stack([self[word] for word in words]))

    @cached_property
    def mixture(self) -> fisher.Mixture:
        """The Gaussian mixture of the table's frequent words, scaled to length 1; fitted once.

        Raises InputError when the table has too few frequent words.
        """
        if self.shipped_mixture is not None:
            return self.shipped_mixture
        frequent = self.ranks < FREQUENT
        if frequent.sum() < MIXTURE_WORDS:
            raise InputError(
                f"{self.source} holds {frequent.sum()} frequent words, and Fisher vectors need "
                f"{MIXTURE_WORDS}: use a larger table or the mean."
            )
        return fisher.fit_mixture(_unit(self.vectors[frequent]))


def load_words(path: str | Path | None = None) -> WordTable:
    """Reads word vectors: the shipped table, or word2vec .bin, word2vec or GloVe .txt, also gzipped.

    Raises InputError when the file is missing or damaged.
    """
    if path is None:
        return _shipped()
    path = Path(path)
    if _is_zip(path):
        return _load_npz(path)
    words, vectors = files.read_vectors(path)
    return WordTable(words, vectors, np.arange(len(words), dtype=np.int32), path.name)


@lru_cache(maxsize=1)
def _shipped() -> WordTable:
    return _load_npz(SHIPPED)


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False  # files.read_vectors will name the problem


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
