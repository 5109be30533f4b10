"""Files of word vectors: word2vec binary, word2vec and GloVe text, each also gzipped.

The content decides the format, not the file's ending. A first line of two whole numbers, V words and
D dimensions, is word2vec's header; text or binary data follow. Text without a header is GloVe's. A
file that does not match its header is refused with one sentence.
"""

import gzip
import io
import zlib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError

MAX_DIM = 4096  # longer vectors mean that the file is something else
MAX_WORD = 4096  # bytes; the longest "words" of published tables are URLs of a few hundred
MAX_LINE = 32 * MAX_DIM + MAX_WORD  # a number takes less than 32 characters

Vectors = tuple[tuple[str, ...], NDArray[np.float32]]


class _DamagedError(Exception):
    """A reason why a file cannot be read; becomes an InputError that names the file."""


def read_vectors(path: Path) -> Vectors:
    """The words of a file and their vectors float32 [V,D], in its order. Raises InputError."""
    try:
        with _open(path) as file:
            words, vectors = _read(file)
    except FileNotFoundError:
        raise InputError(f"There is no word-vector file {path}: check the path.") from None
    except _DamagedError as why:
        raise InputError(
            f"{path.name} cannot be read as word vectors ({why}): "
            "give a word2vec .bin or .txt file, a GloVe .txt file, or one of these gzipped."
        ) from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise InputError(
            f"{path.name} is a damaged or incomplete gzip file: fetch it again."
        ) from None
    except OSError as why:
        raise InputError(
            f"{path} cannot be opened ({why.strerror or why}): check that it is a readable file."
        ) from None
    return words, vectors


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, io.BufferedReader(gzip.open(path, "rb"))) if zipped else path.open("rb")


def _read(file: BinaryIO) -> Vectors:
    lines = iter(lambda: file.readline(MAX_LINE), b"")
    first = next(lines, b"")
    fields = first.split()
    if not fields:
        raise _DamagedError("its first line is blank" if first else "it is empty")
    if len(fields) != 2 or not all(field.isdigit() for field in fields):
        if len(fields) < 2 or not _is_text_line(first, len(fields) - 1):
            raise _DamagedError("its first line is not a word and its numbers")
        return _text(chain([first], lines), len(fields) - 1)
    count, dim = int(fields[0]), int(fields[1])
    promised = f"its header promises {count} words"
    if not (count >= 1 and 1 <= dim <= MAX_DIM):
        raise _DamagedError(f"{promised} of {dim} numbers")
    second = next(lines, b"")
    if not _is_text_line(second, dim):
        return _binary(second + file.read(), count, dim, promised)
    found = _text(chain([second], lines), dim)
    if len(found[0]) != count:
        raise _DamagedError(f"{promised}, it holds {len(found[0])}")
    return found


def _is_text_line(line: bytes, dim: int) -> bool:
    try:
        return len([float(number) for number in line.split()[-dim:]]) == dim
    except ValueError:
        return False


def _text(lines: Iterable[bytes], dim: int) -> Vectors:
    words: list[str] = []
    vectors: list[list[float]] = []
    for line in filter(bytes.strip, lines):
        # Some GloVe words contain spaces: the last D fields are the numbers, the rest is the word.
        word, *numbers = line.rstrip().rsplit(maxsplit=dim)
        if not 1 <= dim <= MAX_DIM or len(line) == MAX_LINE or not _is_text_line(line, dim):
            place = len(words) + 1
            raise _DamagedError(f"word {place} does not have a word and {dim} numbers")
        words.append(word.decode("utf-8", "replace"))
        vectors.append([float(number) for number in numbers])
    with np.errstate(over="ignore"):  # a number too large for float32 is inf, refused as such
        return _finite(words, np.array(vectors, np.float32))


def _binary(data: bytes, count: int, dim: int, promised: str) -> Vectors:
    words: list[str] = []
    vectors, at = np.empty((count, dim), np.float32), 0
    for place in range(count):
        start = data.find(b" ", at, at + MAX_WORD) + 1
        if not start or len(data) < start + 4 * dim:
            raise _DamagedError(f"{promised}, word {place + 1} is cut off")
        # Some programs write a line break after every vector, some do not.
        words.append(data[at : start - 1].lstrip(b"\n").decode("utf-8", "replace"))
        vectors[place] = np.frombuffer(data, "<f4", dim, start)
        at = start + 4 * dim
    if data[at:].strip(b"\n"):
        raise _DamagedError(f"{promised}, more follows")
    return _finite(words, vectors)


def _finite(words: list[str], vectors: NDArray[np.float32]) -> Vectors:
    wrong = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(wrong):
        raise _DamagedError(f"word {wrong[0] + 1} has a number that is not finite")
    return tuple(words), vectors
