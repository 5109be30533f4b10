"""RESULTS.md as text: the verdict, how it was measured, Tables 1–5, Figures 4–5, the differences."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.judge import paper
from training.judge.comparison import MEASURES, Column, measured_column
from training.judge.paper import FEW, Claim
from training.judge.results import SweepResults
from training.report.method import SPREAD, measured_how
from training.report.numbers import markdown, percent, table
from training.report.tables import (
    differences,
    figure4,
    figure5,
    table1,
    table2,
    table3,
    table4,
    table5,
)
from training.report.verdict import SweepAnswer, answers_table, sentence, too_few
from training.settings import DATA

LITE0 = "efficientnet_lite0"  # what a sweep takes when none is named
SEEDS = 5  # fewer say little of how training happens to go
FEW_CLASSES = 12  # so many are named


@dataclass(frozen=True)
class Place:
    """Where a sweep is looked for, and what it is.

    name: in tables · clips: "drawn clips" or "real clips", its section · stills: the paper's it
    answers to · folder: as a reader should see it · source: of `sweep` · noisy: with its noisy stills.
    """

    name: str
    clips: str
    stills: str
    folder: str
    source: str
    noisy: bool
    results: SweepResults | None


def measured_columns(places: Sequence[Place], draws: int = 2000, seed: int = 0) -> list[Column]:
    """The places that have results, the same numbers for the same sweeps, draws and seed."""
    return [
        measured_column(place.name, place.clips, place.stills, place.results, draws, seed)
        for place in places
        if place.results is not None
    ]


def report(
    places: Sequence[Place], columns: Sequence[Column], given: Sequence[SweepAnswer], draws: int
) -> str:
    """The whole document.

    places: in the order of the sections, those of the same clips together; at least one has results ·
    columns, given: what was measured there, and its answers · draws: of the bootstrap.
    """
    parts = [*_first_lines(given), _how(places, draws)]
    for clips in dict.fromkeys(place.clips for place in places):
        parts.append(f"## {clips.capitalize()}")
        parts += [_absent(p) for p in places if p.clips == clips and p.results is None]
        parts += _section([column for column in columns if column.clips == clips])
    return "\n\n".join(parts) + "\n"


def _first_lines(given: Sequence[SweepAnswer]) -> list[str]:
    parts = [sentence(given)]
    if given:
        parts.append(markdown(answers_table(given)))
    count = sum(len(answer.found) for answer in given)
    parts.append(
        "A winner is named where the 95 % interval leaves out zero and p is below 0.05. p is that of a "
        f"paired randomisation test over recordings, corrected for the {count} comparisons of this "
        "table (Holm). Points: the first method minus the second."
    )
    for column in dict.fromkeys(answer.column for answer in given):
        if small := too_few([answer for answer in given if answer.column is column]):
            parts.append(f"**{column.name}:** {small}")
    return parts


def _how(places: Sequence[Place], draws: int) -> str:
    rows = [
        [
            place.name,
            _clips(place.results),
            _numbers(place.results.seeds),
            str(place.results.how.get("backbone", "not said")),
            f"one in {place.results.how.get('every', '?')}",
            ", ".join(percent(f) for f in place.results.fractions) or "none",
            f"`{place.folder}`",
        ]
        for place in places
        if place.results is not None
    ]
    commands = "\n".join(_command(place) for place in places if place.results is not None)
    return "\n\n".join(
        [
            "## How it was measured",
            markdown(
                table(
                    ["", "clips judged", "seeds", "network", "frames", "labelled shares", "folder"],
                    rows,
                )
            ),
            *_warnings(places),
            *measured_how(draws),
            f"To repeat it{_source([p for p in places if p.results])}:\n\n"
            f"```\n{commands}\npython -m training report\n```",
        ]
    )


def _warnings(places: Sequence[Place]) -> list[str]:
    said = []
    for place in places:
        if place.results is None:
            continue
        if place.results.part == "dev":
            said.append(
                f"**{place.name}: judged on development clips**, on which settings may have been "
                "chosen; test clips may come out lower."
            )
        if len(place.results.seeds) < SEEDS:
            said.append(
                f"**{place.name}: fewer than {SEEDS} seeds.** Take ± and the intervals as rough."
            )
        if place.results.left_out:
            said.append(
                f"**{place.name}: the sweep is not finished.** {place.results.left_out} rows that "
                "some fold still lacks are left out."
            )
    return said


def _absent(place: Place) -> str:
    return (
        f"**{place.name}: not measured.** This report has no sweep of it. "
        f"To make one{_source([place])}:\n\n"
        f"```\n{_command(place)}\npython -m training report\n```"
    )


def _source(places: Sequence[Place]) -> str:
    named = any(place.source == "SOURCE" for place in places)
    return " (SOURCE is a folder with `web/<Class>/` and `video/<Class>/`)" if named else ""


def _command(place: Place) -> str:
    words = ["python -m training sweep", place.source, place.folder]
    if place.noisy:
        words.append("--noisy")
    results = place.results
    seeds = max(results.seeds) + 1 if results else SEEDS
    words.append(f"--seeds {seeds}")
    if results and tuple(results.fractions) != DATA.label_fractions:
        words.append("--fractions " + ",".join(f"{f:g}" for f in results.fractions))
    if results and results.part != "test":
        words.append(f"--part {results.part}")
    usual = {"backbone": LITE0, "every": DATA.frame_step, "preset": "working", "layers": "last"}
    how = results.how if results else {}
    words += [
        f"--{name} {how[name]}" for name in usual if how.get(name, usual[name]) != usual[name]
    ]
    return " ".join(words)


def _clips(results: SweepResults) -> str:
    counts = results.clip_counts
    classes = f"{len(results.concepts)} classes"
    if len(results.concepts) <= FEW_CLASSES:
        classes += f": {', '.join(results.concepts)}"
    each = ", ".join(f"{count} in fold {fold}" for fold, count in counts.items())
    part = {"dev": "development"}.get(results.part, results.part)
    unknown = results.how.get("recordings") == "unknown"
    recordings = "unknown" if unknown else str(results.recording_count)
    return f"{sum(counts.values())} {part} clips of {recordings} recordings ({each}); {classes}"


def _numbers(seeds: Sequence[int]) -> str:
    if list(seeds) == list(range(len(seeds))) and len(seeds) > 1:
        return f"{len(seeds)} (0 to {len(seeds) - 1})"
    return f"{len(seeds)} ({', '.join(map(str, seeds))})"


def _section(columns: Sequence[Column]) -> list[str]:
    if not columns:
        return []
    classes = len(columns[0].results.concepts)
    parts = [
        "### Table 1: accuracy of the Web CNN on held-out stills",
        markdown(table1(columns)),
        "### Table 2: mAP, the supervised methods with all labels",
        markdown(table2(columns)),
        "### Table 3: mAP without and with Web images",
        markdown(table3(columns)),
        "### Table 4: accuracy without labelled clips",
        f"Top-3 is among {classes} classes here and among 101 in the paper.",
        markdown(table4(columns)),
        "### Table 5: accuracy beside other methods",
        markdown(table5(columns)),
        "### Figure 4: accuracy by class",
        "The 25 largest gains, or all classes when they are fewer. The paper draws bars and prints "
        "no numbers. Intervals are not corrected for their number, and no winner is named by class.",
    ]
    for column in columns:
        parts += _figure4(column)
    parts += [
        "### Figure 5: against the share of labelled training clips",
        "The paper prints EnergyNet at 20 % and 100 % and its gain; finetune+CNN is worked out from "
        "these. " + SPREAD,
    ]
    for column in columns:
        for measure in MEASURES:
            name = measure if measure == "mAP" else "Accuracy"
            parts += [f"{name}, {column.name}:", markdown(figure5(column, measure))]
    parts += [
        "### Differences",
        "Every order that the paper states, with few labels and with all. Its accuracies are from "
        "UCF101, its mAP from TVHI with ResNet101. Where it prints a negative number, its own data "
        "has the reverse order, and that is what is asked for. A share follows the method's name. p and "
        "intervals are not corrected for how many there are: of twenty differences that are none, one is "
        "taken for one.",
    ]
    for column in columns:
        parts += [f"{column.name[0].upper()}{column.name[1:]}:", markdown(differences(column))]
    return parts


def _figure4(column: Column) -> list[str]:
    parts = []
    asked: tuple[tuple[str, Claim], ...] = (
        ("without labels", paper.UNSUPERVISED),
        (f"with {percent(FEW)} of the labels", paper.energynet_gain(FEW)),
    )
    for when, claim in asked:
        found = figure4(column, claim)
        parts += [f"{column.name}, {when}" + (": not measured." if found is None else ":")]
        parts += [] if found is None else [markdown(found)]
    return parts
