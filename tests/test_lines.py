"""Lines of waiting: whose turn it is, how many may wait, and that no kind of work fills another's line."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import gradio as gr
import httpx
import pytest
from starlette.middleware import Middleware

from attention.errors import InputError
from attention.gate import line as gate_line
from attention.gate.admission import SHARES, refusal
from attention.gate.door import Door
from attention.gate.hosting import Hosting
from attention.gate.line import OF_A_VISITOR, OF_AN_ADDRESS, GivenUpError, Line, Place
from attention.gate.visitors import HEADER, Visitor, token_of
from attention.tabs.lines import by_turns, in_lines
from tests.pages import served


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(gate_line, "PATIENCE", 0.01)


@contextmanager
def working(line: Line, visitor: Visitor = Visitor("worker", "far")) -> Iterator[None]:
    """Somebody works, until the end."""
    with line.turn(visitor=visitor):
        yield


def turns_of(line: Line, waiting: list[Visitor]) -> list[str]:
    """The ids in the order in which they are served, who all came in the order given while one worked."""
    served_: list[str] = []

    def wait(visitor: Visitor) -> None:
        with line.turn(visitor=visitor):
            served_.append(visitor.id)

    threads = []
    with working(line):
        for visitor in waiting:
            before = len(line._waiting)
            threads.append(threading.Thread(target=wait, args=(visitor,)))
            threads[-1].start()
            while len(line._waiting) == before:
                time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    return served_


def test_a_long_turn_is_broken_off_by_those_who_had_less(monkeypatch):
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(gate_line, "time", SimpleNamespace(monotonic=lambda: clock.now))
    line, done = Line(), []

    def short(name: str) -> None:
        with line.turn(visitor=Visitor(name, name)):
            clock.now += 0.25
            done.append(name)

    def wait(name: str) -> threading.Thread:
        thread = threading.Thread(target=short, args=(name,))
        thread.start()
        while not line.has_waiting:
            time.sleep(0.001)
        return thread

    with line.turn(visitor=Visitor("long", "long")):
        clock.now += 2.0
        first = wait("first")
        assert line.give_way() == 0.0 and done == []  # less than a difference
        clock.now += 1.5
        assert line.give_way() == 0.25  # seconds of another
        assert done == ["first"]
        first.join()
        clock.now += 9.0
        assert line.give_way() == 0.0  # nobody waits
        second = wait("second")
        stranger = ThreadPoolExecutor(1).submit(line.give_way)
        assert stranger.result(10) == 0.0 and done == ["first"]  # whose turn it is not
        assert line.is_busy
    second.join()
    assert not line.is_busy and not line._aside
    assert line._served.seconds["visitor long"] > 10 > 1 > line._served.seconds["visitor first"]


def test_who_gives_way_comes_back_in_their_order_and_leaves_when_nobody_waits_for_it(monkeypatch):
    monkeypatch.setattr(gate_line, "TURN", 1e-9)
    line, gone = Line(), threading.Event()
    threads = []

    def hold(name: str, until: threading.Event) -> None:
        with line.turn(visitor=Visitor(name, name)):
            until.wait(10)

    ends = threading.Event()
    with line.turn(visitor=Visitor("long", "long"), given_up=gone):
        threads.append(threading.Thread(target=hold, args=("other", ends)))
        threads[0].start()
        while not line.has_waiting:
            time.sleep(0.001)
        threading.Timer(0.05, gone.set).start()
        with pytest.raises(GivenUpError):
            line.give_way()  # the other still works
        assert line._working.visitor.id == "other" and line._aside == 0
    assert not line.has_waiting
    ends.set()
    threads[0].join()
    assert not line.is_busy


def test_only_so_many_stand_aside(monkeypatch):
    monkeypatch.setattr(gate_line, "ASIDE", 0)
    monkeypatch.setattr(gate_line, "TURN", 1e-9)
    line = Line()

    def turn() -> None:
        with line.turn(visitor=Visitor("other", "other")):
            assert line.give_way() == 0.0

    with line.turn(visitor=Visitor("long", "long")):
        thread = threading.Thread(target=turn)
        thread.start()
        while not line.has_waiting:
            time.sleep(0.001)
        assert line.give_way() == 0.0
        assert line.has_waiting
    thread.join()
    assert not line.is_busy


def test_addresses_and_then_their_visitors_take_turns():
    greedy, friend = Visitor("greedy", "1"), Visitor("friend", "1")
    alone = Visitor("alone", "2")
    order = turns_of(Line(), [greedy, greedy, friend, greedy, alone, alone])
    assert order == ["greedy", "alone", "friend", "alone", "greedy", "greedy"]


def test_who_has_just_been_served_comes_last():
    line = Line()
    with line.turn(visitor=Visitor("a", "1")):
        pass
    assert turns_of(line, [Visitor("a", "1"), Visitor("b", "2")]) == ["b", "a"]


def test_who_took_long_waits_for_those_who_took_little():
    line = Line()
    hog, ann = Visitor("hog", "1"), Visitor("ann", "2")
    for visitor, seconds in ((hog, 10.0), (ann, 1.0)):  # ann was served last
        line._served.add(ticket := gate_line._Ticket(visitor, threading.Event()))
        line._served.lasted(ticket, seconds)
    assert turns_of(line, [hog, ann, ann, ann]) == ["ann", "ann", "ann", "hog"]
    line._served.lasted(gate_line._Ticket(Visitor("bob", "3"), threading.Event()), 120.0)
    assert line._served.seconds["address 1"] == pytest.approx(2.5, rel=0.02)  # two halvings


def test_a_visitor_and_an_address_have_their_share():
    line, me = Line(), Visitor("me", "1")
    with ExitStack() as stack:
        left = threading.Event()
        stack.enter_context(working(line, me))
        for _ in range(OF_A_VISITOR - 1):
            line._waiting.append(gate_line._Ticket(me, threading.Event()))
        line._waiting.append(gate_line._Ticket(me, left))
        left.set()  # nobody waits for that one any more
        with (
            pytest.raises(InputError, match="3 looks of yours work or wait"),
            line.turn(visitor=me),
        ):
            pass
        for n in range(OF_AN_ADDRESS - OF_A_VISITOR):
            line._waiting.append(gate_line._Ticket(Visitor(f"{n}", "1"), threading.Event()))
        with pytest.raises(InputError, match="40 looks from your network"):
            stack.enter_context(line.turn(visitor=Visitor("new", "1")))
        line._waiting.clear()


def test_a_place_says_how_many_and_how_long():
    line, told = Line(), list[Place]()

    def tell(place: Place) -> None:
        told.append(place)
        raise InterruptedError

    line._lasts = 5.0
    with working(line), pytest.raises(InterruptedError), line.turn(tell):
        pass
    assert told[0].ahead == 1
    assert told[0].seconds == pytest.approx(5.0, abs=0.5)
    assert not line.is_busy


def test_a_turn_that_lasts_longer_makes_the_next_wait_longer():
    line = Line()
    line._lasts = 10.0
    with line.turn():
        pass
    assert line._lasts == pytest.approx(8.0, abs=0.1)  # 10 + 0.2·(0 − 10)


def test_events_of_one_function_take_turns_by_visitor():
    def event(visitor: str, n: int) -> SimpleNamespace:
        state = SimpleNamespace(visitor=Visitor(visitor, "1"))
        return SimpleNamespace(name=f"{visitor}{n}", request=SimpleNamespace(state=state))

    came = [
        event("a", 0),
        event("a", 1),
        event("a", 2),
        event("b", 0),
        event("c", 0),
        event("b", 1),
    ]
    assert [e.name for e in by_turns(came)] == ["a0", "b0", "c0", "a1", "b1", "a2"]


@pytest.mark.parametrize("kind", SHARES)
def test_shares_of_a_visitor_an_address_and_all(kind):
    share, me = SHARES[kind], Visitor("me", "1")
    own = [me] * share.of_a_visitor
    near = [Visitor(f"{n}", "1") for n in range(share.of_an_address)]
    everybody = [Visitor(f"{n}", f"10.{n}") for n in range(share.of_all)]
    assert refusal(kind, me, own[1:]) is None
    assert "of yours" in (refusal(kind, me, own) or "")
    assert refusal(kind, me, near[1:]) is None
    assert "your network" in (refusal(kind, me, near) or "")
    assert refusal(kind, me, everybody[1:]) is None
    assert str(share.of_all) in (refusal(kind, me, everybody) or "")
    nobody = Visitor("", "1")
    assert refusal(kind, nobody, [nobody] * (share.of_an_address - 1)) is None


def test_a_flood_of_one_kind_leaves_the_others_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    going = threading.Event()
    with gr.Blocks() as demo:
        private = {"api_visibility": "private"}
        gr.Button().click(lambda: going.wait(20) and None, **private)
        gr.Button().click(
            lambda: going.wait(20) and None, concurrency_id="looks", concurrency_limit=4, **private
        )
        gr.Button().click(lambda: None, concurrency_id="training", **private)
    in_lines(demo)
    door = {"middleware": [Middleware(Door, hosting=Hosting())]}
    with served(demo, {"app_kwargs": door, "max_threads": 128}) as url:

        def join(n: int, fn: int, visitor: str) -> httpx.Response:
            asked = {"data": [], "fn_index": fn, "session_hash": f"s{n}"}
            headers = {HEADER: token_of(visitor)}
            return client.post(f"{url}gradio_api/queue/join", json=asked, headers=headers)

        with httpx.Client(timeout=20) as client:
            answers = [join(n, 0, "flood") for n in range(60)]
            most = SHARES["page"].of_a_visitor
            assert [a.status_code for a in answers] == [200] * most + [400] * (60 - most)
            assert "40 questions to the page of yours" in answers[-1].json()["detail"]
            assert join(61, 0, "other").status_code == 200
            assert [join(n, 1, "flood").status_code for n in range(9)] == [200] * 8 + [400]
            assert join(62, 2, "flood").status_code == 200
            around = client.post(f"{url}gradio_api/run/lambda", json={"data": [], "fn_index": 0})
            assert around.status_code == 404
            going.set()
            while any(demo._queue.active_jobs):
                time.sleep(0.01)
            assert join(63, 0, "flood").status_code == 200
