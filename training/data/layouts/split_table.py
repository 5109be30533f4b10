"""splits.csv: which clips train, test or develop, in which fold."""

import codecs
import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from attention.errors import InputError
from training.data.folders import count, listed, with_left_out
from training.data.naming import one_form
from training.data.records import Splits

SEPARATORS = ",;\t"  # of spreadsheets: the one that the first line has most often
SEPARATOR_LINE = re.compile(r"sep=([,;\t])\s*$", re.MULTILINE)  # Excel's own first line
SPLIT_NAMES = ("train", "test", "dev")
COLUMNS = ("clip", "split", "fold", "group")


def read_splits(
    table: Path, root: Path, clips: dict[str, tuple[Path, ...]], said: Sequence[str] = ()
) -> tuple[Splits, dict[Path, str], list[str]]:
    """splits.csv → splits per fold, the recordings it names, and what it leaves out.

    Columns: clip (relative to `root`, with or without its folder's name), split (train, test or
    dev), and optionally fold (1 where absent) and group (clips of one recording share it) · said: notes on
    clips left out before. Raises InputError when a column or clip is missing, or a clip is in two splits of
    one fold.
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
        name = row["clip"].replace("\\", "/").removeprefix("./").rstrip("/")
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
        error = InputError(
            f"Not found or empty: {count(len(missing), 'clip')} that {table.name} names "
            f"({listed(missing)}); put what is missing into {root.name}/ or remove its lines."
        )
        raise with_left_out(error, said)
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


def _rows(table: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of splits.csv, stripped, with their numbers. Raises InputError."""
    try:
        (_, head), *lines = list(_lines(table)) or [(1, [])]
    except (UnicodeError, csv.Error):
        raise InputError(
            f"{table.name} cannot be read as a table: save it as CSV, in UTF-8."
        ) from None
    columns = [name.casefold() for name in head]
    rows = [
        (number, dict(zip_longest(columns, cells[: len(columns)], fillvalue="")))
        for number, cells in lines
    ]
    if not {"clip", "split"} <= set(columns):
        raise InputError(
            f"{table.name} has the columns {', '.join(columns) or '(none)'} and needs clip and "
            "split (fold and group if you like), separated by commas: name them in its first line."
        )
    twice = next((name for name in COLUMNS if columns.count(name) > 1), None)
    if twice:
        raise InputError(f"{table.name} has two columns {twice}: remove or rename one of them.")
    for number, row in rows:
        if row["split"].casefold() not in SPLIT_NAMES:
            raise InputError(
                f"Line {number} of {table.name} has the split {row['split']!r}: write train, test "
                "or dev."
            )
    if not rows:
        raise InputError(f"{table.name} names no clips: add a line per clip, or remove it.")
    return rows


def _lines(table: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of a spreadsheet's table in which something stands: number, cells in one Unicode form."""
    data = table.read_bytes()
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # "Unicode text"
    text = one_form(data.decode("utf-16" if wide else "utf-8-sig"))
    if "\0" in text:  # a workbook, which is no text
        raise csv.Error
    said = SEPARATOR_LINE.match(text)
    first = next(filter(str.strip, text.splitlines()), "")
    between = said[1] if said else max(SEPARATORS, key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=between)
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped) and not (said and reader.line_num == 1):
            yield reader.line_num, stripped
