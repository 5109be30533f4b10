"""Boxes of stills → a head on cached features, its held-out accuracy, and what labelled clips add."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from attention.concepts import ConceptSet
from attention.engine.overlap import Clock
from attention.engine.seen import seen_of
from attention.errors import InputError, short
from attention.methods.method import Examples, Floats, Learned, Side
from attention.methods.registry import methods_for
from attention.model.card import Card
from attention.model.folder import Model
from attention.networks.cnn import Backbone
from training.data.folders import count, listed
from training.fit.quick_head import fit_quick_head, held_out
from training.own.model import behind_head
from training.own.reading import read
from training.own.records import (
    BOXES,
    Brought,
    Counted,
    Learnt,
    SeenClip,
    SeenStill,
    Unreadable,
)
from training.own.session import Session

WINDOW = 3  # side s of the windows whose energies methods learn from (§3.3)
NAME = "your concepts"
ONE_TAKE = (
    "The stills of {} come from one recording. Pictures of one recording are much alike, so that the "
    "accuracy says little of others: record it again, in another place or light."
)

Ints = NDArray[np.int64]


def learn(
    session: Session,
    names: Mapping[int, str],
    base: Model,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Learnt:
    """Learns the session's boxes, and keeps what was learned in it.

    names: box → its concept · base: the model whose Web CNN gives the features. Files that cannot be read,
    and stills that lie in two boxes, are left out with a sentence. InputError where fewer than two concepts
    have stills.
    """
    started = time.perf_counter()
    wanted = [thing for thing in session.brought.values() if thing.box in names]
    chosen, notes = _without_twins(wanted, names)
    unread = [thing for thing in chosen if thing.key not in session.read]
    for key, seen in read(unread, base.web, on_progress):
        session.read[key] = seen
    notes += _unreadable(chosen, session)
    stills = _of_kind(chosen, session, SeenStill)
    clips = _of_kind(chosen, session, SeenClip)
    boxes = _filled(names, stills)
    notes += _empty(names, boxes, clips)
    concepts = ConceptSet(tuple(names[box] for box in boxes)).names
    notes += _clips_for_stills(chosen, session, names)
    learnt = _learned(boxes, concepts, stills, clips, session, base)
    lone = learnt.held_out.one_take if learnt.held_out else ()
    if lone:
        notes.append(ONE_TAKE.format(listed(concepts[place] for place in lone)))
    seconds = time.perf_counter() - started
    session.learnt = replace(learnt, notes=tuple(notes), seconds=seconds)
    return session.learnt


def _learned(
    boxes: Sequence[int],
    concepts: tuple[str, ...],
    stills: Mapping[int, list[Brought]],
    clips: Mapping[int, list[Brought]],
    session: Session,
    base: Model,
) -> Learnt:
    """What follows from stills and clips, without notes."""
    things = [thing for box in boxes for thing in stills[box]]
    features = np.stack([_features(session, thing) for thing in things])
    labels = np.array([boxes.index(thing.box) for thing in things])
    web = behind_head(base.web, fit_quick_head(features, labels, len(boxes)))
    labelled = [thing for box in boxes for thing in clips.get(box, ())]
    learned: dict[str, Learned] = {}
    if labelled:
        of_clips = np.array([boxes.index(thing.box) for thing in labelled])
        maps = [_maps(session, thing) for thing in labelled]
        learned = methods_of(web, maps, of_clips, features, labels)
    counted = tuple(
        Counted(name, len(stills[box]), len(clips.get(box, ())))
        for name, box in zip(concepts, boxes, strict=True)
    )
    return Learnt(
        model=Model(NAME, _card(counted, base), web, learned=learned),
        concepts=counted,
        held_out=held_out(features, labels, _takes(things), len(boxes)),
        methods=tuple(
            row.name
            for row in methods_for("everywhere")
            if row.name in learned and row.labels == "some"
        ),
        brought=tuple((*stills[box], *clips.get(box, ())) for box in boxes),
    )


def methods_of(
    web: Backbone,
    clips: Sequence[NDArray[np.float16]],
    labels: Ints,
    stills: Floats,
    still_labels: Ints,
) -> dict[str, Learned]:
    """By name, what the methods of a look learn from labelled clips.

    Those that need labels learn from clips of two classes or more ·
    clips: A [N,K,h,w] of each · labels: int [V] · stills: float [P,K] with their labels int [P].
    """
    A = torch.from_numpy(np.concatenate(clips)).float()
    seen = seen_of(web, A, WINDOW, True, Clock())
    side = Side(
        "web", seen.scores.numpy(), seen.energies.numpy(), seen.windows.byte().numpy(),
        features=None if seen.features is None else seen.features.numpy(),
    )  # fmt: skip
    owners = np.repeat(np.arange(len(clips)), [len(clip) for clip in clips])
    given = Examples(side, owners, labels, stills, still_labels)
    usable = {"none"} | ({"some"} if len(np.unique(labels)) > 1 else set())
    return {
        row.name: row.fit(given)
        for row in methods_for("everywhere")
        if row.fit and row.cnn == "web" and row.labels in usable
    }


def _features(session: Session, thing: Brought) -> Floats:
    seen = session.read[thing.key]
    assert isinstance(seen, SeenStill)
    return seen.features


def _maps(session: Session, thing: Brought) -> NDArray[np.float16]:
    seen = session.read[thing.key]
    assert isinstance(seen, SeenClip)
    return seen.A


def _takes(things: Sequence[Brought]) -> Ints:
    """The take of each; a file that somebody brought is one of its own."""
    names = [f"{t.box} {t.take}" if t.take else t.key for t in things]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _without_twins(
    things: Sequence[Brought], names: Mapping[int, str]
) -> tuple[list[Brought], list[str]]:
    """What lies in one box only, and a sentence on what lies in two."""
    boxes = defaultdict(set)
    for thing in things:
        boxes[thing.digest].add(thing.box)
    twins = {t.digest: t for t in things if len(boxes[t.digest]) > 1}
    notes = [
        f"{twin.name} lies in {' and in '.join(names[box] for box in sorted(boxes[digest]))}: it is left out "
        "of both; keep it in one."
        for digest, twin in list(twins.items())[:3]
    ]
    if len(twins) > 3:
        notes.append(f"So are {len(twins) - 3} others that lie in two boxes.")
    return [thing for thing in things if thing.digest not in twins], notes


def _unreadable(things: Sequence[Brought], session: Session) -> list[str]:
    bad = [seen for t in things if isinstance(seen := session.read[t.key], Unreadable)]
    notes = [seen.why for seen in bad[:3]]
    if len(bad) > 3:
        notes.append(f"{len(bad) - 3} more files cannot be read either, and are left out.")
    return notes


def _of_kind(things: Sequence[Brought], session: Session, kind: type) -> dict[int, list[Brought]]:
    found: dict[int, list[Brought]] = defaultdict(list)
    for thing in things:
        if isinstance(session.read[thing.key], kind):
            found[thing.box].append(thing)
    return found


def _filled(names: Mapping[int, str], stills: Mapping[int, list[Brought]]) -> list[int]:
    """The boxes with stills. InputError where they are fewer than two."""
    boxes = [box for box in sorted(names) if stills.get(box)][:BOXES]
    if not boxes:
        raise InputError("No box holds a still yet: drop some, or hold a camera button.")
    if len(boxes) == 1:
        raise InputError(
            f"Only {short(names[boxes[0]])} has stills, and a classifier tells at least two concepts apart: "
            "fill another box, such as one with the same place and nothing in it."
        )
    return boxes


def _empty(
    names: Mapping[int, str], boxes: Sequence[int], clips: Mapping[int, list[Brought]]
) -> list[str]:
    lone = [names[box] for box in names if box not in boxes and clips.get(box)]
    if not lone:
        return []
    return [f"{listed(lone)} has clips and no still, and is left out: add a still to learn from."]


def _clips_for_stills(
    things: Sequence[Brought], session: Session, names: Mapping[int, str]
) -> list[str]:
    """Says of clips that are named like stills, or came among them, what became of them."""
    moved = [t for t in things if isinstance(session.read[t.key], SeenClip)]
    return [
        f"{t.name} is a video, so that it counts as a labelled clip of {names[t.box]}, not as a still."
        for t in moved[:3]
        if not t.camera
    ]


def _card(concepts: Sequence[Counted], base: Model) -> Card:
    stills, clips = (sum(getattr(c, kind) for c in concepts) for kind in ("stills", "clips"))
    return Card(
        title="Your own concepts",
        about=f"Tells {', '.join(c.name for c in concepts)} apart: one linear layer, learned in seconds, on "
        "the features of a CNN that knows ImageNet.",
        concepts=tuple(c.name for c in concepts),
        backbone=base.card.backbone,
        target=base.card.target,
        trained_on=f"{count(stills, 'still')} and {count(clips, 'labelled clip')} that somebody brought",
        data={"stills": stills, "clips": clips},
        licence="The CNN's ImageNet weights have their own; see the model imagenet.",
    )
