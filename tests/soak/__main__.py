"""Prints the tables: `python -m tests.soak`, or those named of PARTS, such as `… kills mixed`."""

import sys

from tests.soak import classroom, decoders, disk, hostile, kills, mixed, pages, servers

PARTS = {
    "decoders": decoders.main,
    "kills": kills.main,
    "servers": servers.main,
    "pages": pages.main,
    "disk": disk.main,
    "hostile": hostile.main,
    "mixed": mixed.main,
    "class": classroom.main,
}


def main() -> int:
    """Runs the parts named, else all, which takes about an hour. Returns 1 when one of them found a fault."""
    unknown = [name for name in sys.argv[1:] if name not in PARTS]
    if unknown:
        print(f"There is no part {unknown[0]!r}; choose among {', '.join(PARTS)}.")
        return 2
    went = [PARTS[name]() for name in sys.argv[1:] or PARTS]
    return 0 if all(went) else 1


if __name__ == "__main__":
    sys.exit(main())
