"""Where two methods differ on a whole set: the clips that one gets right and the other wrong (Figure 6)."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from attention.catalogue.catalogue import say
from attention.errors import InputError
from attention.methods.registry import plain_name
from training.judge.bootstrap import Difference
from training.judge.comparison import compared, draws_of
from training.judge.paper import Curve
from training.judge.power import clips_needed
from training.judge.results import SweepResults
from training.report.curves import cell_of, curve_name
from training.report.numbers import bounds, chance, signed
from training.report.verdict import cannot_tell

KEY = ["fold", "clip"]


@dataclass(frozen=True)
class Disagreement:
    """Two methods on the same clips: `attention` and `cnn`, which is the other it is held against.

    attention_right, cnn_right: the clips that only this one gets right: fold, clip, truth, attention,
    cnn (what each said), the classes taking turns · both_right, both_wrong: counts · accuracy: attention
    minus the other with this one seed, None where some fold lacks it · needed: clips to tell two such
    methods apart.
    """

    attention: Curve
    cnn: Curve
    attention_right: pd.DataFrame
    cnn_right: pd.DataFrame
    both_right: int
    both_wrong: int
    accuracy: Difference | None
    needed: int

    @property
    def clips(self) -> int:
        """How many clips were judged."""
        return len(self.attention_right) + len(self.cnn_right) + self.both_right + self.both_wrong

    @property
    def sentence(self) -> str:
        """Both counts, the difference in accuracy, and whether it tells the two apart."""
        a, b = len(self.attention_right), len(self.cnn_right)
        mine, other = plain_name(self.attention.method), plain_name(self.cnn.method)
        return say(
            "curves.disagreement.counts",
            clips=self.clips, attention=mine, mine=a, cnn=other, other=b,
            both=self.both_right, neither=self.both_wrong, who=self._who,
        )  # fmt: skip

    @property
    def _who(self) -> str:
        found = self.accuracy
        if found is None:
            return say("curves.disagreement.untested")
        p = chance(found.p)
        p = p if p.startswith("<") else f"= {p}"
        gain = say("curves.disagreement.gain", points=signed(found.mean), bounds=bounds(found), p=p)
        if found.sign:
            better, other = (self.attention, self.cnn)[:: found.sign]
            name = plain_name(better.method)
            return say(
                "curves.disagreement.beats",
                better=f"{name[:1].upper()}{name[1:]}",
                worse=plain_name(other.method),
                gain=gain,
            )
        small = f" {cannot_tell(self.clips, self.needed)}" if self.needed > self.clips else ""
        names = {
            "attention": plain_name(self.attention.method),
            "cnn": plain_name(self.cnn.method),
        }
        return say("curves.disagreement.apart", **names, gain=gain) + small


def disagreement(
    verdicts: pd.DataFrame, results: SweepResults, attention: Curve, cnn: Curve, seed: int
) -> Disagreement:
    """The two methods with one seed, over all folds; verdicts: `known_sweeps.clip_verdicts`.

    InputError when one of them was not measured with this seed.
    """
    said = []
    for curve, name in ((attention, "attention"), (cnn, "cnn")):
        mine = cell_of(verdicts, curve, seed)
        if mine.empty:
            raise InputError(
                f"{curve_name(curve)} was not measured with seed {seed}; choose another seed or method."
            )
        columns = [*KEY, "truth", "prediction"]
        said.append(mine[columns].astype(str).rename(columns={"prediction": name}))
    both = said[0].merge(said[1], on=[*KEY, "truth"], validate="one_to_one")
    a, b = both["attention"] == both["truth"], both["cnn"] == both["truth"]
    return Disagreement(
        attention=attention,
        cnn=cnn,
        attention_right=_taking_turns(both[a & ~b]),
        cnn_right=_taking_turns(both[b & ~a]),
        both_right=int((a & b).sum()),
        both_wrong=int((~a & ~b).sum()),
        **_tested(results, attention, cnn, seed),
    )


def _tested(results: SweepResults, attention: Curve, cnn: Curve, seed: int) -> dict[str, Any]:
    judged = [results.judged[curve] for curve in (attention, cnn) if curve in results.judged]
    if len(judged) < 2 or any(seed not in found.seeds for found in judged):
        return {"accuracy": None, "needed": 0}
    mine, other = (found.of_seed(seed) for found in judged)
    return {
        "accuracy": compared(mine, other, "accuracy", draws_of(results)),
        "needed": clips_needed(mine, other),
    }


def _taking_turns(clips: pd.DataFrame) -> pd.DataFrame:
    """The first of each class, then the second of each, …: a few of them show every class."""
    turn = clips.groupby("truth").cumcount()
    return (
        clips.assign(turn=turn)
        .sort_values(["turn", "truth"], kind="stable")
        .drop(columns="turn")
        .reset_index(drop=True)
    )
