"""Logistic: a fresh logistic head on single frames of unit length; their probabilities are averaged.

The plainest use of labelled frames, not in the paper: what EnergyNet has to beat. It is not the fresh
head of fresh_head.py: that one learns from whole clips, balances the classes and is held back less.
"""

import numpy as np

from attention.methods.linear import (
    IMPOSSIBLE,
    LEARNS,
    apply,
    features_of,
    in_full,
    labels_of,
    softmax,
    unit,
)
from attention.methods.method import PURPLE, Examples, Floats, Method, Seen
from attention.verdict import Verdict, mean_verdict

STRENGTH = 1.0  # of 1, 10 and 100 the best on the drawn set's development clips (LOG.md)


def _fit(examples: Examples) -> dict[str, Floats]:
    from sklearn.linear_model import LogisticRegression  # takes a second to import

    head = LogisticRegression(C=STRENGTH, max_iter=1000)
    head.fit(unit(features_of(examples.side.features)), labels_of(examples)[examples.owners])
    if len(head.classes_) == 2:  # σ(z) is the softmax of −z/2 and z/2
        head.coef_, head.intercept_ = head.coef_ / 2, head.intercept_ / 2
    return in_full(head, examples.side.scores.shape[1], IMPOSSIBLE)


def _judge(name: str, seen: Seen) -> Verdict:
    said = softmax(apply(seen.learned, unit(features_of(seen.side.features)))).astype(np.float32)
    return mean_verdict(name, seen.side.name, said, seen.concepts, "mean probability")


METHODS = (
    Method(
        "Logistic", 210, "web", "some", ("features",), _judge, "baseline",
        "A fresh logistic head on the Web CNN's features of labelled frames; probabilities are averaged.",
        PURPLE, "x", "sweep", fit=_fit, learns=LEARNS, plain="frame classifier",
    ),
)  # fmt: skip
