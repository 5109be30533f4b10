"""The CNN alone, of single frames: the vote of §4.3, and the mean of all frames that it also tried."""

from attention.methods.method import GREY, ORANGE, VERMILLION, Method, Seen
from attention.verdict import Verdict, cnn_verdict, mean_verdict


def _vote(name: str, seen: Seen) -> Verdict:
    return cnn_verdict(name, seen.side.name, seen.side.scores, seen.concepts)


def _mean(name: str, seen: Seen) -> Verdict:
    return mean_verdict(name, seen.side.name, seen.side.scores, seen.concepts, "mean score")


METHODS = (
    Method(
        "CNN", 100, "web", "none", ("scores",), _vote, "vote",
        "Each frame votes for its highest class score; the majority wins (§4.3).",
        ORANGE, "square", title="CNN, vote", plain="vote",
    ),
    Method(
        "CNN mean", 110, "web", "none", ("scores",), _mean, "baseline",
        "The class with the highest mean score over all frames wins (§4.3).",
        ORANGE, "triangle-down", "evaluate", title="CNN, mean of all frames",
        plain="mean of all frames",
    ),
    Method(
        "finetune+CNN", 300, "tuned", "some", ("scores",), _vote, "vote",
        "The vote of §4.3 by the CNN fine-tuned on labelled video frames.",
        VERMILLION, "square", title="finetune+CNN, vote", plain="tuned vote",
    ),
    Method(
        "finetune+CNN mean", 310, "tuned", "some", ("scores",), _mean, "baseline",
        "The highest mean score over all frames, by the fine-tuned CNN.",
        VERMILLION, "triangle-down", "evaluate", title="finetune+CNN, mean of all frames",
        plain="tuned mean of all frames",
    ),
    Method(
        "NoImage+CNN", 400, "no image", "all", ("scores",), _vote, "baseline",
        "The vote of a CNN that goes from ImageNet straight to labelled video, without Web images (Table 3).",
        GREY, "x", "sweep", plain="vote without Web images",
    ),
)  # fmt: skip
