"""Accuracy against shift: what every method says of clips that the dial has moved farther and farther."""

from collections.abc import Callable, Iterator, Sequence

import pandas as pd
from scipy.stats import binomtest

from attention.errors import InputError
from attention.media.clip import Limits, Picture
from attention.model.folder import Model
from attention.probe.held import Held, held
from attention.probe.shift.registry import shifted, shifts
from attention.probe.shift.shift import Shift
from training.data.records import LabelledClip

BEYOND = 2.0  # times the hard level: the last point of a curve
OnProgress = Callable[[int, int], None]


def points(shift: Shift) -> tuple[float, ...]:
    """The values of its curve: none, each level, and one beyond."""
    found = tuple(shift.levels.values())
    return (0.0, *found, min(shift.most, BEYOND * found[-1]))


def accuracy_under_shifts(
    model: Model, clips: Sequence[LabelledClip], every: int, on_progress: OnProgress | None = None
) -> pd.DataFrame:
    """For every shift, value and method: right of how many clips, and accuracy, low, high in %.

    low, high: the 95 % interval over clips by Wilson's score. A clip that cannot be read is left out;
    InputError where none can.
    """
    rows: list[tuple[str, float, str, bool]] = []
    for number, clip in enumerate(clips):
        try:
            rows += _rows(model, held(clip.path, every, Limits()), clip.label)
        except InputError as error:
            print(f"note: {error}")
        if on_progress:
            on_progress(number + 1, len(clips))
    if not rows:
        raise InputError(f"None of the {len(clips)} clips could be read; check the set.")
    said = pd.DataFrame(rows, columns=["shift", "value", "method", "right"])
    grouped = said.groupby(["shift", "value", "method"], sort=False)["right"]
    table = grouped.agg(right="sum", clips="count").reset_index()
    wilson = [
        binomtest(row.right, row.clips).proportion_ci(method="wilson") for row in table.itertuples()
    ]
    return table.assign(
        accuracy=(100 * table["right"] / table["clips"]).round(2),
        low=[round(100 * interval.low, 2) for interval in wilson],
        high=[round(100 * interval.high, 2) for interval in wilson],
    )


def _rows(model: Model, frames: Held, truth: int) -> Iterator[tuple[str, float, str, bool]]:
    plain = _right(model, frames, frames.rgb, truth)
    for shift in shifts():
        for value in points(shift):
            right = plain
            if value:
                moved = shifted(frames.rgb, {shift.name: value}, frames.frames.indices)
                right = _right(model, frames, moved, truth)
            for method, found in right.items():
                yield shift.name, value, method, found


def _right(model: Model, frames: Held, rgb: Picture, truth: int) -> dict[str, bool]:
    """Whether each method names the truth."""
    verdicts = frames.changed(rgb).analysis(model).verdicts
    return {verdict.method: verdict.prediction == truth for verdict in verdicts}
