"""The shift dial: a look again at shifted frames, the curves beside it, and what leaves the page."""

from dataclasses import replace
from pathlib import Path
from weakref import WeakSet

import gradio as gr
import numpy as np
import pytest
from numpy.typing import NDArray

from attention.errors import InputError
from attention.gate.line import LINE
from attention.media.clip import Frames, Limits
from attention.media.frames import FrameReader
from attention.pack import load_pack
from attention.pipeline import analyse
from attention.probe.change import UNCHANGED, boxes_of, change_of
from attention.probe.held import Held
from attention.probe.shift.registry import shifts
from attention.serving import dial
from attention.serving.curves import FOLDER, shift_curves
from attention.serving.dial import Answers, ChangedReader, line_for, look_changed, made_ready
from attention.serving.looking import Looked, Progress, look
from attention.serving.turns import Desk
from attention.serving.workroom import Workroom
from attention.tabs.heatmaps.asking import look_at_changed, look_at_frames, stopped
from attention.tabs.heatmaps.events import Asked, link_of, look_again, look_at_asked
from attention.tabs.heatmaps.truth import told_truth
from attention.tabs.player import dial_row, player_value
from tests.clips import write_clip
from tests.networks import pictures
from training.data.records import LabelledClip
from training.judge.shifting import accuracy_under_shifts, points

MODEL = "interactions"
DARK = change_of({"shift": {"darkness": 0.5}})


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Looked:
    """A look at every second frame of a clip of twelve."""
    folder = tmp_path_factory.mktemp("look")
    clip = write_clip(folder / "twelve.mp4", list(pictures(12, side=96)))
    return look(clip, MODEL, folder, every=2)


class Darkened(FrameReader):
    """The same file at half the light."""

    def __iter__(self):  # type: ignore[no-untyped-def]
        for frames in super().__iter__():
            yield Frames((frames.rgb / 2 + 0.5).astype(np.uint8), frames.indices, frames.seconds)


def test_a_shifted_look_is_a_look_at_shifted_frames(looked: Looked, tmp_path: Path) -> None:
    shifted = look_changed(looked, DARK, tmp_path)
    expected = analyse(looked.clip, MODEL, every=2, reader=Darkened)
    found = load_pack(shifted.pack)
    assert found.frames == expected.frames == (0, 2, 4, 6, 8, 10)
    for one, other in zip(found.sides, expected.sides, strict=True):
        np.testing.assert_allclose(one.energies, other.energies, rtol=1e-4, atol=1e-5)
    assert [v.prediction for v in found.verdicts] == [v.prediction for v in expected.verdicts]
    assert "darkness 0.5" in found.notes[-1]
    assert shifted.unchanged == looked and shifted.change == DARK
    # a shift takes the place of the one before; none at all is the look itself
    brighter = look_changed(shifted, change_of({"shift": {"darkness": 0.2}}), tmp_path)
    assert load_pack(brighter.pack).sides[0].scores != pytest.approx(found.sides[0].scores)
    assert look_changed(brighter, change_of({"shift": {"darkness": 0.0}}), tmp_path) is looked
    value = player_value(shifted.pack, change=shifted.change.to_json())
    assert value["change"] == {"shift": {"darkness": 0.5}}


def test_what_a_clip_shows_stays_known_when_the_dial_moves_on(
    looked: Looked, tmp_path: Path
) -> None:
    shifted = look_changed(looked, DARK, tmp_path)
    known = told_truth(Workroom(), shifted, "Kiss")[0]
    assert known.analysis(maps=False).truth == "Kiss" and known.change == DARK
    darker = look_changed(known, change_of({"shift": {"darkness": 0.9}}), tmp_path)
    assert darker.analysis(maps=False).truth == "Kiss"
    as_it_was = look_changed(darker, UNCHANGED, tmp_path)
    assert as_it_was.analysis(maps=False).truth == "Kiss"
    assert looked.analysis(maps=False).truth is None


def test_what_a_clip_shows_stays_known_at_another_step_where_the_model_knows_it(
    looked: Looked,
) -> None:
    room, known = Workroom(), told_truth(Workroom(), looked, "Kiss")[0]
    *_, again = look_again(room, Desk(), known, MODEL, 6)
    assert again[0].every == 6 and again[0].analysis(maps=False).truth == "Kiss"
    *_, other = look_again(room, Desk(), known, "imagenet", 6)
    assert other[0].model == "imagenet" and other[0].analysis(maps=False).truth is None


def test_a_clip_of_a_set_has_an_address_whatever_is_done_to_it(looked: Looked) -> None:
    link = (("tab", "data"), ("at", 'gap-card~{"name":"Hug/0.mp4"}'))
    room, desk = Workroom(), Desk()
    asked = Asked(looked.clip, "Hug/0.mp4", "Hug", MODEL, 4, link)
    *_, found = look_at_asked(room, lambda _: asked, desk, None)
    *_, dark = look_at_changed(room, desk, found[0], {"shift": {"darkness": 0.5}})
    *_, whole = look_at_frames(room, desk, dark[0], MODEL, "whole")
    *_, again = look_again(room, desk, whole[0], MODEL, 6)
    for shown, frame in ((found, None), (dark, None), (whole, "whole"), (again, "whole")):
        expected = {"clip": None, "own": None, "model": None, "frame": frame, **dict(link)}
        assert link_of(shown[0]) == expected == shown[3]["link"]
    assert link_of(looked)["own"] == "twelve.mp4"


