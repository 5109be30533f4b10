"""Who is in a class room that is open now: its pupils share a school's address, its teacher may tidy up.

What happens in a room is `training/classroom`'s; the gate has to know of the people alone.
"""

import threading
from dataclasses import dataclass, field

from attention.gate.visitors import Visitor


@dataclass
class Classes:
    """Rooms by an id that is never used twice, with the ids of their visitors, until they are closed.

    Who has no id stays outside: all who come without one from an address are one to the gate, and would
    get the rights of the first of them.
    """

    _pupils: dict[str, str] = field(default_factory=dict)  # a visitor's id → the room entered last
    _teachers: dict[str, set[str]] = field(default_factory=dict)  # a room → ids
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self, room: str) -> None:
        """From now on there is this room."""
        with self._lock:
            self._teachers.setdefault(room, set())

    def close(self, room: str) -> None:
        """The room is over, and with it all that its people might do."""
        with self._lock:
            self._teachers.pop(room, None)
            self._pupils = {name: other for name, other in self._pupils.items() if other != room}

    def enter(self, room: str, visitor: Visitor) -> None:
        """The visitor is a pupil of an open room, and of no other."""
        with self._lock:
            if visitor.id and room in self._teachers:
                self._pupils[visitor.id] = room

    def teach(self, room: str, visitor: Visitor) -> None:
        """The visitor has shown the secret of an open room."""
        with self._lock:
            if visitor.id and room in self._teachers:
                self._teachers[room].add(visitor.id)

    def room_of(self, visitor: Visitor) -> str:
        """The open room that the visitor is a pupil of, or nothing."""
        return self._pupils.get(visitor.id, "") if visitor.id else ""

    def teaches(self, room: str, visitor: Visitor) -> bool:
        """Whether the visitor is the teacher of this room, and it is still open."""
        return bool(room and visitor.id) and visitor.id in self._teachers.get(room, ())

    def has(self, visitor: Visitor) -> bool:
        """Whether the visitor is in a class room now, as a pupil or as its teacher."""
        if not visitor.id:
            return False
        with self._lock:
            taught = any(visitor.id in teachers for teachers in self._teachers.values())
        return taught or visitor.id in self._pupils


CLASSES = Classes()  # the app's


def shared_by_a_class(usual: int, of_all: int) -> int:
    """What an address may have where a class is behind it: twice the usual, a quarter stays for others."""
    return max(usual, min(2 * usual, 3 * of_all // 4))
