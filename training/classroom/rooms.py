"""The class rooms that are open: so many, each for so long, in this process's memory and nowhere else."""

import time
from collections.abc import Callable
from typing import Any

from attention.errors import InputError, short
from attention.gate.classes import CLASSES, Classes
from attention.gate.rate import Rate
from attention.gate.visitors import Visitor
from training.classroom.code import new_code, typed_code
from training.classroom.room import Room

OF_ALL = 64  # rooms that are open at a time
OF_A_VISITOR, OF_AN_ADDRESS = 3, 16
LONGEST = 24 * 3600.0  # seconds that a room stays open
IDLE = 2 * 3600.0  # seconds without a question of anybody's page
FORSAKEN = 120.0  # seconds after which an empty room nobody asks for makes room for another
# wrong codes from one address: a class that mistypes, and nobody who tries all of them
WRONG_CODES = (1.0, 60.0)


class NoSuchRoomError(InputError):
    """A code that nobody has opened, or a room that is over."""


class TooManyError(InputError):
    """More rooms or wrong codes than one may have."""


class Rooms:
    """Opens, finds and closes rooms; one thread alone uses it, the one that answers requests.

    clock: seconds · classes: where the gate reads who is in which room.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, classes: Classes = CLASSES
    ) -> None:
        self.now = clock
        self._classes = classes
        self._rooms: dict[str, Room] = {}
        self._wrong = Rate(*WRONG_CODES, clock=clock)

    def open(self, teacher: Visitor) -> Room:
        """A room of the visitor's, who is its teacher. TooManyError for more than one may have."""
        self._close_old()
        rooms = list(self._rooms.values())
        own = sum(room.owner.name == teacher.name for room in rooms)
        near = [room for room in rooms if room.owner.address == teacher.address]
        if own >= OF_A_VISITOR:
            raise TooManyError(
                f"{own} classes of yours are open, which is the most; close one first."
            )
        for crowd, most in ((near, OF_AN_ADDRESS), (rooms, OF_ALL)):
            if len(crowd) >= most and not self._close_forsaken(crowd):
                raise TooManyError(
                    "As many classes are open as there can be; try again once one is closed."
                )
        room = Room(new_code(self._rooms), self.now(), teacher)
        self._rooms[room.code] = room
        self._classes.open(room.id)
        self._classes.teach(room.id, teacher)
        return room

    def find(self, code: str, visitor: Visitor) -> Room:
        """The open room of a code as typed. NoSuchRoomError; TooManyError for who tries codes."""
        self._close_old()
        room = self._rooms.get(typed_code(code))
        if room is None:
            if wait := self._wrong.wait(visitor.address):
                raise TooManyError(
                    f"Too many codes that no class has came from your network; try again in {wait:.0f} s."
                )
            raise NoSuchRoomError(
                f"No class {short(code, 20).upper()} is open: it is over, or the code is mistyped. "
                "Ask your teacher, or go on by yourself."
            )
        return room

    def join(self, room: Room, pupil: str, visitor: Visitor) -> None:
        """Lets a pupil in; the gate gives who is in a class more of a shared address."""
        room.join(pupil, visitor, self.now())
        self._classes.enter(room.id, visitor)

    def taught(self, code: str, secret: str, visitor: Visitor) -> Room:
        """The room whose secret this is; its teacher is there. NotTheTeacherError, NoSuchRoomError."""
        room = self.find(code, visitor)
        room.check_secret(secret)
        room.teach(self.now())
        self._classes.teach(room.id, visitor)
        return room

    def close(self, room: Room) -> None:
        """Ends a room and forgets all of it."""
        self._rooms.pop(room.code, None)
        self._classes.close(room.id)

    def state(self, room: Room) -> dict[str, Any]:
        """What every screen has to know now."""
        return room.state(self.now())

    def _close_forsaken(self, rooms: list[Room]) -> bool:
        """Closes the one that nobody joined and whose teacher's page was gone first; whether there is one."""
        now = self.now()
        forsaken = [room for room in rooms if room.is_empty and now - room.asked >= FORSAKEN]
        if forsaken:
            self.close(min(forsaken, key=lambda room: room.asked))
        return bool(forsaken)

    def _close_old(self) -> None:
        now = self.now()
        for room in list(self._rooms.values()):
            if now - room.opened >= LONGEST or now - room.asked >= IDLE:
                self.close(room)
