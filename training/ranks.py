"""Several processes at one training (torchrun, accelerate launch): who writes, who waits, who has what."""

from __future__ import annotations

from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import gather_object


def processes() -> PartialState:
    """The processes that share this work; one alone without a launcher."""
    return PartialState(cpu=not torch.cuda.is_available())


def is_first() -> bool:
    """Whether this process is the one that writes files and speaks."""
    return bool(processes().is_main_process)


def wait_for_all() -> None:
    """Goes on once every process is here."""
    processes().wait_for_everyone()


def my_share(count: int) -> torch.Tensor:
    """Which of `count` things this process works on: int, a stretch of 0 … count-1."""
    state = processes()
    return torch.arange(count).tensor_split(state.num_processes)[state.process_index]


def gathered(part: Any) -> list[Any]:
    """Every process's part, in the order of the processes."""
    return list(gather_object([part])) if processes().num_processes > 1 else [part]
