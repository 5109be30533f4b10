"""`python -m training data check|fetch|sources`."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from attention.media.frames import label
from training.data.checks.checkup import check
from training.data.checks.findings import Checkup, Copy
from training.data.checks.lines import check_in_lines
from training.data.fetching.fetch import fetch, with_files
from training.data.fetching.places import PLACES, Place, place_of
from training.data.folders import count
from training.data.sources import accepted, open_source
from training.progress import Bars

PRINTED = 10  # files or pairs printed; the others are only counted

CHECK_HELP = "read every file of a data set; print counts, faults, copies and what to do"
PROGRESS_HELP = (
    'print JSON lines for other programs: {"done", "total"} for each file read, then {"checkup"} or '
    '{"error"}'
)
FETCH_HELP = "download a published data set from its official place"
SOURCES_HELP = "list the paper's data sets: address, size, licence, citation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `data` and its three commands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    checking = actions.add_parser("check", help=CHECK_HELP, description=CHECK_HELP)
    checking.add_argument(
        "path",
        metavar="PATH",
        help=f"a folder: {accepted()}; two halves as BU101:<folder>,UCF101:<folder>",
    )
    checking.add_argument("--noisy", action="store_true", help="also use noisy/, or HII-noisy")
    checking.add_argument("--json", action="store_true", help="print everything as JSON")
    checking.add_argument("--progress", action="store_true", help=PROGRESS_HELP)
    fetching = actions.add_parser("fetch", help=FETCH_HELP, description=FETCH_HELP)
    names = ", ".join(place.name for place in PLACES)
    fetching.add_argument("name", metavar="NAME", help=f"one of {names}")
    fetching.add_argument(
        "folder", metavar="FOLDER", nargs="?", type=Path, help="target folder (default data/NAME)"
    )
    listing = actions.add_parser("sources", help=SOURCES_HELP, description=SOURCES_HELP)
    listing.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Runs the chosen action. Raises InputError."""
    if arguments.action == "check" and arguments.progress:
        return check_in_lines(arguments.path, arguments.noisy)
    if arguments.action == "check":
        source = open_source(arguments.path, noisy=arguments.noisy)
        with Bars("file") as bars:
            seen = check(source, lambda done, total: bars.show("checking", done, total))
        print(json.dumps(seen.to_json(), indent=1) if arguments.json else checkup_text(seen))
    elif arguments.action == "fetch":
        _fetch(arguments.name, arguments.folder)
    elif arguments.json:
        print(json.dumps([asdict(place) for place in PLACES], indent=1))
    else:
        print("\n\n".join(place_text(place) for place in PLACES))
        print(
            "\nA drawn set of the four interactions needs no download: "
            "python -m training.drawn write data/drawn"
        )
    return 0


def _fetch(name: str, folder: Path | None) -> None:
    place = with_files(place_of(name))
    folder = folder or Path("data") / place.name
    print(place_text(place), flush=True)
    try:
        with Bars("B") as bars:
            said = fetch(place, folder, bars.show)
    except KeyboardInterrupt:
        print("Complete files are kept; the same command downloads the rest.", file=sys.stderr)
        raise
    print()
    for sentence in said:
        print(sentence)
    print(f"Then look at it: python -m training data check {place.name}:{folder}")


def place_text(place: Place) -> str:
    """The facts of a place, one per line."""
    return "\n".join(
        (
            f"{place.name}: {place.holds}",
            f"  place    {place.page}",
            f"  size     {place.size}",
            f"  licence  {place.licence}",
            f"  cite     {place.cite}",
            f"  fetch    python -m training data fetch {place.name}",
        )
    )


def checkup_text(seen: Checkup) -> str:
    """A checkup as text: a table of classes, the faults, and what to do."""
    sections = [
        f"{seen.name}: {count(len(seen.concepts), 'class')}, {count(sum(seen.stills), 'still')}, "
        f"{count(sum(seen.clips), 'clip')}, {count(len(seen.folds), 'fold')}",
        _table(seen),
    ]
    if seen.notes:
        sections.append("\n".join(("Left out or chosen:", *(f"  {note}" for note in seen.notes))))
    if seen.unreadable:
        lines = [f"  {_short(u.path)}: {u.why}" for u in seen.unreadable]
        sections.append(_section("Cannot be read", lines))
    if seen.twins:
        ordered = sorted(seen.twins, key=lambda pair: -pair.similarity)
        lines = [f"  {t.similarity:.3f}  {_short(t.one)}  {_short(t.other)}" for t in ordered]
        sections.append(_section("Look alike", lines))
    if seen.copies:
        sections.append(_section("Copies", [f"  {_copy(copy)}" for copy in seen.copies]))
    todo = [f"  - {sentence}" for sentence in seen.advice] or ["  Nothing: it is ready."]
    return "\n\n".join([*sections, "\n".join(("What to do:", *todo))])


def _table(seen: Checkup) -> str:
    import pandas as pd  # not for the other actions

    sides = ["train", *(["dev"] if any(any(f.dev) for f in seen.folds) else []), "test"]
    table = pd.DataFrame({"class": seen.concepts, "stills": seen.stills, "clips": seen.clips})
    for fold in seen.folds:
        numbers = zip(*(getattr(fold, side) for side in sides), strict=True)
        head = f"fold {fold.name}, {'+'.join(sides)}"
        table[head] = ["+".join(map(str, row)) for row in numbers]
    return table.to_string(index=False)


def _section(title: str, lines: list[str]) -> str:
    more = len(lines) - PRINTED
    rest = [f"  and {more:,} more, all in --json"] if more > 0 else []
    return "\n".join((f"{title} ({len(lines):,}):", *lines[:PRINTED], *rest))


def _copy(copy: Copy) -> str:
    alike = "the same file" if copy.same else f"{copy.similarity:.3f}"
    gone = (
        "which class is right?"
        if copy.between == "classes"
        else f"leave out {_short(copy.leave_out)}"
    )
    return f"{alike}  {_short(copy.one)}  {_short(copy.other)}  ({copy.between}; {gone})"


def _short(path: Path) -> str:
    return f"{label(path.parent)}/{label(path)}"
