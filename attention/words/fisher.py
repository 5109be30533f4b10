"""The Fisher vector of a set of words (Section 3.4): how a multi-word concept becomes one V_c.

A Gaussian mixture with diagonal covariances is fitted to the vectors of a word table. The Fisher
vector of a name's words is the gradient of their mean log-likelihood with respect to the mixture's
parameters, divided by the square root of the Fisher information.
Letters: n words, D numbers a word vector, k components with weights w, means μ and variances σ².
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attention.errors import InputError

Array = NDArray[np.float64]

COMPONENTS = 2  # a name has 1 to 5 words: more components would stay empty in most names
ROUNDS = 300  # of expectation-maximisation at most; the shipped table needs fewer
TOLERANCE = 1e-7  # gain in mean log-likelihood below which the fit stops


@dataclass(frozen=True, eq=False)
class Mixture:
    """A diagonal Gaussian mixture: weights [k] that sum to 1, means [k,D], variances [k,D] > 0."""

    weights: Array
    means: Array
    variances: Array

    @property
    def fisher_dim(self) -> int:
        """Length of a Fisher vector under this mixture: 2·k·D (means, then deviations)."""
        return 2 * self.means.size


def fit_mixture(x: Array, components: int = COMPONENTS, seed: int = 0) -> Mixture:
    """Fits a diagonal Gaussian mixture to vectors [n,D] by expectation-maximisation.

    The components are sorted by weight, largest first. The same seed gives the same mixture. Raises
    InputError when there are fewer vectors than components.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    x = np.asarray(x, dtype=np.float64)
    if components < 1 or len(x) < components:
        raise InputError(
            f"A mixture of {components} components cannot be fitted on {len(x)} word vectors: "
            "use at least one component and a table with more words."
        )
    # Without a floor, a component on a few equal words would get variance 0 and infinite likelihood.
    floor = max(1e-4 * float(x.var(axis=0).mean()), 1e-10)
    em = GaussianMixture(
        components, covariance_type="diag", init_params="k-means++",
        max_iter=ROUNDS, tol=TOLERANCE, reg_covar=floor, random_state=seed,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # equal words: any means are valid
        em.fit(x)
    order = np.argsort(-em.weights_, kind="stable")
    return Mixture(em.weights_[order], em.means_[order], em.covariances_[order])


def responsibilities(x: Array, mixture: Mixture) -> Array:
    """γ [n,k]: the probability that vector x_t came from component j; every row sums to 1."""
    joint = _joint(np.asarray(x, dtype=np.float64), mixture)
    return np.exp(joint - np.logaddexp.reduce(joint, axis=1)[:, None])


def fisher_gradient(x: Array, mixture: Mixture) -> Array:
    """The normalised gradient [2·k·D] of a set of word vectors [n,D], n ≥ 1, before any rescaling.

    g_μj = 1/(n √w_j) Σ_t γ_tj (x_t − μ_j)/σ_j, for all j, then
    g_σj = 1/(n √(2 w_j)) Σ_t γ_tj ((x_t − μ_j)²/σ_j² − 1), for all j (Perronnin et al.).
    """
    x = np.asarray(x, dtype=np.float64)
    if not len(x):
        raise ValueError("the Fisher vector of no words is not defined")
    gamma = responsibilities(x, mixture)
    z = (x[:, None, :] - mixture.means) / np.sqrt(mixture.variances)
    scale = len(x) * np.sqrt(mixture.weights)[:, None]
    g_mean = np.einsum("nk,nkd->kd", gamma, z) / scale
    g_deviation = np.einsum("nk,nkd->kd", gamma, z * z - 1) / (scale * np.sqrt(2))
    return np.concatenate([g_mean.ravel(), g_deviation.ravel()])


def fisher_vector(x: Array, mixture: Mixture) -> Array:
    """The improved Fisher vector [2·k·D]: signed square root of the gradient, then length 1."""
    gradient = fisher_gradient(x, mixture)
    rooted = np.sign(gradient) * np.sqrt(np.abs(gradient))
    length = np.linalg.norm(rooted)
    return np.asarray(rooted / length if length > 0 else rooted)


def _joint(x: Array, mixture: Mixture) -> Array:
    """log w_j + log N(x_t; μ_j, σ²_j) for all t and j: [n,k]."""
    means, variances = mixture.means, mixture.variances
    # (x − μ)²/σ² is expanded into matrix products, so that no array [n,k,D] is needed.
    distance = (x * x) @ (1 / variances).T - 2 * x @ (means / variances).T
    constant = (means**2 / variances + np.log(2 * np.pi * variances)).sum(axis=1)
    return np.asarray(np.log(mixture.weights) - 0.5 * (distance + constant))
