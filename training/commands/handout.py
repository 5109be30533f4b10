"""`python -m training handout`: the two pages a class takes home, with our own numbers, as a PDF."""

import argparse
from pathlib import Path

from attention.disk.whole import whole_file
from attention.errors import InputError
from training.classroom.handout.pages import write_handout
from training.classroom.items import LESSON, USUAL


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `handout`."""
    parser.add_argument("out", metavar="OUT", type=Path, help="the PDF file to write")
    known = sorted(file.parent.name for file in LESSON.glob("*/handout.toml"))
    parser.add_argument(
        "--language", choices=known, default=USUAL, help=f"of the words (default {USUAL})"
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the pages whole or not at all. Raises InputError."""
    try:
        with whole_file(arguments.out) as partial:
            write_handout(partial, arguments.language)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"{arguments.out} cannot be written ({reason}); give another place."
        ) from None
    print(f"written to {arguments.out}: two pages")
    return 0
