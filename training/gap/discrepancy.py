"""How far apart two samples lie: the maximum mean discrepancy (Gretton et al. 2012), and what chance gives.

MMD² = mean k(x,x′) + mean k(y,y′) − 2 mean k(x,y) over pairs of different pictures, with the RBF kernel
k(a,b) = exp(−‖a−b‖²/2σ²), σ the median distance of all pairs. It is 0 for two samples of one law, or a little
below by chance, and at most 2. σ follows the vectors, so their unit does not matter.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.gap.vectors import Flags, Groups, Vectors

Floats = NDArray[np.float64]
SHUFFLES = 999
EQUAL = 1e-12  # of two values: what double precision leaves of equal ones


@dataclass(frozen=True)
class Discrepancy:
    """MMD² of the two sides; by_chance: 95 % of shuffles stay below it · p: of so much by chance."""

    value: float
    by_chance: float
    p: float


def discrepancy(
    vectors: Vectors, is_frame: Flags, groups: Groups, shuffles: int = SHUFFLES, seed: int = 0
) -> Discrepancy:
    """MMD² of stills and frames in vectors [n,d], and a permutation test of it.

    Shuffled is which groups [n] (recordings, stills) are frames, pictures of one together. p is
    (b+1)/(m+1) for b as large among m shuffles.
    """
    kernel = rbf(vectors)
    names, group = np.unique(groups, return_inverse=True)
    of_group = np.zeros(len(names), bool)
    of_group[group] = is_frame
    rng = np.random.default_rng(seed)
    sides = np.stack([is_frame, *(rng.permutation(of_group)[group] for _ in range(shuffles))], 1)
    found = mmd2(kernel, sides)
    chance = found[1:]
    extreme = int((chance >= found[0] - EQUAL).sum())
    return Discrepancy(
        float(found[0]), float(np.quantile(chance, 0.95)), (extreme + 1) / (shuffles + 1)
    )


def rbf(vectors: Vectors) -> Floats:
    """Kernel [n,n] of vectors [n,d], σ the median distance of pairs; all 1 where most pairs are alike."""
    from scipy.spatial.distance import pdist, squareform

    distances = pdist(vectors.astype(np.float64))
    sigma = float(np.median(distances))
    return np.asarray(
        np.exp(-(squareform(distances) ** 2) / (2 * sigma**2))
        if sigma
        else np.ones((len(vectors),) * 2)
    )


def mmd2(kernel: Floats, sides: Flags) -> Floats:
    """Unbiased MMD² [m] of a kernel [n,n] for m ways [n,m] to take pictures for frames, 2 or more a side."""
    frames = sides.astype(np.float64)
    stills = 1 - frames
    n, m = frames.sum(0), stills.sum(0)
    towards_frames, towards_stills = kernel @ frames, kernel @ stills
    itself = np.diag(kernel)
    of_frames = ((frames * towards_frames).sum(0) - itself @ frames) / (n * (n - 1))
    of_stills = ((stills * towards_stills).sum(0) - itself @ stills) / (m * (m - 1))
    return np.asarray(of_frames + of_stills - 2 * (stills * towards_frames).sum(0) / (n * m))
