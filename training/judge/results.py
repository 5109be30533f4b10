"""What a sweep has written, read back and checked: a line per method, a line per clip."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from attention.errors import InputError
from training.judge.paper import Curve

ROWS, CLIPS, WEB_ROWS, HOW = "rows.csv", "clips.csv", "web.csv", "how.json"
CELL = ["fold", "seed", "fraction", "method"]
TEXT = ("fold", "method", "part", "clip", "recording", "truth", "prediction")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class JudgedFold:
    """V clips of one fold by S seeds: truth int [V], predictions int [S,V], scores float [S,V,C].

    recordings: int [V], the number of each clip's recording, from 0 on over the sweep: a recording that
    two folds judge has the same number in both.
    """

    truth: Ints
    predictions: Ints
    scores: NDArray[np.float64]
    recordings: Ints


@dataclass(frozen=True)
class Judged:
    """One curve's verdicts: seeds int [S], and its folds in their order."""

    seeds: tuple[int, ...]
    folds: tuple[JudgedFold, ...]

    def of_seed(self, seed: int) -> "Judged":
        """What that seed alone said; ValueError when it is not there."""
        place = [self.seeds.index(seed)]
        return Judged(
            (seed,),
            tuple(
                replace(fold, predictions=fold.predictions[place], scores=fold.scores[place])
                for fold in self.folds
            ),
        )


@dataclass(frozen=True)
class SweepResults:
    """A sweep's cells that every fold has.

    rows: fold, seed, fraction, method, accuracy, top3, mAP · clip_counts: clips judged in each fold ·
    judged: curve → its verdicts · validation: fold, seed, validation (Table 1), None when not written
    · left_out: cells that some fold still lacks · how: backbone, every, … of the sweep, where it is
    written down.
    """

    concepts: tuple[str, ...]
    part: str
    rows: pd.DataFrame
    clip_counts: dict[str, int]
    judged: dict[Curve, Judged]
    validation: pd.DataFrame | None
    left_out: int
    how: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seeds(self) -> list[int]:
        """Every seed of the sweep."""
        return sorted(int(seed) for seed in self.rows["seed"].unique())

    @property
    def fractions(self) -> list[float]:
        """Shares of the training clips that were labelled, without 0."""
        return sorted(float(f) for f in self.rows["fraction"].unique() if f > 0)

    @property
    def recording_count(self) -> int:
        """How many recordings were judged, over all folds."""
        first = next(iter(self.judged.values()))
        return len({int(number) for fold in first.folds for number in fold.recordings})

    def per_seed(self, curve: Curve, column: str) -> NDArray[np.float64]:
        """A column of rows, mean over the folds: float [S], empty when the curve was not run."""
        rows = self.rows
        mine = rows[(rows["method"] == curve.method) & (rows["fraction"] == curve.fraction)]
        return mine.groupby("seed")[column].mean().to_numpy(np.float64)


def clips_table(folder: Path) -> Path:
    """Where a sweep's folder has its clips: clips.csv, or clips.csv.gz, as in sweeps that ship."""
    packed = folder / f"{CLIPS}.gz"
    return packed if packed.exists() else folder / CLIPS


def read_results(folder: Path) -> SweepResults | None:
    """The sweep in `folder`, or None when there is none.

    InputError when its files cannot be read, do not belong together, or no seed is done in all folds.
    """
    if not (folder / ROWS).exists():
        return None
    rows = _table(folder / ROWS, [*CELL, "part", "accuracy", "top3", "mAP"])
    concepts = tuple(
        name.removeprefix("accuracy: ") for name in rows.columns if name.startswith("accuracy: ")
    )
    clips = _table(
        clips_table(folder),
        [*CELL, "clip", "recording", "truth", "prediction", *(f"score: {c}" for c in concepts)],
    )
    parts = sorted(rows["part"].unique())
    if len(parts) != 1:
        raise InputError(
            f"{folder} mixes clips of {' and '.join(parts)}; sweep each part into its own folder."
        )
    if rows.duplicated(CELL).any():
        raise InputError(f"{folder / ROWS} has a cell twice; sweep again into a new folder.")
    folds = list(dict.fromkeys(rows["fold"]))
    complete = rows[rows.groupby(CELL[1:])["fold"].transform("count") == len(folds)]
    if complete.empty:
        raise InputError(f"No seed of {folder} is done in every fold; let the sweep finish.")
    judged = _judged(folder, complete, clips, folds, concepts)
    first = next(iter(judged.values()))
    counts = {name: len(fold.truth) for name, fold in zip(folds, first.folds, strict=True)}
    web = folder / WEB_ROWS
    return SweepResults(
        concepts=concepts,
        part=parts[0],
        rows=complete,
        clip_counts=counts,
        judged=judged,
        validation=_table(web, ["fold", "seed", "validation"]) if web.exists() else None,
        left_out=len(rows) - len(complete),
        how=_how(folder / HOW),
    )


