"""Runs a module of this project over many untrusted files in a child process with hard limits.

The child is `python -m attention.confined.batch BOUNDS MODULE ARGUMENT…`: it sets the limits of
attention.confined.process on itself, then runs MODULE as `python -m` does. A file that ends the child
also ends the work on the files after it; the caller decides how to continue.
"""

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from attention.confined.process import confine, leave_with_parent, start_bare
from attention.confined.protocol import end

__all__ = ["MEMORY", "end", "start_confined"]

MEMORY = 4 << 30  # bytes of address space, as for one clip
NICENESS = 10  # the app's answers come first


def start_confined(
    module: str, arguments: Sequence[str], *, cpu_seconds: int, memory_bytes: int = MEMORY
) -> subprocess.Popen[bytes]:
    """Starts a module under limits in a bare environment; the caller reads its stdout.

    cpu_seconds: CPU time of all cores together · memory_bytes: address space. The child ends when its
    stdin closes, which also happens when this process is killed.
    """
    bounds = json.dumps({"cpu_seconds": cpu_seconds, "memory_bytes": memory_bytes})
    return start_bare("attention.confined.batch", [bounds, module, *arguments])


def main(bounds: str, module: str, arguments: list[str]) -> None:
    """Limits this process permanently, then runs the module in it."""
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    leave_with_parent()
    confine(**json.loads(bounds))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
