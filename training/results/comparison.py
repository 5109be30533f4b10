"""A sweep measured for the report: every curve on the bootstrap's draws, and the orders it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from training.results import paper_numbers as paper
from training.results.bootstrap import (
    Difference,
    Draws,
    Measured,
    accuracies,
    difference,
    draw_clips,
    mean_average_precisions,
)
from training.results.paper_numbers import Claim, Curve, Measure
from training.results.sweep_results import SweepResults

MEASURES: tuple[Measure, ...] = ("accuracy", "mAP")


@dataclass(frozen=True)
class Column:
    """One sweep, measured: its name in tables, what it judges, the paper's stills it answers to."""

    name: str
    clips: str  # "drawn clips" or "real clips"
    stills: str  # a key of paper.TABLE_1 and, but for BU101, of paper.TABLE_2
    results: SweepResults
    draws: Draws
    measured: dict[Measure, dict[Curve, Measured]]

    def difference(self, claim: Claim, measure: Measure) -> Difference | None:
        """The claim's two methods on this sweep, or None when one was not run."""
        found = self.measured[measure]
        if claim.better not in found or claim.worse not in found:
            return None
        return difference(found[claim.better], found[claim.worse], self.draws.seed)

    @property
    def table2(self) -> str:
        """The stills of Table 2 this sweep is compared with; HII-filtered for real clips."""
        return self.stills if self.stills in paper.TABLE_2 else paper.FILTERED


def measured_column(
    name: str, clips: str, stills: str, results: SweepResults, draws: int = 2000, seed: int = 0
) -> Column:
    """A sweep with accuracy and mAP of every curve on `draws` bootstrap samples."""
    drawn = draw_clips(tuple(results.clip_counts.values()), draws, seed)
    curves = results.judged.items()
    return Column(
        name=name,
        clips=clips,
        stills=stills,
        results=results,
        draws=drawn,
        measured={
            "accuracy": {curve: accuracies(judged, drawn) for curve, judged in curves},
            "mAP": {curve: mean_average_precisions(judged, drawn) for curve, judged in curves},
        },
    )
