"""Prints what came of wrong input: `python -m tests.fuzz [media] [records] [endpoints] [routes] [--count N]`.

By default 5,000 media (about 3 minutes), 500 records (1 minute), 2,000 calls of the page's events (6
minutes) and 2,000 of the routes of class rooms and own concepts. Ends with 1 when there was a fault.
`--keep NUMBER FOLDER` writes that damaged clip or still, to look into.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch counts the cores
os.environ.setdefault("SVT_LOG", "0")  # the AV1 encoder says nothing of the files it makes

from tests.fuzz.endpoints import run, tried
from tests.fuzz.media import damaged_file, media
from tests.fuzz.records import records
from tests.fuzz.routes import tried_routes
from training.progress import Bars

FILES = {"media": (media, 5000), "records": (records, 500)}
CALLS = {"endpoints": (tried, 2000), "routes": (tried_routes, 2000)}
MOST_GROWTH = 0.05  # of this process's memory, from a tenth of the work to its end


def main() -> int:
    """Tries the parts named, else all; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[[], *FILES, *CALLS], help="what to try, by default all"
    )
    parser.add_argument("--count", type=int, help="damaged files, or calls, of each part")
    parser.add_argument("--seed", type=int, default=0, help="chooses the damage")
    parser.add_argument("--keep", nargs=2, metavar=("NUMBER", "FOLDER"))
    given = parser.parse_args()
    if given.keep:
        number, folder = given.keep
        print(damaged_file(Path(folder), given.seed, int(number)))
        return 0
    faults = 0
    for name in given.parts or [*FILES, *CALLS]:
        if name in CALLS:
            tried_on, count = CALLS[name]
            faults += run(given.count or count, given.seed, tried_on)
            continue
        tried_with, count = FILES[name]
        with Bars("file") as bars:
            tally = tried_with(given.count or count, given.seed, partial(bars.show, name))
        if tally.growth > MOST_GROWTH:
            tally.faults.append(f"memory grew by {tally.growth:.1%}")
        print(tally.text(), flush=True)
        faults += len(tally.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
