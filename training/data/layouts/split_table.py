"""splits.csv: which clips train, test or develop, in which fold."""

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from attention.errors import InputError
from training.data.folders import count, listed
from training.data.records import Splits

SEPARATORS = ",;\t"  # of spreadsheets: the one that the first line has most often
SPLIT_NAMES = ("train", "test", "dev")


def one_form(name: str) -> str:
    """A name in one Unicode form: é is one character on some systems, and two on others."""
    return unicodedata.normalize("NFC", name)


def read_splits(
    table: Path, root: Path, clips: dict[str, tuple[Path, ...]]
) -> tuple[Splits, dict[Path, str], list[str]]:
    """splits.csv → splits per fold, the recordings it names, and what it leaves out.

    Columns: clip (relative to `root`, with or without its folder's name), split (train, test or
    dev), and optionally fold (1 where absent) and group (clips of one recording share it). Raises
    InputError when a column or clip is missing, or a clip is in two splits of one fold.
    """
    rows = _rows(table)
    there = {
        one_form(path.relative_to(root).as_posix()): path
        for paths in clips.values()
        for path in paths
    }
    at_root = one_form(root.name).casefold()
    splits: Splits = defaultdict(dict)
    groups: dict[Path, str] = {}
    missing: list[str] = []
    for number, row in rows:
        name = one_form(row["clip"]).replace("\\", "/").removeprefix("./")
        first, _, rest = name.partition("/")
        path = there.get(name) or (there.get(rest) if first.casefold() == at_root else None)
        if path is None:
            missing.append(row["clip"])
            continue
        fold = splits[row.get("fold") or "1"]
        if fold.setdefault(path, row["split"].casefold()) != row["split"].casefold():
            raise InputError(
                f"Line {number} of {table.name} puts {row['clip']} into a second split of one "
                "fold: keep one of the two lines."
            )
        if row.get("group"):
            groups[path] = row["group"]
    if missing:
        raise InputError(
            f"Not found or empty: {count(len(missing), 'clip')} that {table.name} names "
            f"({listed(missing)}); put what is missing into {root.name}/ or remove its lines."
        )
    unlisted = [
        path for path in there.values() if not any(path in fold for fold in splits.values())
    ]
    notes = []
    if unlisted:
        notes.append(
            f"{count(len(unlisted), 'clip')} left out because {table.name} does not name "
            f"{'it' if len(unlisted) == 1 else 'them'}: {listed(unlisted)}."
        )
    return dict(sorted(splits.items())), groups, notes


def _filled(cells: Iterable[str | list[str] | None]) -> Iterator[bool]:
    """Of each cell whether something stands in it; cells beyond the columns come as a list."""
    return (bool("".join(cell or ()).strip()) for cell in cells)


def _rows(table: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of splits.csv, stripped, with their numbers. Raises InputError."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=max(SEPARATORS, key=first.count))
            columns = [(name or "").strip().casefold() for name in reader.fieldnames or ()]
            reader.fieldnames = columns
            rows = [
                (reader.line_num, {key: (row[key] or "").strip() for key in columns})
                for row in reader
                if any(_filled(row.values()))  # spreadsheets leave rows of separators at the end
            ]
    except (UnicodeDecodeError, csv.Error):
        raise InputError(
            f"{table.name} cannot be read as a table: save it as CSV, in UTF-8."
        ) from None
    if not {"clip", "split"} <= set(columns):
        raise InputError(
            f"{table.name} has the columns {', '.join(columns) or '(none)'} and needs clip and "
            "split (fold and group if you like), separated by commas: name them in its first line."
        )
    for number, row in rows:
        if row["split"].casefold() not in SPLIT_NAMES:
            raise InputError(
                f"Line {number} of {table.name} has the split {row['split']!r}: write train, test "
                "or dev."
            )
    if not rows:
        raise InputError(f"{table.name} names no clips: add a line per clip, or remove it.")
    return rows
