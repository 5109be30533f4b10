"""Who may fill how much of the store, and what goes first when more is needed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attention.disk.room import size_text
from attention.errors import InputError
from attention.gate.visitors import Visitor

NOBODY = Visitor()  # whose things are the page's own


class NoRoomError(InputError):
    """The store cannot take more. own: because of what this visitor, or their network, has in it."""

    def __init__(self, sentence: str, own: bool) -> None:
        super().__init__(sentence)
        self.own = own


@dataclass(frozen=True)
class Quotas:
    """Most bytes in the store: of all, of the visitors at one network address, of one visitor."""

    total: int
    address: int
    visitor: int

    @classmethod
    def of(cls, total: int) -> "Quotas":
        """The usual shares: half for an address, a quarter for a visitor."""
        return cls(total, total // 2, total // 4)


@dataclass(frozen=True)
class Entry:
    """A folder of the store: whose it is, its bytes, when it was used last, and whether it must stay."""

    name: str
    owner: Visitor
    size: int
    used: float
    stays: bool


def to_remove(
    entries: Sequence[Entry], visitor: Visitor, needed: int, quotas: Quotas
) -> list[Entry]:
    """What has to go before `visitor` gets `needed` bytes more: what was used longest ago.

    First of the visitor's own, then of their address's, then of all. Raises NoRoomError, a sentence, when
    what must stay leaves no room.
    """
    gone: list[Entry] = []
    for belongs, most, sentence, own in _limits(visitor, quotas):
        there = [entry for entry in entries if belongs(entry) and entry not in gone]
        excess = sum(entry.size for entry in there) + needed - most
        free_to_go = (entry for entry in there if not entry.stays)
        for entry in sorted(free_to_go, key=lambda entry: entry.used):
            if excess <= 0:
                break
            gone.append(entry)
            excess -= entry.size
        if excess > 0:
            raise NoRoomError(sentence.format(size_text(most)), own)
    return gone


Limit = tuple[Callable[[Entry], bool], int, str, bool]


def _limits(visitor: Visitor, quotas: Quotas) -> list[Limit]:
    own: list[Limit] = [
        (
            lambda entry: entry.owner.name == visitor.name,
            quotas.visitor,
            "A visitor may have {} on this page, and yours are in use: wait until what you look at or send "
            "is done, or send less.",
            True,
        ),
        (
            lambda entry: entry.owner.address == visitor.address,
            quotas.address,
            "The visitors of one network may have {} on this page together, and yours are in use: try again "
            "in a few minutes.",
            True,
        ),
    ]
    whole: Limit = (
        lambda _: True,
        quotas.total,
        "This page has room for {}, and all of it is in use: try again in a few minutes.",
        False,
    )
    return [*(own if visitor != NOBODY else []), whole]
