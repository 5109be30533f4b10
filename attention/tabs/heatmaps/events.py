"""What the Heatmaps tab shows while a clip is looked at, and of what was seen: values for its parts."""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from attention.catalogue.catalogue import say
from attention.errors import InputError, full_disk_told
from attention.gate.line import LINE, Line
from attention.serving.looking import Looked, Progress, look
from attention.serving.offered import offered_models
from attention.serving.samples import Sample, samples
from attention.serving.shelf import Shelf
from attention.serving.turns import Desk, RunningLook, Stopped
from attention.serving.workroom import Workroom
from attention.tabs.cards import failed, progress_card, timing_line, verdict_cards
from attention.tabs.heatmaps.elements import model_choices
from attention.tabs.named import model_words
from attention.tabs.player import player_value

FOR_OWN = "imagenet"  # people bring real clips

# of Parts.shown: the look, the status, the verdicts, the player, the timing
Shown = tuple[Any, ...]


def look_at_own(
    workroom: Workroom,
    clip: str | None,
    desk: Desk,
    looked: Looked | None,
    model: str,
    every: float,
) -> Iterator[Shown]:
    """Looks at a clip that a person brings, and says with which model."""
    seen_by = model_for_own(looked, model)
    if not clip:  # a webcam's picture that is taken away
        yield (*waiting(gr.skip()), gr.skip())
        return
    remark, chosen = "", gr.skip()
    if seen_by != model:
        title = model_words(seen_by, offered_models()[seen_by], "title")
        remark = say("heatmaps.seen_by", model=escape(title))
        chosen = gr.Dropdown(value=seen_by)
    start = partial(look, Path(clip), seen_by, every=int(every))
    finished = partial(done, remark=remark)
    for shown in followed(workroom, desk, Path(clip), start, finished=finished):
        yield (*shown, chosen if isinstance(shown[0], Looked) else gr.skip())


def model_for_own(looked: Looked | None, model: str) -> str:
    """The chosen model, unless a sample chose it and it knows drawn clips alone: then FOR_OWN."""
    offered = offered_models()
    by_sample = looked is None or any(
        s.key == looked.sample and s.model == model for s in samples()
    )
    drawn = model in offered and offered[model].drawn
    return FOR_OWN if by_sample and drawn and FOR_OWN in offered else model


def look_at(
    workroom: Workroom,
    desk: Desk,
    clip: str,
    model: str,
    every: float,
    sample: Sample | None = None,
    frame: str = "centre",
) -> Iterator[Shown]:
    """Looks at a clip and yields what the page shows meanwhile and at the end."""
    path = Path(clip)
    start = partial(look, path, model, every=int(every), sample=sample, frame=frame)
    yield from followed(workroom, desk, path, start)


def followed(
    workroom: Workroom,
    desk: Desk,
    clip: Path,
    start: Callable[..., Any],
    quiet: bool = False,
    finished: Callable[[Any], Shown] | None = None,
    line: Line | None = LINE,
) -> Iterator[Shown]:
    """A look, in the place of what the page looked at so far; what stops this look says what is shown then.

    start: called with folder= and on_progress= · quiet: it is over too soon for news of it · finished: what
    the page shows of what `start` returns, by default of a Looked · line: where it waits, None: nowhere.
    """
    name = clip.name
    try:
        with full_disk_told(), workroom.folder_for(clip) as folder:
            running = desk.put(
                RunningLook(lambda tell: start(folder=folder, on_progress=tell), line)
            )
            if not quiet:
                yield waiting(progress_card(None, name))
            for said in running:
                if isinstance(said, Stopped):
                    yield waiting(gr.skip())
                elif not isinstance(said, Progress | None):
                    yield (finished or done)(said)
                elif not quiet or (said and said.ahead):
                    yield waiting(progress_card(said, name))
    except InputError as error:
        yield waiting(failed(str(error)))
        raise gr.Error(str(error), print_exception=False) from None
    except Exception:
        logging.getLogger(__name__).exception("looking at %s", name)
        sentence = say("heatmaps.fault", clip=name)
        yield waiting(failed(sentence))
        raise gr.Error(sentence, print_exception=False) from None


