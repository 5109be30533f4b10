"""Judged clips as pictures to choose from, and the player that opens the one chosen."""

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

from attention.catalogue.catalogue import say
from attention.disk.home import ASSETS
from attention.errors import InputError
from attention.methods.registry import known_method, plain_name
from attention.serving.looking import Looked, look
from attention.serving.samples import Sample
from attention.serving.turns import Desk, RunningLook, Stopped
from attention.serving.workroom import Workroom
from attention.tabs.cards import failed, progress_card, verdict_cards
from attention.tabs.lines import LOOKS
from attention.tabs.player import player, player_value
from training.data.naming import DRAWN
from training.data.thumbnails import thumbnails
from training.judge.paper import Curve
from training.report.curves import cell_of, curve_name
from training.report.known_sweeps import (
    Sweep,
    clip_file,
    clip_verdicts,
    networks_of,
    results_of,
    set_folder,
    sweep_named,
)
from training.tabs.curves.views import curve_key, curve_named

PICKS = ASSETS / "page" / "picks.js"
PICTURES = 12  # clips shown with a picture; the others by name


@dataclass(frozen=True)
class Pick:
    """A clip to choose: "Class/file", its truth, what was said of it (HTML), a remark.

    by: the method and share of labels whose answer it stands for, fold and seed the rest of its cell: its
    maps open with the networks of that cell, by the CNN which that method looks through.
    """

    clip: str
    truth: str
    by: Curve
    fold: str
    seed: int
    said: str = ""
    remark: str = ""


def picks_html(sweep: Sweep, picks: Sequence[Pick], pictures: int = PICTURES) -> str:
    """The clips as buttons, the first `pictures` with a frame."""
    if not picks:
        return f"<p class='note'>{escape(say('curves.none'))}</p>"
    here = set_folder(sweep) is not None
    seen = frames_of(sweep, [pick.clip for pick in picks[:pictures]]) if here else {}
    kept = [here and networks_of(sweep, p.fold, p.seed, p.by) is not None for p in picks]
    buttons = list(zip(picks, kept, strict=True))
    shown = "".join(_card(sweep, p, seen.get(p.clip, ""), opens) for p, opens in buttons[:pictures])
    rest = "".join(f"<li>{_plain(sweep, p, opens)}</li>" for p, opens in buttons[pictures:])
    more = len(picks) - pictures
    folded = (
        f"<details><summary>{escape(say('curves.more', count=more))}</summary><ul>{rest}</ul></details>"
        if rest
        else ""
    )
    missing = escape(say("curves.not_kept" if here else "curves.away"))
    why = "" if all(kept) else f"<p class='note'>{missing}</p>"
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


