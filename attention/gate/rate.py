"""How often somebody may ask: buckets that fill again."""

import threading
import time
from collections.abc import Callable

KEPT = 4096  # names; of more, those that asked longest ago are forgotten


class Rate:
    """Each name may ask `burst` times at once, and `per_second` times a second after that."""

    def __init__(
        self, per_second: float, burst: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._left: dict[str, tuple[float, float]] = {}  # what is left, and when that was so
        self._lock = threading.Lock()

    def wait(self, name: str) -> float:
        """Counts one more request of this name; 0, or the seconds until it may be made."""
        with self._lock:
            now = self._clock()
            left, then = self._left.pop(name, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._per_second)
            allowed = left >= 1
            self._left[name] = (left - 1 if allowed else left, now)
            while len(self._left) > KEPT:
                del self._left[next(iter(self._left))]
            return 0.0 if allowed else (1 - left) / self._per_second
