"""Prints the table: `python -m tests.bench`, about three minutes on two quiet cores.

`python -m tests.bench vgg16 clip exact` prints those parts alone; parts of their own are `gpu`, `page`,
which starts the app three times and opens it in chromium, `dial`, whose ten clients turn the dial at once,
`slider`, which moves its sliders in chromium, and `own`, five people with concepts of their own. With `--cpu`
works run on one core and seconds are its computing, which tells more on a machine that others use meanwhile.

`python -m tests.bench verdicts` times nothing: it simulates how often a winner is named falsely, in
about ten minutes.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from tests.bench import clip, dial, engine, exact, gpu, own, page, slider, verdicts
from tests.bench.race import Clock, Row

HEAD = f"{'':<58}{'median':>9}   {'min – max':<19}{'goal':<16}"
STAT = Path("/proc/stat")
PARTS = [*engine.ROUNDS, "clip", "exact"]


def main() -> None:
    """Prints every part's rows, and how much of the machine others took while they were measured."""
    given = sys.argv[1:]
    if given == ["verdicts"]:
        for row in verdicts.rows():
            print(row, flush=True)
        return
    by_computing = "--cpu" in given
    parts = [part for part in given if part != "--cpu"] or PARTS
    if len(parts) == 1:
        _print(parts[0], by_computing)
        return
    for part in parts:  # each in a process of its own: what one leaves of the heap changes the next
        command = [sys.executable, "-m", "tests.bench", part, *["--cpu"] * by_computing]
        subprocess.run(command, check=True)


def _print(part: str, by_computing: bool) -> None:
    if by_computing:
        torch.set_num_threads(1)
    clock: Clock = time.process_time if by_computing else time.perf_counter
    if part == PARTS[0]:
        print(
            f"torch {torch.__version__}, eager fp32, {torch.get_num_threads()} threads of "
            f"{os.cpu_count()} cores, N={engine.FRAMES} frames\n{HEAD}"
        )
    started, others = time.perf_counter(), _seconds_of_others()
    for row in _rows(part, clock):
        print(row, flush=True)
    took = time.perf_counter() - started
    print(f"    {took:.0f} s{_said(_seconds_of_others() - others, took)}\n", flush=True)


def _rows(part: str, clock: Clock) -> Iterator[Row]:
    others = {
        "clip": lambda: clip.rows(clock),
        "dial": dial.rows,
        "exact": exact.rows,
        "gpu": gpu.rows,
        "own": own.rows,
        "page": page.rows,
        "slider": slider.rows,
    }
    return others[part]() if part in others else engine.rows(part, clock)


def _said(others: float, took: float) -> str:
    share = others / (took * (os.cpu_count() or 1))
    if not STAT.exists():
        return ""
    busy = " – too busy: measure again" if share > 0.1 else ""
    return f", in which other processes took {share:.0%} of the machine{busy}"


def _seconds_of_others() -> float:
    """Seconds of computing on this machine so far that were not ours."""
    if not STAT.exists():
        return 0.0
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, STAT.read_text().split()[1:9])
    busy = (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
    ours = os.times()
    return busy - ours.user - ours.system - ours.children_user - ours.children_system


if __name__ == "__main__":
    main()
