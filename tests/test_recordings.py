"""Recordings stay whole and classes balanced in every split of clips."""

from collections import Counter
from pathlib import Path

import pytest

from attention.errors import InputError
from tests.little import little_set
from training.data.recordings import deal, known_recordings, lacking, order
from training.data.records import Fold, LabelledClip
from training.data.sources import open_source
from training.data.splitting import nested_fractions, uneven_share, with_dev

ACTIONS = Path(__file__).parents[2] / "shared" / "data" / "actions5"
NAMES = ("Hug", "Kiss")


def clips_of(*recordings: tuple[str, dict[int, int]]) -> tuple[LabelledClip, ...]:
    """Clips of named recordings: name → how many clips of each class."""
    return tuple(
        LabelledClip(Path(f"{label}/{name}_{n}.mp4"), label, name)
        for name, counts in recordings
        for label, count in counts.items()
        for n in range(count)
    )


def recordings_in(clips) -> set[str]:
    return {clip.group for clip in clips}


def test_places_by_hand() -> None:
    # of 10 clips: 4 in the first recording (middle 2), then 1 (4.5), then 5 (7.5), in some order
    clips = clips_of(("a", {0: 4}), ("b", {0: 1}), ("c", {0: 5}))
    sizes = {"a": 4, "b": 1, "c": 5}
    place = order(clips, seed=3)
    before = 0
    for name in sorted(place, key=place.__getitem__):
        assert place[name] == pytest.approx((before + sizes[name] / 2) / 10)
        before += sizes[name]
    drawn = {tuple(sorted(place, key=place.get)) for place in (order(clips, s) for s in range(20))}
    assert len(drawn) > 3  # of the six orders


def test_dealing_keeps_recordings_whole_and_classes_even() -> None:
    clips = clips_of(*((f"r{n}", {n % 2: 1 + n % 4}) for n in range(24)))
    for parts in (2, 3):
        sides = deal(clips, parts, seed=1)
        assert sorted(c.path for side in sides for c in side) == sorted(c.path for c in clips)
        for a in range(parts):
            for b in range(a):
                assert not recordings_in(sides[a]) & recordings_in(sides[b])
        for label in (0, 1):
            counts = [sum(c.label == label for c in side) for side in sides]
            assert max(counts) - min(counts) <= 1
        assert lacking(sides) == []


def test_the_largest_recording_is_dealt_first() -> None:
    # dealt last, it would join half of the small ones
    clips = clips_of(("large", {0: 4}), *((f"small{n}", {0: 1}) for n in range(4)))
    for seed in range(3):
        assert [len(side) for side in deal(clips, 2, seed)] == [4, 4]


def test_a_recording_of_two_classes_is_on_one_side() -> None:
    # dealt class by class, hugs and kisses of movie0 could get on two sides
    clips = clips_of(*((f"movie{n}", {0: 2, 1: 2}) for n in range(4)))
    for seed in range(5):
        one, other = deal(clips, 2, seed)
        assert not recordings_in(one) & recordings_in(other)
        assert Counter(c.label for c in one) == Counter(c.label for c in other) == {0: 4, 1: 4}
        few = nested_fractions(clips, [0.5], seed)[0.5]
        assert Counter(c.group for c in few) == dict.fromkeys(recordings_in(few), 4)


def test_clips_without_a_recording_are_dealt_one_by_one() -> None:
    clips = tuple(LabelledClip(Path(f"{n % 2}/{n}.mp4"), n % 2) for n in range(10))
    one, other = ([c.label for c in side].count(0) for side in deal(clips, 2))
    assert (one, other) == (3, 2)
    assert known_recordings(clips) == "unknown"
    assert known_recordings((*clips, *clips_of(("a", {0: 1})))) == "mixed"


def test_a_class_of_one_recording_lacks_from_a_side() -> None:
    assert lacking(deal(clips_of(("a", {0: 5}), ("b", {1: 2}), ("c", {1: 2})), 2)) == [0]


