"""A sweep measured for the report: every curve on the bootstrap's draws, and two curves compared."""

from dataclasses import dataclass, field, replace

from training.judge import paper
from training.judge.bootstrap import (
    Difference,
    Draws,
    Measured,
    accuracies,
    difference,
    draw_recordings,
    mean_average_precisions,
)
from training.judge.paper import Claim, Curve, Measure
from training.judge.power import clips_needed
from training.judge.randomisation import accuracy_p, mAP_p
from training.judge.results import Judged, SweepResults

MEASURES: tuple[Measure, ...] = ("accuracy", "mAP")
DRAWS = 2000  # of the bootstrap
MEASURED = {"accuracy": accuracies, "mAP": mean_average_precisions}
P = {"accuracy": accuracy_p, "mAP": mAP_p}


@dataclass(frozen=True, eq=False)
class Column:
    """One sweep: its name in tables, what it judges, the paper's stills it answers to, the draws.

    What is measured on it is kept, as it is asked for again and again.
    """

    name: str
    clips: str  # "drawn clips" or "real clips"
    stills: str  # a key of paper.TABLE_1 and, but for BU101, of paper.TABLE_2
    results: SweepResults
    draws: Draws
    _curves: dict[tuple[Curve, Measure], Measured] = field(default_factory=dict)
    _differences: dict[tuple[Curve, Curve, Measure], Difference | None] = field(
        default_factory=dict
    )

    def measured(self, curve: Curve, measure: Measure) -> Measured:
        """A measure of a curve on every draw; KeyError when the curve was not run."""
        if (curve, measure) not in self._curves:
            judged = self.results.judged[curve]
            self._curves[curve, measure] = MEASURED[measure](judged, self.draws)
        return self._curves[curve, measure]

    def difference(self, claim: Claim, measure: Measure) -> Difference | None:
        """The claim's two methods on this sweep, with p; None when one of them was not run."""
        key = (claim.better, claim.worse, measure)
        if key not in self._differences:
            self._differences[key] = self._compared(*key)
        return self._differences[key]

    def clips_needed(self, claim: Claim) -> int:
        """Clips needed to tell the claim's two methods apart at 10 points; KeyError as above."""
        judged = self.results.judged
        return clips_needed(judged[claim.better], judged[claim.worse])

    @property
    def clip_count(self) -> int:
        """How many clips were judged, over all folds."""
        return sum(self.results.clip_counts.values())

    @property
    def table2(self) -> str:
        """The stills of Table 2 this sweep is compared with; HII-filtered for real clips."""
        return self.stills if self.stills in paper.TABLE_2 else paper.FILTERED

    def _compared(self, better: Curve, worse: Curve, measure: Measure) -> Difference | None:
        judged = self.results.judged
        if better not in judged or worse not in judged:
            return None
        found = difference(
            self.measured(better, measure), self.measured(worse, measure), self.draws.seed
        )
        return found and _with_p(found, judged[better], judged[worse], measure, self.draws)


def measured_column(
    name: str, clips: str, stills: str, results: SweepResults, draws: int = DRAWS, seed: int = 0
) -> Column:
    """A sweep on `draws` bootstrap samples; randomisation tests draw one swap fewer."""
    return Column(name, clips, stills, results, draws_of(results, draws, seed))


def draws_of(results: SweepResults, draws: int = DRAWS, seed: int = 0) -> Draws:
    """Bootstrap samples of the recordings that a sweep judges."""
    first = next(iter(results.judged.values()))
    return draw_recordings([fold.recordings for fold in first.folds], draws, seed)


def compared(a: Judged, b: Judged, measure: Measure, draws: Draws) -> Difference | None:
    """Two methods on the same clips, with p; None when they have no seed in common."""
    measured = MEASURED[measure]
    found = difference(measured(a, draws), measured(b, draws), draws.seed)
    return found and _with_p(found, a, b, measure, draws)


def _with_p(found: Difference, a: Judged, b: Judged, measure: Measure, draws: Draws) -> Difference:
    # with m swaps p is a multiple of 1/(m+1): a round number of draws makes it a round share
    swaps = draws.weights[0].shape[1] - 2
    return replace(found, p=P[measure](a, b, swaps, draws.seed))
