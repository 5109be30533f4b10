"""Every method of §4.3 on labelled clips: scores per clip, then accuracy, top-3, mAP, confusion."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from attention.energy import window_energy
from attention.energynet import EnergyNet
from attention.verdict import decide, frame_mean, majority
from training.cache.maps import FrameMaps

Floats = NDArray[np.float32]
LOGISTIC_C = 1.0  # of 1, 10 and 100 the best on the drawn set's development clips (LOG.md)


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


def cnn_scores(method: str, maps: FrameMaps, clips: int) -> ClipScores:
    """The vote of §4.3, fused scores over the majority's frames."""
    votes = [majority(maps.scores[maps.of_clip(v)].numpy()) for v in range(clips)]
    predictions = np.array([winner for winner, _, _ in votes])
    return ClipScores(method, predictions, np.stack([fused for _, fused, _ in votes]))


def mean_scores(method: str, values: torch.Tensor, maps: FrameMaps, clips: int) -> ClipScores:
    """Mean over each clip's frames of values [F,C] (Eqs. 2 and 5), the highest wins (Eq. 3)."""
    scores = np.stack([frame_mean(values[maps.of_clip(v)].numpy()) for v in range(clips)])
    return ClipScores(method, np.array([decide(row) for row in scores]), scores)


def unatt_scores(method: str, maps: FrameMaps, clips: int) -> ClipScores:
    """UnAtt: the largest 3×3 window of each map (§3.3)."""
    return mean_scores(method, window_energy(maps.L), maps, clips)


def energynet_scores(
    method: str, net: EnergyNet, V_c: torch.Tensor, maps: FrameMaps, clips: int
) -> ClipScores:
    """EnergyNet on the maps (Eqs. 4 and 5)."""
    return mean_scores(method, net.energies(maps.L, V_c), maps, clips)


def svm_scores(
    method: str,
    train: FrameMaps,
    train_labels: torch.Tensor,
    maps: FrameMaps,
    clips: int,
    seed: int = 0,
) -> ClipScores:
    """One-versus-rest linear SVMs, C = 1, on penultimate features of unit length; frames vote (§4.3).

    Unit length is what makes C = 1 mean the same for every network; raw features of length 18 fit
    their training frames to the last one and lose 16 points on the development clips (LOG.md).
    train_labels: int [F], the label of each training frame. A class without training frames is never
    chosen.
    """
    machine = OneVsRestClassifier(LinearSVC(C=1.0, random_state=seed, max_iter=5000))
    machine.fit(normalize(train.features.numpy()), train_labels.numpy())
    margins = machine.decision_function(normalize(maps.features.numpy()))
    if margins.ndim == 1:  # two classes come as one margin
        margins = np.stack((-margins, margins), 1)
    said = np.full((len(margins), maps.scores.shape[1]), margins.min() - 1, np.float32)
    said[:, machine.classes_] = margins
    votes = [majority(said[maps.of_clip(v).numpy()]) for v in range(clips)]
    return ClipScores(
        method, np.array([w for w, _, _ in votes]), np.stack([fused for _, fused, _ in votes])
    )


def logistic_scores(
    method: str, train: FrameMaps, train_labels: torch.Tensor, maps: FrameMaps, clips: int
) -> ClipScores:
    """A fresh logistic head on penultimate features of unit length; frames' probabilities are averaged.

    The plainest use of labelled frames, not in the paper: what EnergyNet has to beat.
    train_labels: int [F], the label of each training frame. A class without training frames is never
    chosen.
    """
    head = LogisticRegression(C=LOGISTIC_C, max_iter=1000)
    head.fit(normalize(train.features.numpy()), train_labels.numpy())
    said = torch.zeros(len(maps.features), maps.scores.shape[1])
    found = head.predict_proba(normalize(maps.features.numpy()))
    said[:, head.classes_] = torch.from_numpy(found).float()
    return mean_scores(method, said, maps, clips)


def metrics(scores: ClipScores, truth: NDArray[np.int64]) -> Metrics:
    """Accuracy, top-3, mean average precision over the classes present, per class, confusion."""
    concepts = scores.scores.shape[1]
    right = scores.predictions == truth
    order = np.argsort(-scores.scores, axis=1, kind="stable")[:, :3]
    confusion = np.zeros((concepts, concepts), np.int64)
    np.add.at(confusion, (truth, scores.predictions), 1)
    present = np.unique(truth)
    precision = [average_precision_score(truth == c, scores.scores[:, c]) for c in present]
    return Metrics(
        accuracy=100 * float(right.mean()),
        top3=100 * float((order == truth[:, None]).any(1).mean()),
        mAP=100 * float(np.mean(precision)),
        per_class=np.array(
            [
                100 * right[truth == c].mean() if (truth == c).any() else np.nan
                for c in range(concepts)
            ]
        ),
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
