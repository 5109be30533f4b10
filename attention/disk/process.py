"""Whether a process that left something on the disk still lives."""

import os

import psutil

# A process's start time is exact to about a second and shifts when the system clock is set. Another
# process with the same number starts much later.
SAME_BIRTH = 5.0  # seconds


def born() -> float:
    """When this process started, in seconds since 1970."""
    return psutil.Process(os.getpid()).create_time()


def lives(pid: int, birth: float) -> bool:
    """Whether the process of that number which started then runs; another with the number does not count."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - birth) < SAME_BIRTH
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
