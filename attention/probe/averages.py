"""What probes say over many clips: means with 95 % intervals, as one clip may be luck."""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from attention.disk.home import home
from attention.disk.whole import whole_file
from attention.probe.asking import Answer
from attention.probe.known.probe import SAYS_IT, Measure

DRAWS = 2000
LEVEL = 0.95
COLUMNS = (
    "probe", "cnn", "measure", "clips", "recordings", "mean", "low", "high", "random_mean", "ahead",
)  # fmt: skip


@dataclass(frozen=True)
class Mean:
    """One number of a probe, over the clips in which it is defined.

    low, high: its 95 % interval, NaN for one recording · random: mean of its random orders or windows over
    the same clips, NaN where it has none · ahead: in how many clips it is better than their mean there.
    """

    probe: str
    cnn: str
    measure: str
    clips: int
    recordings: int
    mean: float
    low: float
    high: float
    random: float
    ahead: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is the mean of."""
        return self.probe, self.cnn, self.measure

    def row(self) -> tuple[str, ...]:
        """As COLUMNS has it; empty where a number is undefined."""
        numbers = (self.mean, self.low, self.high, self.random)
        texts = ("" if math.isnan(value) else f"{value:.5g}" for value in numbers)
        ahead = "" if math.isnan(self.random) else str(self.ahead)
        return (*self.key, str(self.clips), str(self.recordings), *texts, ahead)


def means(clips: Sequence[Sequence[Answer]], recordings: Sequence[str] = ()) -> list[Mean]:
    """The mean of each number over clips, in the order in which they first come.

    clips: what was answered of each · recordings: of each clip, whose clips are drawn together; by default
    each is one of its own. A verdict counts 1 where it is the concept asked about, else 0. What is undefined
    in a clip is left out there.
    """
    owners = recordings or [str(number) for number in range(len(clips))]
    found: dict[tuple[str, str, str], list[tuple[str, float, Measure]]] = {}
    for owner, answers in zip(owners, clips, strict=True):
        for key, value, measure in _values(answers):
            found.setdefault(key, []).append((owner, value, measure))
    return [_mean(key, rows) for key, rows in found.items()]


def interval(values: Sequence[float], owners: Sequence[str]) -> tuple[float, float]:
    """95 % interval of the mean: recordings drawn with replacement, all clips of one together.

    Moved so that the draws' mean is the mean itself, and widened for few recordings: a sample of n varies
    too little by 1/n, and Student's t takes the place of the normal law. NaN for a single recording.
    """
    _, place = np.unique(np.asarray(owners), return_inverse=True)
    n = int(place.max()) + 1
    if n < 2:
        return math.nan, math.nan
    from scipy.special import stdtrit

    sums, counts = np.bincount(place, values), np.bincount(place)
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=DRAWS)
    drawn_means: NDArray[np.float64] = (drawn @ sums) / (drawn @ counts)
    tails = 50 * (1 - LEVEL), 50 * (1 + LEVEL)
    bounds = np.percentile(drawn_means, tails) - drawn_means.mean()
    student, normal = (float(stdtrit(df, (1 + LEVEL) / 2)) for df in (n - 1, np.inf))
    low, high = fmean(values) + bounds * student / normal * math.sqrt(n / (n - 1))
    return float(low), float(high)


def means_of(model: str) -> Path:
    """The folder whose means stand on the page beside one clip's answer; model: a name."""
    return home() / "trust" / model


def write_means(path: Path, found: Iterable[Mean]) -> Path:
    """A row of COLUMNS for each, the file whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(mean.row() for mean in found)
    return path


def read_means(path: Path) -> list[Mean]:
    """What `write_means` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Mean(
                row["probe"], row["cnn"], row["measure"], int(row["clips"]), int(row["recordings"]),
                float(row["mean"]), float(row["low"] or "nan"), float(row["high"] or "nan"),
                float(row["random_mean"] or "nan"), int(row["ahead"] or 0),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def _values(answers: Iterable[Answer]) -> Iterator[tuple[tuple[str, str, str], float, Measure]]:
    for answer in answers:
        for measure in answer.measures:
            name, value = measure.name, measure.value
            if measure.said:
                name, value = f"{name}: {SAYS_IT}", float(measure.said == answer.concept)
            if math.isfinite(value):
                yield (answer.probe, answer.cnn, name), value, measure


def _mean(key: tuple[str, str, str], rows: Sequence[tuple[str, float, Measure]]) -> Mean:
    owners, values, measures = zip(*rows, strict=True)
    random = [fmean(m.random) for m in measures if m.random and math.isfinite(fmean(m.random))]
    low, high = interval(values, owners)
    return Mean(
        *key, clips=len(values), recordings=len(set(owners)), mean=fmean(values), low=low, high=high,
        random=fmean(random) if random else math.nan, ahead=sum(m.is_ahead for m in measures),
    )  # fmt: skip
