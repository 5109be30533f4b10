"""The sweeps that can be shown: those that ship and those of the runs, read once until they change."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from attention.disk.home import ASSETS
from attention.errors import InputError, short
from attention.methods.registry import known_method
from training.data.naming import DRAWN
from training.data.sets import sets
from training.data.sources import open_source
from training.judge import paper
from training.judge.comparison import Column, measured_column
from training.judge.paper import Curve
from training.judge.results import CELL, ROWS, WEB_ROWS, SweepResults, clips_table, read_results
from training.runs.folder import Run, networks_folder, seen_runs
from training.runs.records import UNDER_WAY
from training.runs.words import title_of, when_asked

SHIPPED = ASSETS / "results"
METRICS = "metrics.jsonl"
# sweep that ships → fold, seed, share of labels → the model that ships with this very cell's networks
SHIPPED_NETWORKS = {"drawn": {("1", 0, 0.0): "interactions", ("1", 0, 0.2): "interactions"}}

Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Sweep:
    """A sweep folder and what it is.

    name: for programs and links · title: for people · clips: what it judges, as a report says it ·
    stills: a key of paper_numbers.TABLE_1 · source: the name of the set its clips belong to, None when
    that does not ship · run: the run it belongs to, None when it ships ·
    every: one frame in so many was judged.
    """

    name: str
    title: str
    clips: str
    stills: str
    folder: Path
    source: str | None
    run: Run | None = None
    state: str = "finished"
    every: int = 5

    @property
    def under_way(self) -> bool:
        """Whether its run may still write."""
        return self.state in UNDER_WAY


def known_sweeps() -> list[Sweep]:
    """Those that ship, then those of the runs that the visitor may see, the newest first; no title twice."""
    known = [*_shipped(), *_of_runs()]
    titles = Counter(sweep.title for sweep in known)
    return [s if titles[s.title] == 1 else replace(s, title=f"{s.title}, {s.name}") for s in known]


def by_name() -> dict[str, Sweep]:
    """The known sweeps by name, in their order; a run never hides one that ships."""
    known: dict[str, Sweep] = {}
    for sweep in known_sweeps():
        known.setdefault(sweep.name, sweep)
    return known


def sweep_named(name: str) -> Sweep:
    """The sweep of that name; InputError when there is none. A name is never taken as a path."""
    known = by_name()
    if name not in known:
        names = ", ".join(list(known)[:6]) or "none yet"
        raise InputError(f"There is no sweep or run '{short(name)}'; there are: {names}.")
    return known[name]


def _shipped() -> list[Sweep]:
    every = [
        ("drawn", "Drawn clips, clean stills", "drawn clips", paper.FILTERED, DRAWN),
        ("noisy", "Drawn clips, noisy stills", "drawn clips", paper.NOISY, DRAWN),
        ("actions5", "Real clips, five actions", "real clips", paper.BU101, None),
    ]
    found = [
        Sweep(name, title, clips, stills, SHIPPED / name, source)
        for name, title, clips, stills, source in every
    ]
    return [sweep for sweep in found if (sweep.folder / ROWS).exists()]


def _of_runs() -> list[Sweep]:
    found = (
        _of_run(run, _stamp(run.folder / "spec.json", run.folder / "status.json"))
        for run in seen_runs()
    )
    return [sweep for sweep in found if sweep is not None]


def stamp(sweep: Sweep) -> Stamp:
    """Changes when the sweep's tables or its run's metrics do."""
    log = [sweep.run.folder / METRICS] if sweep.run else []
    return _stamp(*_tables(sweep), *log)


def results_of(sweep: Sweep) -> SweepResults | None:
    """Its results, None before the first cell is done; InputError when they cannot be read."""
    return _results(sweep.folder, _stamp(*_tables(sweep)))


def column_for(sweep: Sweep) -> Column | None:
    """Its results on the bootstrap's draws, kept until they change; None before the first cell."""
    at = _stamp(*_tables(sweep))
    return _column(sweep.title, sweep.clips, sweep.stills, sweep.folder, at)


