"""Damaged zips, splits.csv, runs and models: each is used, or refused in a sentence, and leaves nothing."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from attention.disk.home import ASSETS, home
from attention.errors import InputError
from attention.model.folder import load_model
from tests import zips
from tests.fuzz.mutation import mutated
from tests.fuzz.tally import Tally, left_behind, own_places
from tests.little import little_set
from training.data.own_sets import add_set, remove_set
from training.data.sources import open_source
from training.runs.folder import Run, runs_folder
from training.runs.records import Spec, Status
from training.runs.standing import standings
from training.runs.words import name_line

LOCK = ".lock"  # stays, empty, so that all processes lock the same file
Progress = Callable[[int, int], None]
Damaged = Callable[[bytes], bytes]


def records(count: int, seed: int = 0, on_progress: Progress | None = None) -> Tally:
    """Tries `count` damaged files: of ten, four zips, three runs, two splits.csv and a model."""
    tally = Tally("zips, splits.csv, runs, models")
    began = time.monotonic()
    with own_places() as folder:
        kinds = [_zip(folder), _run(), _splits(folder), _model(folder)]
        order = [kinds[place] for place in (0, 1, 2, 0, 1, 0, 1, 2, 0, 3)]
        for number in range(count):
            _tried(order[number % len(order)], seed, number, tally)
            tally.weigh()
            if on_progress:
                on_progress(number + 1, count)
    tally.seconds = time.monotonic() - began
    return tally


def _tried(use: Callable[[Damaged], None], seed: int, number: int, tally: Tally) -> None:
    """Uses damaged content; notes what came of it, and anything that it left in the data folder."""
    began, before = time.monotonic(), left_behind(home())
    try:
        use(lambda whole: mutated(whole, seed, number))
        came = "taken"
    except InputError as error:
        came = "refused"
        if "\n" in str(error) or not str(error).endswith("."):
            tally.faults.append(f"{number}: no sentence: {error}")
    except Exception as error:
        came = "error"
        tally.faults.append(f"{number} {use.__name__}: {error!r}")
    left = {file for file in left_behind(home()) - before if file.name != LOCK}
    if left:
        tally.faults.append(f"{number}: left behind: {sorted(map(str, left))[:3]}")
    tally.note(f"{number} ({use.__name__})", came, time.monotonic() - began)


def _zip(folder: Path) -> Callable[[Damaged], None]:
    path = folder / "set.zip"
    whole = zips.zipped(path, zips.good()).read_bytes()

    def use_zip(damaged: Damaged) -> None:
        path.write_bytes(damaged(whole))
        remove_set(add_set(path, "mine"))

    return use_zip


def _splits(folder: Path) -> Callable[[Damaged], None]:
    source = little_set(folder / "set")
    whole = (source / "splits.csv").read_bytes()

    def use_splits(damaged: Damaged) -> None:
        (source / "splits.csv").write_bytes(damaged(whole))
        open_source(source)

    return use_splits


def _run() -> Callable[[Damaged], None]:
    """A run's three files in turn; a damaged run is listed with its fault and stops no other."""
    wholes = {
        "spec.json": Spec().model_dump_json(indent=1).encode(),
        "status.json": Status(state="finished", submitted=1e9, seconds=60.0, done=1.0)
        .model_dump_json(indent=1)
        .encode(),
        "metrics.jsonl": b'{"stage": "web", "step": 1, "loss": 0.5}\n' * 3,
    }
    names = list(wholes)
    turn = iter(range(1 << 30))

    def use_run(damaged: Damaged) -> None:
        run = Run(runs_folder() / "20261127-120000-a")
        shutil.rmtree(run.folder, ignore_errors=True)
        run.folder.mkdir(parents=True)
        try:
            for name, whole in wholes.items():
                (run.folder / name).write_bytes(whole)
            name = names[next(turn) % len(names)]
            (run.folder / name).write_bytes(damaged(wholes[name]))
            run.metrics()
            (standing,) = standings()
            name_line(standing)
        finally:
            shutil.rmtree(run.folder)
        if standing.fault:
            raise InputError(standing.fault)

    return use_run


def _model(folder: Path) -> Callable[[Damaged], None]:
    """The files of the model that ships in turn; of the weights, the smallest and the CNN's."""
    model = Path(shutil.copytree(ASSETS / "models" / "interactions", folder / "model"))
    names = ("model.json", "head.safetensors", "energynet.safetensors", "web.safetensors")
    turn = iter(range(1 << 30))

    def use_model(damaged: Damaged) -> None:
        path = model / names[next(turn) % len(names)]
        whole = path.read_bytes()
        path.write_bytes(damaged(whole))
        try:
            load_model(model)
        finally:
            path.write_bytes(whole)

    return use_model
