"""Every method there is: the rows of all files in this folder, in their order."""

from functools import lru_cache
from textwrap import fill

import attention.methods as folder
from attention.catalogue.catalogue import has_words, key_of, say
from attention.methods.method import Method, Where
from attention.rows import rows_of

WIDTH = 80  # of --help


@lru_cache(maxsize=1)
def methods() -> tuple[Method, ...]:
    """All rows, by their order. ValueError when two have the same name."""
    rows: list[Method] = rows_of(folder, "METHODS")
    if len({row.name for row in rows}) < len(rows):
        raise ValueError(f"two methods have one name: {sorted(row.name for row in rows)}")
    return tuple(sorted(rows, key=lambda row: row.order))


def methods_for(*where: Where) -> tuple[Method, ...]:
    """The methods used there."""
    return tuple(row for row in methods() if row.where in where)


def known_method(name: str) -> Method | None:
    """The method of that name; None for one that a table on disk names and this version does not know."""
    return next((row for row in methods() if row.name == name), None)


def hint_of(name: str) -> str:
    """The sentence that explains a method, in the language of who asks; empty for an unknown one."""
    row = known_method(name)
    return _words(name, "hint", row.hint if row else "")


def plain_name(name: str) -> str:
    """The method's name in everyday words of the language of who asks; its own name where it has none."""
    row = known_method(name)
    return _words(name, "plain", (row and row.plain) or name)


def both_names(name: str) -> str:
    """The method's name in everyday words with its own in brackets; its own alone where both are one."""
    plain = plain_name(name)
    return name if plain == name else f"{plain} ({name})"


def _words(name: str, what: str, usual: str) -> str:
    key = key_of("methods", name, what)
    return say(key) if has_words(key) else usual


def listed(*where: Where) -> str:
    """The methods used there, each with its hint: for --help."""
    rows = methods_for(*where)
    width = max(len(row.name) for row in rows)
    lines = [
        fill(
            row.hint, WIDTH,
            initial_indent=f"  {row.name:<{width}}  ", subsequent_indent=" " * (width + 4),
        )
        for row in rows
    ]  # fmt: skip
    return "\n".join(lines)
