"""One class room: its code and secret, who is there, what the teacher has on all screens."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from attention.errors import InputError
from attention.gate.visitors import Visitor
from training.classroom.records import Steered, Which
from training.classroom.tally import Tally

PUPILS = 200  # of a room: a lecture hall
OF_A_VISITOR = 3  # pupils: a browser whose storage was emptied is another one
HERE = 20.0  # seconds after its last question that a pupil's page counts as open
AWAY = 75.0  # seconds without a question of the teacher's page; a hidden page asks once a minute


class NotTheTeacherError(InputError):
    """A secret that is not this room's."""


@dataclass
class _Pupil:
    visitor: str  # an id, or nothing
    seen: float


@dataclass
class Room:
    """A room that was opened at a time, in seconds; `now` is such a time everywhere.

    id: what the gate knows the room by, as codes may come again · led: whether pupils follow the teacher ·
    step, clip: where the teacher is · test: which is being taken · begun: those that were · tally: what was
    answered.
    """

    code: str
    opened: float
    owner: Visitor
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    tally: Tally = field(default_factory=Tally)
    led: bool = True
    step: int = 1
    clip: str = ""
    test: Which | None = None
    begun: set[Which] = field(default_factory=set)
    asked: float = 0.0  # when anybody last did
    _pupils: dict[str, _Pupil] = field(default_factory=dict)
    _teacher_seen: float | None = None

    def __post_init__(self) -> None:
        self.asked = self._teacher_seen = self.opened

    def join(self, pupil: str, visitor: Visitor, now: float) -> None:
        """Lets a pupil in, or in again. InputError for a full room, and for a browser that is many pupils."""
        if pupil not in self._pupils:
            if len(self._pupils) >= PUPILS:
                raise InputError(f"Class {self.code} has {PUPILS} pupils, which is the most.")
            own = [known for known in self._pupils.values() if known.visitor == visitor.id]
            if visitor.id and len(own) >= OF_A_VISITOR:
                raise InputError(
                    f"This browser is in class {self.code} as {OF_A_VISITOR} pupils already; "
                    "use the page that it first opened."
                )
        self._pupils[pupil] = _Pupil(visitor.id, now)
        self.asked = now

    def ask(self, pupil: str, now: float) -> None:
        """A page of a pupil is open; of who has not joined nothing is kept."""
        if pupil in self._pupils:
            self._pupils[pupil].seen = self.asked = now

    def check_joined(self, pupil: str) -> None:
        """InputError for who has not joined: nobody votes from outside."""
        if pupil not in self._pupils:
            raise InputError(f"You are not in class {self.code} yet; join it by its code first.")

    def check_secret(self, secret: str) -> None:
        """NotTheTeacherError unless the secret is this room's."""
        if not secrets.compare_digest(secret.encode(), self.secret.encode()):
            raise NotTheTeacherError(
                f"This is not the link of the teacher of class {self.code}; open a class of your own."
            )

    def teach(self, now: float) -> None:
        """A page of a teacher is open."""
        self._teacher_seen = self.asked = now

    def leave(self) -> None:
        """A page of a teacher was closed; where another is open, it asks again within a second."""
        self._teacher_seen = None

    def steer(self, given: Steered) -> None:
        """Puts something on all screens; of two teachers the later one has it."""
        self.led, self.step, self.clip, self.test = given.led, given.step, given.clip, given.test
        self.begun |= {given.test} if given.test else set()

    def check_begun(self, which: Which) -> None:
        """InputError for a test that the teacher has not begun."""
        if which not in self.begun:
            raise InputError(f"The test has not begun in class {self.code}; wait for your teacher.")

    def is_taught(self, now: float) -> bool:
        """Whether a teacher is there."""
        return self._teacher_seen is not None and now - self._teacher_seen < AWAY

    @property
    def is_empty(self) -> bool:
        """Whether no pupil ever came."""
        return not self._pupils

    def here(self, now: float) -> int:
        """How many pupils have the page open."""
        return sum(now - pupil.seen < HERE for pupil in self._pupils.values())

    def state(self, now: float) -> dict[str, Any]:
        """What every screen has to know: without a teacher nobody is led, and no test is taken."""
        taught = self.is_taught(now)
        return {
            "code": self.code,
            "teacher": taught,
            "led": self.led and taught,
            "step": self.step,
            "clip": self.clip,
            "test": self.test if taught else None,
            "pupils": self.here(now),
        }
