"""Every probe there is."""

from collections.abc import Iterable
from functools import lru_cache
from textwrap import fill

import attention.probe.known as folder
from attention.errors import InputError, short
from attention.probe.known.probe import Probe
from attention.rows import rows_of

WIDTH = 80  # of --help


@lru_cache(maxsize=1)
def probes() -> tuple[Probe, ...]:
    """All rows of this folder, by their order."""
    rows: list[Probe] = rows_of(folder, "PROBES")
    return tuple(sorted(rows, key=lambda row: row.order))


def probes_named(names: Iterable[str]) -> tuple[Probe, ...]:
    """The probes of these names, each once, in their own order; InputError for one that does not exist."""
    known, wanted = {row.name: row for row in probes()}, set(names)
    for name in wanted:
        if name not in known:
            raise InputError(f"There is no probe '{short(name)}'; choose {', '.join(known)}.")
    return tuple(row for name, row in known.items() if name in wanted)


def listed() -> str:
    """The probes, each with its hint: for --help."""
    width = max(len(row.name) for row in probes())
    return "\n".join(
        fill(
            row.hint, WIDTH,
            initial_indent=f"  {row.name:<{width}}  ", subsequent_indent=" " * (width + 4),
        )
        for row in probes()
    )  # fmt: skip
