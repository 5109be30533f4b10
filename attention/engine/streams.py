"""Chunks of work in streams: some at a time, each in a thread that has its share of torch's threads.

Two chunks on one thread each take less time than one chunk on two, as a thread need not wait at the end
of every layer for another that is late because the next chunk is being read; but each stream reads all
weights for itself, so networks that outgrow the cache do better in one (figures in LOG.md).
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

import torch
from threadpoolctl import ThreadpoolController

from attention.networks.cnn import CACHED_BYTES

MOST = 2  # streams: each holds a chunk and all that is made of it

# Found once: going through all loaded libraries in every stream takes the loader's lock and some ms.
OPENMP = ThreadpoolController().select(internal_api="openmp")

Chunk = TypeVar("Chunk")
Seen = TypeVar("Seen")


def streams_for(weight_bytes: int) -> int:
    """How many chunks to look at at a time with networks of so many bytes of weights."""
    return min(MOST, torch.get_num_threads()) if weight_bytes <= CACHED_BYTES else 1


def in_streams(
    chunks: Iterable[Chunk], look: Callable[[Chunk], Seen], streams: int
) -> Generator[Seen, None, None]:
    """look(chunk) of every chunk, in their order; chunks are taken in the calling thread.

    So many chunks as there are streams are looked at at a time, and one more waits. Raises what taking
    or looking at a chunk raises; what has not begun by then never does.
    """
    threads = max(1, torch.get_num_threads() // streams)
    coming: deque[Future[Seen]] = deque()
    pool = ThreadPoolExecutor(streams, initializer=_take, initargs=(threads,))
    try:
        for chunk in chunks:
            coming.append(pool.submit(look, chunk))
            if len(coming) > streams:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _take(threads: int) -> None:
    """Gives this thread, and no other, so many of torch's threads; torch can only set them for all."""
    torch.get_num_threads()  # at its first use in a thread torch sets a number, over what stood there
    OPENMP.limit(limits=threads)


class Clock:
    """Seconds of work in each stage, all threads together."""

    def __init__(self, stages: Iterable[str]) -> None:
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
