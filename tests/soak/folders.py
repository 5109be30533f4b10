"""A run's folder judged from outside: are its files whole, and is it the same as another one."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import psutil
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file

from training.runs.folder import Run
from training.runs.records import Spec, Status

RECORDS = {"spec.json": Spec, "status.json": Status}
MARK = "training.runs.work"


def faults(folder: Path) -> Iterator[str]:
    """What is half-written in a folder. A hidden file is one being written, which nobody reads."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and (wrong := _fault(path)):
            yield f"{path.relative_to(folder)}: {wrong}"


def _fault(path: Path) -> str:
    try:
        if record := RECORDS.get(path.name):
            record.model_validate_json(path.read_bytes())
        elif path.suffix == ".json":
            json.loads(path.read_text(encoding="utf-8"))
        elif path.suffix == ".jsonl":
            *whole, _last = path.read_text(encoding="utf-8").split("\n")
            for line in whole:
                json.loads(line)
        elif path.suffix == ".csv":
            if pd.read_csv(path).isna().to_numpy().all():
                return "holds nothing"
        elif path.suffix == ".safetensors":
            load_file(path)
    except (ValueError, ValidationError, SafetensorError, OSError) as error:
        return str(error).splitlines()[0]
    return ""


def differences(run: Run, other: Run) -> Iterator[str]:
    """Where the results of two runs that were asked the same are not the same, bit for bit."""
    for path in sorted(other.model.glob("*.safetensors")):
        mine = run.model / path.name
        if not mine.exists():
            yield f"{run.name} has no {path.name}"
            continue
        one, two = load_file(mine), load_file(path)
        if one.keys() != two.keys() or any(not one[name].equal(two[name]) for name in one):
            yield f"{run.name}: another {path.name}"
    if (run.sweep / "rows.csv").read_bytes() != (other.sweep / "rows.csv").read_bytes():
        yield f"{run.name}: other rows"


def workers(home: Path) -> dict[str, list[int]]:
    """The processes at work in the runs of a data folder: run → their numbers."""
    found: dict[str, list[int]] = {}
    for process in psutil.process_iter(["cmdline", "status"]):
        line = process.info["cmdline"] or []
        if MARK in line and str(home) in line[-1]:
            found.setdefault(Path(line[-1]).name, []).append(process.pid)
    return found


def left_after(seconds: float, home: Path) -> list[list[int]]:
    """Processes that work for a data folder though nothing is under way, and do not end."""
    until = time.monotonic() + seconds
    while (found := list(workers(home).values())) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def end_all(home: Path) -> None:
    """Kills whatever still works for a data folder."""
    for pids in workers(home).values():
        for pid in pids:
            psutil.Process(pid).kill()
