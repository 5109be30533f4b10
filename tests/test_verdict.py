"""Eqs. 2, 3, 5 and the vote of §4.3, each written out slowly, and the sentences about them."""

import numpy as np
import pytest

from attention.verdict import (
    Verdict,
    agreement,
    cnn_verdict,
    decide,
    energy_verdict,
    frame_mean,
    majority,
)

FOUR = ("Handshake", "High five", "Hug", "Kiss")


def floats(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, np.float32)


# Three of five frames say Hug; the other two say Kiss, loudly enough to win the plain mean
VOTE = floats(
    [
        [0.0, 1.0, 5.0, 4.0],
        [1.0, 0.0, 4.0, 3.0],
        [2.0, 2.0, 6.0, 2.0],
        [0.0, 0.0, 1.0, 9.0],
        [0.0, 0.0, 1.0, 9.0],
    ]
)


def slow_vote(scores: np.ndarray) -> tuple[int, list[float], list[int]]:
    """§4.3: "voting of the frames' classes … the majority frames … late fusion (average)"."""
    frames, concepts = scores.shape
    said = []
    for frame in scores:
        best = 0
        for c in range(concepts):
            if frame[c] > frame[best]:
                best = c
        said.append(best)
    votes = [said.count(c) for c in range(concepts)]

    def fused(c: int) -> list[float]:
        rows = [scores[n] for n in range(frames) if said[n] == c]
        return [sum(float(row[k]) for row in rows) / len(rows) for k in range(concepts)]

    tied = [c for c in range(concepts) if votes[c] == max(votes)]
    winner = tied[0]
    for c in tied[1:]:
        if fused(c)[c] > fused(winner)[winner]:
            winner = c
    return winner, fused(winner), votes


# The vote


def test_the_vote_by_hand():
    winner, scores, votes = majority(VOTE)
    assert FOUR[winner] == "Hug"
    assert votes.tolist() == [0, 0, 3, 2]
    assert scores.tolist() == [1.0, 1.0, 5.0, 3.0]  # the mean over the three frames that said Hug
    assert FOUR[decide(frame_mean(VOTE))] == "Kiss"


def test_equal_votes_are_separated_by_each_ones_own_mean():
    tie = floats([[7.0, 0.0, 1.0], [0.0, 8.0, 7.5], [5.0, 0.0, 1.0], [0.0, 3.0, 2.0]])
    winner, scores, votes = majority(tie)
    assert votes.tolist() == [2, 2, 0]
    assert winner == 0  # (7 + 5)/2 = 6 against (8 + 3)/2 = 5.5
    assert scores.tolist() == [6.0, 0.0, 1.0]


@pytest.mark.parametrize("concepts", [1, 2, 5])
def test_the_vote_equals_the_slow_one(concepts):
    random = np.random.default_rng(concepts)
    for frames in (1, 2, 3, 8, 9):
        # few distinct values, so that frames and votes tie often
        scores = random.integers(-2, 3, (frames, concepts)).astype(np.float32)
        winner, fused, votes = majority(scores)
        slow_winner, slow_fused, slow_votes = slow_vote(scores)
        assert (winner, votes.tolist()) == (slow_winner, slow_votes)
        np.testing.assert_allclose(fused, slow_fused, rtol=1e-6, atol=1e-7)


def test_cnn_verdict_holds_the_vote():
    verdict = cnn_verdict("CNN", "web", VOTE, FOUR)
    assert (verdict.method, verdict.side, verdict.prediction) == ("CNN", "web", 2)
    assert verdict.frame_classes.tolist() == [2, 2, 2, 3, 3]
    assert verdict.votes.tolist() == [0, 0, 3, 2]
    assert verdict.scores.dtype == np.float32 and verdict.scores.tolist() == [1.0, 1.0, 5.0, 3.0]


# Eqs. 2, 3 and 5


def test_the_mean_energy_wins():
    energies = floats([[4.0, 1.0, 0.0], [0.0, 3.0, 0.0], [0.0, 3.0, 3.5]])
    verdict = energy_verdict("UnAtt", "web", energies, FOUR[:3], "in 3×3 windows")
    np.testing.assert_allclose(verdict.scores, [4 / 3, 7 / 3, 3.5 / 3], rtol=1e-6)
    assert verdict.prediction == 1  # though it leads in one frame of three, as do the others
    assert verdict.frame_classes.tolist() == [0, 1, 2] and verdict.votes.tolist() == [1, 1, 1]


def test_of_equal_scores_the_first_concept():
    assert decide(floats([[1.0, 5.0, 5.0]])[0]) == 1


