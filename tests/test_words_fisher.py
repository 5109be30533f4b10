"""The mixture and its Fisher vectors against the formulas, written out slowly."""

import math

import numpy as np
import pytest

from attention.errors import InputError
from attention.words.fisher import (
    Mixture,
    fisher_gradient,
    fisher_vector,
    fit_mixture,
    responsibilities,
)


@pytest.fixture
def mixture():
    chance = np.random.default_rng(1)
    return Mixture(
        np.array([0.5, 0.3, 0.2]), chance.normal(size=(3, 4)), chance.uniform(0.5, 2, size=(3, 4))
    )


@pytest.fixture
def words():
    return np.random.default_rng(2).normal(size=(5, 4))


def density(x, mean, variance):
    product = 1.0
    for value, m, v in zip(x, mean, variance, strict=True):
        product *= math.exp(-((value - m) ** 2) / (2 * v)) / math.sqrt(2 * math.pi * v)
    return product


def slow_gradient(words, mixture):
    k, dim = mixture.means.shape
    g_mean = np.zeros((k, dim))
    g_deviation = np.zeros((k, dim))
    for x in words:
        shares = [
            mixture.weights[j] * density(x, mixture.means[j], mixture.variances[j])
            for j in range(k)
        ]
        for j in range(k):
            gamma = shares[j] / sum(shares)
            for d in range(dim):
                z = (x[d] - mixture.means[j, d]) / math.sqrt(mixture.variances[j, d])
                g_mean[j, d] += gamma * z / (len(words) * math.sqrt(mixture.weights[j]))
                g_deviation[j, d] += (
                    gamma * (z * z - 1) / (len(words) * math.sqrt(2 * mixture.weights[j]))
                )
    return np.concatenate([g_mean.ravel(), g_deviation.ravel()])


def test_gradient_equals_the_formula_written_as_loops(words, mixture):
    np.testing.assert_allclose(
        fisher_gradient(words, mixture), slow_gradient(words, mixture), atol=1e-12
    )


def shares_of(words, mixture):
    """w_j N(x_t; μ_j, σ²_j) for all t and j."""
    parts = list(zip(mixture.weights, mixture.means, mixture.variances, strict=True))
    return np.array([[w * density(x, m, v) for w, m, v in parts] for x in words])


def log_likelihood(words, mixture):
    return np.log(shares_of(words, mixture).sum(axis=1)).mean()


def test_responsibilities_equal_the_densities(words, mixture):
    shares = shares_of(words, mixture)
    expected = shares / shares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(responsibilities(words, mixture), expected, atol=1e-12)


@pytest.mark.parametrize("parameters", ["means", "deviations"])
def test_gradient_is_that_of_the_log_likelihood(words, mixture, parameters):
    """By finite differences; the Fisher information scales by σ/√w for means, σ/√(2w) for σ."""
    deviations = np.sqrt(mixture.variances)
    numeric = np.zeros_like(mixture.means)
    step = 1e-6
    for place in np.ndindex(*mixture.means.shape):
        for sign in (1, -1):
            means, sigma = mixture.means.copy(), deviations.copy()
            (means if parameters == "means" else sigma)[place] += sign * step
            moved = Mixture(mixture.weights, means, sigma**2)
            numeric[place] += sign * log_likelihood(words, moved) / (2 * step)
    weight = mixture.weights[:, None] * (1 if parameters == "means" else 2)
    half = mixture.means.size
    gradient = fisher_gradient(words, mixture)
    ours = gradient[:half] if parameters == "means" else gradient[half:]
    np.testing.assert_allclose(ours, (numeric * deviations / np.sqrt(weight)).ravel(), atol=1e-7)


def test_one_gaussian_by_hand():
    """μ = 1, σ = 2: the words 3 and 5 lie 1 and 2 deviations away, mean 1.5; (0 + 3)/2/√2."""
    gaussian = Mixture(np.array([1.0]), np.array([[1.0]]), np.array([[4.0]]))
    gradient = fisher_gradient(np.array([[3.0], [5.0]]), gaussian)
    np.testing.assert_allclose(gradient, [1.5, 1.5 / math.sqrt(2)])
    root = np.sqrt(gradient)
    np.testing.assert_allclose(
        fisher_vector(np.array([[3.0], [5.0]]), gaussian), root / np.linalg.norm(root)
    )


def test_fisher_vector_keeps_signs_and_has_length_one(words, mixture):
    vector = fisher_vector(words, mixture)
    gradient = fisher_gradient(words, mixture)
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert vector.shape == (mixture.fisher_dim,) == (2 * 3 * 4,)
    np.testing.assert_array_equal(np.sign(vector), np.sign(gradient))
    np.testing.assert_allclose(vector**2, np.abs(gradient) / np.abs(gradient).sum())


def test_order_and_repetition_of_the_words_do_not_matter(words, mixture):
    vector = fisher_vector(words, mixture)
    np.testing.assert_allclose(fisher_vector(words[::-1], mixture), vector, atol=1e-12)
    np.testing.assert_allclose(fisher_vector(np.tile(words, (3, 1)), mixture), vector, atol=1e-12)


def test_far_away_words_give_numbers_not_nan(mixture):
    far = np.full((1, 4), 1e4)  # every density underflows to zero
    assert np.isfinite(fisher_vector(far, mixture)).all()
    assert responsibilities(far, mixture).sum() == pytest.approx(1)


def test_no_words_have_no_fisher_vector(mixture):
    with pytest.raises(ValueError, match="no words"):
        fisher_gradient(np.empty((0, 4)), mixture)


def test_fit_finds_the_clusters_that_made_the_data():
    chance = np.random.default_rng(3)
    left = chance.normal((-4, 0), (1, 0.5), size=(3000, 2))
    right = chance.normal((4, 1), (0.5, 2), size=(1000, 2))
    found = fit_mixture(np.concatenate([left, right]), components=2)
    np.testing.assert_allclose(found.weights, [0.75, 0.25], atol=0.01)
    np.testing.assert_allclose(found.means, [[-4, 0], [4, 1]], atol=0.15)
    np.testing.assert_allclose(np.sqrt(found.variances), [[1, 0.5], [0.5, 2]], atol=0.1)


def test_fit_is_a_maximum_where_the_gradient_of_all_data_is_zero():
    data = np.random.default_rng(4).normal(size=(500, 3)) ** 3
    found = fit_mixture(data, components=2)
    assert np.abs(fisher_gradient(data, found)).max() < 0.02
    assert log_likelihood(data, found) > log_likelihood(data, fit_mixture(data, components=1))


def test_fit_is_the_same_each_time():
    data = np.random.default_rng(5).normal(size=(300, 3))
    one, two = fit_mixture(data, 3, seed=7), fit_mixture(data, 3, seed=7)
    np.testing.assert_array_equal(one.means, two.means)
    assert list(one.weights) == sorted(one.weights, reverse=True)


def test_fit_survives_equal_words_and_refuses_too_few():
    found = fit_mixture(np.ones((10, 2)), components=2)
    assert (found.variances > 0).all() and np.isfinite(found.means).all()
    with pytest.raises(InputError, match="3 components cannot be fitted on 2"):
        fit_mixture(np.ones((2, 2)), components=3)
