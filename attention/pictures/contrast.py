"""Selects frames for Figure 6, where an energy method is right and the CNN is wrong (§4.6)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attention.analysis import Analysis
from attention.errors import InputError
from attention.verdict import Verdict

Floats = NDArray[np.float32]
# the order in which methods are tried; the paper's choice is first
ENERGY_METHODS = ("finetune+EnergyNet", "EnergyNet", "finetune+UnAtt", "UnAtt")


@dataclass(frozen=True)
class Contrast:
    """Frames in which an energy method predicts the truth and its CNN predicts another concept.

    frames: places among the sampled frames, in order of time · chosen: the CNN's prediction in each ·
    energies: float [N,C], those of the method.
    """

    method: Verdict
    cnn: Verdict
    truth: int
    frames: tuple[int, ...]
    chosen: tuple[int, ...]
    energies: Floats


def contrast(analysis: Analysis, method: str | None = None, most: int = 3) -> Contrast:
    """Up to `most` such frames: those where the truth's energy is furthest above the CNN's choice.

    method: the energy method, by default the first of ENERGY_METHODS that has such frames. Raises
    InputError, with the reason, when the truth is unknown or there is no such frame.
    """
    truth = _truth(analysis)
    known = {verdict.method: verdict for verdict in analysis.verdicts}
    asked = [name for name in ENERGY_METHODS if name in known and method in (None, name)]
    if not asked:
        methods = ", ".join(name for name in known if name in ENERGY_METHODS)
        raise InputError(f"Figure 6 needs an energy method, not '{method}'; name {methods}.")
    rivals = [(known[name], _cnn_beside(known[name], analysis)) for name in asked]
    for verdict, cnn in rivals:
        frames = np.flatnonzero((cnn.frame_classes != truth) & (verdict.frame_classes == truth))
        if len(frames):
            energies = method_energies(analysis, verdict)
            wrong = cnn.frame_classes[frames]
            margins = energies[frames, truth] - energies[frames, wrong]
            best = np.sort(np.argsort(-margins, kind="stable")[:most])
            chosen = tuple(wrong[best].tolist())
            return Contrast(verdict, cnn, truth, tuple(frames[best].tolist()), chosen, energies)
    raise InputError(_why_none(analysis, truth, rivals))


def method_energies(analysis: Analysis, verdict: Verdict) -> Floats:
    """The energies [N,C] that an energy method compares: EnergyNet's, or those of the best window."""
    side = analysis.side(verdict.side)
    if verdict.method.endswith("EnergyNet") and side.net_energies is not None:
        return side.net_energies
    return side.energies


def _truth(analysis: Analysis) -> int:
    if analysis.truth is None:
        raise InputError(f"Figure 6 needs the true concept of {analysis.clip}: name it.")
    if analysis.truth not in analysis.concepts:
        raise InputError(
            f"Figure 6 needs the map of the true concept {analysis.truth}, which was not among those "
            "compared: analyse the clip again with it."
        )
    return analysis.concepts.index(analysis.truth)


def _cnn_beside(verdict: Verdict, analysis: Analysis) -> Verdict:
    return next(v for v in analysis.verdicts if v.side == verdict.side and v.method.endswith("CNN"))


def _why_none(analysis: Analysis, truth: int, rivals: Sequence[tuple[Verdict, Verdict]]) -> str:
    name = analysis.concepts[truth]
    for verdict, cnn in rivals:
        if (cnn.frame_classes != truth).any():
            return (
                f"There is no Figure 6 of {analysis.clip}: it shows frames where {cnn.method} is wrong "
                f"and {verdict.method} says {name}, and there is no such frame."
            )
    return (
        f"There is no Figure 6 of {analysis.clip}: it shows frames in which the CNN is wrong, and "
        f"{rivals[0][1].method} rightly says {name} in every frame."
    )
