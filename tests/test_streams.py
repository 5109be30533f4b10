"""Some chunks at a time, in order, with a share of torch's threads each."""

import threading
import time

import pytest
import torch

from attention.engine.streams import MOST, Clock, in_streams, streams_for


@pytest.fixture
def two_threads():
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(threads)


def test_what_comes_out_is_in_the_order_of_what_went_in(two_threads):
    done = [threading.Event() for _ in range(9)]

    def look(chunk: int) -> int:
        if chunk % 2 == 0 and chunk < 8:
            assert done[chunk + 1].wait(20)  # every other one is overtaken
        done[chunk].set()
        return chunk * chunk

    assert list(in_streams(range(9), look, 2)) == [chunk * chunk for chunk in range(9)]
    assert list(in_streams([], look, 2)) == []


def test_chunks_meet(two_threads):
    """Two are looked at at a time: each waits inside for the other."""
    both = threading.Barrier(2, timeout=20)
    assert list(in_streams(range(4), lambda chunk: both.wait() >= 0, 2)) == [True] * 4


def test_no_more_are_taken_than_are_looked_at_and_one(two_threads):
    taken = []

    def chunks():
        for chunk in range(20):
            taken.append(threading.current_thread())
            yield chunk

    for done, _ in enumerate(in_streams(chunks(), lambda chunk: chunk, 2)):
        assert len(taken) <= done + MOST + 1
    assert set(taken) == {threading.current_thread()}


def test_each_stream_has_its_share_of_the_threads_and_nobody_else_loses_any(two_threads):
    shares = set(in_streams(range(6), lambda chunk: torch.get_num_threads(), 2))
    assert shares == {1}
    assert torch.get_num_threads() == 2
    elsewhere = []
    thread = threading.Thread(target=lambda: elsewhere.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert elsewhere == [2]


def test_one_stream_has_all_the_threads_and_one_chunk_at_a_time(two_threads):
    most = []
    inside = []

    def look(chunk: int) -> int:
        inside.append(chunk)
        most.append(len(inside))
        time.sleep(0.005)
        inside.remove(chunk)
        return torch.get_num_threads()

    assert set(in_streams(range(5), look, 1)) == {2}
    assert max(most) == 1


def test_large_networks_and_single_threads_have_one_stream(two_threads):
    assert streams_for(18 << 20) == MOST == 2  # EfficientNet-Lite0
    assert streams_for(170 << 20) == 1  # ResNet101
    torch.set_num_threads(1)
    assert streams_for(18 << 20) == 1


def test_an_error_in_a_chunk_comes_in_its_place_and_later_ones_never_begin(two_threads):
    begun = []

    def look(chunk: int) -> int:
        begun.append(chunk)
        if chunk == 3:
            raise ValueError("the fourth")
        return chunk

    seen = []
    with pytest.raises(ValueError, match="the fourth"):
        for chunk in in_streams(range(50), look, 2):
            seen.append(chunk)
    assert seen == [0, 1, 2]
    assert max(begun) <= 3 + MOST + 1


def test_an_error_in_taking_a_chunk_ends_it(two_threads):
    def chunks():
        yield 1
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        list(in_streams(chunks(), lambda chunk: chunk, 2))


def test_who_stops_listening_leaves_no_thread_behind(two_threads):
    before = threading.active_count()
    stream = in_streams(range(50), lambda chunk: chunk, 2)
    assert next(stream) == 0
    stream.close()
    assert threading.active_count() == before


def test_the_clock_adds_up_over_threads():
    clock = Clock(("read", "look"))

    def look() -> None:
        with clock.during("look"):
            time.sleep(0.05)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.seconds["look"] >= 0.2 and clock.seconds["read"] == 0
    assert list(clock.timed("read", iter([None, 2]))) == [None, 2]
    assert clock.seconds["read"] > 0
