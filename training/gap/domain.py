"""How well a linear classifier tells stills from frames: 50 % where there is no gap that it could find."""

from dataclasses import dataclass

import numpy as np

from training.gap.vectors import Flags, Groups, Vectors

PARTS = 5
LEAST = (
    10  # fewest recordings of clips, and stills, of which a share of right answers says anything
)
NORMAL = 1.959964  # two-sided 95 % quantile of the normal law
CHANCE = 0.5


@dataclass(frozen=True)
class Told:
    """Share of pictures told apart, mean of both sides, in 0 … 1, with its 95 % interval."""

    accuracy: float
    low: float
    high: float


def told_apart(vectors: Vectors, is_frame: Flags, groups: Groups, seed: int = 0) -> Told:
    """Accuracy of logistic regression on vectors [n,d], each picture judged by one that never saw its group.

    Columns are brought to mean 0 and deviation 1 where the classifier learns; both sides count alike
    whatever their size · groups: [n], a recording or a still. The interval is Wilson's, for as many trials
    as there are groups, so that the clips of one recording count once. It holds which pictures were
    judged, and not how another sample would have been learned from.
    """
    sides = groups_of(is_frame, groups)
    right = _said(vectors, is_frame, groups, seed) == is_frame
    accuracy = float(np.mean([right[is_frame == side].mean() for side in (False, True)]))
    return Told(accuracy, *wilson(accuracy, 4 / sum(1 / side for side in sides)))


def groups_of(is_frame: Flags, groups: Groups) -> tuple[int, int]:
    """How many groups [n] the stills, and the frames, come from; LEAST of either give a number."""
    stills, frames = (len(np.unique(groups[is_frame == side])) for side in (False, True))
    return stills, frames


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share in 0 … 1; never empty, also at 0 and 1."""
    spread = NORMAL**2 / trials
    middle = (share + spread / 2) / (1 + spread)
    half = NORMAL * np.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _said(vectors: Vectors, is_frame: Flags, groups: Groups, seed: int) -> Flags:
    """What is said of each picture, in PARTS parts that keep groups whole."""
    # a second to load: not before a gap is measured
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(
        StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=1000)
    )
    parts = StratifiedGroupKFold(PARTS, shuffle=True, random_state=seed)
    return np.asarray(
        cross_val_predict(classifier, vectors.astype(np.float64), is_frame, groups=groups, cv=parts)
    )
