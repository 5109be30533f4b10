"""Tries the mutations and prints those that survive: `python -m tests.mutants`.

`python -m tests.mutants NAME …` tries these; `--count 10 --by "$(git rev-parse HEAD)"` as many, chosen by
the commit. Ends with 1 when one survives or no longer applies, or when the tests fail without any.
"""

import argparse
import os
import queue
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

from tests.mutants.mutation import Mutation, chosen, mutations
from tests.mutants.trial import Outcome, copied, faults_unmutated, tried


def main(given: Sequence[str] | None = None) -> int:
    """Tries what is asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutations to try, by default all")
    parser.add_argument("--count", type=int, help="try so many of them")
    parser.add_argument("--by", default="", help="a text that chooses which, such as a commit")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="at a time")
    arguments = parser.parse_args(given)
    try:
        wanted = chosen(mutations(), arguments.names, arguments.count, arguments.by)
    except ValueError as error:
        parser.error(str(error))
    with ExitStack() as stack:
        copies: queue.Queue[Path] = queue.Queue()
        for _ in range(max(1, min(arguments.jobs, len(wanted)))):
            copies.put(stack.enter_context(copied()))
        outcomes = _all_tried(wanted, copies)
    alive = {mutation: how for mutation, how in outcomes.items() if not how.killed}
    for mutation, outcome in alive.items():
        print(f"{mutation.name} ({mutation.file}): {mutation.what}\n    {outcome.how}")
    print(f"{len(wanted) - len(alive)} of {len(wanted)} mutations are killed.")
    return 1 if alive else 0


def _all_tried(wanted: Sequence[Mutation], copies: "queue.Queue[Path]") -> dict[Mutation, Outcome]:
    """What came of each; none is tried while its tests fail as the code is."""
    started = time.perf_counter()
    outcomes: dict[Mutation, Outcome] = {}

    def attempt(mutation: Mutation) -> Outcome:
        root = copies.get()
        try:
            return tried(mutation, root)
        finally:
            copies.put(root)

    root = copies.get()
    faults = faults_unmutated(wanted, root)
    copies.put(root)
    if faults:
        sys.exit("The tests fail without any mutation:\n" + "\n".join(faults))
    print(f"the tests pass as the code is ({time.perf_counter() - started:.0f} s)", flush=True)
    started = time.perf_counter()
    with ThreadPoolExecutor(copies.qsize()) as pool:
        trials = {pool.submit(attempt, mutation): mutation for mutation in wanted}
        for done, trial in enumerate(as_completed(trials), 1):
            mutation, outcome = trials[trial], trial.result()
            outcomes[mutation] = outcome
            left = (time.perf_counter() - started) / done * (len(wanted) - done)
            word = "killed" if outcome.killed else "ALIVE "
            print(
                f"[{done}/{len(wanted)}] {word} {mutation.name}: {outcome.how}, {left:.0f} s left",
                flush=True,
            )
    return outcomes


if __name__ == "__main__":
    sys.exit(main())
