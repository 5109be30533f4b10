"""Tries the mutations and prints those that survive: `python -m tests.mutants`.

`python -m tests.mutants NAME …` tries these; `--count 10 --by "$(git rev-parse HEAD)"` as many, chosen by
the commit. Ends with 1 when one survives or no longer applies, or when the tests fail without any.
"""

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch counts the cores: forks share them

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.mutants.mutation import Mutation, chosen, mutations
from tests.mutants.trial import Outcome, Trial, copied, faults_unmutated, preload


def main(given: Sequence[str] | None = None) -> int:
    """Tries what is asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", help="mutations to try, by default all")
    parser.add_argument("--count", type=int, help="try so many of them")
    parser.add_argument("--by", default="", help="a text that chooses which, such as a commit")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="at a time")
    parser.add_argument("--unchecked", action="store_true", help="do not run the tests without any")
    arguments = parser.parse_args(given)
    try:
        wanted = chosen(mutations(), arguments.names, arguments.count, arguments.by)
    except ValueError as error:
        parser.error(str(error))
    preload()
    with ExitStack() as stack:
        jobs = max(1, min(arguments.jobs, len(wanted)))
        copies = [stack.enter_context(copied()) for _ in range(jobs)]
        if not arguments.unchecked:
            _check(wanted, copies[0])
        outcomes = _all_tried(wanted, copies)
    alive = {mutation: how for mutation, how in outcomes.items() if not how.killed}
    for mutation, outcome in alive.items():
        print(f"{mutation.name} ({mutation.file}): {mutation.what}\n    {outcome.how}")
    print(f"{len(wanted) - len(alive)} of {len(wanted)} mutations are killed.")
    return 1 if alive else 0


def _check(wanted: Sequence[Mutation], root: Path) -> None:
    """Ends here when the tests fail as the code is: they would kill anything."""
    started = time.perf_counter()
    faults = faults_unmutated(wanted, root)
    if faults:
        sys.exit("The tests fail without any mutation:\n" + "\n".join(faults))
    print(f"the tests pass as the code is ({time.perf_counter() - started:.0f} s)", flush=True)


def _all_tried(wanted: Sequence[Mutation], copies: Sequence[Path]) -> dict[Mutation, Outcome]:
    """What came of each; as many at a time as there are copies."""
    started = time.perf_counter()
    outcomes: dict[Mutation, Outcome] = {}
    waiting, free, running = list(reversed(wanted)), list(copies), list[Trial]()
    while waiting or running:
        while waiting and free:
            running.append(Trial(waiting.pop(), free.pop()))
        for trial in [trial for trial in running if trial.over()]:
            running.remove(trial)
            free.append(trial.root)
            assert trial.outcome is not None
            outcomes[trial.mutation] = trial.outcome
            _tell(trial, len(outcomes), len(wanted), time.perf_counter() - started)
        time.sleep(0.02)
    return outcomes


def _tell(trial: Trial, done: int, of: int, seconds: float) -> None:
    outcome, left = trial.outcome, seconds / done * (of - done)
    if outcome is not None:
        word = "killed" if outcome.killed else "ALIVE "
        said = f"{word} {trial.mutation.name}: {outcome.how}"
        print(f"[{done}/{of}] {said}, {left:.0f} s left", flush=True)


if __name__ == "__main__":
    sys.exit(main())
