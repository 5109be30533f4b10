"""How many events of each kind of work may be under way: no kind, and no visitor, fills the others' line."""

from collections.abc import Sequence
from dataclasses import dataclass

from attention.gate.classes import CLASSES, shared_by_a_class
from attention.gate.visitors import Visitor


@dataclass(frozen=True)
class Share:
    """The most events that wait or work at a time: of all, of one visitor, from one address.

    Who is in a class room may be one of more from an address: see `shared_by_a_class`.

    name: of the work, for a sentence.
    """

    name: str
    of_all: int
    of_a_visitor: int
    of_an_address: int


SHARES = {
    "page": Share("questions to the page", 2000, 40, 400),
    "looks": Share("looks", 96, 8, 60),
    "export": Share("exports", 32, 3, 16),
    "api": Share("calls of programs", 64, 8, 16),
    "training": Share("questions about trainings", 96, 8, 48),
}


def refusal(kind: str, visitor: Visitor, under_way: Sequence[Visitor]) -> str | None:
    """Why one more event of a kind is refused, or None. under_way: whose events of that kind are.

    A visitor without an id is counted by address alone: programs, and a page's first questions.
    """
    share = SHARES[kind]
    own = sum(other.id == visitor.id for other in under_way) if visitor.id else 0
    near = sum(other.address == visitor.address for other in under_way)
    if own >= share.of_a_visitor:
        return f"{own} {share.name} of yours are under way, which is the most; wait for one to end."
    most = share.of_an_address
    if CLASSES.has(visitor):
        most = shared_by_a_class(most, share.of_all)
    if near >= most:
        return f"{near} {share.name} from your network are under way, which is the most; try again soon."
    if len(under_way) >= share.of_all:
        return f"{len(under_way)} {share.name} are under way, which is the most; try again soon."
    return None
