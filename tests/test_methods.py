"""The methods of ours against slow loops and the optimum's own condition; how rows are found."""

import math
from collections.abc import Mapping

import numpy as np
import pytest

from attention.analysis import notes_of, verdicts_of
from attention.methods import focus
from attention.methods.method import Examples, Floats, Method, Side
from attention.methods.registry import known_method, methods

CONCEPTS = ("Hug", "Kiss", "Wave")


def row(name: str) -> Method:
    found = known_method(name)
    assert found is not None
    return found


def side(scores: Floats, energies: Floats, features: Floats | None = None) -> Side:
    windows = np.zeros((*scores.shape, 2), np.uint8)
    return Side("web", scores, energies, windows, features=features)


@pytest.fixture
def clip() -> Side:
    """Five frames; the third's map of "Kiss" stands out, the fourth's scores."""
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(5, 3)).astype(np.float32)
    energies = rng.gamma(2.0, 1.0, (5, 3)).astype(np.float32)
    energies[2, 1] += 4.0
    scores[3, 0] += 3.0
    return side(scores, energies)


@pytest.fixture
def others() -> Examples:
    """Eleven frames of three training clips; the energies of "Wave" are all the same."""
    rng = np.random.default_rng(4)
    scores = (2 + 3 * rng.normal(size=(11, 3))).astype(np.float32)
    energies = rng.gamma(2.0, (1.0, 2.0, 3.0), (11, 3)).astype(np.float32)
    energies[:, 2] = 1.5
    return Examples(side(scores, energies), np.arange(11) % 3)


def slowly(seen: Side, values: Floats | None, known: Floats) -> list[float]:
    """Focus as the docstring writes it, a number at a time; values None: all frames weigh the same."""
    frames, count = seen.scores.shape
    weights = []
    for t in range(frames):
        highest = -math.inf
        for c in range(count):
            mean = sum(float(v) for v in known[:, c]) / len(known)
            std = math.sqrt(sum((float(v) - mean) ** 2 for v in known[:, c]) / len(known))
            if values is not None:
                highest = max(highest, (float(values[t, c]) - mean) / std if std else 0.0)
        weights.append(1.0 if values is None else math.exp(highest))
    found = [0.0] * count
    for t in range(frames):
        powers = [math.exp(float(s) / 3) for s in seen.scores[t]]
        for c in range(count):
            found[c] += weights[t] / sum(weights) * powers[c] / sum(powers)
    return found


@pytest.mark.parametrize("name", ["Focus", "Focus, even", "Focus by scores"])
def test_focus_and_its_controls_equal_a_slow_loop(clip: Side, others: Examples, name: str) -> None:
    method = row(name)
    learned = {name: method.fit(others)} if method.fit else {}
    field = {"Focus": "energies", "Focus, even": None, "Focus by scores": "scores"}[name]
    values = getattr(clip, field) if field else None
    known = getattr(others.side, field) if field else others.side.scores
    said = method.verdict(clip, CONCEPTS, 3, learned)
    np.testing.assert_allclose(said.scores, slowly(clip, values, known), rtol=1e-5)
    assert said.prediction == int(np.argmax(said.scores))
    assert said.frame_classes.tolist() == clip.scores.argmax(1).tolist()
    assert ("most by frame 3" in said.why) == (name == "Focus")


def test_focus_without_statistics_takes_those_of_the_clip_and_says_so(clip: Side) -> None:
    said = {v.method: v for v in verdicts_of((clip,), CONCEPTS, 3)}["Focus"]
    np.testing.assert_allclose(said.scores, slowly(clip, clip.energies, clip.energies), rtol=1e-5)
    assert notes_of((clip,)) == (focus.ALONE,)
    learned = {"Focus": {"mean": np.zeros(3, np.float32), "std": np.ones(3, np.float32)}}
    assert notes_of((clip,), learned) == ()
    other = {v.method: v for v in verdicts_of((clip,), CONCEPTS, 3, learned)}["Focus"]
    assert not np.allclose(other.scores, said.scores)


