"""Judged clips as pictures to choose from, and the player that opens the one chosen."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from attention.errors import InputError
from attention.tabs.cards import progress_card, verdict_cards
from attention.tabs.looking import Looked, look
from attention.tabs.offered import offered_models
from attention.tabs.player import player, player_value
from attention.tabs.samples import Sample
from attention.tabs.turns import LOOKS, Desk, RunningLook, Stopped
from attention.tabs.workroom import Workroom
from training.data.naming import DRAWN
from training.results.known_sweeps import Sweep, clip_file, clip_verdicts, set_folder, sweep_named
from training.thumbnails import thumbnails

PICKS = Path(__file__).parents[2] / "assets" / "page" / "picks.js"
AWAY = "The clips of this set are not on this computer: they are named, and cannot be opened."
PICTURES = 12  # clips shown with a picture; the others by name


@dataclass(frozen=True)
class Pick:
    """A clip to choose: "Class/file", its truth, what was said of it (HTML), a remark.

    by: the method whose answer it stands for; its maps open with the CNN that method looks through.
    """

    clip: str
    truth: str
    said: str = ""
    remark: str = ""
    by: str = ""


def picks_html(sweep: Sweep, picks: Sequence[Pick], pictures: int = PICTURES) -> str:
    """The clips as buttons, the first `pictures` with a frame."""
    if not picks:
        return "<p class='note'>None.</p>"
    can_open = set_folder(sweep) is not None
    seen = frames_of(sweep, [pick.clip for pick in picks[:pictures]]) if can_open else {}
    shown = "".join(
        _card(sweep, pick, seen.get(pick.clip, ""), can_open) for pick in picks[:pictures]
    )
    rest = "".join(f"<li>{_plain(sweep, pick, can_open)}</li>" for pick in picks[pictures:])
    more = len(picks) - pictures
    folded = f"<details><summary>{more} more</summary><ul>{rest}</ul></details>" if rest else ""
    why = "" if can_open else f"<p class='note'>{AWAY}</p>"
    return f"{why}<div class='picks'>{shown}</div>{folded}"


def frames_of(sweep: Sweep, clips: Sequence[str]) -> dict[str, str]:
    """A frame of each clip as a data address; "" for one that cannot be read any more."""
    files = {}
    for clip in clips:
        with suppress(InputError):
            files[clip] = clip_file(sweep, clip)
    made = thumbnails(files.values(), trusted=sweep.source == DRAWN)
    return {
        clip: f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}" if jpeg else ""
        for clip, jpeg in ((clip, made[path].jpeg) for clip, path in files.items())
    }


def right_label(name: str) -> str:
    """The truth, in green with a tick."""
    return f"<span class='truth'>✓ {escape(name)}</span>"


def wrong_label(method: str, name: str) -> str:
    """A wrong answer, in red with a cross and stripes."""
    return f"<span class='said'>✗ {escape(name)}</span><span class='by'>{escape(method)}</span>"


def clip_player(prefix: str, lists: Sequence[gr.HTML], workroom: Workroom) -> list[Any]:
    """Builds a player under lists of picks; choosing a clip opens it. Returns what to empty.

    The order of what is returned: status, cards, player.
    """
    status = gr.HTML("", elem_id=f"{prefix}-status")
    cards = gr.HTML("", elem_id=f"{prefix}-cards")
    picture = player(
        f"{prefix}-player", linked=False, empty="Choose a clip above: its maps then appear here."
    )
    outputs = [status, cards, picture]
    desk = gr.State(Desk())

    # gradio finds the event by the annotation of a plain function
    def open_pick(desk: Desk, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        told = event._data if isinstance(event._data, dict) else {}
        sweep, clip, by = (str(told.get(name, "")) for name in ("sweep", "clip", "by"))
        yield from _open(workroom, desk, sweep, clip, by)

    for made in lists:
        made.click(
            open_pick,
            desk,
            outputs,
            **LOOKS,
            show_progress="hidden",
            api_visibility="private",
        ).success(
            None,
            js=f"() => document.querySelector('#{prefix}-player')?.scrollIntoView({{block: 'start'}})",
            api_visibility="private",
        )
    return outputs


def model_for(sweep: Sweep) -> str:
    """The model a sweep's clips are opened with: its run's, else the first that knows the classes.

    InputError when none does.
    """
    verdicts = clip_verdicts(sweep)
    classes = set(verdicts["truth"].unique())
    able = [name for name, card in offered_models().items() if classes <= set(card.concepts)]
    own = [name for name in able if sweep.name in name]
    if not able:
        raise InputError(
            f"No model on this page knows the classes of '{sweep.title}'; let its run finish, which "
            "leaves one."
        )
    return (own or able)[0]


def _open(
    workroom: Workroom, desk: Desk, name: str, clip: str, by: str
) -> Iterator[tuple[Any, ...]]:
    wait = gr.skip()
    try:
        sweep = sweep_named(name)
        path, model = clip_file(sweep, clip), model_for(sweep)
        side, figure = view_of(by)
        truth = _truth(sweep, clip)
        sample = Sample("", clip, path, model, truth, sweep.every)
        folder = workroom.new_folder()
        start = partial(look, path, model, folder, every=sweep.every, sample=sample)
        running = desk.put(RunningLook(lambda tell: start(on_progress=tell)))
        yield progress_card(None, path.name), wait, wait
        for said in running:
            if isinstance(said, Looked):
                yield "", _opened(said, sweep), player_value(said.pack, side=side, figure=figure)
            elif isinstance(said, Stopped):
                yield wait, wait, wait
            else:
                yield progress_card(said, path.name), wait, wait
    except InputError as error:
        yield f"<p class='note error' role='alert'>{escape(str(error))}</p>", wait, wait


def view_of(method: str) -> tuple[str, str]:
    """The CNN a method looks through, and the figure it opens as: 6 shows what a CNN got wrong."""
    side = "tuned" if method.startswith("finetune") else "web"
    return side, "6" if method.endswith("CNN") else "2"


def _truth(sweep: Sweep, clip: str) -> str:
    verdicts = clip_verdicts(sweep)
    found = verdicts["truth"][verdicts["clip"] == clip]
    if found.empty:
        raise InputError(f"'{sweep.title}' has not judged {clip:.80}; choose another clip.")
    return str(found.iloc[0])


def _opened(looked: Looked, sweep: Sweep) -> str:
    analysis = looked.analysis()
    card = offered_models()[looked.model]
    return (
        f"<h3>{escape(analysis.clip)}</h3>{verdict_cards(analysis, top=2)}"
        f"<p class='caption quiet'>Seen by the model “{escape(card.title)}”. A sweep keeps verdicts, not "
        f"its networks: what “{escape(sweep.title)}” measured with another seed or share of labels may "
        "differ.</p>"
    )


def _card(sweep: Sweep, pick: Pick, picture: str, can_open: bool) -> str:
    image = f"<img src='{picture}' alt=''>" if picture else "<i class='no-picture'></i>"
    name = Path(pick.clip).stem
    return (
        f"<button class='pick' {_target(sweep, pick, can_open)} title='{escape(pick.clip)}'>{image}"
        f"<span class='labels'>{pick.said or right_label(pick.truth)}</span>"
        f"<span class='name'>{escape(name)}</span><span class='name'>{escape(pick.remark)}</span></button>"
    )


def _plain(sweep: Sweep, pick: Pick, can_open: bool) -> str:
    return (
        f"<button class='pick plain' {_target(sweep, pick, can_open)}>{escape(Path(pick.clip).stem)} "
        f"{pick.said or ''} {escape(pick.remark)}</button>"
    )


def _target(sweep: Sweep, pick: Pick, can_open: bool) -> str:
    if not can_open:
        return "disabled"
    return (
        f"data-pick='{escape(json.dumps({'sweep': sweep.name, 'clip': pick.clip, 'by': pick.by}))}'"
    )
