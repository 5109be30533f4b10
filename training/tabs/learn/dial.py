"""What the methods say of a clip of the lesson under a shift, asked for once a pupil lets go of the dial."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from attention.catalogue.catalogue import say
from attention.errors import InputError, full_disk_told
from attention.probe.change import change_of
from attention.serving.dial import line_for, look_changed
from attention.serving.looking import Looked, Progress
from attention.serving.shelf import Shelf
from attention.serving.turns import Desk, RunningLook, Stopped
from attention.serving.workroom import Workroom
from attention.tabs.player import player_value
from training.tabs.learn.facts import clip_of

METHODS = {"vote": "CNN", "attention": "UnAtt"}


def dialled(workroom: Workroom, shelf: Shelf, desk: Desk, told: Any) -> Iterator[dict[str, Any]]:
    """The answer as it comes: {"asked": number} with "waiting", a place and a time; or "vote" and
    "attention", concepts, and "look", what the player opens; or "trouble", a sentence. A later question ends
    this one without an answer.

    told: {"number", "clip", "shift": {name: value}}.
    """
    given = told if isinstance(told, dict) else {}
    asked = {"asked": given.get("number")}
    try:
        change = change_of({"shift": given.get("shift")})
        try:
            sample, _ = clip_of(str(given.get("clip")))
        except LookupError:
            raise InputError("The lesson has no such clip; open the step again.") from None
        original = shelf.looked(sample)
        with full_disk_told(), workroom.folder_for(original.clip) as folder:
            start = partial(look_changed, original, change, folder)
            for said in desk.put(RunningLook(start, line_for(original, change))):
                if isinstance(said, Looked):
                    yield asked | _verdicts(said)
                elif not isinstance(said, Stopped):
                    yield asked | {"waiting": _waiting(said)}
    except InputError as error:
        yield asked | {"trouble": str(error)}


def _verdicts(looked: Looked) -> dict[str, Any]:
    analysis = looked.analysis(maps=False)
    said = {one.method: analysis.concepts[one.prediction] for one in analysis.verdicts}
    look = player_value(looked.pack, change=looked.change.to_json())
    return {word: said[method] for word, method in METHODS.items()} | {"look": look}


def _waiting(said: Progress | None) -> str:
    if said is None or not said.ahead:
        return say("lesson.doubt.asking")
    wait = say("cards.wait", seconds=round(said.wait)) if said.wait >= 1 else ""
    return say("lesson.doubt.in_line", count=said.ahead, wait=wait)
