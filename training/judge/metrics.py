"""What a method says of labelled clips, and how good that is: accuracy, top-3, mAP, confusion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class ClipScores:
    """What a method says of V clips: predictions int [V], scores float [V,C]."""

    method: str
    predictions: NDArray[np.int64]
    scores: Floats


@dataclass(frozen=True)
class Metrics:
    """accuracy, top3, mAP in 0 … 100 · per_class: accuracy of each · confusion: int [truth, said]."""

    accuracy: float
    top3: float
    mAP: float
    per_class: NDArray[np.float64]
    confusion: NDArray[np.int64]


def metrics(scores: ClipScores, truth: NDArray[np.int64]) -> Metrics:
    """Accuracy, top-3, mean average precision over the classes present, per class, confusion."""
    concepts = scores.scores.shape[1]
    right = scores.predictions == truth
    order = np.argsort(-scores.scores, axis=1, kind="stable")[:, :3]
    confusion = np.zeros((concepts, concepts), np.int64)
    np.add.at(confusion, (truth, scores.predictions), 1)
    with np.errstate(invalid="ignore"):  # NaN for a class without clips
        per_class = 100 * (np.diag(confusion) / confusion.sum(1))
    present = np.unique(truth)
    precision = [average_precision_score(truth == c, scores.scores[:, c]) for c in present]
    return Metrics(
        accuracy=100 * float(right.mean()),
        top3=100 * float((order == truth[:, None]).any(1).mean()),
        mAP=100 * float(np.mean(precision)),
        per_class=per_class,
        confusion=confusion,
    )


def clip_rows(
    scores: ClipScores, clips: Sequence[str], truth: NDArray[np.int64], concepts: Sequence[str]
) -> pd.DataFrame:
    """A row per clip: method, clip, truth, prediction, and a column of scores per concept."""
    table = pd.DataFrame(
        {
            "method": scores.method,
            "clip": list(clips),
            "truth": [concepts[t] for t in truth],
            "prediction": [concepts[p] for p in scores.predictions],
        }
    )
    for c, concept in enumerate(concepts):
        table[f"score: {concept}"] = scores.scores[:, c]
    return table
