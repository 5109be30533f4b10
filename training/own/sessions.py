"""Everybody's sessions: found by who asks and what names it, forgotten when they leave."""

import threading
import time
from functools import lru_cache

from attention.errors import InputError
from attention.gate.temporary.store import Store, store
from attention.gate.visitors import asking
from training.own.session import GONE, Session

SILENT = 600.0  # seconds without a word of its page, which says every minute that it is there
LOOKED_AFTER = 60.0  # seconds between two looks at who has gone
OF_A_VISITOR = 4  # pages open at a time; of more, the one that was used longest ago is forgotten


class Sessions:
    """Those of one page's visitors. Nothing in it names one to another."""

    def __init__(self, kept_in: Store) -> None:
        self._store = kept_in
        self._all: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._watch: threading.Timer | None = None

    def begin(self) -> Session:
        """A new one for the asking visitor."""
        visitor = asking()
        made = Session.begun(self._store, visitor)
        with self._lock:
            own = [each for each in self._all.values() if each.visitor.name == visitor.name]
            own.sort(key=lambda each: each.used)
            self._all[made.token] = made
        for old in own[: max(0, len(own) + 1 - OF_A_VISITOR)]:
            self.end(old)
        self._look_after()
        return made

    def of(self, token: object) -> Session:
        """The asking visitor's of that name. InputError for any other, in the words for one that has gone."""
        found = self._all.get(str(token))
        if found is None or found.visitor.name != asking().name:
            raise InputError(GONE)
        found.used = time.monotonic()
        return found

    def end(self, session: Session) -> None:
        """Forgets all that it holds."""
        with self._lock:
            self._all.pop(session.token, None)
        session.forget()

    def end_silent(self) -> None:
        """Forgets those whose page was silent for SILENT seconds: it crashed, or lost its network."""
        before = time.monotonic() - SILENT
        for session in [each for each in self._all.values() if each.used < before]:
            self.end(session)

    def _look_after(self) -> None:
        """As long as there is any session, somebody looks who has gone."""
        with self._lock:
            if self._watch is not None or not self._all:
                return
            self._watch = threading.Timer(LOOKED_AFTER, self._watched)
            self._watch.daemon = True
            self._watch.start()

    def _watched(self) -> None:
        self._watch = None
        self.end_silent()
        self._look_after()


@lru_cache(maxsize=1)
def sessions() -> Sessions:
    """Those of this process."""
    return Sessions(store())