def test_the_mean_of_many_frames_does_not_drift():
    many = np.full((100_000, 2), 0.1, np.float32)
    many[:, 1] = 16_777_216.0  # 2^24, where float32 sums stop counting
    mean = frame_mean(many)
    assert mean.dtype == np.float32
    assert mean.tolist() == [np.float32(0.1), 16_777_216.0]


@pytest.mark.parametrize("values", [np.zeros((0, 4), np.float32)])
def test_no_frames_no_verdict(values):
    for judge in (
        frame_mean,
        majority,
        lambda scores: cnn_verdict("CNN", "web", scores, FOUR),
        lambda energies: energy_verdict("UnAtt", "web", energies, FOUR, "in 3×3 windows"),
    ):
        with pytest.raises(ValueError, match="at least one frame"):
            judge(values)


# Sentences


def test_the_cnn_says_how_it_was_decided():
    assert cnn_verdict("CNN", "web", VOTE, FOUR).why == (
        "Hug wins the vote in 3 of 5 frames; mean score there 5.00, 2.00 above Kiss. "
        "Averaging all frames instead would say Kiss."
    )


def test_a_clear_vote_says_nothing_of_averages():
    assert cnn_verdict("CNN", "web", VOTE[:3], FOUR).why == (
        "Hug wins the vote in 3 of 3 frames; mean score there 5.00, 2.00 above Kiss."
    )


def test_a_tied_vote_names_its_rival():
    tie = floats([[7.0, 0.0], [0.0, 8.0]])
    assert cnn_verdict("CNN", "web", tie, FOUR[:2]).why == (
        "High five wins the vote in 1 of 2 frames, as does Handshake with no higher mean score; "
        "mean score there 8.00, 8.00 above Handshake."
    )


def test_one_frame_is_no_frames():
    assert "1 of 1 frame;" in cnn_verdict("CNN", "web", VOTE[:1], FOUR).why


def test_the_energy_says_by_how_much():
    energies = floats([[4.0, 1.0, 0.0], [0.0, 3.0, 0.0], [0.0, 3.0, 3.5]])
    verdict = energy_verdict("UnAtt", "web", energies, FOUR[:3], "in 3×3 windows")
    assert verdict.why == (
        "High five has the highest mean energy, 2.33 in 3×3 windows over 3 frames, "
        "1.00 above Handshake."
    )


def test_small_energies_are_written_with_digits_that_tell_them_apart():
    energies = floats([[0.0173, 0.0168, -0.4]])
    verdict = energy_verdict("EnergyNet", "tuned", energies, FOUR[:3], "by EnergyNet")
    assert "energy, 0.0173 by EnergyNet" in verdict.why and "0.0005 above High five" in verdict.why


def test_a_single_concept_has_nobody_to_be_compared_with():
    only = floats([[2.0], [4.0]])
    assert cnn_verdict("CNN", "web", only, FOUR[:1]).why == (
        "Handshake wins the vote in 2 of 2 frames; mean score there 3.00."
    )
    verdict = energy_verdict("UnAtt", "web", only, FOUR[:1], "in 3×3 windows")
    assert verdict.why == (
        "Handshake has the highest mean energy, 3.00 in 3×3 windows over 2 frames."
    )


def says(method: str, prediction: int) -> Verdict:
    none = np.zeros(4, np.int64)
    return Verdict(method, "web", np.zeros(4, np.float32), prediction, none, none, "")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ([("CNN", 2)], ""),
        ([("CNN", 2), ("UnAtt", 2)], "Both methods say Hug."),
        ([("CNN", 3), ("UnAtt", 3), ("finetune+CNN", 3)], "All 3 methods say Kiss."),
        ([("CNN", 2), ("UnAtt", 0)], "The methods disagree: CNN says Hug, UnAtt says Handshake."),
        (
            [("CNN", 2), ("UnAtt", 0), ("finetune+CNN", 2), ("finetune+UnAtt", 2)],
            "The methods disagree: CNN, finetune+CNN and finetune+UnAtt say Hug, "
            "UnAtt says Handshake.",
        ),
    ],
)
def test_agreement(said, sentence):
    assert agreement([says(*pair) for pair in said], FOUR) == sentence


# Ranking


def test_the_predicted_concept_leads_its_ranking():
    verdict = cnn_verdict("CNN", "web", VOTE, FOUR)
    assert verdict.ranking(3) == [2, 3, 0] and verdict.ranking(99) == [2, 3, 0, 1]
    # the winner of a vote need not have the highest fused score's rank: it leads all the same
    loud = Verdict("CNN", "web", floats([[3.0, 1.0, 2.0]])[0], 2, *[np.zeros(3, np.int64)] * 2, "")
    assert loud.ranking(2) == [2, 0]
