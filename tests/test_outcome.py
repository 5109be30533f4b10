"""What a finished run's card says came of it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attention.errors import InputError
from tests.sweeps import SweepFolder
from training.judge.bootstrap import Difference
from training.judge.paper import Curve
from training.report.disagreement import Disagreement
from training.report.known_sweeps import Sweep
from training.report.margins import best_and_worst
from training.tabs.train.outcome import margin_words, sentence


def found(alone: int, other: int, needed: int, accuracy: Difference | None) -> Disagreement:
    """18 clips: 11 that both get right, some that one does, the rest neither."""
    return Disagreement(
        attention=Curve("finetune+EnergyNet", 1.0),
        cnn=Curve("finetune+CNN", 1.0),
        attention_right=pd.DataFrame({"clip": ["a"] * alone}),
        cnn_right=pd.DataFrame({"clip": ["b"] * other}),
        both_right=11,
        both_wrong=18 - 11 - alone - other,
        accuracy=accuracy,
        needed=needed,
    )


@pytest.mark.parametrize(
    ("needed", "known", "says"),
    [(90, True, "too few to tell"), (18, True, "not told apart"), (18, False, "too few to tell")],
)
def test_who_is_right_how_often_and_whether_that_tells_anything(
    needed: int, known: bool, says: str
) -> None:
    even = Difference(5.6, 0.0, -8.0, 19.0, 0.6) if known else None
    assert sentence(found(2, 1, needed, even)) == (
        f"Learned energy has 13 of 18 clips right against 12 by the tuned vote; {says}."
    )


def test_a_winner_is_named_where_the_interval_and_p_agree() -> None:
    clear = Difference(33.0, 0.0, 12.0, 54.0, 0.01)
    assert sentence(found(6, 0, 18, clear)).endswith(
        "11 by the tuned vote; more than chance explains."
    )
    assert sentence(found(6, 0, 90, clear)).endswith("more than chance explains.")


def test_the_best_and_the_worst_clip_are_those_of_the_largest_margins(tmp_path: Path) -> None:
    sweep, curve = SweepFolder(), Curve("finetune+EnergyNet", 1.0)
    truth = np.array([0, 1, 2, 3])
    scores = np.array([[5, 4, 0, 0], [0, 9, 6, 0], [1, 3, 2, 8], [2, 2, 2, 1.5]], float)
    # margins +1, +3, −6, −0.5; the other seed and method would give others
    sweep.add(("1", 0, 1.0, "finetune+EnergyNet"), truth, scores)
    sweep.add(("1", 1, 1.0, "finetune+EnergyNet"), truth, scores[::-1])
    sweep.add(("1", 0, 1.0, "finetune+CNN"), truth, 2 * scores[::-1])
    sweep.write(tmp_path)
    made = Sweep("mine", "Mine", "drawn", "HII-filtered", tmp_path, None)
    best, worst = best_and_worst(made, curve, seed=0)
    assert (best.truth, best.said, best.margin) == ("High five", "High five", 3.0)
    assert (worst.truth, worst.said, worst.margin) == ("Hug", "Kiss", -6.0)
    assert margin_words(best).startswith("<b>High five</b>, ")
    assert margin_words(worst).startswith("<b>Hug</b> taken for Kiss, ")
    assert "behind by 6.00" in margin_words(worst) and "ahead by 3.00" in margin_words(best)
    with pytest.raises(InputError, match="seed 7"):
        best_and_worst(made, curve, seed=7)
