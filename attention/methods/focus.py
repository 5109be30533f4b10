"""Focus (no labels, ours): frames are weighted by how much their maps stand out.

z_tc = (E_tc − μ_c)/σ_c of window energies, w_t ∝ exp(max_c z_tc) within the clip,
score = Σ_t w_t softmax(s_t/3); μ_c, σ_c are over the frames of the set's training clips, without labels.
Two controls, in sweeps only: w_t = 1, and z of the class scores.
"""

import numpy as np

from attention.methods.linear import softmax
from attention.methods.method import GREY, SKY, Floats, Method, Seen
from attention.verdict import Verdict, highest_verdict

TEMPERATURE = 3.0
LEARNS = ("mean", "std")
ALONE = (
    "Focus compares this clip's frames with each other: the model holds no statistics of other clips "
    "for such windows."
)


def _statistics(values: Floats) -> dict[str, Floats]:
    exact = values.astype(np.float64)
    return {"mean": exact.mean(axis=0).astype("f4"), "std": exact.std(axis=0).astype("f4")}


def _stands_out(values: Floats, seen: Seen) -> Floats:
    mean, std = seen.learned["mean"], seen.learned["std"]
    z = np.where(std > 0, (values - mean) / np.where(std > 0, std, 1), 0)
    return np.asarray(softmax(z.max(axis=1)), np.float32)


def _weighted(name: str, seen: Seen, weights: Floats) -> Verdict:
    likely = softmax(seen.side.scores / TEMPERATURE)
    scores = (weights / weights.sum() @ likely).astype(np.float32)
    where = f" (most by frame {weights.argmax() + 1})" if np.ptp(weights) > 0 else ""
    what, frames = "probability", likely.argmax(axis=1)
    return highest_verdict(name, seen.side.name, scores, frames, seen.concepts, what, where)


METHODS = (
    Method(
        "Focus", 130, "web", "none", ("scores", "energies"),
        lambda name, seen: _weighted(name, seen, _stands_out(seen.side.energies, seen)), "attention",
        "Weights frames by how much their maps stand out, and adds up what the CNN says of them.",
        SKY, "circle", fit=lambda examples: _statistics(examples.side.energies), learns=LEARNS, alone=ALONE,
        plain="weighted vote",
    ),
    Method(
        "Focus, even", 131, "web", "none", ("scores",),
        lambda name, seen: _weighted(name, seen, np.ones(len(seen.side.scores), np.float32)), "control",
        "A control of Focus: all frames weigh the same.", GREY, "triangle-down", "sweep",
        plain="weighted vote, all weights alike",
    ),
    Method(
        "Focus by scores", 132, "web", "none", ("scores",),
        lambda name, seen: _weighted(name, seen, _stands_out(seen.side.scores, seen)), "control",
        "A control of Focus: frames are weighted by how much their class scores stand out.",
        GREY, "square", "sweep", fit=lambda examples: _statistics(examples.side.scores), learns=LEARNS,
        plain="weighted vote, by scores",
    ),
)  # fmt: skip
