"""The tables a sweep leaves: rows, clips, Web CNNs and settings, each written whole or not at all."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from attention.errors import InputError
from attention.whole import whole_file
from training.evaluate import ClipScores, clip_rows, metrics
from training.prepared import Clips
from training.ranks import is_first
from training.results.sweep_results import CLIPS, HOW, ROWS, WEB_ROWS

KEY = ["fold", "seed", "fraction"]


def note_how(folder: Path, **how: object) -> None:
    """Writes down what the rows themselves do not say; InputError when another sweep is there."""
    path = folder / HOW
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) != how:
        raise InputError(
            f"{folder} holds a sweep with other settings ({path.read_text(encoding='utf-8').strip()}); "
            "give another folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        partial.write_text(json.dumps(how) + "\n", encoding="utf-8")


def read_rows(folder: Path) -> pd.DataFrame:
    """The rows of a sweep so far."""
    return pd.read_csv(folder / ROWS, dtype={"fold": str})


def append_cell(
    folder: Path,
    cell: tuple[str, int, float],
    part: str,
    judged: Clips,
    concepts: Sequence[str],
    scores: Sequence[ClipScores],
) -> None:
    """Adds what each method said of the judged clips: a line per clip, and one of measures."""
    truth = judged.labels.numpy()
    names = [f"{clip.path.parent.name}/{clip.path.name}" for clip in judged.clips]
    rows, clips = [], []
    for score in scores:
        found = metrics(score, truth)
        rows.append(
            dict(zip(KEY, cell, strict=True))
            | {"part": part, "method": score.method, "accuracy": found.accuracy}
            | {"top3": found.top3, "mAP": found.mAP}
            | {f"accuracy: {c}": v for c, v in zip(concepts, found.per_class, strict=True)}
        )
        clips.append(clip_rows(score, names, truth, concepts))
        for place, (key, value) in enumerate(zip(KEY, cell, strict=True)):
            clips[-1].insert(place, key, value)  # type: ignore[arg-type]
    _write(folder / CLIPS, pd.concat(clips))
    _write(folder / ROWS, pd.DataFrame(rows))  # last: a cell counts as done once it is here


def append_web(folder: Path, fold: str, seed: int, validation: float) -> None:
    """Adds the validation accuracy of a Web CNN, in 0 … 100 (Table 1)."""
    row = {"fold": fold, "seed": seed, "validation": validation}
    _write(folder / WEB_ROWS, pd.DataFrame([row]))


def _write(path: Path, rows: pd.DataFrame) -> None:
    """Adds rows to a table in place of those of the same cell, whole or not at all."""
    if not is_first():
        return
    if path.exists():
        before = pd.read_csv(path, dtype={"fold": str})
        key = [name for name in KEY if name in rows]
        cells = set(rows[key].itertuples(index=False, name=None))
        same = [cell in cells for cell in before[key].itertuples(index=False, name=None)]
        rows = pd.concat([before[~np.array(same)], rows])
    with whole_file(path) as partial:
        rows.to_csv(partial, index=False)


def cells_done(folder: Path) -> set[tuple[str, int, float]]:
    """(fold, seed, fraction) of the cells that have their rows."""
    if not (folder / ROWS).exists():
        return set()
    rows = read_rows(folder)
    return {
        (str(fold), int(seed), float(fraction))
        for fold, seed, fraction in rows[KEY].itertuples(index=False)
    }
