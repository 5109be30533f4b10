"""Texts about a run: its state, its duration, the command that repeats it."""

import calendar
import shlex
import time
from pathlib import Path
from typing import Any

from attention.catalogue.catalogue import say
from attention.gate.owners import is_of
from attention.gate.visitors import asking
from training.progress import how_long
from training.runs.records import Spec, Status
from training.runs.standing import Standing


def name_line(standing: Standing) -> str:
    """The run's name and state in one line."""
    return f"{standing.run.name}  {how_it_stands(standing)}"


def how_it_stands(standing: Standing) -> str:
    """The state as text, with the current stage and the time left."""
    status = standing.status
    if status is None:
        return say("train.state.damaged", fault=standing.fault)
    if status.state == "queued":
        if standing.place == 1:
            return say("train.state.next")
        return say("train.state.waits", place=standing.place)
    if status.state == "running":
        doing = status.doing or say("train.state.starting")
        return f"{status.done:.0%}, {doing}, {time_left(status)}"
    state = say(f"train.state.{status.state}")
    if status.seconds:
        state = say("train.state.after", state=state, time=how_long(status.seconds))
    return f"{state}: {status.message}" if status.message else state


def time_left(status: Status) -> str:
    """How much longer a run will take, or that this cannot be told yet."""
    left = left_of(status)
    if left is None:
        return say("train.state.left_unknown")
    return say("train.state.left", time=how_long(left))


def left_of(status: Status, now: float | None = None) -> float | None:
    """The seconds left now; None when unknown."""
    if status.left is None:
        return None
    since = (time.time() if now is None else now) - status.told
    return max(0.0, status.left - max(0.0, since))  # a clock that was set back adds nothing


def title_of(spec: Spec) -> str:
    """A run's title, or its set's name (the last folder of a path)."""
    return spec.title or Path(spec.source).name


def when_asked(name: str) -> str:
    """The local time in a run's name: "22 Nov 20:32"; "" for a name without a time."""
    try:
        asked = calendar.timegm(time.strptime(name[:15], "%Y%m%d-%H%M%S"))
    except ValueError:
        return ""
    return time.strftime("%d %b %H:%M", time.localtime(asked))


def repeat(spec: Spec) -> str:
    """The command that repeats the run."""
    words = ["python", "-m", "training", "runs", "start", _portable(spec.source)]
    plain = Spec(source=spec.source)
    for name, given in spec.model_dump().items():
        if given == getattr(plain, name):
            continue
        if isinstance(given, bool):
            words.append(f"--{name}")
        else:
            several = isinstance(given, tuple)
            text = ",".join(_short(one) for one in given) if several else _short(given)
            words += [f"--{name}", text]
    return shlex.join(words)


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _portable(source: str) -> str:
    """A set's name, or the last folder of an absolute path, which differs between machines."""
    return Path(source).name if Path(source).is_absolute() else source


def record_of(standing: Standing) -> dict[str, Any]:
    """A run as values for JSON: name, state, status, spec, whose it is, and the command that repeats it."""
    status, spec = standing.status, standing.spec
    thing = standing.run.owned()
    return {
        "name": standing.run.name,
        "state": status.state if status else "damaged",
        "place": standing.place,
        "fault": standing.fault,
        "status": status.model_dump(mode="json") if status else None,
        "spec": spec.model_dump(mode="json") if spec else None,
        "model": standing.run.name if (standing.run.model / "model.json").exists() else None,
        "repeat": repeat(spec) if spec else "",
        "yours": is_of(thing, asking()),
        "shared": thing.shared,
    }
