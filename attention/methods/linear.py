"""Linear heads on features: weight [C,K] and bias [C], a row per concept, as scikit-learn fits them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from attention.methods.method import Examples, Floats, Learned, Seen
from attention.verdict import Verdict, highest_verdict

Doubles = NDArray[np.float64]
LEARNS = ("weight", "bias")
DECAY = 1e-3  # of a clip head: DECAY/2 · ‖W‖² is added to the mean loss
IMPOSSIBLE = -1e9  # bias of a class that no example shows: its probability is 0


def unit(x: NDArray[Any]) -> Doubles:
    """Rows [n,K] divided by their Euclidean length; rows of zeros stay."""
    x = np.asarray(x, np.float64)
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    return np.asarray(x / np.where(lengths > 0, lengths, 1.0))


def softmax(x: NDArray[Any], axis: int = -1) -> Doubles:
    """exp(x) divided by its sum along an axis."""
    powers = np.exp(np.asarray(x, np.float64) - x.max(axis=axis, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axis, keepdims=True))


def features_of(features: Floats | None) -> Floats:
    """The features of a side that must have them."""
    if features is None:
        raise ValueError("this method reads features, and the side has none")
    return features


def labels_of(examples: Examples) -> NDArray[np.int64]:
    """The labels int [V] of examples that must have them."""
    if examples.labels is None:
        raise ValueError("this method learns from labelled clips")
    return examples.labels


def apply(learned: Learned, x: NDArray[Any]) -> Doubles:
    """weight · x + bias of rows x [n,K] → [n,C]."""
    return np.asarray(x, np.float64) @ learned["weight"].T + learned["bias"]


def in_full(head: Any, count: int, absent: float) -> dict[str, Floats]:
    """A fitted scikit-learn head for all `count` concepts; `absent`: the bias of those it has not seen.

    Of two classes scikit-learn keeps one row, of the second against the first.
    """
    rows, biases = np.asarray(head.coef_), np.asarray(head.intercept_)
    if len(rows) < len(head.classes_):
        rows, biases = np.concatenate((-rows, rows)), np.concatenate((-biases, biases))
    weight = np.zeros((count, rows.shape[1]), np.float32)
    bias = np.full(count, absent, np.float32)
    weight[head.classes_], bias[head.classes_] = rows, biases
    return {"weight": weight, "bias": bias}


def clip_vectors(features: NDArray[Any], owners: NDArray[np.int64], clips: int) -> Doubles:
    """A clip's vector [V,K]: unit length per frame, mean over the clip, unit length."""
    frames = unit(features)
    return unit(np.stack([frames[owners == clip].mean(axis=0) for clip in range(clips)]))


def fit_clip_head(
    x: Doubles, labels: NDArray[np.int64], centre: Doubles, count: int
) -> dict[str, Floats]:
    """A class-balanced softmax head on x − centre, the mean loss plus DECAY/2 · ‖W‖².

    x: float [n,K] · labels: int [n] · centre: float [K], taken into the bias of what is returned, so that
    the head is applied to clip vectors as they are.
    """
    from sklearn.linear_model import LogisticRegression  # takes a second to import

    two = len(np.unique(labels)) == 2
    # scikit-learn adds C times the summed loss to ‖W‖²/2; its single row of two classes is w1 − w0, so
    # that ‖W‖² is half of its square
    strength = (2 if two else 1) / (DECAY * len(x))
    head = LogisticRegression(C=strength, class_weight="balanced", max_iter=2000, tol=1e-6)
    head.fit(x - centre, labels)
    if two:
        head.coef_, head.intercept_ = head.coef_ / 2, head.intercept_ / 2
    learned = in_full(head, count, IMPOSSIBLE)
    bias = learned["bias"] - learned["weight"].astype(np.float64) @ centre
    return {"weight": learned["weight"], "bias": bias.astype(np.float32)}


def judge_by_clip_head(name: str, seen: Seen) -> Verdict:
    """The class that is most probable for the clip's vector; a frame's class is that of its own vector."""
    features = features_of(seen.side.features)
    clip = clip_vectors(features, np.zeros(len(features), np.int64), 1)
    scores = softmax(apply(seen.learned, clip))[0].astype(np.float32)
    frames = apply(seen.learned, unit(features)).argmax(axis=1)
    return highest_verdict(name, seen.side.name, scores, frames, seen.concepts, "probability")
