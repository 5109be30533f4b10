"""How the report writes numbers and tables."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from training.judge.bootstrap import Difference

MISSING = "–"


def spread(values: NDArray[np.float64]) -> str:
    """Mean ± standard deviation of one number per seed; – for none, the mean alone for one."""
    if len(values) == 0 or np.isnan(values).any():
        return MISSING
    mean = f"{values.mean():.1f}"
    return f"{mean} ± {values.std(ddof=1):.1f}" if len(values) > 1 else mean


def signed(points: float | None) -> str:
    """Points with their sign, such as +3.1, −0.7 and 0.0."""
    if points is None or np.isnan(points):
        return MISSING
    rounded = round(points, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def interval(found: Difference | None) -> str:
    """Mean ± std [low, high] in points."""
    if found is None:
        return MISSING
    std = "" if np.isnan(found.std) else f" ± {found.std:.1f}"
    return f"{signed(found.mean)}{std} {bounds(found)}"


def bounds(found: Difference) -> str:
    """The 95 % interval, such as [−7.0, −0.2]."""
    return f"[{signed(found.low)}, {signed(found.high)}]"


def chance(p: float) -> str:
    """A p in 0 … 1, such as 0.0005, 0.049, 0.62; fine enough that 0.0495 is not taken for 0.05."""
    if np.isnan(p):
        return MISSING
    if p < 0.0001:
        return "< 0.0001"
    return f"{p:.2f}" if p >= 0.1 else f"{p:.4f}".rstrip("0")


def percent(fraction: float) -> str:
    """A share of the labels, such as 20 %."""
    return f"{100 * fraction:g} %"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> pd.DataFrame:
    """Rows of text under a header, of which names may repeat."""
    return pd.DataFrame(list(rows), columns=list(header))


def cell_text(value: object) -> str:
    """A cell of a table: numbers to one digit."""
    if isinstance(value, float):
        return MISSING if np.isnan(value) else f"{value:.1f}"
    return str(value)


def markdown(frame: pd.DataFrame) -> str:
    """A table as Markdown; | in a cell is escaped."""
    lines = [list(frame.columns), ["---"] * frame.shape[1], *frame.to_numpy().tolist()]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
    )
