"""How alike two maps are: by the order of their cells, and by their structure."""

import numpy as np
import torch
from scipy.stats import rankdata

from attention.energy import window_sums
from attention.probe.subject import Floats

WINDOW = 7  # side of SSIM's windows, in cells
K1, K2 = 0.01, 0.03


def spearman(a: Floats, b: Floats) -> Floats:
    """Spearman's rank correlation of each frame's cells, of maps [n,h,w] → [n]; equal cells share a rank.

    NaN where all cells of a map are equal: it ranks nothing.
    """
    ranks = [rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (a, b)]
    left, right = (rank - rank.mean(axis=1, keepdims=True) for rank in ranks)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
        return np.asarray((left * right).sum(axis=1) / spread, np.float32)


def ssim(a: Floats, b: Floats) -> Floats:
    """Structural similarity (Wang et al., 2004) of maps [n,h,w] → [n], each divided by its largest cell.

    Mean over all 7×7 windows inside the map, or the map itself where it is smaller; sample variances;
    K1 = 0.01, K2 = 0.03, range 1.
    """
    x, y = (torch.from_numpy(np.asarray(_scaled(maps), np.float64)) for maps in (a, b))
    side = min(WINDOW, *a.shape[1:])
    cells = side * side

    def mean(values: torch.Tensor) -> torch.Tensor:
        return window_sums(values, side) / cells

    mx, my = mean(x), mean(y)
    sample = cells / (cells - 1)
    vx, vy = (sample * (mean(v * v) - m * m) for v, m in ((x, mx), (y, my)))
    vxy = sample * (mean(x * y) - mx * my)
    c1, c2 = K1**2, K2**2
    alike = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return np.asarray(alike.mean((1, 2)), np.float32)


def mean_known(values: Floats) -> float:
    """Mean of those that are numbers; NaN where none is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _scaled(maps: Floats) -> Floats:
    most = maps.max(axis=(1, 2), keepdims=True)
    return maps / np.where(most > 0, most, 1)
