"""A run's process: waits for its turn, trains, evaluates, saves the model. `python -m …work FOLDER`."""

import shutil
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from attention.disk.home import home
from attention.disk.process import has_gone
from attention.disk.room import disk_error_as_input_error
from attention.errors import InputError
from training.runs.folder import CANCEL, Run
from training.runs.queue import SHOWN, take_turn
from training.runs.records import State

WAIT = 0.3  # seconds between two checks whether it is this run's turn


def main(folder: Path) -> int:
    """Executes a run. Returns 0 when it finished, was cancelled, or was removed; 1 when it failed."""
    run = Run(folder)
    while not take_turn(run):
        time.sleep(WAIT)
        if not folder.is_dir():
            return 0
        if (folder / CANCEL).exists():
            _end(run, "cancelled", "")
            return 0
    state, message = _outcome(run)
    try:
        with disk_error_as_input_error(SHOWN, "how the run ended could not be written"):
            _end(run, state, message)
    except InputError as error:
        state, message = "failed", str(error)
    print(message or state)
    return 0 if state != "failed" else 1


def _outcome(run: Run) -> tuple[State, str]:
    # imported late: torch takes seconds and memory, and a waiting run should be small
    from training.runs.reporter import CancelledError

    try:
        with disk_error_as_input_error(SHOWN, "what was done is kept"):
            _tidy(run)
            _train(run)
    except CancelledError:
        return "cancelled", ""
    except InputError as error:
        return "failed", str(error)
    except MemoryError:
        return "failed", "The machine ran out of memory; take a smaller network or fewer clips."
    except Exception as error:
        traceback.print_exc()
        return "failed", f"It stopped at an unexpected fault ({type(error).__name__}); see its log."
    return "finished", ""


def _end(run: Run, state: State, message: str) -> None:
    status = run.status()
    done = 1.0 if state == "finished" else status.done
    changes: dict[str, Any] = {"state": state, "message": message, "done": done}
    run.write_status(
        status.model_copy(update=changes | {"ended": time.time(), "left": None, "doing": ""})
    )
    (run.folder / CANCEL).unlink(missing_ok=True)


def _tidy(run: Run) -> None:
    """Deletes what a killed attempt left: hidden files, and an incomplete line of metrics."""
    for path in run.folder.rglob(".*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    for path in (home() / "cache").rglob(".*"):
        if has_gone(path.name.removeprefix(".")):
            path.unlink(missing_ok=True)
    metrics = run.folder / "metrics.jsonl"
    if metrics.exists():
        with metrics.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def _train(run: Run) -> None:
    import torch

    from attention.networks.zoo import load_backbone
    from training.data.sources import chosen_folds
    from training.fit.prepared import prepare
    from training.judge.means import means_text
    from training.judge.results import read_results
    from training.runs.networks import NetworkKeeper, keep_model, settings_of
    from training.runs.plan import plan_of, record_time_factor, source_of, time_factor
    from training.runs.reporter import Reporter
    from training.sweep.grid import sweep
    from training.sweep.table import how_of, note_how

    spec, resumed = run.spec(), run.status().seconds > 0
    torch.set_num_threads(spec.threads)
    source = source_of(spec)
    reporter = Reporter(run, spec, plan_of(spec, source), time_factor(spec.backbone))
    backbone = load_backbone(spec.backbone)
    how = how_of(
        source,
        part=spec.part, backbone=spec.backbone, every=spec.every, noisy=spec.noisy,
        preset=spec.preset, layers="last",
    )  # fmt: skip
    note_how(run.sweep, how, reporter)
    folds = []
    for fold in chosen_folds(source, spec.folds, spec.part, reporter):
        reporter.fold(fold.name)
        ready = prepare(source, fold, backbone, home() / "cache", spec.every, listener=reporter)
        folds.append((fold.name, ready))
    for sentence in dict.fromkeys(s for _, ready in folds for s in ready.skipped):
        print(f"note: {sentence}")
    settings = settings_of(spec)
    keeper = NetworkKeeper(run, source, dict(folds), reporter)
    sweep(folds, settings, run.sweep, reporter, keeper.keep)
    keep_model(run, source, folds[0][1])
    if not resumed:
        record_time_factor(spec.backbone, reporter.plan.seconds, reporter.seconds)
    print(f"{len(spec.seeds)} seeds, {len(spec.fractions)} fractions in {reporter.seconds:.0f} s")
    results = read_results(run.sweep)
    if results is not None:
        print(means_text(results))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
