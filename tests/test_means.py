"""What a sweep ends with: means, spreads over seeds, intervals over recordings."""

import re
from pathlib import Path

import numpy as np
import pytest

from tests.sweeps import CONCEPTS, SweepFolder
from training.judge import means
from training.judge.means import means_table, means_text
from training.judge.results import SweepResults, read_results


def swept(folder: Path, right: dict[int, int], clips: int = 400, each: int = 1) -> SweepResults:
    """A sweep of one method, right on so many clips for each seed; `each` clips to a recording."""
    made = SweepFolder()
    truth = np.arange(clips) // each % 4
    recordings = [f"r{v // each}" for v in range(clips)]
    for seed, hits in right.items():
        scores = np.eye(4)[(truth + (np.arange(clips) >= hits)) % 4]
        made.add(("1", seed, 1.0, "CNN"), truth, scores, recordings=recordings)
    results = read_results(made.write(folder))
    assert results is not None
    return results


def numbers(cell: str) -> list[float]:
    return [float(number) for number in re.findall(r"[\d.]+", cell)]


def test_mean_and_spread_are_over_seeds(tmp_path: Path) -> None:
    (row,) = means_table(swept(tmp_path, {0: 280, 1: 300, 2: 320})).to_dict("records")
    assert (row["method"], row["labels"]) == ("CNN", "100 %")
    mean, std, low, high = numbers(row["accuracy"])
    assert (mean, std) == (75.0, 5.0)
    assert low < 75 - 5 / 3**0.5 and high > 75 + 5 / 3**0.5  # seeds alone vary the mean by 2.9
    text = means_text(swept(tmp_path / "again", {0: 280}))
    assert "75" not in text and "70.0 [" in text and "one seed [95 % interval" in text


def test_the_interval_of_one_seed_is_that_of_a_share(tmp_path: Path) -> None:
    """100 of 400 clips are wrong: 1.96·√(0.75·0.25/400) is 4.24 points either way."""
    (row,) = means_table(swept(tmp_path, {0: 300})).to_dict("records")
    mean, low, high = numbers(row["accuracy"])
    assert mean == 75.0
    assert (low, high) == pytest.approx((75 - 4.24, 75 + 4.24), abs=0.5)


def test_clips_of_one_recording_count_as_one(tmp_path: Path) -> None:
    """With 4 clips each there are 100 recordings: the interval is twice as wide."""
    (row,) = means_table(swept(tmp_path, {0: 300}, each=4)).to_dict("records")
    mean, low, high = numbers(row["accuracy"])
    assert mean == 75.0
    assert (low, high) == pytest.approx((75 - 8.49, 75 + 8.49), abs=1.0)


def test_what_takes_too_long_is_left_to_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = swept(tmp_path, {0: 36, 1: 38}, clips=40)
    assert len(numbers(means_table(results)["mAP"][0])) == 4
    monkeypatch.setattr(means, "MOST", 40 * len(CONCEPTS) - 1)
    assert len(numbers(means_table(results)["mAP"][0])) == 2
    assert "training report" in means_text(results)
