"""SVM (§4.3): one-versus-rest linear SVMs on features of unit length; the frames vote.

Unit length is what makes C = 1 mean the same for every network; raw features of length 18 fit their
training frames to the last one and lose 16 points on the development clips (LOG.md).
"""

from types import SimpleNamespace

import numpy as np

from attention.methods.linear import LEARNS, apply, features_of, in_full, labels_of, unit
from attention.methods.method import PURPLE, Examples, Floats, Method, Seen
from attention.verdict import Verdict, cnn_verdict


def _fit(examples: Examples) -> dict[str, Floats]:
    from sklearn.multiclass import OneVsRestClassifier  # takes a second to import
    from sklearn.svm import LinearSVC

    x = unit(features_of(examples.side.features))
    machine = OneVsRestClassifier(LinearSVC(C=1.0, random_state=examples.seed, max_iter=5000))
    machine.fit(x, labels_of(examples)[examples.owners])
    single = machine.estimators_
    rows = np.concatenate([one.coef_ for one in single])
    biases = np.concatenate([one.intercept_ for one in single])
    # no margin of a feature of unit length is lower than this: such a class is never chosen
    never = -float((np.linalg.norm(rows, axis=1) + np.abs(biases)).max()) - 1
    fitted = SimpleNamespace(coef_=rows, intercept_=biases, classes_=machine.classes_)
    return in_full(fitted, examples.side.scores.shape[1], never)


def _judge(name: str, seen: Seen) -> Verdict:
    margins = apply(seen.learned, unit(features_of(seen.side.features))).astype(np.float32)
    return cnn_verdict(name, seen.side.name, margins, seen.concepts)


METHODS = (
    Method(
        "SVM", 200, "web", "some", ("features",), _judge, "baseline",
        "Linear SVMs on the Web CNN's features of labelled frames; the frames vote (§4.3).",
        PURPLE, "diamond", "sweep", fit=_fit, learns=LEARNS,
    ),
)  # fmt: skip
