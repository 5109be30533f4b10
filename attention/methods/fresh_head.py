"""Fresh head: one logistic head on the labelled clips alone, the baseline of the Web+video head."""

from attention.methods.linear import (
    LEARNS,
    clip_vectors,
    features_of,
    fit_clip_head,
    judge_by_clip_head,
    labels_of,
)
from attention.methods.method import PURPLE, Examples, Floats, Method


def _fit(examples: Examples) -> dict[str, Floats]:
    labels = labels_of(examples)
    clips = clip_vectors(features_of(examples.side.features), examples.owners, len(labels))
    return fit_clip_head(clips, labels, clips.mean(axis=0), examples.side.scores.shape[1])


METHODS = (
    Method(
        "Fresh head", 220, "web", "some", ("features",), judge_by_clip_head, "baseline",
        "One logistic head on the Web CNN's mean features of the labelled clips.",
        PURPLE, "square", "sweep", fit=_fit, learns=LEARNS, plain="clip classifier, clips alone",
    ),
)  # fmt: skip
