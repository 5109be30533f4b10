"""What the player asks for: the clip changed, its whole frames, or what a map is made of."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.errors import InputError
from attention.probe.change import change_of
from attention.serving.channels import channels_of
from attention.serving.dial import line_for, look_changed, made_ready
from attention.serving.looking import Looked
from attention.serving.probing import OtherMaps, map_choices, other_maps
from attention.serving.turns import Desk
from attention.serving.workroom import Workroom
from attention.tabs.cards import failed
from attention.tabs.faults import toasting
from attention.tabs.heatmaps.events import (
    Shown,
    followed,
    link_of,
    look_at,
    same_clip,
    waiting,
)
from attention.tabs.named import map_hint
from attention.tabs.player import player_value

_answers = count(1)


def answered(
    workroom: Workroom, desk: Desk, looked: Looked | None, model: str, told: Any
) -> Iterator[Shown]:
    """What the player shows once it has asked; model: the one that is chosen.

    told: {"open": true}, that the dial is about to be used; {"frame": "whole" or "centre"};
    {"channels": {"frame", "concept", "side"}}; {"maps": …}, see `look_at_maps`; or a change, see
    `probe.change.change_of`.
    """
    if looked is None or not isinstance(told, dict):
        return
    if told.get("open"):
        with suppress(InputError):  # said when the dial is moved
            made_ready(looked)
        yield waiting(gr.skip())
    elif "frame" in told:
        yield from look_at_frames(workroom, desk, looked, model, str(told["frame"]))
    elif "channels" in told:
        yield (*waiting(gr.skip())[:3], _with_channels(looked, told["channels"]), gr.skip())
    elif isinstance(told.get("maps"), dict):
        yield from look_at_maps(workroom, desk, looked, told["maps"])
    else:
        yield from look_at_changed(workroom, desk, looked, told)


def look_at_changed(
    workroom: Workroom, desk: Desk, looked: Looked, told: dict[str, Any]
) -> Iterator[Shown]:
    """Looks again at the clip that is shown, changed as a person asks."""
    try:
        with toasting():
            change = change_of(told)
        again, line = partial(look_changed, looked, change), line_for(looked, change)
        yield from followed(workroom, desk, looked.clip, again, quiet=True, line=line)
    except gr.Error as error:
        yield (gr.skip(), "", gr.skip(), _as_it_was(looked, trouble=str(error.message)), gr.skip())


def look_at_frames(
    workroom: Workroom, desk: Desk, looked: Looked, model: str, frame: str
) -> Iterator[Shown]:
    """Looks again at the same clip: at the "whole" of its frames, or at their "centre".

    What the clip truly shows stays known. What cannot be is said, and the player shows what it showed.
    """
    original = looked.unchanged or looked
    try:
        with toasting():
            truth = original.analysis(maps=False).truth
        sample = same_clip(original, model, truth)
        yield from look_at(workroom, desk, str(original.clip), model, original.every, sample, frame)
    except gr.Error as error:
        said = failed(str(error.message))
        yield (gr.skip(), said, gr.skip(), _as_it_was(looked), gr.skip())


def look_at_maps(
    workroom: Workroom, desk: Desk, looked: Looked, asked: dict[str, Any]
) -> Iterator[Shown]:
    """Maps that the paper's methods do not use, for the player alone; what is said of the clip stays.

    asked: as `serving.probing.other_maps` takes it; {"open": true, "side"} for what can be asked.
    """
    try:
        with toasting():
            if asked.get("open"):
                choices = map_choices(looked, str(asked.get("side")))
                yield _player_alone(_as_it_was(looked, map_choices=_explained(choices)))
                return

        def found(maps: OtherMaps) -> Shown:
            return _player_alone(_as_it_was(looked, other_maps=maps))

        start = partial(other_maps, looked, asked)
        yield from followed(workroom, desk, looked.clip, start, finished=found)
    except gr.Error as error:
        trouble = {"map_trouble": str(error.message)}
        yield _player_alone({**_as_it_was(looked), **trouble})


def _explained(choices: dict[str, Any]) -> dict[str, Any]:
    """The choices, each method's hint in the language of who asks."""
    methods = [{**one, "hint": map_hint(one["name"], one["hint"])} for one in choices["methods"]]
    return {**choices, "methods": methods}


def _player_alone(value: dict[str, Any]) -> Shown:
    return (gr.skip(), "", gr.skip(), value, gr.skip())


def stopped(desk: Desk, looked: Looked | None) -> tuple[Any, Any]:
    """Ends what is looked at: the status, and a player whose controls say what it shows."""
    if not desk.clear():
        return gr.skip(), gr.skip()
    return f"<p class='note' role='status'>{say('heatmaps.stopped')}</p>", _as_it_was(
        looked, stopped=True
    ) if looked else gr.skip()


def _with_channels(looked: Looked, asked: Any) -> dict[str, Any]:
    """What the player shows, and what one of its maps is made of, or why that cannot be said."""
    wanted = asked if isinstance(asked, dict) else {}
    frame, concept = (_place(wanted.get(name)) for name in ("frame", "concept"))
    side = str(wanted.get("side"))
    try:
        with toasting():
            found = channels_of(looked, frame, concept, side)
    except gr.Error as error:
        found = {"frame": frame, "concept": concept, "side": side, "trouble": str(error.message)}
    return _as_it_was(looked, channels=found)


def _place(value: object) -> int:
    return value if isinstance(value, int) else -1


def _as_it_was(looked: Looked, **more: Any) -> dict[str, Any]:
    """What the player shows, and what is said of it; numbered: a value given twice is not followed."""
    value = player_value(looked.pack, link=link_of(looked), change=looked.change.to_json(), **more)
    return {**value, "answer": next(_answers)}
