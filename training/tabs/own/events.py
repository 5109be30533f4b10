"""What one's own concepts do when the page asks: learn, look at a clip, keep, forget."""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from html import escape
from itertools import count as numbers
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.errors import InputError, short
from attention.methods.registry import methods_for, plain_name
from attention.pack import load_pack
from attention.serving.looking import Progress
from attention.serving.turns import Desk, RunningLook, Stopped
from attention.serving.workroom import Workroom
from attention.tabs.cards import failed, progress_card, verdict_cards
from attention.tabs.player import player_value
from training.data.folders import listed
from training.own.keeping import keep_model, keep_set, kept_models, remove_model
from training.own.looking import look_at
from training.own.ready import base_model
from training.own.records import BOXES
from training.own.session import NOT_LEARNT, Session
from training.own.sessions import sessions

if TYPE_CHECKING:
    from training.own.records import Learnt

SKIP = gr.skip()
Values = tuple[Any, ...]
_answers = numbers(1)


def asked(desk: Desk, told: Any) -> Iterator[Values]:
    """What the boxes ask for: {"learn": {"session", "names": {box: concept}}}, or {"forget": true}.

    Yields session, boxes, status, answer, verdicts, player.
    """
    if not isinstance(told, dict):
        return
    if told.get("forget"):
        desk.clear()
        empty = player_value(None, message=say("own.no_clip"))
        yield None, SKIP, "", f"<p role='status'>{say('own.forgotten')}</p>", "", empty
        return
    wanted = told.get("learn")
    if isinstance(wanted, dict):
        yield from _learn(desk, wanted)


def _learn(desk: Desk, wanted: dict[str, Any]) -> Iterator[Values]:
    try:
        session = sessions().of(wanted.get("session"))
        names = names_of(wanted.get("names"))
        running = desk.put(RunningLook(partial(_learnt, session, names)))
        for said in running:
            if isinstance(said, Progress | None):
                yield SKIP, SKIP, progress_card(said, say("own.reading"), "file"), SKIP, SKIP, SKIP
            elif isinstance(said, Stopped):
                yield SKIP, _numbered({}), "", SKIP, SKIP, SKIP
            else:
                learnt = [each.name for each in said.concepts]
                empty = player_value(None, message=say("own.no_clip"))
                yield session.token, _numbered({"learnt": learnt}), "", answer(said), "", empty
    except InputError as error:
        yield SKIP, _numbered({"trouble": str(error)}), "", SKIP, SKIP, SKIP
    except Exception:
        logging.getLogger(__name__).exception("learning somebody's own concepts")
        yield SKIP, _numbered({"trouble": say("own.fault")}), "", SKIP, SKIP, SKIP


def _learnt(session: Session, names: dict[int, str], tell: Callable[[Progress], None]) -> "Learnt":
    """Learns, in a thread of its own and in its turn."""
    from training.own.learning import learn  # torch: not before there is something to learn

    started = time.perf_counter()

    def progress(done: int, of: int) -> None:
        tell(Progress(done, of, time.perf_counter() - started))

    learnt = learn(session, names, base_model(), progress)
    return replace(learnt, seconds=time.perf_counter() - started)


def names_of(given: object) -> dict[int, str]:
    """box → concept, as the script says it. InputError for anything else."""
    if not isinstance(given, dict) or not 1 <= len(given) <= BOXES:
        raise InputError(f"One to {BOXES} boxes can be learned: reload the page.")
    boxes = {str(number): number for number in range(BOXES)}
    if not all(box in boxes and isinstance(name, str) for box, name in given.items()):
        raise InputError("A box has a number and a name: reload the page.")
    return {boxes[box]: name for box, name in given.items()}


def look_at_clip(
    workroom: Workroom, clip: str | None, token: str | None, desk: Desk
) -> Iterator[Values]:
    """A person's clip under their own concepts; yields status, verdicts, player."""
    if not clip:
        return
    path = Path(clip)
    try:
        if not token:
            raise InputError(NOT_LEARNT)
        session = sessions().of(token)
        with workroom.folder_for(path) as folder:
            session.looks += [folder, path]
            start = partial(look_at, session, path, path.name, folder)
            yield progress_card(None, path.name), SKIP, SKIP
            for said in desk.put(RunningLook(lambda tell: start(on_progress=tell))):
                if isinstance(said, Path):
                    shown = verdict_cards(load_pack(said, maps=False))
                    yield "", shown, player_value(said, play=True)
                elif not isinstance(said, Stopped):
                    yield progress_card(said, path.name), SKIP, SKIP
    except InputError as error:
        yield failed(str(error)), SKIP, SKIP
    except Exception:
        logging.getLogger(__name__).exception("looking at %s", path.name)
        yield failed(say("own.fault")), SKIP, SKIP


def keep_as_model(token: str | None, name: str) -> str:
    """What the page says once the model is kept, or why it is not."""
    return _said(lambda: say("own.keep.kept_model", name=keep_model(_session(token), name)))


def keep_as_set(token: str | None, name: str, camera: bool) -> str:
    """What the page says once the set is kept, or why it is not."""
    return _said(
        lambda: say("own.keep.kept_set", name=keep_set(_session(token), name, bool(camera)))
    )


def remove_kept(name: str | None) -> Values:
    """What the page says once a kept model is removed, and the ones that are left."""

    def removed() -> str:
        remove_model(name or "")
        return say("own.keep.removed", name=name)

    return _said(removed), gr.Dropdown(choices=kept_models(), value=None)


def answer(learnt: "Learnt") -> str:
    """What was learned, from what, and how good it is, as HTML."""
    counted = "".join(
        f"<li>{escape(each.name)}: {say('own.stills', count=each.stills)}"
        + (f", {say('own.clips', count=each.clips)}" if each.clips else "")
        + "</li>"
        for each in learnt.concepts
    )
    said = "".join(f"<p>{sentence}</p>" for sentence in (_how_good(learnt), _methods(learnt)))
    notes = "".join(f"<p class='note'>{escape(note)}</p>" for note in learnt.notes)
    title = say("own.learnt", seconds=f"{learnt.seconds:.1f}")
    return f"<div role='status'><h3>{title}</h3><ul>{counted}</ul>{said}{notes}</div>"


def _how_good(learnt: "Learnt") -> str:
    found = learnt.held_out
    if found is None:
        lone = listed(each.name for each in learnt.concepts if each.stills == 1)
        return say("own.no_accuracy", concepts=escape(lone))
    return say(
        "own.right",
        accuracy=f"<b>{found.accuracy:.0f}</b>",
        stills=found.stills,
        low=f"{found.low:.0f}",
        high=f"{found.high:.0f}",
        chance=f"{100 / len(learnt.concepts):.0f}",
    )


def _methods(learnt: "Learnt") -> str:
    if learnt.methods:
        return say("own.methods", methods=", ".join(map(plain_name, learnt.methods)))
    wanted = [
        row.name
        for row in methods_for("everywhere")
        if row.labels == "some" and row.cnn == "web" and row.fit
    ]
    return say("own.no_methods", methods=", ".join(map(plain_name, wanted)))


def _session(token: str | None) -> Session:
    if not token:
        raise InputError(NOT_LEARNT)
    return sessions().of(token)


def _said(deed: Callable[[], str]) -> str:
    try:
        return f"<p class='note' role='status'>{escape(deed())}</p>"
    except InputError as error:
        return f"<p class='note error' role='alert'>{escape(short(error, 400))}</p>"


def _numbered(value: dict[str, Any]) -> dict[str, Any]:
    """For the script: a value given twice is not followed."""
    return {**value, "answer": next(_answers)}