class Busy(Desk):
    """A page that looks at something."""

    def clear(self) -> bool:
        return True


def test_a_change_is_one_answer_and_a_stop_says_what_is_shown(looked: Looked) -> None:
    room, desk = Workroom(), Desk()
    try:
        (answer,) = look_at_changed(room, desk, looked, {"shift": {"darkness": 0.5}})
        assert answer[0].change == DARK
        assert stopped(desk, answer[0]) == (gr.skip(), gr.skip())  # it is over
        said, value = stopped(Busy(), answer[0])
        assert "Stopped" in said and value["stopped"] and value["change"] == DARK.to_json()
    finally:
        room.store.close()


def test_a_class_that_asks_the_same_of_a_sample_has_it_looked_at_once(
    looked: Looked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample, asked = replace(looked, sample="hug-0"), list[Looked]()
    make = dial._changed_pack
    monkeypatch.setattr(dial, "_answers", Answers())
    monkeypatch.setattr(
        dial, "_changed_pack", lambda one, tell: asked.append(one) or make(one, tell)
    )
    folders = [tmp_path / name for name in "abcd"]
    for folder in folders:
        folder.mkdir()
    first, second = (look_changed(sample, DARK, folder) for folder in folders[:2])
    assert len(asked) == 1 and first.pack != second.pack
    assert first.pack.read_bytes() == second.pack.read_bytes()
    assert load_pack(second.pack).notes[-1].count("darkness 0.5") == 1
    darker = change_of({"shift": {"darkness": 0.6}})
    assert [line_for(second, change) for change in (DARK, darker)] == [None, LINE]
    room = Workroom()
    with LINE.turn():  # somebody else is looked at: the answer is there all the same
        (answer,) = look_at_changed(room, Desk(), sample, DARK.to_json())
    assert answer[0].change == DARK and len(asked) == 1
    room.store.close()
    look_changed(
        replace(sample, pack=second.pack), DARK, folders[2]
    )  # another look at the same file
    for _ in range(2):
        look_changed(looked, DARK, folders[3])  # a clip of one's own is kept nowhere
    assert len(asked) == 4 and line_for(looked, DARK) is LINE


def test_answers_at_hand_are_bounded_and_the_longest_unasked_goes(looked: Looked) -> None:
    answers, sample = Answers(most=10), replace(looked, sample="hug-0")
    changes = [change_of({"shift": {"darkness": value}}) for value in (0.1, 0.2, 0.3, 0.4)]
    for change in changes[:2]:
        answers.keep(sample, change, b"12345")
    answers.find(sample, changes[0])
    answers.keep(sample, changes[2], b"12345")
    answers.keep(sample, changes[3], b"more than ten")
    found = [answers.find(sample, change) for change in changes]
    assert found == [b"12345", None, b"12345", None]


def test_dials_are_opened_by_many_and_the_clip_is_looked_at_once(
    looked: Looked, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, analysis = list[int](), Held.analysis
    monkeypatch.setattr(dial, "_awake", WeakSet())
    monkeypatch.setattr(
        Held,
        "analysis",
        lambda held, *a, **b: seen.append(len(held.rgb)) or analysis(held, *a, **b),
    )
    dial._held.cache_clear()
    for _ in range(3):
        made_ready(looked)
    assert seen == [6] and dial._held.cache_info().misses == 1
    made_ready(replace(looked, model="imagenet"))
    assert seen == [6, 6]


def test_a_setting_that_nobody_waits_for_ends_between_its_frames(
    looked: Looked, tmp_path: Path
) -> None:
    told = list[int]()

    def tell(progress: Progress) -> None:
        told.append(progress.done)
        if progress.done:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        look_changed(looked, DARK, tmp_path, tell)
    assert told == [0, 6] and not list(tmp_path.iterdir())


def test_a_hidden_part_is_hidden_from_the_methods(looked: Looked, tmp_path: Path) -> None:
    asked = {"hide": {"places": {"4": [0.0, 0.0, 0.5, 1.0]}, "only": True}}
    change = change_of(asked)
    assert change.to_json() == asked
    before, after = (
        load_pack(one.pack).sides[0] for one in (looked, look_changed(looked, change, tmp_path))
    )
    moved = [
        not np.allclose(a, b, atol=1e-3) for a, b in zip(before.scores, after.scores, strict=True)
    ]
    assert moved == [False, False, True, False, False, False]  # frame 4 is the third


def test_a_brush_hides_its_cells_from_the_methods(looked: Looked, tmp_path: Path) -> None:
    def scores(box: list[float], **brush: str) -> NDArray[np.float32]:
        asked = {"hide": {"places": {"0": box}, "only": False, **brush}}
        change = change_of(asked)
        assert change.to_json() == asked
        return load_pack(look_changed(looked, change, tmp_path).pack).sides[0].scores

    left = scores([0.0, 0.0, 1.0, 1.0], brush=16 * "ff00")
    np.testing.assert_array_equal(left, scores([0.0, 0.0, 0.5, 1.0]))


def test_boxes_pass_through_their_places_by_frame_number() -> None:
    places = {"0": [0.0, 0.0, 0.2, 0.2], "9": [0.4, 0.2, 0.6, 0.4]}
    numbers = np.array([0, 5, 10, 15])
    boxes = boxes_of(change_of({"hide": {"places": places}}), numbers)
    assert np.allclose(boxes[1], (0.2, 0.1, 0.4, 0.3))  # halfway: 9 belongs to frame 10
    assert boxes[2] == boxes[3] == [(0.4, 0.2, 0.6, 0.4)]
    assert boxes_of(UNCHANGED, numbers) == [()] * 4


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"shift": {"fog": 1.0}}, "no shift 'fog'"),
        ({"shift": {"blur": "much"}}, "blur cannot be"),
        ({"shift": 3}, "nothing else is known"),
        ({"hide": {"places": {"1": [0, 0, 1]}}}, "four numbers"),
        ({"hide": {"places": {"x": [0, 0, 1, 1]}}}, "four numbers"),
        ({"hide": {"places": {"1": [0, 0, 1, float("nan")]}}}, "four numbers"),
        ({"hide": {"places": [1]}}, "at most 1000 boxes"),
        ({"hide": {"places": {"1": [0, 0, 1, 1]}, "brush": "all"}}, "64 hexadecimal digits"),
        ({"shift": {"darkness": 1.0}}, "Nothing is left to see"),
        ({"hide": {"places": {"0": [0, 0, 1, 1]}}}, "nothing is left to see"),
        ({"hide": {"places": {"0": [0.5, 0, 0.2, 1]}}}, "covers nothing"),
    ],
)
def test_what_cannot_be_done_is_said(
    looked: Looked, tmp_path: Path, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        look_changed(looked, change_of(asked), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_look_that_is_gone_cannot_be_changed(looked: Looked, tmp_path: Path) -> None:
    gone = Looked(tmp_path / "gone.pack", looked.clip, MODEL)
    with pytest.raises(InputError, match="no longer kept"):
        look_changed(gone, DARK, tmp_path)


def test_a_film_reads_its_frames_under_the_change(looked: Looked) -> None:
    with FrameReader(looked.clip, every=2, limits=Limits(), chunk=4) as plain:
        before = np.concatenate([frames.rgb for frames in plain])
    asked = {"shift": {"darkness": 0.5}, "hide": {"places": {"10": [0, 0, 0.5, 0.5]}, "only": True}}
    numbers = (0, 2, 4, 6, 8, 10)
    with ChangedReader(
        change_of(asked), numbers, looked.clip, every=2, limits=Limits(), chunk=4
    ) as opened:
        after = np.concatenate([frames.rgb for frames in opened])
        assert opened.clip.width == 96 and opened.notes == ()
    dark = np.floor(before / 2 + 0.5)
    assert np.array_equal(after[:5], dark[:5]) and np.array_equal(after[5, 48:], dark[5, 48:])
    assert not np.array_equal(after[5], dark[5])  # the last frame of the second chunk


def test_curves_begin_with_no_shift_and_count_clips(looked: Looked) -> None:
    from attention.model.folder import load_model

    model = load_model(MODEL)
    truth = analyse(looked.clip, model, every=12).verdicts[0].prediction
    clips = [LabelledClip(looked.clip, truth), LabelledClip(looked.clip, (truth + 1) % 4)]
    table = accuracy_under_shifts(model, clips, 12)
    assert set(table["clips"]) == {2}
    cnn = table[(table["method"] == "CNN") & (table["value"] == 0)]
    assert list(cnn["shift"]) == [shift.name for shift in shifts()]
    assert set(cnn["accuracy"]) == {50.0}  # one label is what it says, the other is not
    assert ((table["low"] < table["accuracy"]) | (table["accuracy"] == 0)).all()
    with pytest.raises(InputError, match="None of the 1 clips"):
        accuracy_under_shifts(model, [LabelledClip(Path("gone.mp4"), 0)], 12)


def test_shipped_curves_are_of_todays_shifts_and_methods() -> None:
    for shift in shifts():
        (line, *_) = shift_curves()[shift.name][MODEL]["lines"]
        values = [value for value, *_ in line["points"]]
        assert values == pytest.approx(points(shift)), f"python -m training shift … {FOLDER}"
        assert line["method"] == "CNN"
    assert dial_row(shifts()[0])["curves"][MODEL]["clips"] == 100
