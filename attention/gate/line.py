"""A line of people who want the same machine: one works, the others wait for a fair turn."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from attention.errors import InputError
from attention.gate.classes import CLASSES, shared_by_a_class
from attention.gate.visitors import Visitor, asking

PATIENCE = 0.5  # seconds without news after which one's place is said again
OF_A_VISITOR = 3  # one works, two wait
OF_AN_ADDRESS = 40  # a school behind one address: as many visitors, each with one
LONGEST = 64  # in the line of the whole page
TURN = (
    3.0  # seconds a turn is taken to last before one has ended; less is no difference between two
)
ASIDE = 3  # turns that are broken off at a time: each keeps its decoder and what it has seen
HALVED = 60.0  # seconds of others' work after which what one took counts half


class GivenUpError(Exception):
    """Nobody waits for what is done in this turn any more."""


@dataclass(frozen=True)
class Place:
    """How many are served before, and in how many seconds it is one's turn, about."""

    ahead: int
    seconds: float


@dataclass(eq=False)
class _Ticket:
    visitor: Visitor
    given_up: threading.Event
    thread: int = field(default_factory=threading.get_ident)  # that waits, and then works
    began: float = 0.0  # when it was served
    took: float = 0.0  # seconds, before it last gave way


@dataclass
class _Served:
    """What addresses and visitors had of late: their latest turn, by count, and seconds, which fade."""

    turns: int = 0
    turn: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, ticket: _Ticket) -> None:
        self.turns += 1
        for name in _names(ticket):
            self.turn[name] = self.turns
        if len(self.turn) > 1000:  # who has not come for long is as good as new
            self.turn = {name: turn for name, turn in self.turn.items() if turn > self.turns - 400}
            self.seconds = {name: s for name, s in self.seconds.items() if name in self.turn}

    def lasted(self, ticket: _Ticket, seconds: float) -> None:
        """All that was taken before counts for less, the longer this turn was."""
        faded = 0.5 ** (seconds / HALVED)
        self.seconds = {name: before * faded for name, before in self.seconds.items()}
        for name in _names(ticket):
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def had(self, ticket: _Ticket) -> tuple[int, ...]:
        """What its address and its visitor had of late, counted in TURN seconds."""
        return tuple(int(self.seconds.get(name, 0.0) // TURN) for name in _names(ticket))

    def order(self, ticket: _Ticket) -> tuple[int, ...]:
        """Before others: whose address, then whose visitor, took less time, or else waited longer."""
        return tuple(
            number
            for name, had in zip(_names(ticket), self.had(ticket), strict=True)
            for number in (had, self.turn.get(name, 0))
        )


class Line:
    """Serves one at a time, by turns of addresses, and of the visitors of an address.

    So who asks often, or for much, waits for those who ask seldom and for little, and a school does not
    wait for one visitor of it.
    """

    def __init__(self) -> None:
        self._waiting: list[_Ticket] = []
        self._working: _Ticket | None = None
        self._served = _Served()
        self._lasts = TURN
        self._aside = 0
        self._moved = threading.Condition()

    @contextmanager
    def turn(
        self,
        tell: Callable[[Place], None] | None = None,
        visitor: Visitor | None = None,
        given_up: threading.Event | None = None,
    ) -> Iterator[None]:
        """Waits for one's turn; what `tell` raises ends the wait.

        tell: is given one's place every PATIENCE seconds · visitor: who asks, by default; of one without a
        name nothing is counted · given_up: set when nobody waits for it any more. Raises InputError for more
        than one's share.
        """
        ticket = _Ticket(visitor or asking(), given_up or threading.Event())
        with self._moved:
            self._check_share(ticket.visitor)
            self._waiting.append(ticket)
            self._serve_next()
        try:
            while (place := self._place(ticket)).ahead:
                if tell:
                    tell(place)
            yield
        finally:
            with self._moved:
                self._leave(ticket)
                self._serve_next()
                self._moved.notify_all()

    def give_way(self) -> float:
        """Within a turn: lets those pass who had less of late; returns how long that took, in seconds.

        A turn that lasts is so broken off by short ones, and comes back in its order. Raises GivenUpError
        when nobody waits for it any more.
        """
        with self._moved:
            ticket = self._working
            if ticket is None or ticket.thread != threading.get_ident():
                return 0.0  # somebody else's
            if ticket.given_up.is_set():
                raise GivenUpError
            if not self._waiting or self._aside >= ASIDE:
                return 0.0
            self._count(ticket)
            if self._served.had(ticket) <= min(map(self._served.had, self._waiting)):
                return 0.0
            left = time.monotonic()
            self._aside += 1
            self._working = None
            self._waiting.append(ticket)
            self._serve_next()
            while self._working is not ticket and not ticket.given_up.is_set():
                self._moved.wait(PATIENCE)
            self._aside -= 1
            if self._working is not ticket:
                raise GivenUpError
            return time.monotonic() - left

    @property
    def is_busy(self) -> bool:
        """Whether somebody works or waits."""
        return self._working is not None or bool(self._waiting)

    @property
    def has_waiting(self) -> bool:
        """Whether anybody waits for the one who works."""
        return bool(self._waiting)

    def seconds_worked(self) -> float:
        """How long the one who works has done so; 0 when nobody does."""
        working = self._working
        return time.monotonic() - working.began if working else 0.0

    def _check_share(self, visitor: Visitor) -> None:
        here = [*self._waiting, *([self._working] if self._working else [])]
        here = [ticket for ticket in here if not ticket.given_up.is_set()]
        if len(here) >= LONGEST:
            raise InputError(f"{LONGEST} looks wait already, which is the most; try again soon.")
        if not (visitor.id or visitor.address):
            return
        own = sum(ticket.visitor.name == visitor.name for ticket in here)
        if own >= OF_A_VISITOR:
            raise InputError(
                f"{own} looks of yours work or wait, which is the most; stop one, or wait for it."
            )
        near = sum(ticket.visitor.address == visitor.address for ticket in here)
        of_a_class = shared_by_a_class(OF_AN_ADDRESS, LONGEST)
        if near >= (of_a_class if CLASSES.has(visitor) else OF_AN_ADDRESS):
            raise InputError(
                f"{near} looks from your network wait already, which is the most; try again soon."
            )

    def _place(self, ticket: _Ticket) -> Place:
        """One's place after PATIENCE at most, or as soon as it is one's turn."""
        with self._moved:
            self._moved.wait_for(lambda: self._working is ticket, PATIENCE)
            if self._working is ticket:
                return Place(0, 0.0)
            ahead = 1 + self._order().index(ticket)
            return Place(ahead, max(1.0, ahead * self._lasts - self.seconds_worked()))

    def _order(self) -> list[_Ticket]:
        """Those who wait, in the order in which they will be served if nobody else comes."""
        left, order = list(self._waiting), []
        served = _Served(self._served.turns, dict(self._served.turn), dict(self._served.seconds))
        while left:
            following = min(left, key=served.order)
            left.remove(following)
            served.add(following)
            order.append(following)
        return order

    def _serve_next(self) -> None:
        if self._working is None and self._waiting:
            self._working = min(self._waiting, key=self._served.order)
            self._working.began = time.monotonic()
            self._waiting.remove(self._working)
            self._served.add(self._working)
            self._moved.notify_all()

    def _count(self, ticket: _Ticket) -> None:
        """Adds what the one who works took since it was last counted."""
        now = time.monotonic()
        lasted = now - ticket.began
        ticket.began = now
        ticket.took += lasted
        self._served.lasted(ticket, lasted)

    def _leave(self, ticket: _Ticket) -> None:
        if self._working is ticket:
            self._count(ticket)
            self._working = None
            self._lasts += 0.2 * (ticket.took - self._lasts)
        elif ticket in self._waiting:
            self._waiting.remove(ticket)


LINE = Line()  # the app's: a machine that looks at two clips at once shows both of them late


def _names(ticket: _Ticket) -> tuple[str, str]:
    return f"address {ticket.visitor.address}", f"visitor {ticket.visitor.name}"
