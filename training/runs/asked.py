"""Checks a run's settings before it starts, and estimates its duration."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from attention.errors import InputError
from attention.networks.known.registry import offered_networks
from training.data.records import Source
from training.data.sets import sets
from training.data.sources import open_source
from training.runs.plan import chosen_folds, plan_of, time_factor
from training.runs.records import Spec

# the limits for runs started on the page, which may be public
PAGE_SEEDS = 5
PAGE_HOURS = 1.0

# possible values for an error sentence, by pydantic's error type
POSSIBLE = {
    "greater_than": "a number above {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
    "string_too_long": "at most {max_length} characters",
    "too_long": "at most {max_length}",
    "too_short": "at least {min_length}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
}


def spec_of(given: dict[str, Any]) -> Spec:
    """A Spec from plain values. Raises InputError, which names the first impossible value."""
    try:
        return Spec.model_validate(given)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(place) for place in fault["loc"][:1])
        wish = POSSIBLE.get(fault["type"], "another value").format(**fault.get("ctx", {}))
        raise InputError(
            f"The run's {name}: {fault['input']!s:.60} is not possible; give {wish}."
        ) from None


def source_of(spec: Spec) -> Source:
    """The source of a run. Raises InputError when it lacks stills or clips."""
    source = open_source(sets().get(spec.source, spec.source), noisy=spec.noisy)
    if not source.stills or not source.folds:
        lacking = "stills" if source.folds else "clips"
        raise InputError(f"{source.name} has no {lacking}; a run needs stills and clips.")
    return source


def expected(spec: Spec) -> float:
    """The expected seconds of a run on this machine. Raises InputError when it is not possible."""
    names = offered_networks()
    if spec.backbone not in names:
        raise InputError(f"There is no network '{spec.backbone}'; choose among {', '.join(names)}.")
    source = source_of(spec)
    for fold in chosen_folds(spec, source):
        if not fold.test:
            raise InputError(f"Fold {fold.name} of {source.name} has no test clips; add some.")
    return plan_of(spec, source).seconds * time_factor(spec.backbone)