def _how(path: Path) -> Mapping[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); sweep again.") from None
    return told if isinstance(told, dict) else {}


def _table(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            path,
            dtype=dict.fromkeys(TEXT, str),
            keep_default_na=False,  # a class may be called "None"
            na_values={name: [""] for name in needed if name not in {"truth", "prediction"}},
            float_precision="round_trip",  # equal scores stay equal
        )
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} cannot be read ({reason}); sweep again.") from None
    missing = [name for name in needed if name not in table.columns]
    if missing or table.empty:
        what = f"lacks the column '{missing[0]}'" if missing else "has no lines"
        raise InputError(f"{path} {what}; sweep again with this version, into a new folder.")
    numbers = [
        name
        for name in needed
        if name in {"seed", "fraction", "accuracy", "top3", "mAP", "validation"}
        or name.startswith("score: ")
    ]
    for name in numbers:
        if table[name].dtype.kind not in "if" or not np.isfinite(table[name]).all():
            raise InputError(f"{path} has something else than numbers in '{name}'; sweep again.")
    return table


def _judged(
    folder: Path,
    rows: pd.DataFrame,
    clips: pd.DataFrame,
    folds: Sequence[str],
    concepts: Sequence[str],
) -> dict[Curve, Judged]:
    blocks: dict[Any, pd.DataFrame] = dict(iter(clips.groupby(CELL, sort=False)))
    _check(folder, rows, blocks, concepts)
    number = {concept: c for c, concept in enumerate(concepts)}
    names = clips["recording"][clips["fold"].isin(folds)]
    recording = {name: r for r, name in enumerate(dict.fromkeys(names))}
    columns = [f"score: {concept}" for concept in concepts]
    judged = {}
    curves: Any = rows.groupby(["fraction", "method"], sort=False)
    for (fraction, method), cells in curves:
        seeds = tuple(sorted(int(seed) for seed in cells["seed"].unique()))
        found = []
        for fold in folds:
            mine = [blocks[fold, seed, fraction, method] for seed in seeds]
            found.append(
                JudgedFold(
                    truth=np.array([number[c] for c in mine[0]["truth"]], np.int64),
                    predictions=np.array(
                        [[number[c] for c in m["prediction"]] for m in mine], np.int64
                    ),
                    scores=np.stack([m[columns].to_numpy(np.float64) for m in mine]),
                    recordings=np.array([recording[r] for r in mine[0]["recording"]], np.int64),
                )
            )
        judged[Curve(str(method), float(fraction))] = Judged(seeds, tuple(found))
    return judged


def _check(
    folder: Path,
    rows: pd.DataFrame,
    blocks: Mapping[Any, pd.DataFrame],
    concepts: Sequence[str],
) -> None:
    """Every row has its clips, the same in every cell of its fold, and their accuracy is the row's."""
    again = "sweep again into a new folder"
    seen: dict[str, list[tuple[str, str, str]]] = {}
    for fold, seed, fraction, method, accuracy in rows[[*CELL, "accuracy"]].itertuples(index=False):
        block = blocks.get((fold, seed, fraction, method))
        what = f"{method}, fold {fold}, seed {seed}, {fraction:.0%} of the labels"
        if block is None:
            raise InputError(f"{folder / CLIPS} has no clips of {what}; {again}.")
        if not block[["truth", "prediction"]].isin(concepts).all(axis=None):
            raise InputError(f"{folder / CLIPS} names classes that {ROWS} lacks; {again}.")
        if block["recording"].isna().any():
            raise InputError(f"{folder / CLIPS} names no recording for a clip of {what}; {again}.")
        names = list(zip(block["clip"], block["truth"], block["recording"], strict=True))
        if seen.setdefault(fold, names) != names:
            raise InputError(f"{folder / CLIPS} judges other clips in {what}; {again}.")
        right = 100 * float((block["truth"] == block["prediction"]).mean())
        if abs(right - accuracy) > 0.01:
            raise InputError(
                f"{folder} says {accuracy:.1f} % in {ROWS} and {right:.1f} % in {CLIPS} of {what}; "
                f"{again}."
            )
