"""Selects frames for Figure 6, where an energy method is right and the CNN is wrong (§4.6)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attention.analysis import Analysis
from attention.errors import InputError
from attention.methods.method import Method
from attention.methods.registry import methods
from attention.verdict import Verdict

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Contrast:
    """Frames in which an energy method predicts the truth and its CNN predicts another concept.

    by: the field of its side that holds its energies · frames: places among the sampled frames, in
    order of time · chosen: the CNN's prediction in each · energies: float [N,C], those of the method.
    """

    method: Verdict
    cnn: Verdict
    truth: int
    frames: tuple[int, ...]
    chosen: tuple[int, ...]
    energies: Floats
    by: str


def contrast(analysis: Analysis, method: str | None = None, most: int = 3) -> Contrast:
    """Up to `most` such frames: those where the truth's energy is furthest above the CNN's choice.

    method: the energy method, by default the last in the methods' order that has such frames (the paper
    uses EnergyNet). Raises InputError, with the reason, when the truth is unknown or there is no such
    frame.
    """
    truth = _truth(analysis)
    known = {verdict.method: verdict for verdict in analysis.verdicts}
    there = [row for row in methods() if row.is_energy and row.name in known]
    asked = [row for row in reversed(there) if method in (None, row.name)]
    if not asked:
        names = ", ".join(name for name in known if name in {row.name for row in there})
        raise InputError(f"Figure 6 needs an energy method, not '{method}'; name {names}.")
    rivals = [(known[row.name], _cnn_beside(row, analysis)) for row in asked]
    for row, (verdict, cnn) in zip(asked, rivals, strict=True):
        frames = np.flatnonzero((cnn.frame_classes != truth) & (verdict.frame_classes == truth))
        if len(frames):
            energies = getattr(analysis.side(row.cnn), row.reads[0])
            wrong = cnn.frame_classes[frames]
            margins = energies[frames, truth] - energies[frames, wrong]
            best = np.sort(np.argsort(-margins, kind="stable")[:most])
            chosen = tuple(wrong[best].tolist())
            places = tuple(frames[best].tolist())
            return Contrast(verdict, cnn, truth, places, chosen, energies, row.reads[0])
    raise InputError(_why_none(analysis, truth, rivals))


def _truth(analysis: Analysis) -> int:
    if analysis.truth is None:
        raise InputError(f"Figure 6 needs the true concept of {analysis.clip}: name it.")
    if analysis.truth not in analysis.concepts:
        raise InputError(
            f"Figure 6 needs the map of the true concept {analysis.truth}, which was not among those "
            "compared: analyse the clip again with it."
        )
    return analysis.concepts.index(analysis.truth)


def _cnn_beside(method: Method, analysis: Analysis) -> Verdict:
    """The vote of the CNN whose maps the method reads."""
    votes = {row.name for row in methods() if row.role == "vote" and row.cnn == method.cnn}
    return next(v for v in analysis.verdicts if v.method in votes)


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
