"""The record that travels from the pipeline to the pictures, the page, the terminal and the disk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError, short
from attention.verdict import Verdict, agreement, cnn_verdict, energy_verdict

Floats = NDArray[np.float32]
METHODS = ("CNN", "UnAtt", "finetune+CNN", "finetune+UnAtt", "finetune+EnergyNet")


@dataclass(frozen=True)
class Side:
    """What one CNN of the model saw: "web" as trained on Web images, "tuned" fine-tuned on video.

    scores: float [N,C], class scores before softmax · energies: float [N,C], the largest s×s window sum ·
    windows: int [N,C,2], (row, col) of that window's upper left cell · maps: float [N,C,h,w] ≥ 0, raw
    (Eq. 1), or None when not kept · net_energies: float [N,C] of EnergyNet (Eq. 4), or None.
    """

    name: str
    scores: Floats
    energies: Floats
    windows: NDArray[np.uint8]
    maps: Floats | None = None
    net_energies: Floats | None = None


@dataclass(frozen=True)
class Analysis:
    """A clip as a model sees it: N sampled frames, C concepts, one or two CNNs, a verdict per method.

    frames: indices in the clip · seconds: time of each since the first · window: side s of Eq. 2's
    window · size: (width, height) of the clip · pictures: a JPEG per frame when kept · truth: the
    clip's true concept when known · notes: sentences a person should read (trimmed, broken off) ·
    timing: seconds of work in decode, forward, maps and energies, all threads together, and in
    total, on the clock; forward holds what the engine computes in one graph with it · engine: what looked.
    """

    clip: str
    model: str
    concepts: tuple[str, ...]
    frames: tuple[int, ...]
    seconds: tuple[float, ...]
    map_size: tuple[int, int]
    window: int
    size: tuple[int, int]
    sides: tuple[Side, ...]
    verdicts: tuple[Verdict, ...]
    timing: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    truth: str | None = None
    pictures: tuple[bytes, ...] | None = None
    engine: str = ""

    def side(self, name: str) -> Side:
        """The side of that name; KeyError when the model has none."""
        return {side.name: side for side in self.sides}[name]

    def verdict(self, method: str) -> Verdict:
        """The verdict of that method; KeyError when the model has none."""
        return {verdict.method: verdict for verdict in self.verdicts}[method]

    @property
    def agreement(self) -> str:
        """One sentence: where the methods agree or disagree; empty with one method."""
        return agreement(self.verdicts, self.concepts)

    def shown(self, most: int = 4) -> list[int]:
        """The concepts worth a map at first sight: the truth, each verdict, then UnAtt's next best."""
        first = [self.concepts.index(self.truth)] if self.truth in self.concepts else []
        first += [verdict.prediction for verdict in self.verdicts]
        by_energy = np.argsort(-self.sides[0].energies.mean(axis=0), kind="stable")
        return list(dict.fromkeys([*first, *(int(c) for c in by_energy[:most])]))[:most]

    def to_json(self) -> dict[str, Any]:
        """The analysis as plain JSON: what the terminal prints and the API returns.

        scores, energies and windows of each frame are the web CNN's; a tuned CNN's stand under "tuned".
        """
        return {
            "clip": self.clip,
            "model": self.model,
            "concepts": list(self.concepts),
            "frames": list(self.frames),
            "seconds": list(self.seconds),
            "methods": {v.method: self._method_json(v) for v in self.verdicts},
            **_side_json(self.sides[0]),
            **{side.name: _side_json(side) for side in self.sides[1:]},
            "map_size": list(self.map_size),
            "window": self.window,
            "agreement": self.agreement,
            "truth": self.truth,
            "notes": list(self.notes),
            "timing": self.timing,
            "engine": self.engine,
        }

    def _method_json(self, verdict: Verdict) -> dict[str, Any]:
        return {
            "prediction": self.concepts[verdict.prediction],
            "scores": dict(zip(self.concepts, _numbers(verdict.scores), strict=True)),
            "why": verdict.why,
        }


def verdicts_of(sides: Sequence[Side], concepts: Sequence[str], window: int) -> tuple[Verdict, ...]:
    """Every method the sides allow, in the paper's order."""
    found = []
    for side in sides:
        prefix = "" if side.name == "web" else "finetune+"
        found.append(cnn_verdict(prefix + "CNN", side.name, side.scores, concepts))
        where = f"in {window}×{window} windows"
        found.append(energy_verdict(prefix + "UnAtt", side.name, side.energies, concepts, where))
        if side.net_energies is not None:
            where = "by EnergyNet"
            name = prefix + "EnergyNet"
            found.append(energy_verdict(name, side.name, side.net_energies, concepts, where))
    return tuple(found)


def check_finite(model: str, sides: Sequence[Side]) -> None:
    """Raises InputError when a model's scores or energies are NaN or infinite: they decide nothing."""
    for side in sides:
        for values in (side.scores, side.energies, side.net_energies):
            if values is not None and not np.isfinite(values).all():
                raise no_numbers(model)


def no_numbers(model: str) -> InputError:
    """The sentence for a model whose scores or energies are NaN or infinite."""
    return InputError(
        f"The model {short(model)} answers with numbers that are none (NaN or infinite): its weights "
        "are damaged; save or download it again."
    )


def _side_json(side: Side) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "energies": [_numbers(row) for row in side.energies],
        "windows": side.windows.tolist(),
        "scores": [_numbers(row) for row in side.scores],
    }
    if side.net_energies is not None:
        shown["net_energies"] = [_numbers(row) for row in side.net_energies]
    return shown


def _numbers(values: Floats) -> list[float]:
    # seven significant digits are all a float32 holds
    return [float(f"{value:.7g}") for value in values.tolist()]
