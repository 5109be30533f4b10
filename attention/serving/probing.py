"""Is this map true? A probe put to the clip that was looked at."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.model.card import shipped_models
from attention.probe.known.probe import Probe, Tick
from attention.probe.known.registry import probes
from attention.serving.dial import frames_of
from attention.serving.looking import Looked, Progress
from attention.serving.offered import ready_model

if TYPE_CHECKING:
    from attention.probe.asking import Answer
    from attention.probe.averages import Mean

FOLDER = ASSETS / "results" / "trust"  # a folder for each model, named after it
Tell = Callable[[Progress], None]


def offered_probes() -> tuple[Probe, ...]:
    """The probes with a name in everyday words."""
    return tuple(probe for probe in probes() if probe.plain)


@lru_cache
def over_set(model: str) -> "Mapping[tuple[str, str, str], Mean]":
    """What the probes say of a model that ships, over drawn development clips; nothing of other models.

    Measured beforehand by `python -m training trust`: by probe, CNN and measure.
    """
    from attention.probe.averages import read_means

    tables = sorted((FOLDER / model).glob("*.csv")) if model in shipped_models() else []
    return {mean.key: mean for table in tables for mean in read_means(table)}


def probed(looked: Looked, name: str, tell: Tell | None = None) -> "tuple[Answer, ...]":
    """What a probe says of a look, through each CNN of its model; of a changed one, under its change.

    Raises InputError for an unknown probe, when the look or its clip has gone, and for whole frames.
    """
    from attention.probe.asking import answered  # torch: not before something is asked
    from attention.probe.known.registry import probes_named

    asked = probes_named([name])
    analysis = looked.analysis(maps=False)
    if analysis.is_whole:
        raise InputError(
            "Probes look at the centre of frames; look at the clip's centre, then ask again."
        )
    frames, model = frames_of(looked), ready_model(looked.model)
    watch = _watch(len(analysis.sides), tell)
    return tuple(answered(asked, frames, model, analysis, watch))


def _watch(times: int, tell: Tell | None) -> Callable[[str], AbstractContextManager[Tick]]:
    """Progress over a probe that is asked so many times, of equal length each."""
    started, finished = time.perf_counter(), 0

    @contextmanager
    def watch(_: str) -> Iterator[Tick]:
        nonlocal finished

        def tick(done: int, steps: int | None) -> None:
            if tell:
                expected = steps and steps * times
                seconds = time.perf_counter() - started
                tell(Progress(finished * (steps or 0) + done, expected, seconds))

        yield tick
        finished += 1

    return watch
