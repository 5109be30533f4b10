"""What was learnt kept for good, when its owner says so: as a model, and as a set where it has clips."""

import shutil
import zipfile
from itertools import chain
from itertools import count as count_from
from pathlib import Path

from attention.disk import bin
from attention.disk.home import home, own_models
from attention.errors import InputError, full_disk_told
from attention.gate.owners import may_change, own, owned
from attention.gate.quotas import used
from attention.gate.visitors import asking
from attention.media.frames import label
from attention.model.card import shipped_models
from attention.networks.known.registry import on_imagenet
from training.data.archive.upload import HALVES
from training.data.archive.zips import ZipLimits
from training.data.folders import count
from training.data.naming import checked_name
from training.data.own_sets import add_set
from training.own.records import Brought, Learnt, SeenClip
from training.own.session import NOT_LEARNT, Session

KIND = "models"  # in the bin
USUAL = {"web": ".jpg", "video": ".mp4"}  # endings, where a file came without
LEAST = 2  # stills and clips of a class in a set: one to learn from, one to judge by


def keep_model(session: Session, name: str) -> str:
    """Saves the session's model as one that its visitor alone sees; the name it has then. InputError."""
    from attention.model.folder import save_model

    learnt = _learnt(session)
    wanted = checked_name(name)
    _check_quota()
    final = _free(wanted)
    place = home() / "models" / final
    made = session.folder / "kept" / final
    try:
        with full_disk_told():
            model = learnt.model
            card = model.card.model_copy(update={"title": final, "how_good": how_good(learnt)})
            save_model(made, card, model.web, half=True, learned=model.learned)
            own(made, shared=False)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(made, place)
    finally:
        shutil.rmtree(made.parent, ignore_errors=True)
    return final


def keep_set(session: Session, name: str, camera: bool) -> str:
    """Adds what was learned from as a set that its visitor alone sees; the name it has then.

    camera: also what their camera recorded. InputError where a concept has fewer than LEAST stills or clips.
    """
    learnt = _learnt(session)
    kept = [[t for t in things if camera or not t.camera] for things in learnt.brought]
    for counted, things in zip(learnt.concepts, kept, strict=True):
        _check_enough(counted.name, *_by_kind(session, things))
    archive = session.folder / "kept.zip"
    try:
        with full_disk_told(), zipfile.ZipFile(archive, "w") as zipped:
            for counted, things in zip(learnt.concepts, kept, strict=True):
                for half, of_half in zip(USUAL, _by_kind(session, things), strict=True):
                    for thing in of_half:
                        zipped.write(thing.path, _place(half, counted.name, thing))
        return add_set(archive, checked_name(name), ZipLimits(), shared=False)
    finally:
        archive.unlink(missing_ok=True)


def kept_models() -> list[str]:
    """The names of the models that the asking visitor kept so, or was given."""
    return [name for name, folder in _models().items() if may_change(owned(folder), asking())]


def remove_model(name: str) -> None:
    """Moves a kept model of the asking visitor's into the bin. InputError for any other."""
    if name not in kept_models():
        raise InputError(f"You keep no model {label(str(name))!r}: choose one of yours.")
    bin.throw_away(_models()[name], KIND)


def how_good(learnt: Learnt) -> str:
    """The held-out accuracy in a sentence."""
    found = learnt.held_out
    if found is None:
        return "Not known: a concept has a single still, and none could be held out."
    return (
        f"{found.accuracy:.0f} % of the {found.stills} stills are named rightly by a head that did not learn "
        f"from them (95 % interval {found.low:.0f} to {found.high:.0f} %); clips are another matter."
    )


def _learnt(session: Session) -> Learnt:
    if session.learnt is None:
        raise InputError(NOT_LEARNT)
    return session.learnt


def _by_kind(session: Session, things: list[Brought]) -> tuple[list[Brought], list[Brought]]:
    """Stills, and clips."""
    clips = [t for t in things if isinstance(session.read.get(t.key), SeenClip)]
    return [t for t in things if t not in clips], clips


def _check_enough(concept: str, stills: list[Brought], clips: list[Brought]) -> None:
    for things, kind in ((stills, "still"), (clips, "clip")):
        if len(things) < LEAST:
            raise InputError(
                f"A set needs {LEAST} {kind}s of each concept, and {concept} has {count(len(things), kind)} "
                "to keep: add some, allow those of the camera, or keep the model alone."
            )


def _place(half: str, concept: str, thing: Brought) -> str:
    """Where a still or clip lies in a set; its name tells nothing of its owner's."""
    plain = "".join(c if c.isalnum() or c in " -_" else " " for c in concept)
    folder = " ".join(plain.split()) or "concept"
    ending = thing.path.suffix if thing.path.suffix in HALVES[half] else USUAL[half]
    return f"{half}/{folder}/{thing.key}{ending}"


def _models() -> dict[str, Path]:
    folder = home() / "models"
    return {card.parent.name: card.parent for card in sorted(folder.glob("[!.]*/model.json"))}


def _check_quota() -> None:
    for models in used((owned(folder), 1) for folder in _models().values()):
        if models.amount >= models.quota.sets:
            raise InputError(
                f"{models.subject} {count(int(models.amount), 'model')} here, which is the most: remove one "
                "first."
            )


def _free(wanted: str) -> str:
    """The name, with a number where a model has it already, whoever may see it."""
    taken = {name.casefold() for name in (*own_models(), *shipped_models(), *on_imagenet())}
    names = chain([wanted], (f"{wanted}-{number}" for number in count_from(2)))
    return next(name for name in names if name.casefold() not in taken)
