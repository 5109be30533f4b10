"""Names of concepts as people give them: a list, a text file of one name a line, or "imagenet"."""

import codecs
from collections.abc import Sequence
from pathlib import Path

from attention.concepts import ConceptSet, imagenet_concepts
from attention.errors import InputError, short

LARGEST = 1 << 20  # bytes: far more than the names of 21,841 classes take
MARKS = {  # what a text begins with, by encoding; of two that begin alike the longer is first
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-32": codecs.BOM_UTF32_LE,
    "utf-16": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


def names_given(given: str | Path | Sequence[str]) -> tuple[str, ...]:
    """The names, in the order of the class scores. given: a list of them, "imagenet", or a file's path.

    Of a file, blank lines are left out. InputError for one that cannot be read, and for names that are
    empty, too long or cannot be told apart.
    """
    if given == "imagenet":
        return imagenet_concepts()
    if not isinstance(given, str | Path):
        return ConceptSet(tuple(given)).names
    path = Path(given)
    names = [line.strip() for line in _text(path).splitlines()]
    try:
        return ConceptSet(tuple(filter(None, names))).names
    except InputError as error:
        raise InputError(
            f"{short(path.name)} cannot be read as names of concepts: {error}"
        ) from error


def check_count(names: Sequence[str], classes: int, what: str) -> None:
    """Raises InputError unless there is a name for each class. what: the network or file with the classes."""
    if len(names) != classes:
        raise InputError(
            f"There are {len(names)} names of concepts, and {what} has {classes} classes; give one name for "
            "each, in the order of its scores."
        )


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(
                f"{short(path.name)} is too large for names of concepts; give one name a line."
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The names of concepts {short(path)} cannot be read ({error.strerror or error}); give a text "
            "file with one name a line, or imagenet."
        ) from error
    encoding = next((name for name, mark in MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{short(path.name)} is no text in UTF-8; save it as UTF-8 text with one name a line."
        ) from error
    if text.lstrip().startswith(("[", "{")):
        raise InputError(f"{short(path.name)} is JSON; give a text file with one name a line.")
    return text
