"""The numbers of the handout, read from the sweeps that ship and their answers; none is typed."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd

from attention.catalogue.catalogue import has_words, key_of, say
from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.methods.registry import plain_name
from training.classroom.shipped import shipped_answer, shipped_answers
from training.judge import paper
from training.judge.paper import FEW, NONE, Curve, Measure
from training.judge.results import SweepResults, read_results
from training.report.numbers import spread
from training.report.verdict import Answer, sentence

SWEEPS = ASSETS / "results"
VOTE, MEAN, UNATT, TUNED, ENERGYNET = (
    "CNN",
    "CNN mean",
    "UnAtt",
    "finetune+CNN",
    "finetune+EnergyNet",
)


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

    def said(sweep: str, better: str, worse: str, labels: float, measure: Measure) -> str:
        return difference(shipped_answer(sweep, better, worse, labels), measure, words)

    found = {
        "drawn_clips": str(sum(drawn.clip_counts.values())),
        "real_clips": str(sum(real.clip_counts.values())),
        "seeds": str(len(drawn.seeds)),
        "paper_unatt": f"{paper.UNSUPERVISED.accuracy:.1f}",
        "paper_energynet": f"{paper.FIGURE_5_GAIN[FEW]:.1f}",
        "verdict": sentence(shipped_answers()),
        "unatt_drawn": said("drawn", UNATT, VOTE, NONE, "accuracy"),
        "unatt_noisy": said("noisy", UNATT, VOTE, NONE, "accuracy"),
        "unatt_real": said("actions5", UNATT, VOTE, NONE, "accuracy"),
        "unatt_real_map": said("actions5", UNATT, VOTE, NONE, "mAP"),
        "energynet_drawn": said("drawn", ENERGYNET, TUNED, FEW, "accuracy"),
        "energynet_real": said("actions5", ENERGYNET, TUNED, FEW, "accuracy"),
        "energynet_svm": said("actions5", ENERGYNET, "SVM", FEW, "mAP"),
    }
    for name, results in (("drawn", drawn), ("real", real)):
        found[f"web_{name}"] = spread(_validation(results))
        for word, method in (("vote", VOTE), ("mean", MEAN)):
            found[f"{word}_{name}"] = spread(results.per_seed(Curve(method, NONE), "accuracy"))
    return found | _pointing() | _shift()


def difference(answer: Answer, measure: Measure, words: Mapping[str, str]) -> str:
    """Points with their interval, and who wins: "+7.4 [+3.3, +11.8] (attention ahead)"."""
    winner = answer.winner(measure)
    who = words["ahead"].format(who=called(winner)) if winner else words["equal"]
    return f"{answer.points(measure)} ({who})"


def called(method: str) -> str:
    """A method's name in everyday words, in the language of the handout."""
    return _words("methods", method, plain_name(method))


def _words(place: str, name: str, usual: str) -> str:
    key = key_of(place, name, "plain")
    return say(key) if has_words(key) else usual


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
    found = {
        "shift": _words("shifts", worst, worst),
        "shift_clips": str(int(mine["clips"].iloc[0])),
    }
    for word, method in (("vote", VOTE), ("unatt", UNATT)):
        line = mine[mine["method"] == method].sort_values("value")["accuracy"]
        found |= {
            f"shift_{word}_from": f"{line.iloc[0]:.0f}",
            f"shift_{word}_to": f"{line.iloc[-1]:.0f}",
        }
    return found
