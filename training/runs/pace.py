"""How fast this machine is: what finished runs took, to what was planned for them."""

from __future__ import annotations

import json
import math

from attention.whole import whole_file
from training.runs.folder import runs_folder

NEW = 0.5  # weight of the latest run


def pace_of(backbone: str) -> float:
    """Seconds here for a planned second; 1 before the first run of that network."""
    return _known().get(backbone, 1.0)


def note_pace(backbone: str, planned: float, taken: float) -> None:
    """Takes note of a run that was not broken off."""
    if planned <= 0 or taken <= 0:
        return
    known = _known()
    before = known.get(backbone)
    ratio = taken / planned
    known[backbone] = ratio if before is None else (1 - NEW) * before + NEW * ratio
    with whole_file(runs_folder() / "pace.json") as partial:
        partial.write_text(json.dumps(known, indent=1), encoding="utf-8")


def _known() -> dict[str, float]:
    try:
        told = json.loads((runs_folder() / "pace.json").read_text(encoding="utf-8"))
        return {str(k): float(v) for k, v in told.items() if float(v) > 0 and math.isfinite(v)}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
