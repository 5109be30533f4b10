"""A run's folder: spec.json, status.json, metrics.jsonl, log.txt, sweep/ (rows), model/ (the result)."""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from attention.disk.home import home
from attention.disk.room import disk_bytes
from attention.disk.whole import whole_file
from attention.errors import InputError, short
from attention.gate.owners import Owned, may_change, may_see, owned
from attention.gate.visitors import asking
from training.runs.records import Spec, Status

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
CANCEL = "cancel"  # the process stops when its folder has a file of this name
LOG_END = 60_000  # bytes of the log that are returned


def runs_folder() -> Path:
    """The folder of all runs."""
    return home() / "runs"


Record = TypeVar("Record", bound=BaseModel)


@dataclass(frozen=True)
class Run:
    """A run and its folder; its files are read again at each call."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def sweep(self) -> Path:
        """rows.csv, clips.csv and web.csv, as training.sweep.grid writes them."""
        return self.folder / "sweep"

    @property
    def model(self) -> Path:
        """The model folder, which exists once the run has finished."""
        return self.folder / "model"

    def spec(self) -> Spec:
        """The run's settings. Raises InputError when the file is missing or damaged."""
        return self._read("spec.json", Spec)

    def status(self) -> Status:
        """The last state that the process wrote. InputError when the file is missing or damaged."""
        return self._read("status.json", Status)

    def owned(self) -> Owned:
        """Whose it is."""
        return owned(self.folder)

    def write_spec(self, spec: Spec) -> None:
        """Writes spec.json, whole or not at all."""
        _write(self.folder / "spec.json", spec.model_dump(mode="json"))

    def write_status(self, status: Status) -> None:
        """Writes status.json, whole or not at all."""
        _write(self.folder / "status.json", status.model_dump(mode="json"))

    def metrics(self) -> list[dict[str, Any]]:
        """The lines of metrics.jsonl in order; a line cut short by a kill is left out."""
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return []
        found = []
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                found.append(record)
        return found

    def log(self) -> str:
        """The end of log.txt."""
        path = self.folder / "log.txt"
        if not path.exists():
            return ""
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_END))
            return file.read().decode("utf-8", errors="replace")

    def size(self) -> int:
        """The folder's size in bytes."""
        return disk_bytes(self.folder)

    def _read(self, name: str, record: type[Record]) -> Record:
        try:
            return record.model_validate_json((self.folder / name).read_bytes())
        except FileNotFoundError:
            raise InputError(
                f"Run {self.name} has lost its {name}: remove it (python -m training runs remove "
                f"{self.name}) and start it again."
            ) from None
        except (OSError, ValueError):
            raise InputError(
                f"The {name} of run {self.name} is damaged: remove the run (python -m training runs "
                f"remove {self.name}) and start it again."
            ) from None


def networks_folder(run: Run, fold: str, seed: int, fraction: float) -> Path:
    """The folder of a cell's networks; it exists when they were saved."""
    return run.folder / "networks" / f"{quote(fold, safe='')}-{seed}-{fraction:g}"


def run_named(name: str) -> Run:
    """The run of that name that the asking visitor may see. A name is never used as a path.

    InputError when there is none, and in the same words for one of somebody else's.
    """
    run = Run(runs_folder() / name)
    is_run = NAME.fullmatch(name) and run.folder.is_dir()
    if not is_run or not may_see(run.owned(), asking()):
        known = ", ".join(other.name for other in seen_runs()[:5]) or "none yet"
        raise InputError(f"There is no run '{short(name)}'; there are: {known}.")
    return run


def own_run(name: str) -> Run:
    """The run of that name that the asking visitor may change. InputError for any other."""
    run = run_named(name)
    if not may_change(run.owned(), asking()):
        raise InputError(
            f"Run {name} is shared by somebody else, who alone can change it; start one of your own."
        )
    return run


def seen_runs() -> list[Run]:
    """The runs that the asking visitor may see, the newest first."""
    return [run for run in all_runs() if may_see(run.owned(), asking())]


def all_runs() -> list[Run]:
    """Every run, whoever may see it, also damaged ones, the newest first."""
    folder = runs_folder()
    if not folder.is_dir():
        return []
    found = [Run(path) for path in folder.iterdir() if path.is_dir() and NAME.fullmatch(path.name)]
    return sorted(found, key=lambda run: run.name, reverse=True)


def clear_left_behind() -> None:
    """Deletes half-made and half-deleted runs of killed programs; call it with the lock held."""
    for pattern in (".new-*", ".removed-*"):
        for path in runs_folder().glob(pattern):
            shutil.rmtree(path, ignore_errors=True)


def _write(path: Path, record: Mapping[str, Any]) -> None:
    with whole_file(path) as partial:
        partial.write_text(json.dumps(record, indent=1), encoding="utf-8")
