"""From the frames' scores and energies to a video's verdict: Eqs. 2, 3, 5 and the CNN vote of §4.3."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Verdict:
    """What one method says of a clip.

    method: its name in the paper · side: the CNN it looked through, "web" or "tuned" ·
    scores: float [C], the video's score of each concept · prediction: index of the winner ·
    frame_classes: int [N], what the method says of each frame alone · votes: int [C], the frames won
    by each concept · why: one sentence.
    """

    method: str
    side: str
    scores: Floats
    prediction: int
    frame_classes: NDArray[np.int64]
    votes: NDArray[np.int64]
    why: str

    def ranking(self, top: int) -> list[int]:
        """Indices of the `top` highest scores, best first, the predicted concept always leading."""
        order = np.argsort(-self.scores, kind="stable")
        return [self.prediction, *(int(c) for c in order if c != self.prediction)][:top]


def frame_mean(values: Floats) -> Floats:
    """Mean over the frames, values [N,C] → [C]: Eq. 2 on window energies, Eq. 5 on learned ones."""
    _need_frames(values)
    return np.asarray(values, np.float64).mean(axis=0).astype(np.float32)


def decide(scores: Floats) -> int:
    """Index of the highest video score (Eq. 3); of equal ones the first."""
    return int(np.argmax(scores))


def majority(scores: Floats) -> tuple[int, Floats, NDArray[np.int64]]:
    """The CNN vote of §4.3 over class scores [N,C].

    Every frame votes for its best class; the class with most votes wins, and the video's scores are
    the mean over the frames that voted for it. Classes with equally many votes are separated by that
    mean, each class's own over its own frames. Returns (winner, video scores [C], votes [C]).
    """
    _need_frames(scores)
    classes = scores.argmax(axis=1)
    votes = np.bincount(classes, minlength=scores.shape[1])
    tied = np.flatnonzero(votes == votes.max())
    fused = {int(c): frame_mean(scores[classes == c]) for c in tied}
    winner = max(fused, key=lambda c: float(fused[c][c]))
    return winner, fused[winner], votes


def cnn_verdict(method: str, side: str, scores: Floats, concepts: Sequence[str]) -> Verdict:
    """CNN or finetune+CNN (§4.3): the vote, with a word when the plain mean would say otherwise."""
    winner, fused, votes = majority(scores)
    frames = len(scores)
    why = f"{concepts[winner]} wins the vote in {votes[winner]} of {_count(frames, 'frame')}"
    rivals = np.flatnonzero((votes == votes[winner]) & (np.arange(len(votes)) != winner))
    if len(rivals):
        why += f", as does {concepts[rivals[0]]} with no higher mean score"
    why += f"; mean score there {fused[winner]:.2f}"
    second = _runner_up(fused, winner)
    if second is not None:
        why += f", {fused[winner] - fused[second]:.2f} above {concepts[second]}"
    averaged = decide(frame_mean(scores))
    if averaged != winner:
        why += f". Averaging all frames instead would say {concepts[averaged]}"
    return Verdict(method, side, fused, winner, scores.argmax(axis=1), votes, why + ".")


def energy_verdict(
    method: str, side: str, energies: Floats, concepts: Sequence[str], where: str
) -> Verdict:
    """UnAtt or EnergyNet: the highest mean energy wins (Eqs. 2, 3 and 5). energies [N,C].

    `where` says in the sentence whence the energy comes, such as "in 3×3 windows".
    """
    return mean_verdict(method, side, energies, concepts, "mean energy", f" {where}")


def mean_verdict(
    method: str, side: str, values: Floats, concepts: Sequence[str], what: str, where: str = ""
) -> Verdict:
    """The highest mean over the frames of values [N,C] wins; `what` names that mean in the sentence."""
    classes = values.argmax(axis=1)
    return highest_verdict(method, side, frame_mean(values), classes, concepts, what, where)


def highest_verdict(
    method: str,
    side: str,
    scores: Floats,
    frame_classes: NDArray[np.int64],
    concepts: Sequence[str],
    what: str,
    where: str = "",
) -> Verdict:
    """The highest of the video's scores [C] wins (Eq. 3). frame_classes: int [N], said of each frame."""
    winner = decide(scores)
    votes = np.bincount(frame_classes, minlength=len(scores))
    digits = decimals_for(scores[winner])
    why = (
        f"{concepts[winner]} has the highest {what}, {scores[winner]:.{digits}f}{where} "
        f"over {_count(len(frame_classes), 'frame')}"
    )
    second = _runner_up(scores, winner)
    if second is not None:
        why += f", {scores[winner] - scores[second]:.{digits}f} above {concepts[second]}"
    return Verdict(method, side, scores, winner, frame_classes, votes, why + ".")


def decimals_for(top: float) -> int:
    """Decimals with which scores whose highest is `top` can be told apart: 2, and more below 0.1."""
    return min(6, 2 - math.floor(math.log10(top))) if 0 < top < 0.1 else 2


def agreement(verdicts: Sequence[Verdict], concepts: Sequence[str]) -> str:
    """One sentence: whether the methods agree, and if not who says what."""
    if len(verdicts) < 2:
        return ""
    said: dict[int, list[str]] = {}
    for verdict in verdicts:
        said.setdefault(verdict.prediction, []).append(verdict.method)
    if len(said) == 1:
        quantity = "Both" if len(verdicts) == 2 else f"All {len(verdicts)}"
        return f"{quantity} methods say {concepts[verdicts[0].prediction]}."
    sides = [f"{_join(methods)} {_say(methods)} {concepts[c]}" for c, methods in said.items()]
    return f"The methods disagree: {', '.join(sides)}."


def _runner_up(scores: Floats, winner: int) -> int | None:
    others = [c for c in np.argsort(-scores, kind="stable") if c != winner]
    return int(others[0]) if others else None


def _need_frames(values: Floats) -> None:
    if len(values) == 0:
        raise ValueError("a verdict needs at least one frame")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _say(methods: Sequence[str]) -> str:
    return "says" if len(methods) == 1 else "say"
