"""Looking at some frames while the next are read, and how long each took."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

# forward holds the maps too where one graph gives both
STAGES = ("decode", "forward", "maps", "energies")
Chunk = TypeVar("Chunk")
Found = TypeVar("Found")


def read_ahead(
    chunks: Iterable[Chunk], look: Callable[[Chunk], Found]
) -> Generator[Found, None, None]:
    """look(chunk) of every chunk, in their order; chunks are taken in the calling thread.

    Another thread looks, at one chunk at a time, while at most one more waits. Raises what taking or
    looking at a chunk raises; what has not begun by then never does.
    """
    coming: deque[Future[Found]] = deque()
    pool = ThreadPoolExecutor(1)
    try:
        for chunk in chunks:
            coming.append(pool.submit(look, chunk))
            if len(coming) > 1:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


class Clock:
    """Seconds of work in each stage, all threads together."""

    def __init__(self, stages: Iterable[str] = STAGES) -> None:
        self.seconds = dict.fromkeys(stages, 0.0)
        self._adding = Lock()

    @contextmanager
    def during(self, stage: str) -> Iterator[None]:
        """Counts what is done inside as work in this stage."""
        started = time.perf_counter()
        yield
        with self._adding:
            self.seconds[stage] += time.perf_counter() - started

    def timed(self, stage: str, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks; taking each counts as work in this stage."""
        iterator = iter(chunks)
        while True:
            with self.during(stage):
                found = next(iterator, self)
            if found is self:
                return
            yield found  # type: ignore[misc]
