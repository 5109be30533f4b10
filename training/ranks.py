"""Training with several processes (torchrun, accelerate launch): shares of work, waiting, gathering."""

from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import gather_object


def processes() -> PartialState:
    """The processes that share this work; only one without a launcher."""
    return PartialState(cpu=not torch.cuda.is_available())


def is_first() -> bool:
    """Whether this is the process that writes files and prints."""
    return bool(processes().is_main_process)


def wait_for_all() -> None:
    """Waits until every process has called this."""
    processes().wait_for_everyone()


def my_share(count: int) -> torch.Tensor:
    """The indices, of 0 … count-1, that this process works on: int, consecutive."""
    state = processes()
    return torch.arange(count).tensor_split(state.num_processes)[state.process_index]


def gathered(value: Any) -> list[Any]:
    """The values of all processes, in the order of the processes."""
    return list(gather_object([value])) if processes().num_processes > 1 else [value]
