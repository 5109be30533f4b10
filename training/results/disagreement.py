"""Where two methods differ on a whole set: the clips that one gets right and the other wrong (Figure 6)."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from attention.errors import InputError
from training.curves import cell_of, curve_name
from training.results.paper_numbers import Curve

KEY = ["fold", "clip"]


@dataclass(frozen=True)
class Disagreement:
    """Two methods on the same clips: `attention` and `cnn`, which is the other it is held against.

    attention_right, cnn_right: the clips that only this one gets right: fold, clip, truth, attention,
    cnn (what each said), the classes taking turns · both_right, both_wrong: counts.
    """

    attention: Curve
    cnn: Curve
    attention_right: pd.DataFrame
    cnn_right: pd.DataFrame
    both_right: int
    both_wrong: int

    @property
    def clips(self) -> int:
        """How many clips were judged."""
        return len(self.attention_right) + len(self.cnn_right) + self.both_right + self.both_wrong

    @property
    def sentence(self) -> str:
        """Both counts and what they mean for accuracy, in a sentence."""
        a, b = len(self.attention_right), len(self.cnn_right)
        gain = 100 * (a - b) / self.clips
        if a == b:
            balance = "so both have the same accuracy"
        else:
            ahead, by = (self.attention, gain) if a > b else (self.cnn, -gain)
            balance = f"so {ahead.method} is ahead by {by:.1f} points"
        return (
            f"Of {self.clips} clips, {a} only {self.attention.method} gets right and {b} only "
            f"{self.cnn.method}, {balance}; {self.both_right} both get right, {self.both_wrong} neither."
        )


def disagreement(verdicts: pd.DataFrame, attention: Curve, cnn: Curve, seed: int) -> Disagreement:
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
    )


def _taking_turns(clips: pd.DataFrame) -> pd.DataFrame:
    """The first of each class, then the second of each, …: a few of them show every class."""
    turn = clips.groupby("truth").cumcount()
    return (
        clips.assign(turn=turn)
        .sort_values(["turn", "truth"], kind="stable")
        .drop(columns="turn")
        .reset_index(drop=True)
    )
