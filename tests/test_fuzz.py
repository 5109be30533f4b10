"""A few damaged files of `make fuzz`, always the same: each is read, or refused in a sentence."""

from pathlib import Path

import pytest

from attention.errors import InputError
from tests.fuzz import media as clips
from tests.fuzz.media import damaged_file, media
from tests.fuzz.mutation import mutated
from tests.fuzz.records import records
from tests.fuzz.seeds import seeds
from tests.fuzz.tally import Tally


def test_damaged_media_are_read_or_refused() -> None:
    tally = media(200)
    assert tally.faults == []
    assert tally.tried == 204 and set(tally.came) <= {"read", "refused", "crashed in the child"}
    assert min(tally.came["read"], tally.came["refused"]) > 50  # neither harmless nor all the same


def test_damaged_zips_splits_runs_and_models_are_used_or_refused() -> None:
    tally = records(40)
    assert tally.faults == []
    assert tally.came["refused"] > 20 and tally.came["taken"] > 0


def test_damage_is_always_the_same_and_never_twice_so(tmp_path: Path) -> None:
    content = seeds()["h264.mp4"]
    damaged = [mutated(content, 0, number) for number in range(50)]
    assert damaged == [mutated(content, 0, number) for number in range(50)]
    assert content not in damaged and len(set(damaged)) > 45
    assert damaged != [mutated(content, 1, number) for number in range(50)]
    assert damaged_file(tmp_path, 0, 3).name == f"3-{list(seeds())[3]}"


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ValueError("x"), "ValueError"),
        (InputError("3-clip.mp4 fails\nhere."), "no sentence"),
        (InputError("This one fails."), "does not name it"),
        (InputError("3-clip.mp4 could not be read: it stopped the decoder (status 1)."), "our own"),
    ],
)
def test_what_is_a_fault(error: Exception, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> int:
        raise error

    tally = Tally("one")
    clips._judged(Path("3-clip.mp4"), tally, fails)
    assert fault in tally.text() and "1 faults" in tally.text()


def test_a_crash_inside_the_child_is_counted_and_is_no_fault() -> None:
    def fails() -> int:
        raise InputError("3-clip.mp4 could not be read: it stopped the decoder (status -11).")

    tally = Tally("one")
    clips._judged(Path("3-clip.mp4"), tally, fails)
    assert tally.faults == [] and tally.came == {"crashed in the child": 1}
