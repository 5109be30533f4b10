"""Boxes of stills → a head on cached features, its held-out accuracy, and what labelled clips add."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from attention.catalogue.catalogue import say
from attention.concepts import ConceptSet
from attention.engine.overlap import Clock
from attention.engine.seen import joined, seen_of
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
    MOST_CLIPS,
    Brought,
    Counted,
    Learnt,
    Read,
    SeenClip,
    SeenStill,
    Unreadable,
)
from training.own.sentences import (
    clips_among_stills,
    unreadable,
    without_stills,
    without_twins,
)
from training.own.session import Session

WINDOW = 3  # side s of the windows whose energies methods learn from (§3.3)
NAME = "your concepts"

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
    wanted = [thing for thing in list(session.brought.values()) if thing.box in names]
    chosen, notes = without_twins(wanted, names)
    seen = _seen(session, chosen, base, on_progress)
    notes += unreadable(chosen, seen)
    stills = _of_kind(chosen, seen, SeenStill)
    clips = _of_kind(chosen, seen, SeenClip)
    boxes = _filled(names, stills)
    notes += without_stills(names, boxes, clips)
    concepts = ConceptSet(tuple(names[box] for box in boxes)).names
    notes += clips_among_stills(chosen, seen, names)
    learnt = _learned(boxes, concepts, stills, clips, seen, base)
    lone = learnt.held_out.one_take if learnt.held_out else ()
    if lone:
        notes.append(say("own.one_take", concepts=listed(concepts[place] for place in lone)))
    seconds = time.perf_counter() - started
    session.learnt = replace(learnt, notes=tuple(notes), seconds=seconds)
    return session.learnt


def _learned(
    boxes: Sequence[int],
    concepts: tuple[str, ...],
    stills: Mapping[int, list[Brought]],
    clips: Mapping[int, list[Brought]],
    seen: Mapping[str, Read],
    base: Model,
) -> Learnt:
    """What follows from stills and clips, without notes."""
    things = [thing for box in boxes for thing in stills[box]]
    features = np.stack([_features(seen[thing.key]) for thing in things])
    labels = np.array([boxes.index(thing.box) for thing in things])
    web = behind_head(base.web, fit_quick_head(features, labels, len(boxes)))
    labelled = [thing for box in boxes for thing in clips.get(box, ())]
    learned: dict[str, Learned] = {}
    if labelled:
        of_clips = np.array([boxes.index(thing.box) for thing in labelled])
        maps = (_maps(seen[thing.key]) for thing in labelled)
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
    clips: Iterable[NDArray[np.float16]],
    labels: Ints,
    stills: Floats,
    still_labels: Ints,
) -> dict[str, Learned]:
    """By name, what the methods of a look learn from labelled clips.

    Those that need labels learn from clips of two classes or more ·
    clips: A [N,K,h,w] of each · labels: int [V] · stills: float [P,K] with their labels int [P].
    """
    each = [seen_of(web, torch.from_numpy(A).float(), WINDOW, True, Clock()) for A in clips]
    seen = joined(each)
    side = Side(
        "web", seen.scores.numpy(), seen.energies.numpy(), seen.windows.byte().numpy(),
        features=None if seen.features is None else seen.features.numpy(),
    )  # fmt: skip
    owners = np.repeat(np.arange(len(each)), [len(clip.scores) for clip in each])
    given = Examples(side, owners, labels, stills, still_labels)
    usable = {"none"} | ({"some"} if len(np.unique(labels)) > 1 else set())
    return {
        row.name: row.fit(given)
        for row in methods_for("everywhere")
        if row.fit and row.cnn == "web" and row.labels in usable
    }


def _seen(
    session: Session,
    things: Sequence[Brought],
    base: Model,
    on_progress: Callable[[int, int], None],
) -> dict[str, Read]:
    """By key, what came of each file; of a concept's clips no more than MOST_CLIPS."""
    seen = dict(session.read)
    clips = Counter(t.box for t in things if isinstance(seen.get(t.key), SeenClip))
    by_key = {thing.key: thing for thing in things}
    unread = [thing for thing in things if thing.key not in seen]
    for key, found in read(unread, base.web, on_progress):
        thing = by_key[key]
        if isinstance(found, SeenClip):
            clips[thing.box] += 1
        seen[key] = found
        if isinstance(found, SeenClip) and clips[thing.box] > MOST_CLIPS:
            found.place.unlink()
            seen[key] = Unreadable(say("own.enough_clips", name=thing.name, most=MOST_CLIPS))
    session.read.update({key: seen[key] for key in by_key if key in session.brought})
    return seen


def _features(seen: Read) -> Floats:
    assert isinstance(seen, SeenStill)
    return seen.features


def _maps(seen: Read) -> NDArray[np.float16]:
    assert isinstance(seen, SeenClip)
    return seen.A


def _takes(things: Sequence[Brought]) -> Ints:
    """The take of each; a file that somebody brought is one of its own."""
    names = [f"{t.box} {t.take}" if t.take else t.key for t in things]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _of_kind(
    things: Sequence[Brought], seen: Mapping[str, Read], kind: type
) -> dict[int, list[Brought]]:
    found: dict[int, list[Brought]] = defaultdict(list)
    for thing in things:
        if isinstance(seen[thing.key], kind):
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
