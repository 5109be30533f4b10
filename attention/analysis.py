"""The record that travels from the pipeline to the pictures, the page, the terminal and the disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError, short
from attention.methods.method import Learned, Method, Side
from attention.methods.registry import methods_for
from attention.verdict import Verdict, agreement

__all__ = ["Analysis", "Side", "check_finite", "no_numbers", "notes_of", "verdicts_of"]

Floats = NDArray[np.float32]
NOTHING: Mapping[str, Learned] = {}


@dataclass(frozen=True)
class Analysis:
    """A clip as a model sees it: N sampled frames, C concepts, one or two CNNs, a verdict per method.

    frames: indices in the clip · seconds: time of each since the first · window: side s of Eq. 2's
    window · size: (width, height) of the clip · pictures: a JPEG per frame when kept · truth: the
    clip's true concept when known · notes: sentences a person should read (trimmed, broken off) ·
    timing: seconds of work in decode, forward, maps and energies, all threads together, and in
    total, on the clock; forward holds what the engine computes in one graph with it · engine: what looked ·
    frame: what the CNNs were shown, the "centre" square or the "whole" of each frame.
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
    frame: str = "centre"

    def side(self, name: str) -> Side:
        """The side of that name; KeyError when the model has none."""
        return {side.name: side for side in self.sides}[name]

    def verdict(self, method: str) -> Verdict:
        """The verdict of that method; KeyError when the model has none."""
        return {verdict.method: verdict for verdict in self.verdicts}[method]

    @property
    def is_whole(self) -> bool:
        """Whether the CNNs were shown whole frames."""
        return self.frame == "whole"

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

    def looks(self, most: int = 8) -> list[int]:
        """The concepts with a colour and a sign of their own: those of `shown`, then the most named."""
        said = np.concatenate([verdict.frame_classes for verdict in self.verdicts])
        counts = np.bincount(said, minlength=len(self.concepts))
        often = [int(c) for c in np.argsort(-counts, kind="stable") if counts[c]]
        return list(dict.fromkeys([*self.shown(), *often]))[:most]

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
            "frame": self.frame,
        }

    def _method_json(self, verdict: Verdict) -> dict[str, Any]:
        return {
            "prediction": self.concepts[verdict.prediction],
            "scores": dict(zip(self.concepts, _numbers(verdict.scores), strict=True)),
            "why": verdict.why,
        }


def verdicts_of(
    sides: Sequence[Side],
    concepts: Sequence[str],
    window: int,
    learned: Mapping[str, Learned] = NOTHING,
) -> tuple[Verdict, ...]:
    """The verdict of every method that the sides allow, in the methods' order.

    learned: by method, what the model holds of it for these concepts.
    """
    return tuple(
        method.verdict(side, concepts, window, learned) for method, side in _judging(sides, learned)
    )


def notes_of(sides: Sequence[Side], learned: Mapping[str, Learned] = NOTHING) -> tuple[str, ...]:
    """What a person should know of verdicts that were given without what the model should hold."""
    return tuple(method.alone for method, _ in _judging(sides, learned) if method.is_alone(learned))


def _judging(sides: Sequence[Side], learned: Mapping[str, Learned]) -> list[tuple[Method, Side]]:
    """The methods of a look at one clip, each with the side it judges."""
    return [
        (method, side)
        for method in methods_for("everywhere")
        for side in sides
        if method.can_judge(side, learned)
    ]


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
