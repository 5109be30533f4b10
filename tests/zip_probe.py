"""A child in place of the one that reads a zip: the options "ends", "hangs", or "tries" and a folder."""

import json
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.cage_probe import came_of, read, ways


def main(options: Sequence[str], files: Sequence[str]) -> int:
    """In the child, in the cage."""
    if options[0] == "ends":
        sys.exit(3)
    if options[0] == "hangs":
        threading.Event().wait()
    read(files[0])  # that must remain
    found = ways(files[0], Path(options[1]))
    open_ways = [way for way in found if came_of(found[way]) not in {"EPERM", "EACCES", "ENOSYS"}]
    print(json.dumps({"error": f"{len(found)} tried, open: {open_ways}"}), flush=True)
    return 0
