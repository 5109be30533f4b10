"""A run as other programs read it."""

from __future__ import annotations

from typing import Any

from training.runs.standing import Standing
from training.runs.words import repeat


def told(standing: Standing) -> dict[str, Any]:
    """A run as JSON: name, state, share done, seconds left, spec, and the command to repeat it."""
    status, spec = standing.status, standing.spec
    return {
        "name": standing.run.name,
        "state": status.state if status else "damaged",
        "place": standing.place,
        "fault": standing.fault,
        "status": status.model_dump(mode="json") if status else None,
        "spec": spec.model_dump(mode="json") if spec else None,
        "model": standing.run.name if (standing.run.model / "model.json").exists() else None,
        "repeat": repeat(spec) if spec else "",
    }
