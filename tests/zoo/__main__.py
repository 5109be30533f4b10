"""Tries the networks, and prints a line for each: `python -m tests.zoo [NAME …]` (about 10 minutes)."""

import argparse
import os
import sys
import warnings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch counts the cores
os.environ["HF_HUB_OFFLINE"] = "1"

from tests.zoo.cell import Cell, tried
from tests.zoo.names import NO_MAPS, TIMM, TORCHVISION


def main() -> int:
    """Tries those named, else all; returns 1 if one of them is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.zoo", description=__doc__)
    parser.add_argument("names", nargs="*", help="torchvision's, or timm's as timm/NAME")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    all_names = [*TORCHVISION, *(f"timm/{name}" for name in TIMM)]
    wrong = []
    for name in given.names or all_names:
        plain = name.removeprefix("timm/")
        try:
            cell = tried(plain, torchvisions=plain == name)
        except Exception as error:  # the others are tried all the same
            cell = Cell(name, refused=f"{type(error).__name__}: {error}")
        print(cell, flush=True)
        if cell.wrong or bool(cell.refused) != (name in NO_MAPS):
            wrong.append(name)
    print(f"{len(given.names or all_names)} networks; wrong: {', '.join(wrong) or 'none'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
