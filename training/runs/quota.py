"""How many runs, and how many minutes of training, one visitor may have at a time."""

import time

from attention.disk import bin
from attention.errors import InputError
from attention.gate.quotas import DAY, used
from training.runs.folder import Run, all_runs
from training.runs.records import Spec
from training.runs.standing import stands

KIND = "runs"  # in the bin


def check_quota() -> None:
    """Raises InputError when the asking visitor has as many runs under way as one may have."""
    runs = [(run.owned(), float(stands(run).under_way)) for run in all_runs()]
    for count in used(runs):
        if count.amount >= count.quota.runs:
            raise InputError(
                f"{count.subject} {count.amount:.0f} runs queued or running, which is the most; cancel "
                "one, or wait until one is done."
            )


def within_quota(spec: Spec) -> Spec:
    """The spec with no more hours than the asking visitor has left today; InputError when none are left."""
    for count in used(
        (run.owned(), _seconds_of_the_day(run)) for run in [*all_runs(), *_removed()]
    ):
        left = count.quota.minutes - count.amount / 60
        if left <= 0:
            raise InputError(
                f"{count.subject} trained for {count.quota.minutes:g} minutes in a day, which is the most "
                "on this page; come back tomorrow, or run the app on a computer of your own."
            )
        spec = spec.model_copy(update={"hours": min(spec.hours, left / 60)})
    return spec


def _removed() -> list[Run]:
    """Runs in the bin, whose minutes count."""
    return [Run(thing.folder) for thing in bin.removed(KIND)]


def _seconds_of_the_day(run: Run) -> float:
    """The seconds that a run has worked, when it did so in the last day; its limit while it is under way."""
    standing = stands(run)
    if standing.status is None or standing.spec is None:
        return 0.0
    if standing.under_way:
        return standing.spec.hours * 3600
    ended = standing.status.ended or 0.0
    return standing.status.seconds if time.time() - ended < DAY else 0.0
