"""Where to compute: a device by name, the threads of a CPU."""

import math
import os
from pathlib import Path

import torch

from attention.errors import InputError, short

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("fp32", "bf16")
QUOTA = Path("/sys/fs/cgroup/cpu.max")


def device_named(name: str = "auto") -> torch.device:
    """cpu, cuda or mps; auto is a GPU where there is one. InputError where it is not there."""
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return torch.device(next(device for device, found in there.items() if found))
    if name not in there:
        raise InputError(f"There is no device '{short(name)}'; choose {', '.join(DEVICES)}.")
    if not there[name]:
        raise InputError(f"There is no {name.upper()} GPU here; choose the device auto or cpu.")
    return torch.device(name)


def check_precision(name: str) -> str:
    """The name; InputError for another than fp32 and bf16."""
    if name not in PRECISIONS:
        raise InputError(
            f"There is no precision '{short(name)}'; choose {' or '.join(PRECISIONS)}."
        )
    return name


def cpu_threads() -> int:
    """Threads to compute with: torch's number, and no more than a container may use.

    torch counts the cores of the machine, a container's quota can be below.
    """
    return max(1, min(torch.get_num_threads(), _quota()))


def _quota() -> int:
    try:
        allowed, period = QUOTA.read_text().split()
        return math.ceil(int(allowed) / int(period))
    except (OSError, ValueError):  # no such file, or no limit: "max 100000"
        return os.cpu_count() or 1
