"""Every map method there is."""

from functools import lru_cache

import attention.probe.maps as folder
from attention.errors import InputError, short
from attention.probe.maps.map_method import MapMethod
from attention.rows import rows_of

DEFAULT = "Grad-CAM"


@lru_cache(maxsize=1)
def map_methods() -> tuple[MapMethod, ...]:
    """All rows of this folder, by their order."""
    rows: list[MapMethod] = rows_of(folder, "MAPS")
    return tuple(sorted(rows, key=lambda row: row.order))


def map_method(name: str) -> MapMethod:
    """The row of that name; InputError when there is none."""
    found = {row.name: row for row in map_methods()}
    if name not in found:
        raise InputError(f"There is no map method '{short(name)}'; choose {', '.join(found)}.")
    return found[name]
