"""Whether a process that left something on the disk still lives; no clock that is set changes the answer."""

import os
import sys
from functools import lru_cache
from pathlib import Path

import psutil

# Linux counts a start from that of the machine, in hundredths of a second. Elsewhere it is a time of day,
# exact to about a second, which shifts when the clock is set; another process with the number starts later.
SAME_BIRTH = 0.001 if sys.platform == "linux" else 5.0  # seconds
START = 19  # of the fields after the name in /proc/<pid>/stat


def born(pid: int | None = None) -> float:
    """When a process started, by default this one: seconds since the machine did on Linux, else since 1970.

    Raises psutil.NoSuchProcess.
    """
    pid = os.getpid() if pid is None else pid
    if sys.platform != "linux":
        return psutil.Process(pid).create_time()
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        raise psutil.NoSuchProcess(pid) from None
    return int(stat.rpartition(")")[2].split()[START]) / os.sysconf("SC_CLK_TCK")


def lives(pid: int, birth: float) -> bool:
    """Whether the process of that number which started then runs; another with the number does not count."""
    try:
        same = abs(born(pid) - birth) < SAME_BIRTH
        return same and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def signature() -> str:
    """This process in the name of what it writes, so that others know what it left when it was killed."""
    return _signature(os.getpid())


def has_gone(name: str) -> bool:
    """Whether the process has gone whose signature a name begins with; False for any other name."""
    pid, _, rest = name.partition("-")
    birth = rest.partition("-")[0]
    return pid.isdigit() and birth.isdigit() and not lives(int(pid), int(birth) / 100)


@lru_cache(maxsize=2)  # of a process and of its parent, which it was forked from
def _signature(pid: int) -> str:
    return f"{pid}-{born(pid) * 100:.0f}"
