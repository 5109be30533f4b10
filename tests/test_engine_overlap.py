"""One thread looks while the other reads: in order, never far ahead, and nothing is left behind."""

import threading

import pytest

from attention.engine.overlap import Clock, read_ahead


def test_what_comes_out_is_in_the_order_of_what_went_in() -> None:
    assert list(read_ahead(range(9), lambda chunk: chunk * chunk)) == [n * n for n in range(9)]
    assert list(read_ahead([], lambda chunk: chunk)) == []


def test_the_next_is_read_while_one_is_looked_at_and_no_more() -> None:
    taken: list[threading.Thread] = []
    second = threading.Event()

    def chunks():
        for chunk in range(20):
            taken.append(threading.current_thread())
            if chunk == 1:
                second.set()
            yield chunk

    def look(chunk: int) -> int:
        assert second.wait(20)  # the first look ends only once the second chunk is being read
        return chunk

    for done, _ in enumerate(read_ahead(chunks(), look)):
        assert len(taken) <= done + 2
    assert set(taken) == {threading.current_thread()}


def test_one_chunk_is_looked_at_at_a_time() -> None:
    inside = threading.Lock()

    def look(chunk: int) -> int:
        assert inside.acquire(blocking=False)
        inside.release()
        return chunk

    assert len(list(read_ahead(range(9), look))) == 9


def test_an_error_in_a_chunk_comes_in_its_place_and_later_ones_never_begin() -> None:
    begun: list[int] = []

    def look(chunk: int) -> int:
        begun.append(chunk)
        if chunk == 3:
            raise ValueError("the fourth")
        return chunk

    seen = []
    with pytest.raises(ValueError, match="the fourth"):
        for chunk in read_ahead(range(50), look):
            seen.append(chunk)
    assert seen == [0, 1, 2] and max(begun) <= 5


def test_an_error_in_reading_ends_it() -> None:
    def chunks():
        yield 1
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        list(read_ahead(chunks(), lambda chunk: chunk))


def test_who_stops_listening_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    stream = read_ahead(range(50), lambda chunk: chunk)
    assert next(stream) == 0
    stream.close()
    assert threading.active_count() == before


def test_the_clock_adds_up_over_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(("read", "look"))
    ticks = iter(range(100))
    monkeypatch.setattr("attention.engine.overlap.time.perf_counter", lambda: float(next(ticks)))
    for _ in range(3):
        with clock.during("look"):
            pass
    assert clock.seconds == {"look": 3.0, "read": 0.0}
    assert list(clock.timed("read", iter([None, 2]))) == [None, 2]
    assert clock.seconds["read"] == 3.0  # two chunks, and finding the end