def test_focus_of_one_frame_is_that_frame() -> None:
    one = side(np.float32([[3, 0, 0]]), np.float32([[5, 1, 0]]))
    said = {v.method: v for v in verdicts_of((one,), CONCEPTS, 3)}["Focus"]
    e = math.e
    np.testing.assert_allclose(said.scores, np.array([e, 1, 1]) / (e + 2), rtol=1e-6)
    assert "frame 1)" not in said.why


def unit(x: list[float]) -> list[float]:
    length = math.sqrt(sum(v * v for v in x))
    return [v / length for v in x]


def clip_vector(frames: Floats) -> list[float]:
    units = [unit([float(v) for v in frame]) for frame in frames]
    return unit([sum(column) / len(units) for column in zip(*units, strict=True)])


def gradient(
    learned: Mapping[str, Floats], x: Floats, labels: list[int], present: list[int]
) -> Floats:
    """∂/∂W of the class-balanced mean loss + 10⁻³/2 · ‖W‖², and ∂/∂b, as rows [C,K+1]."""
    W = learned["weight"].astype(np.float64)
    found = np.zeros((len(W), x.shape[1] + 1))
    for vector, label in zip(x, labels, strict=True):
        z = np.array([W[c] @ vector + learned["bias"][c] for c in present])
        p = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
        share = 1 / (len(present) * labels.count(label))  # each class weighs the same in all
        for place, c in enumerate(present):
            found[c] += share * (p[place] - (c == label)) * np.append(vector, 1.0)
    found[:, :-1] += 1e-3 * W
    return found


@pytest.mark.parametrize("present", [[0, 1, 2], [0, 2]])
@pytest.mark.parametrize("name", ["Web+video head", "Fresh head"])
def test_the_clip_heads_are_at_the_optimum_of_their_loss(name: str, present: list[int]) -> None:
    rng = np.random.default_rng(5)
    centres = rng.gamma(1.0, 1.0, (3, 4))
    labels = [c for c in present for _ in range(2 + c)]  # not balanced
    owners = np.repeat(np.arange(len(labels)), 3)
    frames = (centres[np.array(labels)[owners]] + rng.gamma(1.0, 0.8, (len(owners), 4))) * 7
    of_stills = [c for c in present for _ in range(4)]
    stills = centres[of_stills] + rng.gamma(1.0, 0.8, (len(of_stills), 4))
    seen = side(np.zeros((len(owners), 3), np.float32), np.zeros((len(owners), 3)), frames)
    method = row(name)
    assert method.fit is not None
    learned = method.fit(
        Examples(seen, owners, np.array(labels), stills, np.array(of_stills), seed=0)
    )
    x = [clip_vector(frames[owners == v]) for v in range(len(labels))]
    if name == "Web+video head":
        x += [unit(list(still)) for still in stills]
        labels += of_stills
    slope = gradient(learned, np.array(x), labels, present)
    assert np.abs(slope).max() < 2e-5
    assert np.abs(learned["weight"]).max() > 0.5
    # a class that no example shows has no part in it
    clip = side(np.zeros((3, 3), np.float32), np.zeros((3, 3)), frames[owners == 0])
    said = method.verdict(clip, CONCEPTS, 3, {name: learned})
    z = [learned["weight"][c] @ x[0] + learned["bias"][c] for c in present]
    p = [math.exp(v - max(z)) for v in z]
    expected = [p[present.index(c)] / sum(p) if c in present else 0.0 for c in range(3)]
    np.testing.assert_allclose(said.scores, expected, rtol=1e-5)
    for t, frame in enumerate(frames[owners == 0]):
        z = [learned["weight"][c] @ unit(list(frame)) + learned["bias"][c] for c in present]
        assert said.frame_classes[t] == present[int(np.argmax(z))]


def test_methods_without_labels_are_given_none() -> None:
    asked = [method for method in methods() if method.labels == "none" and method.fit]
    bare = Examples(side(np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)), np.arange(3))
    for method in asked:
        assert method.fit is not None
        assert set(method.fit(bare)) == set(method.learns)
