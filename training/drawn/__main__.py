"""`python -m training.drawn write FOLDER` and `python -m training.drawn sheet OUT.png`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from attention.errors import InputError
from training.drawn.dataset import SPLITS, write_drawn_set
from training.drawn.sheet import write_sheet


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.drawn", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    write = commands.add_parser(
        "write", help="draw the set into a folder; goes on where it stopped"
    )
    write.add_argument("folder", type=Path)
    write.add_argument(
        "--what",
        nargs="+",
        default=list(SPLITS),
        metavar="SPLIT",
        help=f"splits to draw, of {', '.join(SPLITS)} (all)",
    )
    write.add_argument("--limit", type=int, help="only the first so many of each concept and split")
    write.add_argument("--workers", type=int, default=2, help="processes that draw (2)")
    picture = commands.add_parser("sheet", help="draw a contact sheet of stills, a row per concept")
    picture.add_argument("out", type=Path)
    picture.add_argument("--noisy", action="store_true", help="stills of the noisy variant")
    picture.add_argument("--columns", type=int, default=6)
    picture.add_argument("--first", type=int, default=0, help="number of the first still")
    return parser


class _Bar:
    """A progress line with the time left, on standard error."""

    def __init__(self) -> None:
        self.begin = time.monotonic()
        self.skipped: int | None = None

    def __call__(self, done: int, total: int) -> None:
        if self.skipped is None:
            self.skipped = done
        drawn = done - self.skipped
        left = ""
        if drawn:
            seconds = (time.monotonic() - self.begin) / drawn * (total - done)
            left = f", {int(seconds // 60)} min {int(seconds % 60):02d} s left"
        sys.stderr.write(f"\r{done} of {total} drawn{left}   ")
        if done == total:
            sys.stderr.write("\n")
        sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns 0, or 2 after one line on bad input."""
    args = _parser().parse_args(arguments)
    try:
        if args.command == "write":
            write_drawn_set(args.folder, args.what, _Bar(), args.workers, args.limit)
        else:
            write_sheet(args.out, "noisy" if args.noisy else "web", args.columns, args.first)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