@dataclass(frozen=True)
class Asked:
    """A clip of a set that another part of the page leads to, and the model to look at it with.

    link: the parameters of the address that leads there again.
    """

    clip: Path
    title: str
    truth: str | None
    model: str
    every: int
    link: tuple[tuple[str, str], ...] = ()


def look_at_asked(
    workroom: Workroom, find: Callable[[Any], Asked], desk: Desk, given: Any
) -> Iterator[Shown]:
    """Looks at the clip that `find` names for what was given; it raises InputError for none."""
    try:
        asked = find(given)
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from None
    sample = Sample(
        "", asked.title, asked.clip, asked.model, asked.truth, asked.every, link=asked.link
    )
    chosen = gr.Dropdown(choices=model_choices(), value=asked.model)
    for looked, *rest in look_at(workroom, desk, str(asked.clip), asked.model, asked.every, sample):
        yield (looked, *rest, chosen if isinstance(looked, Looked) else gr.skip())


def look_again(
    workroom: Workroom, desk: Desk, looked: Looked | None, model: str, every: float
) -> Iterator[Shown]:
    """Looks once more at the clip that is shown; a sample stays one, and what it truly shows stays known."""
    if looked is None:
        raise gr.Error(say("heatmaps.choose_first"), print_exception=False)
    sample = next((s for s in samples() if s.key == looked.sample), None)
    truth = sample.truth if sample else None
    if not sample:
        with suppress(InputError):  # the look is no longer kept, its clip may be
            truth = (looked.unchanged or looked).analysis(maps=False).truth
    same = same_clip(looked, model, truth)
    yield from look_at(workroom, desk, str(looked.clip), model, every, same, looked.frame)


def same_clip(looked: Looked, model: str, truth: str | None) -> Sample:
    """The clip of a look, for a look by a model; its truth, where that means something to the model."""
    card = offered_models().get(model)
    return Sample(
        looked.sample or "",
        looked.clip.name,
        looked.clip,
        model,
        truth if card and truth in card.concepts else None,
        looked.every,
        link=looked.link,
    )


def look_with(
    workroom: Workroom, desk: Desk, looked: Looked | None, model: str, every: float
) -> Iterator[Shown]:
    """Looks again, at a sample's own frames, once another model is chosen.

    A sample comes with a look through its own; back at the model of what is shown, what went wrong
    with another is of no interest.
    """
    if looked is None or looked.model == model:
        yield waiting("" if looked else gr.skip())
    else:
        own = next((s.every for s in samples() if s.key == looked.sample), every)
        yield from look_again(workroom, desk, looked, model, own)


def linked(key: str) -> Sample:
    """The sample that the page's address names, or the first."""
    return next((sample for sample in samples() if sample.key == key), samples()[0])


def shelved(shelf: Shelf, sample: Sample, *, opening: bool = False) -> Shown:
    """A sample as the page shows it, and its model; what is wrong with it, if it cannot be shown.

    opening: the page opens on it: it plays once.
    """
    try:
        return (*done(shelf.looked(sample), play=opening, callouts=True), sample.model)
    except InputError as error:
        return (*waiting(failed(str(error))), gr.skip())


def done(looked: Looked, *, play: bool = False, callouts: bool = False, remark: str = "") -> Shown:
    """What the page shows of a finished look; play, callouts: as player_value takes them, remark: HTML."""
    analysis = looked.analysis(maps=False)
    return (
        looked,
        "",
        verdict_cards(analysis, remark=remark),
        player_value(
            looked.pack,
            link=link_of(looked),
            play=play,
            callouts=callouts,
            change=looked.change.to_json(),
        ),
        timing_line(analysis),
    )


def link_of(looked: Looked) -> dict[str, str | None]:
    """What the page's address needs to lead back to this look; of one's own clip, its name alone."""
    frame = "whole" if looked.frame == "whole" else None
    if looked.link:
        return {"clip": None, "own": None, "model": None, "frame": frame, **dict(looked.link)}
    usual = next((sample.model for sample in samples() if sample.key == looked.sample), None)
    return {
        "clip": looked.sample,
        "own": None if looked.sample else looked.clip.name,
        "model": looked.model if usual != looked.model else None,
        "frame": frame,
    }


def waiting(status: Any) -> Shown:
    """Another status, and all else as it is."""
    return (gr.skip(), status, gr.skip(), gr.skip(), gr.skip())
