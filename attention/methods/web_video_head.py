"""Web+video head (few labels, ours): one logistic head on Web stills and labelled clips together.

x is a clip's or still's vector: features of unit length per frame, their mean over the clip, unit length,
less the mean of the training clips. The head minimises the class-balanced mean loss + 10⁻³/2 · ‖W‖².
"""

import numpy as np

from attention.methods.linear import (
    LEARNS,
    clip_vectors,
    features_of,
    fit_clip_head,
    judge_by_clip_head,
    labels_of,
    unit,
)
from attention.methods.method import PURPLE, Examples, Floats, Method


def _fit(examples: Examples) -> dict[str, Floats]:
    if examples.stills is None or examples.still_labels is None:
        raise ValueError("the Web+video head learns from Web stills too")
    labels = labels_of(examples)
    clips = clip_vectors(features_of(examples.side.features), examples.owners, len(labels))
    together = np.concatenate((unit(examples.stills), clips))
    of_all = np.concatenate((examples.still_labels, labels))
    return fit_clip_head(together, of_all, clips.mean(axis=0), examples.side.scores.shape[1])


METHODS = (
    Method(
        "Web+video head", 230, "web", "some", ("features",), judge_by_clip_head, "baseline",
        "One logistic head on the Web CNN's mean features of Web stills and labelled clips together.",
        PURPLE, "circle", fit=_fit, learns=LEARNS, stills=True,
        plain="clip classifier",
    ),
)  # fmt: skip