def clip_player(prefix: str, lists: Sequence[gr.HTML], workroom: Workroom) -> None:
    """Builds a player under lists of picks; choosing a clip opens it."""
    status = gr.HTML("", elem_id=f"{prefix}-status")
    cards = gr.HTML("", elem_id=f"{prefix}-cards")
    picture = player(f"{prefix}-player", linked=False, empty="player.message.clips")
    outputs = [status, cards, picture]
    desk = gr.State(Desk())

    # gradio finds the event by the annotation of a plain function
    def open_pick(desk: Desk, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        told = event._data if isinstance(event._data, dict) else {}
        yield from _open(workroom, desk, told)

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


@dataclass(frozen=True)
class Judged:
    """A pick found again among what a sweep has judged: its clip's file, truth, answer and networks."""

    sweep: Sweep
    pick: Pick
    file: Path
    answer: str
    networks: str | Path


def judged_pick(asked: dict[str, Any]) -> Judged:
    """What a click asks for, each value checked against the sweep's own tables.

    InputError for a clip that this cell has not judged, and for networks that are not kept.
    """
    sweep, clip = sweep_named(str(asked.get("sweep"))), str(asked.get("clip"))
    results = results_of(sweep)
    if results is None:
        raise InputError(f"'{sweep.title}' has judged no clip yet; come back later.")
    curve = curve_named(results, str(asked.get("by")))
    verdicts = cell_of(clip_verdicts(sweep), curve)
    cell = (verdicts["fold"].astype(str) == str(asked.get("fold"))) & (
        verdicts["seed"].astype(str) == str(asked.get("seed"))
    )
    found = verdicts[cell & (verdicts["clip"] == clip)]
    if found.empty:
        raise InputError(f"'{sweep.title}' has not judged {clip:.80}; choose another clip.")
    row = found.iloc[0]
    pick = Pick(clip, str(row["truth"]), curve, str(row["fold"]), int(row["seed"]))
    networks = networks_of(sweep, pick.fold, pick.seed, curve)
    if networks is None:
        raise InputError(say("curves.not_kept"))
    return Judged(sweep, pick, clip_file(sweep, clip), str(row["prediction"]), networks)


def _open(workroom: Workroom, desk: Desk, asked: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    wait = gr.skip()
    try:
        judged = judged_pick(asked)
        sweep, pick, path = judged.sweep, judged.pick, judged.file
        side, figure = view_of(pick.by.method)
        sample = Sample("", pick.clip, path, "", pick.truth, sweep.every)
        with workroom.folder_for() as folder:
            start = partial(look, path, judged.networks, folder, every=sweep.every, sample=sample)
            running = desk.put(RunningLook(lambda tell: start(on_progress=tell)))
            yield progress_card(None, path.name), wait, wait
            for said in running:
                if isinstance(said, Looked):
                    shown = player_value(said.pack, side=side, figure=figure)
                    yield "", opened(said, judged), shown
                elif isinstance(said, Stopped):
                    yield wait, wait, wait
                else:
                    yield progress_card(said, path.name), wait, wait
    except InputError as error:
        yield failed(str(error)), wait, wait


def view_of(method: str) -> tuple[str, str]:
    """The CNN a method looks through, and the figure it opens as: 6 shows what a CNN got wrong."""
    row = known_method(method)
    side = "tuned" if row and row.cnn == "tuned" else "web"
    return side, "6" if row and row.is_of_scores else "2"


def opened(looked: Looked, judged: Judged) -> str:
    """The verdicts of a look at a judged clip, and whose networks looked."""
    analysis, pick = looked.analysis(maps=False), judged.pick
    now = {v.method: analysis.concepts[v.prediction] for v in analysis.verdicts}
    cell = f"fold {pick.fold}, seed {pick.seed}, {curve_name(pick.by)}"
    said = f"Seen by the networks that were judged: {cell}."
    method = plain_name(pick.by.method)
    if pick.by.method not in now:
        said += (
            f" {method[:1].upper()}{method[1:]} reads no maps: those of its cell's CNN are drawn."
        )
    elif now[pick.by.method] != judged.answer:
        said += (
            f" The sweep has {judged.answer} for {method}: it keeps what the frozen layers give in "
            "half precision, and here two concepts are that close."
        )
    return (
        f"<h3>{escape(analysis.clip)}</h3>{verdict_cards(analysis, top=2)}"
        f"<p class='caption quiet'>{escape(said)}</p>"
    )


def _card(sweep: Sweep, pick: Pick, picture: str, can_open: bool) -> str:
    image = f"<img src='{picture}' alt=''>" if picture else ""
    words = f"<span class='name'>{escape(Path(pick.clip).stem)}</span>"
    words += f"<span class='name'>{escape(pick.remark)}</span>"
    labels = f"<span class='labels'>{pick.said or right_label(pick.truth)}</span>"
    return _pick(sweep, pick, can_open, "pick", f"{image}{labels}{words}")


def _plain(sweep: Sweep, pick: Pick, can_open: bool) -> str:
    words = f"{escape(Path(pick.clip).stem)} {pick.said or ''} {escape(pick.remark)}"
    return _pick(sweep, pick, can_open, "pick plain", words)


def _pick(sweep: Sweep, pick: Pick, can_open: bool, kind: str, inside: str) -> str:
    """A button that opens the clip; where it cannot be opened, what is known of it."""
    if not can_open:
        return f"<div class='{kind} known' title='{escape(pick.clip)}'>{inside}</div>"
    told = escape(json.dumps(target_of(sweep, pick)))
    return (
        f"<button class='{kind}' data-pick='{told}' title='{escape(pick.clip)}'>{inside}</button>"
    )


def target_of(sweep: Sweep, pick: Pick) -> dict[str, str | int]:
    """What a click on a pick tells, and an address that leads to it."""
    asked: dict[str, str | int] = {"sweep": sweep.name, "clip": pick.clip, "by": curve_key(pick.by)}
    return asked | {"fold": pick.fold, "seed": pick.seed}
