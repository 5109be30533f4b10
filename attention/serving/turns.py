"""Who is looked at now: one look at a time over all pages, and of each page only its latest."""

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from attention.gate.line import LINE, PATIENCE, GivenUpError, Line, Place
from attention.serving.looking import Progress

ANSWERS_WITHIN = 5.0  # seconds for a stopped look to say so; of a page that is closed, none will

Told = Callable[[Progress], None]
Result = TypeVar("Result")


class Stopped:
    """What a look says last when it was stopped."""


class RunningLook(Generic[Result]):
    """A look, or what is made of one, in a thread of its own.

    Iterate for its progress, its result or Stopped last.

    While there is no news, the last progress (None: none yet) comes again every PATIENCE seconds.
    """

    def __init__(self, start: Callable[[Told], Result], line: Line | None = LINE) -> None:
        """`start` is given what to tell its progress to, once it is its turn in the line; None: at once."""
        self._start: Callable[[Told], Result] = start
        self._line = line
        self._news: SimpleQueue[Progress | Result | Stopped | BaseException] = SimpleQueue()
        self._abandoned = threading.Event()
        self._over = threading.Event()
        self._was_stopped = False

    def __iter__(self) -> Iterator[Progress | Result | Stopped | None]:
        """Starts it and follows it, once; raises what it raises."""
        # in a copy of the context, which says for whom it is
        threading.Thread(target=copy_context().run, args=(self._run,), daemon=True).start()
        try:
            progress: Progress | None = None
            while isinstance(said := self._latest(), Progress | None):
                progress = said or progress
                yield progress
            if isinstance(said, BaseException):
                raise said
            self._was_stopped = isinstance(said, Stopped)
            yield said
        finally:
            # also when the tab was closed: the thread stops at its next frames
            self._abandoned.set()
            self._over.set()

    def stop(self) -> bool:
        """Ends it, and returns once it has said its last: whether it was cut short."""
        self._abandoned.set()
        self._news.put(Stopped())
        self._over.wait(ANSWERS_WITHIN)
        return self._was_stopped

    def _run(self) -> None:
        try:
            turn = self._line and self._line.turn(self._tell_place, given_up=self._abandoned)
            with turn or nullcontext():
                if not self._abandoned.is_set():
                    self._news.put(self._start(self._tell))
        except GivenUpError:
            pass
        except BaseException as error:
            self._news.put(error)

    def _tell_place(self, place: Place) -> None:
        self._tell(Progress(0, None, 0.0, place.ahead, place.seconds))

    def _tell(self, progress: Progress) -> None:
        if self._abandoned.is_set():
            raise GivenUpError
        self._news.put(progress)

    def _latest(self) -> Progress | Result | Stopped | BaseException | None:
        """The latest news, skipping progress that is overtaken; None when none comes for a while."""
        try:
            said = self._news.get(timeout=PATIENCE)
        except Empty:
            return None
        while isinstance(said, Progress):
            try:
                said = self._news.get_nowait()
            except Empty:
                break
        return said


class Desk:
    """What one page looks at: a new look takes the place of the one before."""

    def __init__(self) -> None:
        self._latest: RunningLook[Any] | None = None

    def put(self, look: RunningLook[Result]) -> RunningLook[Result]:
        """Stops the look before, and keeps this one."""
        before, self._latest = self._latest, look
        if before:
            before.stop()
        return look

    def clear(self) -> bool:
        """Stops what is looked at, if anything is: whether something was cut short."""
        before, self._latest = self._latest, None
        return before is not None and before.stop()
