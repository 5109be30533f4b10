"""The lesson's dial: what the methods say of a shifted clip, and that the latest question wins."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attention.catalogue.languages import spoken
from attention.errors import InputError
from attention.gate.line import LINE
from attention.probe.change import change_of
from attention.serving.looking import Looked, Progress
from attention.serving.shipped import FOLDER
from attention.serving.turns import Desk, RunningLook
from training.tabs.learn import dial


class Room:
    """A shelf and a workroom without a store."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.sample = folder, None

    def looked(self, sample: Any) -> Any:
        self.sample = sample
        return Looked(self.folder / "look.pack", sample.path, "interactions")

    def folder_for(self, clip: Path) -> Any:
        from contextlib import nullcontext

        return nullcontext(self.folder)


def ask(room: Any, desk: Desk, told: Any) -> list[dict[str, Any]]:
    return list(dial.dialled(room, room, desk, told))


def test_the_methods_say_what_they_see_of_the_shifted_clip(tmp_path, monkeypatch):
    """The change that was asked for reaches the look, and each method's own concept comes back."""
    verdicts = [
        SimpleNamespace(method=name, prediction=place)
        for place, name in ((2, "UnAtt"), (0, "CNN"), (1, "Focus"))
    ]
    analysis = SimpleNamespace(concepts=("Handshake", "Hug", "Kiss"), verdicts=verdicts)
    seen = []

    class Seen:
        pack, change = FOLDER / "kiss-0.pack", change_of({"shift": {"darkness": 0.5}})

        def analysis(self, maps: bool) -> Any:
            return analysis

    def look_changed(looked, change, folder, on_progress):
        seen.append((looked.clip.name, change.shift, folder))
        on_progress(Progress(0, 9, 0.0, ahead=2, wait=7.4))
        return Seen()

    monkeypatch.setattr(dial, "look_changed", look_changed)
    monkeypatch.setattr(dial, "Looked", Seen)
    told = {"number": 4, "clip": "kiss-0", "shift": {"darkness": 0.5}}
    *_, last = ask(Room(tmp_path), Desk(), told)
    look = last.pop("look")
    assert look["pack"]["path"] == str(Seen.pack) and look["change"] == Seen.change.to_json()
    assert last == {"asked": 4, "vote": "Handshake", "attention": "Kiss"}
    assert seen == [("kiss_dev_000.mp4", (("darkness", 0.5),), tmp_path)]


def test_who_waits_hears_place_and_time_in_their_language():
    with spoken("de"):
        assert "2 vorher, etwa 7 s" in dial._waiting(Progress(0, None, 0.0, ahead=2, wait=7.4))
        assert dial._waiting(None).startswith("Das Netz sieht")


def test_a_later_question_ends_the_one_before(tmp_path, monkeypatch):
    desk = Desk()
    monkeypatch.setattr(dial, "look_changed", lambda *_: None)
    stopped = []
    monkeypatch.setattr(RunningLook, "stop", lambda look: stopped.append(look) or True)
    first = dial.dialled(Room(tmp_path), Room(tmp_path), desk, {"number": 1, "clip": "kiss-0"})
    next(first, None)
    second = dial.dialled(Room(tmp_path), Room(tmp_path), desk, {"number": 2, "clip": "hug-0"})
    next(second, None)
    assert len(stopped) == 1
    first.close()
    second.close()


def test_what_the_class_has_asked_before_waits_for_nobody(tmp_path, monkeypatch):
    def look_changed(*_: Any, **__: Any) -> None:
        raise InputError("It was its turn.")

    monkeypatch.setattr(dial, "look_changed", look_changed)
    monkeypatch.setattr(dial, "line_for", lambda looked, change: None if change.shift else LINE)
    told = {"number": 1, "clip": "kiss-0", "shift": {"darkness": 0.5}}
    with LINE.turn():
        said = next(dial.dialled(Room(tmp_path), Room(tmp_path), Desk(), told))
    assert said == {"asked": 1, "trouble": "It was its turn."}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (None, "no such clip"),
        ({"number": 1, "clip": "lion-9", "shift": {"darkness": 0.5}}, "no such clip"),
        ({"number": 1, "clip": "kiss-0", "shift": {"gravity": 1}}, "gravity"),
        ({"number": 1, "clip": "kiss-0", "shift": [1]}, "nothing else is known"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(tmp_path, told, says):
    found = ask(Room(tmp_path), Desk(), told)
    assert [list(one) for one in found] == [["asked", "trouble"]] and says in found[0]["trouble"]
