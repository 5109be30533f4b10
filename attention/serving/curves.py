"""Accuracy against shift, measured beforehand by `python -m training shift` for models that ship."""

import csv
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from attention.disk.home import ASSETS
from attention.methods.registry import known_method

FOLDER = ASSETS / "results" / "shifts"  # a table for each model, named after it


@lru_cache(maxsize=1)
def shift_curves() -> dict[str, dict[str, Any]]:
    """{shift: {model: {clips, lines}}}; a line has method, colour, dashed and points.

    points: [value, accuracy, low, high] in %, with its 95 % interval.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.csv")):
        for shift, rows in groupby(_rows(path), lambda row: row["shift"]):
            of_shift = list(rows)
            methods = dict.fromkeys(row["method"] for row in of_shift)
            found.setdefault(shift, {})[path.stem] = {
                "clips": int(of_shift[0]["clips"]),
                "lines": [_line(method, of_shift) for method in methods],
            }
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _line(method: str, rows: list[dict[str, str]]) -> dict[str, Any]:
    row = known_method(method)
    return {
        "method": method,
        "colour": row.colour if row else "#8a8f98",
        "dashed": row is not None and row.cnn == "tuned",
        "points": [
            [float(one[column]) for column in ("value", "accuracy", "low", "high")]
            for one in rows
            if one["method"] == method
        ],
    }
