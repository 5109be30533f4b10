"""Files of word vectors, read one word at a time: word2vec binary, word2vec and GloVe text, gzip.

The content decides the format, not the file's ending. A first line of two whole numbers, V words and
D dimensions, is word2vec's header; text or binary data follow. Text without a header is GloVe's. A
file that does not match its header is refused with one sentence.
"""

import gzip
import io
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError

MAX_DIM = 4096  # longer vectors mean that the file is something else
MAX_WORD = 4096  # bytes; the longest "words" of published tables are URLs of a few hundred
MAX_LINE = 32 * MAX_DIM + MAX_WORD  # a number takes less than 32 characters
CHUNK = 1 << 20

Entry = tuple[str, bytes]  # a word and its D little-endian float32, still packed


class _DamagedError(Exception):
    """A reason why a file cannot be read; becomes an InputError that names the file."""


def stream_words(path: Path, wanted: set[str] | None = None, first: int = 0) -> Iterator[Entry]:
    """Yields (word, D packed float32) in the file's order, with b"" as the vector of unwanted words.

    With `wanted`, only those words and the `first` words of the file get a vector; the others are
    yielded so that ranks can be counted. Raises InputError when the file is missing or damaged.
    """
    with _as_input_error(path):
        header, binary = _header(path)
        entries = _binary(path, *header) if binary and header else _text(path, header)
        for place, (word, raw, dim) in enumerate(entries):
            keep = wanted is None or place < first or word in wanted
            yield word, (_packed(raw, dim, place + 1) if keep else b"")


@contextmanager
def _as_input_error(path: Path) -> Iterator[None]:
    """Turns every error of a damaged or missing file into an InputError."""
    try:
        yield
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


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    if zipped:
        return cast(BinaryIO, io.BufferedReader(gzip.open(path, "rb"), CHUNK))
    return path.open("rb", buffering=CHUNK)


def _header(path: Path) -> tuple[tuple[int, int] | None, bool]:
    """Returns (V, D), or None when the file has no header; and whether binary vectors follow."""
    with _open(path) as file:
        line = file.readline(MAX_LINE)
        rest = file.read(MAX_LINE)
    fields = line.split()
    if not fields:
        raise _DamagedError("it is empty" if not line else "its first line is blank")
    if len(fields) != 2 or not all(field.isdigit() for field in fields):
        if len(fields) < 2 or not _is_text_line(line, len(fields) - 1):
            raise _DamagedError("its first line is not a word and its numbers")
        return None, False
    count, dim = int(fields[0]), int(fields[1])
    if not (count >= 1 and 1 <= dim <= MAX_DIM):
        raise _DamagedError(f"its header promises {count} words of {dim} numbers")
    return (count, dim), not _is_text_line(rest.partition(b"\n")[0], dim)


def _is_text_line(line: bytes, dim: int) -> bool:
    numbers = line.split()[-dim:]
    return len(numbers) == dim and all(_is_number(number) for number in numbers)


def _is_number(field: bytes) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


_Raw = tuple[str, bytes | list[bytes], int]  # word, vector as the file has it, D


def _text(path: Path, header: tuple[int, int] | None) -> Iterator[_Raw]:
    dim = header[1] if header else 0
    count = 0
    with _open(path) as file:
        if header:
            file.readline(MAX_LINE)
        for line in iter(lambda: file.readline(MAX_LINE), b""):
            if not line.strip():
                continue
            count += 1
            dim = dim or len(line.split()) - 1
            # Some GloVe words contain spaces: the last D fields are the numbers, the rest is the word.
            word, *numbers = line.rstrip().rsplit(maxsplit=dim)
            if not 1 <= dim <= MAX_DIM or len(numbers) != dim or len(line) == MAX_LINE:
                raise _DamagedError(f"word {count} does not have a word and {dim or 'any'} numbers")
            yield word.decode("utf-8", "replace"), numbers, dim
    if header and count != header[0]:
        raise _DamagedError(f"its header promises {header[0]} words, it holds {count}")


def _binary(path: Path, count: int, dim: int) -> Iterator[_Raw]:
    size = 4 * dim
    with _open(path) as file:
        file.readline(MAX_LINE)
        buffer, at = b"", 0
        for place in range(count):
            if len(buffer) - at < size + MAX_WORD:
                buffer, at = buffer[at:] + file.read(CHUNK), 0
            space = buffer.find(b" ", at, at + MAX_WORD)
            if space < 0 or len(buffer) < space + 1 + size:
                raise _DamagedError(
                    f"its header promises {count} words, word {place + 1} is cut off"
                )
            # Some programs write a line break after every vector, some do not.
            word = buffer[at:space].lstrip(b"\n").decode("utf-8", "replace")
            at = space + 1 + size
            yield word, buffer[space + 1 : at], dim
        if (buffer[at:] + file.read(1)).strip(b"\n"):
            raise _DamagedError(f"its header promises {count} words, more follows")


def _packed(raw: bytes | list[bytes], dim: int, place: int) -> bytes:
    """Packs a vector as D finite little-endian float32. place: the word's number, for the message."""
    vector: NDArray[np.float32]
    try:
        if isinstance(raw, bytes):
            vector = np.frombuffer(raw, "<f4")
        else:
            with np.errstate(over="ignore"):  # a number too large for float32 is inf, refused below
                vector = np.array([float(number) for number in raw], "<f4")
    except ValueError:
        raise _DamagedError(f"word {place} does not have a word and {dim} numbers") from None
    if not math.isfinite(float(np.abs(vector).sum(dtype=np.float64))):
        raise _DamagedError(f"word {place} has a number that is not finite")
    return vector.tobytes()