def test_shares_of_the_labels_are_whole_recordings_and_this_is_said() -> None:
    # 20 hugs in five recordings of four, 10 kisses of their own
    hugs = clips_of(*((f"tape{n}", {0: 4}) for n in range(5)))
    kisses = tuple(LabelledClip(Path(f"1/{n}.mp4"), 1) for n in range(10))
    clips = hugs + kisses
    taken = nested_fractions(clips, [0.05, 0.1, 0.2, 0.33, 0.5, 1.0], seed=2)
    by_hand = {0.05: [4, 1], 0.1: [4, 1], 0.2: [4, 2], 0.33: [8, 3], 0.5: [12, 5], 1.0: [20, 10]}
    for share, kept in taken.items():
        assert [sum(c.label == k for c in kept) for k in (0, 1)] == by_hand[share]
        for tape in recordings_in(kept) - {""}:
            assert sum(c.group == tape for c in kept) == 4
    assert uneven_share(clips, taken[0.1], 0.1, NAMES) == (
        "Recordings are kept whole, so 10% of the training clips are 4 of Hug instead of 2."
    )
    assert uneven_share(clips, taken[0.2], 0.2, NAMES) == ""


def test_development_clips_come_from_recordings_of_their_own() -> None:
    train = clips_of(*((f"r{n}", {n % 2: 2}) for n in range(16)))
    test = clips_of(("t", {0: 1, 1: 1}))
    fold, note = with_dev(Fold("1", train, test), NAMES)
    assert "8 of its 32 training clips" in note
    assert fold.test == test
    assert Counter(c.label for c in fold.dev) == {0: 4, 1: 4}
    assert not recordings_in(fold.dev) & recordings_in(fold.train)
    assert set(fold.train) | set(fold.dev) == set(train)
    assert with_dev(fold, NAMES) == (fold, "")
    with pytest.raises(InputError, match=r"too few recordings of .*Kiss"):
        many = ((f"r{n}", {0: 2}) for n in range(8))
        with_dev(Fold("1", clips_of(*many, ("k", {1: 9})), test), NAMES)


class Compared(LabelledClip):
    """A clip that counts how often clips are compared."""

    times = 0

    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return super().__eq__(other)

    __hash__ = LabelledClip.__hash__


def test_a_large_fold_is_not_compared_clip_by_clip() -> None:
    train = tuple(Compared(Path(f"{n}.mp4"), n % 2) for n in range(400))
    fold, _ = with_dev(Fold("1", train, train[:2]), NAMES)
    assert len(fold.train) == 300 and Compared.times < 1000  # 75,000 when each is, with all


def written(folder: Path, groups: dict[str, str]) -> Path:
    """The little set with a group column; "" for clips that are not in `groups`."""
    little_set(folder)
    table = folder / "splits.csv"
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    named = [f"{row},{groups.get(Path(row.split(',')[0]).stem, '')}" for row in rows]
    table.write_text("\n".join([f"{head},group", *named]), encoding="utf-8")
    return folder


def test_a_recording_on_two_sides_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, {"hug_train_000": "movie 0", "kiss_test_000": "movie 0"})
    with pytest.raises(InputError) as caught:
        open_source(folder)
    assert str(caught.value) == (
        "Recording movie 0 is in train and in test of fold 1, so the test would be too easy: put all "
        "of its clips on one side in splits.csv, or correct its column group."
    )


def test_unknown_recordings_are_said_with_how_to_name_them(tmp_path: Path) -> None:
    folder = little_set(tmp_path)
    (folder / "splits.csv").unlink()
    (note,) = open_source(folder).skipped
    assert "kept together" not in note and "_g01_c01" in note and "column group" in note
    for number, clip in enumerate(sorted((folder / "video").rglob("*.mp4"))):
        clip.rename(clip.with_name(f"v_g{number // 2:02d}_c{number}.mp4"))
    (note,) = open_source(folder).skipped
    assert note.endswith("half test, recordings kept together.")


@pytest.mark.skipif(not ACTIONS.is_dir(), reason="the real clips are not here")
def test_real_clips_keep_their_recordings_in_every_split() -> None:
    source = open_source(ACTIONS)
    for fold in source.folds:
        for share, kept in nested_fractions(fold.train).items():
            one, other = deal(kept, 2)
            assert not recordings_in(one) & recordings_in(other)
            left = [c for c in fold.train if c not in set(kept)]
            assert share == 1 or not recordings_in(kept) & recordings_in(left)
