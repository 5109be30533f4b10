"""Writes a run's progress to status.json and metrics.jsonl, and ends a run that must stop."""

import errno
import json
import os
import time
from typing import Any

from attention.errors import InputError
from training.listener import Cell, Epoch, Kind, Listener, Step
from training.runs.folder import CANCEL, Run
from training.runs.plan import Key, Plan
from training.runs.records import Spec

WRITE_EVERY = 0.5  # seconds between two status files
LOOK_EVERY = 0.1  # seconds between two checks for a request to cancel
WEIGH_EVERY = 10.0  # seconds between two measurements of the folder's size
STEPS_PER_LINE = 10  # EnergyNet's steps whose mean is one line of metrics
TRUSTED_AFTER = 5.0  # planned seconds of work after which the measured speed is used


class CancelledError(Exception):
    """The user cancelled the run."""


class Reporter(Listener):
    """Writes a run's state; raises CancelledError, or InputError when a limit is exceeded.

    factor: real seconds per planned second, as far as earlier runs tell (plan.time_factor).
    """

    def __init__(self, run: Run, spec: Spec, plan: Plan, factor: float = 1.0) -> None:
        self.run, self.spec, self.plan, self._factor = run, spec, plan, factor
        self._before = run.status().seconds
        self._began = time.monotonic()
        self._wrote = self._looked = 0.0
        self._weighed = self._began
        self._at = self._from = 0.0  # planned seconds: now, and at the start of this attempt
        self._cell = Cell("", 0, 0.0, 0, 1)
        self._key: Key = ("caching", "starting", "", 0, 0.0)
        self._steps: list[Step] = []
        self._notes: set[str] = set()

    @property
    def seconds(self) -> float:
        """Seconds of work so far, in all attempts."""
        return self._before + time.monotonic() - self._began

    def fold(self, name: str) -> None:
        """Notes the fold that is being prepared."""
        self._cell = Cell(name, 0, 0.0, 0, 1)

    def cell(self, cell: Cell) -> None:
        """Notes the current fold, seed and label fraction, and writes them to the log, once."""
        if cell != self._cell:
            print(cell, flush=True)
        self._cell = cell

    def stage(self, kind: Kind, detail: str = "") -> None:
        """Notes a new stage, and writes it to the log and the metrics."""
        cell = self._cell
        whole = kind in {"Web CNN", "maps"}
        self._key = (kind, detail, cell.fold, cell.seed, 0.0 if whole else cell.fraction)
        print(f"  {kind} {detail}".rstrip(), flush=True)
        self._tell({"began": True})
        self.step(0, 1)
        if not self._from:
            self._from = self._at

    def step(self, done: int, of: int) -> None:
        """Checks whether to stop, and writes the status every WRITE_EVERY seconds."""
        now = time.monotonic()
        planned = self.plan.at(self._key, done / max(1, of))
        self._at = max(self._at, planned or 0.0)
        if now - self._looked >= LOOK_EVERY:
            self._looked = now
            if (self.run.folder / CANCEL).exists():
                raise CancelledError
            self._check_limits(now)
        if now - self._wrote >= WRITE_EVERY:
            self._wrote = now
            self._write()

    def epoch(self, epoch: Epoch) -> None:
        """Writes a line of metrics."""
        self._tell(
            {"epoch": epoch.number, "loss": round(epoch.loss, 5)}
            | {"accuracy": round(epoch.accuracy, 5)}
            | ({} if epoch.validation is None else {"validation": round(epoch.validation, 5)})
        )

    def energynet(self, step: Step) -> None:
        """Writes a line of metrics, the mean of STEPS_PER_LINE steps."""
        self._steps.append(step)
        if len(self._steps) == STEPS_PER_LINE:
            losses = [
                sum(s.energy_loss for s in self._steps),
                sum(s.triplet_loss for s in self._steps),
            ]
            energy, triplet = (round(loss / STEPS_PER_LINE, 5) for loss in losses)
            self._steps.clear()
            self._tell(
                {"step": step.number + 1, "energy_loss": energy, "triplet_loss": triplet}
                | {"pool": step.pool}
            )

    def note(self, sentence: str) -> None:
        """Writes the sentence to the log, once."""
        if sentence not in self._notes:
            self._notes.add(sentence)
            print(f"note: {sentence}", flush=True)

    def _write(self) -> None:
        """Writes the current status."""
        status = self.run.status().model_copy(
            update={
                "told": time.time(), "seconds": self.seconds, "left": self._left(),
                "doing": self._doing(),
                "done": min(1.0, self._at / self.plan.seconds) if self.plan.seconds else 0.0,
            }
        )  # fmt: skip
        self.run.write_status(status)

    def _left(self) -> float:
        """The seconds left: planned seconds × the measured factor, or the given one at first."""
        worked = self._at - self._from
        measured = worked > TRUSTED_AFTER
        factor = (time.monotonic() - self._began) / worked if measured else self._factor
        return max(0.0, (self.plan.seconds - self._at) * factor)

    def _doing(self) -> str:
        kind, detail, fold, seed, fraction = self._key
        words: list[str] = [kind, detail] if detail else [kind]
        if fraction:
            words.append(f"with {fraction:.0%} of the labels")
        if kind != "caching":
            words.append(f"(fold {fold}, seed {seed})")
        return " ".join(words)

    def _check_limits(self, now: float) -> None:
        if self.seconds > 3600 * self.spec.hours:
            raise InputError(
                f"The run took longer than its limit of {self.spec.hours:g} hours and was ended; "
                "raise the limit, or ask for fewer seeds and fractions, and resume it."
            )
        if now - self._weighed >= WEIGH_EVERY:
            self._weighed = now
            if self.run.size() > 1e9 * self.spec.gigabytes:
                raise InputError(
                    f"The run's folder passed its limit of {self.spec.gigabytes:g} GB and the run was "
                    "ended; ask for fewer seeds."
                )

    def _tell(self, what: dict[str, Any]) -> None:
        kind, detail, fold, seed, fraction = self._key
        line = {"stage": kind, "part": detail, "fold": fold, "seed": seed, "fraction": fraction}
        line |= {**what, "t": round(self.seconds, 2)}
        text = (json.dumps(line) + "\n").encode()
        file = os.open(
            self.run.folder / "metrics.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644
        )
        try:
            # one write per line: a kill leaves whole lines
            if (written := os.write(file, text)) < len(text):
                os.ftruncate(file, os.fstat(file).st_size - written)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(file)
