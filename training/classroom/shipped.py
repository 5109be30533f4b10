"""Who wins in the sweeps that ship: the answers of RESULTS.md, read from the table beside it."""

from functools import lru_cache

from attention.disk.home import ROOT
from attention.errors import InputError
from training.report.verdict import Answer, read_answers

ANSWERS = ROOT / "RESULTS.csv"
DATA_SETS = {
    "drawn": "drawn clips, clean stills",
    "noisy": "drawn clips, noisy stills",
    "actions5": "real clips",
}


@lru_cache(maxsize=1)
def shipped_answers() -> tuple[Answer, ...]:
    """All of them, in the order of RESULTS.md. InputError where the table is missing."""
    return tuple(read_answers(ANSWERS))


def shipped_answer(sweep: str, better: str, worse: str, labels: float) -> Answer:
    """One method against another in a sweep; labels: share in 0 … 1. InputError where nobody asked."""
    asked = (DATA_SETS[sweep], better, worse, labels)
    for answer in shipped_answers():
        ahead, behind = answer.claim.better, answer.claim.worse
        if (answer.clips, ahead.method, behind.method, ahead.fraction) == asked:
            return answer
    raise InputError(
        f"{ANSWERS.name} does not say whether {better} beats {worse} on {DATA_SETS[sweep]}; write it anew by "
        "python -m training report."
    )
