"""The head on a few stills: against torch's own loss, and its held-out accuracy by hand."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from attention.errors import InputError
from attention.methods.linear import DECAY
from training.fit.quick_head import fit_quick_head, held_out, predictions, wilson


def little(classes: int, each: int = 6, width: int = 4, seed: int = 0):
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), each)
    features = rng.normal(size=(len(labels), width)) + 2 * np.eye(classes, width)[labels] + 5
    return features.astype(np.float32), labels


@pytest.mark.parametrize("classes", [2, 3])
def test_the_head_is_the_minimum_that_torch_finds(classes: int) -> None:
    features, labels = little(classes)
    features, labels = features[2:], labels[2:]  # classes of unequal size
    head = fit_quick_head(features, labels, classes)

    x = torch.from_numpy(features.astype(np.float64))
    length = x.norm(dim=1).mean()
    x = x / length
    centred, y = x - x.mean(0), torch.from_numpy(labels)
    W = torch.zeros(classes, x.shape[1], dtype=torch.float64, requires_grad=True)
    b = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    balance = len(y) / (classes * torch.bincount(y).double())

    def loss() -> torch.Tensor:
        each = cross_entropy(centred @ W.T + b, y, reduction="none")
        return (balance[y] * each).mean() + DECAY / 2 * (W**2).sum()

    by_torch = torch.optim.LBFGS(
        [W, b], max_iter=2000, tolerance_grad=1e-10, line_search_fn="strong_wolfe"
    )
    by_torch.step(lambda: (by_torch.zero_grad(), (found := loss()).backward(), found)[-1])
    wanted = (x @ W.T + b - x.mean(0) @ W.T).detach().numpy()
    found = features.astype(np.float64) @ head["weight"].T + head["bias"]
    # a softmax does not see what is added to all classes
    np.testing.assert_allclose(
        found - found.mean(1, keepdims=True), wanted - wanted.mean(1, keepdims=True), atol=2e-3
    )


def test_one_class_alone_is_refused() -> None:
    features, labels = little(1)
    with pytest.raises(InputError, match="at least two concepts"):
        fit_quick_head(features, labels, 2)


def test_what_is_held_out_was_not_learned_from() -> None:
    _, labels = little(2, each=10)
    drawn = np.random.default_rng(1).permutation(labels)  # labels that features say nothing of
    wide = np.random.default_rng(2).normal(size=(20, 60)).astype(np.float32)
    head = fit_quick_head(wide, drawn, 2)
    assert (predictions(head, wide) == drawn).all()  # learned by heart
    found = held_out(wide, drawn, np.arange(20), 2)
    assert found is not None and 20 <= found.accuracy <= 80


def test_a_take_is_held_out_as_a_whole() -> None:
    # of each class one still a take; a take looks alike whatever it shows, so that only who has seen
    # the take knows its stills
    rng = np.random.default_rng(0)
    takes = np.repeat(np.arange(6), 4)
    labels = takes % 2
    looks = 10 * rng.normal(size=(6, 40))
    features = (looks[takes] + 0.01 * rng.normal(size=(24, 40))).astype(np.float32)
    apart = held_out(features, labels, takes, 2)
    together = held_out(features, labels, np.arange(24), 2)
    assert apart is not None and together is not None
    assert together.accuracy == 100 and apart.accuracy < 90
    assert (apart.takes, together.takes) == (6, 24)
    assert apart.high - apart.low > together.high - together.low


def test_a_class_of_one_take_is_cut_in_pieces_and_named() -> None:
    features, labels = little(2)
    takes = np.where(labels == 0, 0, 10 + np.arange(len(labels)))
    found = held_out(features, labels, takes, 2)
    assert found is not None and found.one_take == (0,)
    assert found.takes == 7 and found.stills == 12


def test_one_still_of_a_class_has_no_held_out_accuracy() -> None:
    features, labels = little(2)
    assert held_out(features[5:], labels[5:], np.arange(7), 2) is None


def test_wilsons_interval() -> None:
    # 8 of 10, as in Brown, Cai and DasGupta's tables
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=5e-4)
    assert wilson(1.0, 5)[1] == 1.0
