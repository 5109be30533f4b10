"""A module of this project run over untrusted files in a child process with hard limits.

`python -m attention.confined.batch BOUNDS MODULE ARGUMENT…` is what the child is: it takes the limits
of attention.confined.process on itself, then runs MODULE as `python -m` would. Unlike there, one child reads
many files, so a file that ends it ends the whole: who starts it says what that means.
"""

from __future__ import annotations

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
NICENESS = 10  # a page's answers go before


def start_confined(
    module: str, arguments: Sequence[str], *, cpu_seconds: int, memory_bytes: int = MEMORY
) -> subprocess.Popen[bytes]:
    """Starts a module under limits in a bare environment; what it prints is read from its stdout.

    cpu_seconds bounds its computing on all cores together, memory_bytes its address space. Its stdin
    is its life line: it ends when that closes, as it does when this process is killed.
    """
    bounds = json.dumps({"cpu_seconds": cpu_seconds, "memory_bytes": memory_bytes})
    return start_bare("attention.confined.batch", [bounds, module, *arguments])


def main(bounds: str, module: str, arguments: list[str]) -> None:
    """Confines this process for good and becomes the module."""
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    leave_with_parent()
    confine(**json.loads(bounds))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
