"""The numbers of the handout, read from the sweeps that ship and from RESULTS.md; none is typed."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from attention.disk.home import ASSETS, ROOT
from attention.errors import InputError
from attention.methods.registry import plain_name
from training.judge import paper
from training.judge.paper import FEW, NONE, Curve
from training.judge.results import SweepResults, read_results
from training.report.numbers import spread
from training.report.verdict import NOBODY

RESULTS = ROOT / "RESULTS.md"
SWEEPS = ASSETS / "results"
VOTE, MEAN, UNATT, ENERGYNET = "CNN", "CNN mean", "UnAtt", "finetune+EnergyNet"
DRAWN, NOISY, REAL = "drawn clips, clean stills", "drawn clips, noisy stills", "real clips"
AGAINST_VOTE = "without labels, UnAtt against CNN, vote"
AGAINST_TUNED = "with 20 % of the labels, finetune+EnergyNet against finetune+CNN, vote"
AGAINST_SVM = "with 20 % of the labels, finetune+EnergyNet against SVM"


@lru_cache(maxsize=4)
def sweep(name: str) -> SweepResults:
    """A sweep that ships: drawn, noisy or actions5. InputError where it is missing."""
    found = read_results(SWEEPS / name)
    if found is None:
        raise InputError(f"There is no sweep {name} in {SWEEPS}; the handout is made from it.")
    return found


def measured(drawn: SweepResults, real: SweepResults, words: Mapping[str, str]) -> dict[str, str]:
    """Every number by the name it has in handout.toml. InputError where a file lacks one.

    words: "ahead" says that {who} is, "equal" that methods are not told apart.
    """

    def said(question: str, clips: str, measure: str = "accuracy") -> str:
        return difference(lines, question, clips, measure, words)

    lines = verdicts(RESULTS)
    found = {
        "drawn_clips": str(sum(drawn.clip_counts.values())),
        "real_clips": str(sum(real.clip_counts.values())),
        "seeds": str(len(drawn.seeds)),
        "paper_unatt": f"{paper.UNSUPERVISED.accuracy:.1f}",
        "paper_energynet": f"{paper.FIGURE_5_GAIN[FEW]:.1f}",
        "verdict": first_line(RESULTS),
        "unatt_drawn": said(AGAINST_VOTE, DRAWN),
        "unatt_noisy": said(AGAINST_VOTE, NOISY),
        "unatt_real": said(AGAINST_VOTE, REAL),
        "unatt_real_map": said(AGAINST_VOTE, REAL, "mAP"),
        "energynet_drawn": said(AGAINST_TUNED, DRAWN),
        "energynet_real": said(AGAINST_TUNED, REAL),
        "energynet_svm": said(AGAINST_SVM, REAL, "mAP"),
    }
    for name, results in (("drawn", drawn), ("real", real)):
        found[f"web_{name}"] = spread(_validation(results))
        for word, method in (("vote", VOTE), ("mean", MEAN)):
            found[f"{word}_{name}"] = spread(results.per_seed(Curve(method, NONE), "accuracy"))
    return found | _pointing() | _shift()


def verdicts(file: Path) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """The first table of RESULTS.md: (question, data set) → cell by column. InputError without one."""
    rows = [
        [cell.strip() for cell in line.strip("|\n ").split(" | ")]
        for line in _lines(file)
        if line.startswith("| ")
    ]
    header = rows[0] if rows else []
    if header[:2] != ["question", "data set"]:
        raise InputError(
            f"{file.name} does not begin with its verdicts; write it anew by `report`."
        )
    last = next((n for n, row in enumerate(rows) if len(row) != len(header)), len(rows))
    return {(row[0], row[1]): dict(zip(header, row, strict=True)) for row in rows[2:last]}


def first_line(file: Path) -> str:
    """The sentence that RESULTS.md begins with."""
    return next(_lines(file), "")


def difference(
    lines: Mapping[tuple[str, str], Mapping[str, str]],
    question: str,
    clips: str,
    measure: str,
    words: Mapping[str, str],
) -> str:
    """Points with their interval, and who wins: "+7.4 [+3.3, +11.8] (attention ahead)"."""
    found = lines.get((question, clips))
    if found is None:
        raise InputError(
            f"RESULTS.md has no line “{question}” of {clips}; write it anew by `report`."
        )
    winner = found[f"{measure}: who wins"]
    who = words["equal"] if winner == NOBODY else words["ahead"].format(who=plain_name(winner))
    return f"{found[f'{measure}: points [95 %]']} ({who})"


def _lines(file: Path) -> Iterator[str]:
    try:
        return iter(file.read_text(encoding="utf-8").splitlines())
    except OSError:
        raise InputError(
            f"{file.name} is missing; make it by python -m training report, then the handout."
        ) from None


def _validation(results: SweepResults) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Accuracy of the Web CNN on stills that were held back, of each seed."""
    if results.validation is None:
        return np.array([])
    return results.validation.groupby("seed")["validation"].mean().to_numpy(np.float64)


def _pointing() -> dict[str, str]:
    """How often the brightest cell of a map lies in the true box, and how often others do."""
    table = pd.read_csv(SWEEPS / "trust" / "interactions" / "truth.csv")
    web = table[table["cnn"] == "web"].set_index("measure")
    game, middle = web.loc["pointing game"], web.loc["pointing game, the middle of the picture"]
    return {
        "pointing": f"{100 * game['mean']:.0f}",
        "pointing_interval": f"[{100 * game['low']:.0f}, {100 * game['high']:.0f}]",
        "pointing_random": f"{100 * game['random_mean']:.0f}",
        "pointing_middle": f"{100 * middle['mean']:.0f}",
    }


def _shift() -> dict[str, str]:
    """The shift under which the vote is right least often at the far end of the dial."""
    table = pd.read_csv(SWEEPS / "shifts" / "interactions.csv")
    ends = table.loc[table.groupby(["shift", "method"], sort=False)["value"].idxmax()]
    votes = ends[ends["method"] == VOTE]
    worst = str(votes.sort_values("accuracy")["shift"].iloc[0])
    mine = table[table["shift"] == worst]
    found = {"shift": worst, "shift_clips": str(int(mine["clips"].iloc[0]))}
    for word, method in (("vote", VOTE), ("unatt", UNATT)):
        line = mine[mine["method"] == method].sort_values("value")["accuracy"]
        found |= {
            f"shift_{word}_from": f"{line.iloc[0]:.0f}",
            f"shift_{word}_to": f"{line.iloc[-1]:.0f}",
        }
    return found
