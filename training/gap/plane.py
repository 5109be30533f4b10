"""Vectors laid out in two dimensions: PCA keeps what differs most, t-SNE who is whose neighbour."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.gap.vectors import Vectors

Projection = Literal["PCA", "t-SNE"]
PROJECTIONS: tuple[Projection, ...] = ("PCA", "t-SNE")
PERPLEXITY = 30.0  # neighbours that t-SNE keeps near, about


@dataclass(frozen=True)
class Laid:
    """Places [n,2]; shares: of the variance that PCA's two directions hold, none for t-SNE."""

    places: NDArray[np.float64]
    shares: tuple[float, ...] = ()


def laid_out(vectors: Vectors, projection: Projection, seed: int = 0) -> Laid:
    """Vectors [n,d], n ≥ 3, as they are, in two dimensions; the same for the same seed.

    Vectors that are all alike lie on one place.
    """
    from sklearn.decomposition import PCA  # a second to load: not before a gap is measured
    from sklearn.manifold import TSNE

    centred = vectors.astype(np.float64) - vectors.mean(0, dtype=np.float64)
    if not np.ptp(centred, 0).any():
        return Laid(np.zeros((len(vectors), 2)), (1.0, 0.0) if projection == "PCA" else ())
    if projection == "PCA":
        fitted = PCA(min(2, *centred.shape), svd_solver="full").fit(centred)
        places = _in_two(fitted.transform(centred))
        return Laid(places, tuple(map(float, fitted.explained_variance_ratio_)))
    near = min(PERPLEXITY, (len(vectors) - 1) / 3)
    how = TSNE(perplexity=near, init="pca" if centred.shape[1] > 1 else "random", random_state=seed)
    return Laid(how.fit_transform(centred).astype(np.float64))


def _in_two(places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.pad(places, ((0, 0), (0, 2 - places.shape[1])))
