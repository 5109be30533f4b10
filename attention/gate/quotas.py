"""How much one visitor may have, so that nobody takes the place of all; the operator may have any."""

from collections.abc import Iterable
from dataclasses import dataclass

from attention.gate.classes import CLASSES
from attention.gate.hosting import hosting
from attention.gate.owners import Owned, address_of
from attention.gate.visitors import asking

DAY = 24 * 3600.0  # seconds over which the minutes of training are counted


@dataclass(frozen=True)
class Quota:
    """sets · bytes of them · runs queued or running · minutes of training in a DAY."""

    sets: float
    set_bytes: float
    runs: float
    minutes: float


AT_HOME = Quota(sets=40, set_bytes=4e9, runs=6, minutes=float("inf"))
ON_PUBLIC_PAGE = Quota(sets=5, set_bytes=1e9, runs=2, minutes=60)
# of all visitors at one network address, as who drops a cookie is another visitor; a school is at one, too
OF_ADDRESS = Quota(sets=15, set_bytes=2e9, runs=6, minutes=240)
OF_CLASS_ADDRESS = Quota(sets=45, set_bytes=4e9, runs=12, minutes=480)  # while a class room is open


@dataclass(frozen=True)
class Used:
    """What is used of a quota, and by whom: the asking visitor, or all at their address."""

    amount: float
    quota: Quota
    subject: str


def used(things: Iterable[tuple[Owned, float]]) -> list[Used]:
    """Whose things with their amounts → what counts against the asking visitor; nothing of the operator."""
    visitor = asking()
    if visitor.is_admin:
        return []
    known = list(things)
    own = sum(amount for thing, amount in known if thing.owner == visitor.name)
    if not hosting().public:
        return [Used(own, AT_HOME, "You have")]
    near = sum(amount for thing, amount in known if thing.address == address_of(visitor))
    of_address = OF_CLASS_ADDRESS if CLASSES.has(visitor) else OF_ADDRESS
    return [
        Used(own, ON_PUBLIC_PAGE, "You have"),
        Used(near, of_address, "Visitors from your network have"),
    ]
