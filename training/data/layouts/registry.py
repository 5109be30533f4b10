"""Every published layout there is: the rows of all files in this folder, in their order."""

from functools import lru_cache

import training.data.layouts as folder
from attention.rows import rows_of
from training.data.layouts.layout import Layout


@lru_cache(maxsize=1)
def layouts() -> tuple[Layout, ...]:
    """All rows, by their order."""
    rows: list[Layout] = rows_of(folder, "LAYOUTS")
    return tuple(sorted(rows, key=lambda row: row.order))


def layout_named(name: str) -> Layout | None:
    """The layout of that name, whatever its case."""
    return next((row for row in layouts() if row.name.casefold() == name.casefold()), None)


def layout_names(*kinds: str) -> list[str]:
    """Names of the layouts of stills or of clips, or of all."""
    return [row.name for row in layouts() if not kinds or row.kind in kinds]
