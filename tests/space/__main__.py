"""`python -m tests.space [FOLDER] [--zerogpu] [--start]` makes the folder, and starts it as a Space does."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.space.folder import make, sizes
from tests.space.start import obstacle, start


def main() -> int:
    """Returns 1 with a sentence when the folder cannot be made or does not start."""
    parser = argparse.ArgumentParser(prog="python -m tests.space", description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, help="where it is made (else for the start only)"
    )
    parser.add_argument("--zerogpu", action="store_true", help="for ZeroGPU in place of a CPU")
    parser.add_argument(
        "--start", action="store_true", help="start it as user 1000, code read-only"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = asked.folder or Path(spare) / "space"
        try:
            make(folder, asked.zerogpu)
            print(sizes(folder))
            if asked.start:
                print(obstacle() or start(folder))
        except (OSError, RuntimeError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
