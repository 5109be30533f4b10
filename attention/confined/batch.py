"""Runs a module of this project over many untrusted files in a child process with hard limits.

The child is `python -m attention.confined.batch SPEC MODULE FILE…`: it sets the limits of
attention.confined.process on itself, imports MODULE, enters the cage with the files, and calls MODULE's
main(options, files). A file that ends the child also ends the work on the files after it; the caller
decides how to continue.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from attention.confined.process import confine, enter_cage, start_bare
from attention.confined.protocol import end
from attention.media.frames import load_readers

__all__ = ["MEMORY", "end", "start_confined"]

MEMORY = 4 << 30  # bytes of address space, as for one clip
NICENESS = 10  # the app's answers come first


def start_confined(
    module: str,
    options: Sequence[str],
    files: Sequence[Path],
    *,
    cpu_seconds: int,
    memory_bytes: int = MEMORY,
    decodes: bool = True,
) -> subprocess.Popen[bytes]:
    """Starts a module's main(options, files) in a cage; the caller reads its stdout.

    module: imports all that it needs at its top · files: what the child may read, nothing else; a
    folder stands for all below it · cpu_seconds: CPU time of all cores together · memory_bytes: address
    space · decodes: whether these are stills or clips, for which FFmpeg may be loaded. The child ends when
    its stdin closes, which also happens when this process is killed.
    """
    bounds = {"cpu_seconds": cpu_seconds, "memory_bytes": memory_bytes}
    spec = json.dumps({"bounds": bounds, "options": list(options), "decodes": decodes})
    paths = [str(file.absolute()) for file in files]
    return start_bare("attention.confined.batch", [spec, module, *paths])


def main(spec: dict[str, Any], module: str, files: list[str]) -> int:
    """In the child: limits and cages this process, then does the module's work; the exit status."""
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    confine(**spec["bounds"])
    work = importlib.import_module(module)
    if spec["decodes"]:
        load_readers(files)
    enter_cage(files)
    return int(work.main(spec["options"], files))


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), sys.argv[2], sys.argv[3:]))
