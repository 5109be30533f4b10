"""The tables a sweep leaves: rows, clips, Web CNNs and settings, each written whole or not at all."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from attention.disk.whole import whole_file
from attention.errors import InputError
from training.data.content import fingerprint
from training.data.recordings import Known, known_recordings
from training.data.records import Source
from training.fit.prepared import Clips
from training.judge.metrics import ClipScores, clip_rows, metrics
from training.judge.results import HOW, ROWS, WEB_ROWS, clips_table
from training.listener import NOBODY, Listener
from training.ranks import is_first
from training.settings import Frozen

KEY = ["fold", "seed", "fraction"]


class How(Frozen):
    """how.json: what a sweep's folder holds, as far as the rows do not say it.

    contents: the set's fingerprint · recordings: whether they are "known", "unknown" or "mixed" ·
    versions: of what computed it.
    """

    source: str
    contents: str
    part: str
    recordings: Known
    backbone: str
    every: int
    noisy: bool
    preset: str
    layers: str
    versions: dict[str, str]


def how_of(source: Source, **settings: Any) -> How:
    """The record of a sweep of `source` that begins now; settings: the other fields of How."""
    return How(
        source=source.name,
        contents=fingerprint(source),
        recordings=known_recordings(source.clips),
        **settings,
        versions={name: version(name) for name in ("torch", "torchvision", "scikit-learn")},
    )


def note_how(folder: Path, how: How, listener: Listener = NOBODY) -> None:
    """Writes how.json; InputError when the folder holds another sweep, or one that does not say what."""
    path = folder / HOW
    before = _how_before(folder)
    if before is not None:
        for name, value in how.model_dump(exclude={"versions"}).items():
            if getattr(before, name) != value:
                raise InputError(
                    f"{folder} holds a sweep with {name} {getattr(before, name)}, this one has {name} "
                    f"{value}; give another folder."
                )
        if before.versions != how.versions:
            listener.note(
                f"{folder.name} was begun with {_named(before.versions)} and goes on with "
                f"{_named(how.versions)}: its cells may differ by more than their seeds."
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as partial:
        partial.write_text(how.model_dump_json() + "\n", encoding="utf-8")


def _how_before(folder: Path) -> How | None:
    """The record of the sweep that is there; None where there is none."""
    path = folder / HOW
    if not path.exists() and not (folder / ROWS).exists():
        return None
    try:
        return How.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        raise InputError(
            f"{folder} holds a sweep of an older version, which does not say what it judged; give "
            "another folder."
        ) from None


def _named(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())


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
    names = [clip.name for clip in judged.clips]
    recordings = [clip.group or clip.name for clip in judged.clips]
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
        clips[-1].insert(2, "recording", recordings)
        for place, (key, value) in enumerate(zip(KEY, cell, strict=True)):
            clips[-1].insert(place, key, value)  # type: ignore[arg-type]
    _write(clips_table(folder), pd.concat(clips))
    _write(folder / ROWS, pd.DataFrame(rows))  # last: a cell counts as done once it is here


def append_web(folder: Path, fold: str, seed: int, validation: float) -> None:
    """Adds the validation accuracy of a Web CNN, in 0 … 100 (Table 1)."""
    row = {"fold": fold, "seed": seed, "validation": validation}
    _write(folder / WEB_ROWS, pd.DataFrame([row]))


def web_validation(folder: Path, fold: str, seed: int) -> float:
    """The validation accuracy that append_web wrote of a fold's Web CNN."""
    rows = pd.read_csv(folder / WEB_ROWS, dtype={"fold": str})
    mine = rows[(rows["fold"] == fold) & (rows["seed"] == seed)]
    return float(mine["validation"].iloc[0])


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
        rows.to_csv(partial, index=False, compression="gzip" if path.suffix == ".gz" else None)


def cells_done(folder: Path, part: str) -> set[tuple[str, int, float]]:
    """(fold, seed, fraction) of the cells that have their rows; InputError for rows of another part."""
    if not (folder / ROWS).exists():
        return set()
    rows = read_rows(folder)
    others = set(rows["part"]) - {part}
    if others:
        raise InputError(
            f"{folder} holds rows of {' and '.join(sorted(others))} clips, these would be of {part} "
            "clips; give another folder."
        )
    return {
        (str(fold), int(seed), float(fraction))
        for fold, seed, fraction in rows[KEY].itertuples(index=False)
    }