def clip_verdicts(sweep: Sweep) -> pd.DataFrame:
    """A line per fold, seed, fraction, method and clip: its truth and prediction; InputError."""
    path = clips_table(sweep.folder)
    return _clip_verdicts(path, _stamp(path))


def training_log(sweep: Sweep) -> list[dict[str, Any]]:
    """The lines its run wrote while training; none for a sweep that ships."""
    if sweep.run is None:
        return []
    return _metrics(sweep.run, _stamp(sweep.run.folder / METRICS))


def clip_file(sweep: Sweep, clip: str) -> Path:
    """The file of a judged clip, "Class/file.mp4", found among the clips of the sweep's own set.

    InputError when the set, or the clip in it, is not here.
    """
    folder = set_folder(sweep)
    if folder is None:
        raise InputError(
            f"The clips of '{sweep.title}' are not on this computer, so {clip:.80} cannot be opened."
        )
    video = folder / "video"
    files = _clip_files(folder, _stamp(video, *video.glob("*")))
    if clip not in files:
        raise InputError(
            f"The set '{sweep.source}' no longer holds {clip:.80}; choose another clip."
        )
    return files[clip]


def networks_of(sweep: Sweep, fold: str, seed: int, curve: Curve) -> str | Path | None:
    """The model, by name or folder, with the networks that were judged; None when they were not kept."""
    method = known_method(curve.method)
    if method and method.cnn == "no image":  # fitted beside a cell's networks, and not kept
        return None
    if sweep.run is None:
        return SHIPPED_NETWORKS.get(sweep.name, {}).get((fold, seed, curve.fraction))
    folder = networks_folder(sweep.run, fold, seed, curve.fraction)
    return folder if (folder / "model.json").exists() else None


def set_folder(sweep: Sweep) -> Path | None:
    """Where the clips are: the drawn set, or one the visitor may see; None for anything else."""
    return sets().get(sweep.source) if sweep.source else None


def _tables(sweep: Sweep) -> list[Path]:
    return [sweep.folder / ROWS, clips_table(sweep.folder), sweep.folder / WEB_ROWS]


def _stamp(*paths: Path) -> Stamp:
    found = []
    for path in paths:
        try:
            told = path.stat()
            found.append((told.st_mtime_ns, told.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)


# Below, what is read is kept until the files change: `_at` tells when they did.


@lru_cache(maxsize=256)
def _of_run(run: Run, _at: Stamp) -> Sweep | None:
    try:
        spec, state = run.spec(), run.status().state
    except InputError:  # a damaged run is told of where runs are listed
        return None
    drawn = spec.source == DRAWN
    return Sweep(
        name=run.name,
        title=spec.title or f"{title_of(spec)}, {when_asked(run.name)}",
        clips="drawn clips" if drawn else f"clips of {Path(spec.source).name}",
        stills=(paper.NOISY if spec.noisy else paper.FILTERED) if drawn else paper.BU101,
        folder=run.sweep,
        source=spec.source,
        run=run,
        state=state,
        every=spec.every,
    )


@lru_cache(maxsize=24)
def _results(folder: Path, _at: Stamp) -> SweepResults | None:
    return read_results(folder)


@lru_cache(maxsize=8)
def _clip_verdicts(path: Path, _at: Stamp) -> pd.DataFrame:
    names = [*CELL, "clip", "truth", "prediction"]
    text = dict.fromkeys(("fold", "method", "clip", "truth", "prediction"), "category")
    try:
        return pd.read_csv(path, usecols=names, dtype=text, keep_default_na=False)
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path.name} cannot be read ({reason}); sweep again.") from None


@lru_cache(maxsize=16)
def _metrics(run: Run, _at: Stamp) -> list[dict[str, Any]]:
    return run.metrics()


@lru_cache(maxsize=8)
def _clip_files(folder: Path, _at: Stamp) -> dict[str, Path]:
    return {clip.name: clip.path for clip in open_source(folder).clips}


@lru_cache(maxsize=8)
def _column(title: str, clips: str, stills: str, folder: Path, at: Stamp) -> Column | None:
    results = _results(folder, at)
    return None if results is None else measured_column(title, clips, stills, results)
