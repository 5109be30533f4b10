"""A check-up as JSON lines, for other programs and as the work of a confined child."""

import codecs
import importlib
import json
from collections.abc import Sequence
from typing import Any

from attention.errors import InputError
from training.data.checks.checkup import check
from training.data.layouts.registry import layouts
from training.data.sources import open_source

# Imported now, because in its cage the child can import nothing.
layouts()
for encoding in ("utf-8-sig", "utf-16"):
    codecs.lookup(encoding)
importlib.import_module("numpy.random")


def main(_options: Sequence[str], folders: Sequence[str]) -> int:
    """In the child: prints the check-up of one folder; the exit status."""
    (folder,) = folders
    return check_in_lines(folder)


def check_in_lines(path: str, noisy: bool = False) -> int:
    """Prints the check-up as JSON lines, one after each file; the last is the result or an error.

    Returns the exit status: 2 for an error.
    """
    try:
        source = open_source(path, noisy=noisy)
        seen = check(source, lambda done, total: _say({"done": done, "total": total}))
    except InputError as error:
        _say({"error": str(error)})
        return 2
    except MemoryError:
        _say({"error": "A file needs more memory than there is: leave the largest pictures out."})
        return 2
    _say({"checkup": seen.to_json()})
    return 0


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)
