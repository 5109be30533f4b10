"""What a finished run's card says came of it."""

import pandas as pd
import pytest

from training.judge.bootstrap import Difference
from training.judge.paper import Curve
from training.report.disagreement import Disagreement
from training.tabs.train.outcome import sentence


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
