"""Whose a set, a run or a model is, and who may look at it and change it."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from attention.disk.whole import whole_file
from attention.gate.classes import CLASSES
from attention.gate.hosting import hosting
from attention.gate.secret import sign
from attention.gate.visitors import OPERATOR, PAGE, Visitor, asking

NAME = "owner.json"  # in the thing's folder


class Owned(BaseModel):
    """owner.json: whose a thing is.

    owner: a visitor's name, "" for the operator's · address: the signature of the address it came from,
    by which a crowd behind one address is counted · shared: others may look at it · room: the class room
    it was made in, "" for none.
    """

    model_config = ConfigDict(frozen=True)

    owner: str = ""
    address: str = ""
    shared: bool = False
    room: str = ""


def may_see(thing: Owned, visitor: Visitor) -> bool:
    """Whether a visitor may look at a thing, learn from it, and take away what comes of it.

    The page itself holds nothing of anybody's: what is shared now may be shared no longer when it is read.
    """
    return (thing.shared and visitor != PAGE) or may_change(thing, visitor)


def may_change(thing: Owned, visitor: Visitor) -> bool:
    """Whether a visitor may cancel, resume, remove, bring back and share a thing.

    Of what pupils make in a class room its teacher may, too, as long as the room is open.
    """
    return visitor.is_admin or is_of(thing, visitor) or CLASSES.teaches(thing.room, visitor)


def is_of(thing: Owned, visitor: Visitor) -> bool:
    """Whether a visitor made the thing."""
    return bool(thing.owner) and thing.owner == visitor.name


def shared_at_first() -> bool:
    """Whether new things are shared unless their owner says otherwise: on a page that is not public."""
    return not hosting().public


def owned(folder: Path) -> Owned:
    """Whose the thing in a folder is. Made in a terminal: the operator's; damaged: theirs alone."""
    try:
        return Owned.model_validate_json((folder / NAME).read_bytes())
    except FileNotFoundError:
        return Owned(shared=shared_at_first())
    except (OSError, ValueError):
        return Owned()


def own(folder: Path, shared: bool | None = None) -> None:
    """Makes the thing in a folder the asking visitor's; in a terminal it stays the operator's."""
    visitor = asking()
    if visitor == OPERATOR and shared is None:
        return  # whether the operator's things are shared is a matter of the page they are seen on
    owner = "" if visitor == OPERATOR else visitor.name
    shared = shared_at_first() if shared is None else shared
    room = CLASSES.room_of(visitor)
    _write(folder, Owned(owner=owner, address=address_of(visitor), shared=shared, room=room))


def share(folder: Path, shared: bool) -> None:
    """Lets others look at the thing in a folder, or no longer."""
    _write(folder, owned(folder).model_copy(update={"shared": shared}))


def address_of(visitor: Visitor) -> str:
    """What is kept of a visitor's address: its signature, from which it cannot be read."""
    return sign(f"address {visitor.address}") if visitor.address else ""


def _write(folder: Path, thing: Owned) -> None:
    with whole_file(folder / NAME) as partial:
        partial.write_text(thing.model_dump_json(indent=1), encoding="utf-8")
