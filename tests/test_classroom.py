"""A class room: who votes once, who steers, who is led, what is counted, and what nobody may do."""

import csv
import io
import re
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from attention.catalogue.languages import LANGUAGES
from attention.gate.classes import CLASSES
from attention.gate.door import Door
from attention.gate.hosting import Hosting
from attention.gate.visitors import HEADER, Visitor, token_of
from training.classroom import items, room, rooms
from training.classroom.code import LENGTH, LETTERS, new_code, typed_code
from training.classroom.routes import LARGEST, PUPIL, SECRET, class_routes

ANN, BEN, TEACHER = (Visitor(name, "1.1.1.1") for name in ("ann", "ben", "teacher"))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Page:
    """A browser of a visitor's in a class: what it sends, and the JSON that comes back."""

    def __init__(self, app: Starlette, name: str) -> None:
        self.pupil = f"{name}-0123456789abcdef"
        self.http = TestClient(app, headers={HEADER: token_of(name)}, client=("1.1.1.1", 1))

    def post(self, what: str, **given: Any) -> Any:
        return self.http.post(f"/class/{what}", json=given)

    def get(self, what: str, code: str, **headers: str) -> Any:
        return self.http.get(f"/class/{what}", params={"code": code}, headers=headers)

    def join(self, code: str) -> Any:
        return self.post("join", code=code, pupil=self.pupil)

    def answer(self, code: str, choice: int, when: str = "before", question: str = "q1") -> Any:
        given = {"pupil": self.pupil, "step": 2, "question": question, "choice": choice}
        return self.post("answer", code=code, when=when, **given)


class Class:
    """A page behind the door, with a class that a teacher has opened."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rooms = rooms.Rooms(self.clock, CLASSES)
        self.app = Starlette(
            routes=class_routes(self.rooms), middleware=[Middleware(Door, hosting=Hosting())]
        )
        self.teacher = self.page("teacher")
        opened = self.teacher.post("open").json()
        self.code, self.secret = opened["code"], opened["secret"]

    def page(self, name: str, joins: bool = False) -> Page:
        page = Page(self.app, name)
        if joins:
            assert page.join(self.code).status_code == 200
        return page

    def state(self) -> dict[str, Any]:
        return self.page("onlooker").get("state", self.code).json()

    def tally(self) -> dict[str, Any]:
        return self.teacher.get("tally", self.code, **{SECRET: self.secret}).json()

    def steer(self, page: Page | None = None, **given: Any) -> Any:
        asked = {"led": True, "step": 1} | given
        return (page or self.teacher).post("steer", code=self.code, secret=self.secret, **asked)


@pytest.fixture
def held(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTENTION_HOME", str(tmp_path))
    found = Class()
    yield found
    for open_room in list(found.rooms._rooms.values()):
        found.rooms.close(open_room)


def test_a_code_is_read_as_it_is_typed():
    code = new_code({})
    assert typed_code(f" {code[:2].lower()}-{code[2:]} ") == code
    assert len({new_code({}) for _ in range(50)}) > 45
    assert not set("01258ABEGILNOQSUVZ") & set(LETTERS) and len(code) == LENGTH
    taken = {a + LETTERS[1:LENGTH] for a in LETTERS}
    assert new_code(taken) not in taken


@pytest.mark.parametrize("typed", ["", "CDFH", "CDFHJK", "CDFH0", "é3479", "CDFH\x00"])
def test_what_is_no_code_is_said(held, typed):
    answer = held.page("ann").join(typed)
    assert answer.status_code == 400 and "is no class code" in answer.json()["error"]


def test_a_pupil_has_one_vote_in_each_question_and_the_last_counts(held):
    ann, ben = held.page("ann", joins=True), held.page("ben", joins=True)
    for choice in (0, 2, 2):
        assert ann.answer(held.code, choice).json() == {"counted": True}
    ben.answer(held.code, 0)
    ben.answer(held.code, 1, when="after")
    ann.answer(held.code, 2, when="after")
    ann.answer(held.code, 3, question="q2")
    bars = {bar["question"]: bar for bar in held.tally()["bars"]}
    assert bars["q1"] == {
        "step": 2, "question": "q1", "before": [1, 0, 1], "after": [0, 1, 1], "changed": 1,
    }  # fmt: skip
    assert bars["q2"]["before"] == [0, 0, 0, 1] and bars["q2"]["after"] == []
    # who reloads is the same pupil, and an answer counts in place of the one before
    again = held.page("ann", joins=True)
    again.answer(held.code, 1)
    assert held.tally()["bars"][0]["before"] == [1, 1]
    assert held.state()["pupils"] == 2


def test_drawings_add_up_to_one_map(held):
    cells = np.zeros((2, 12, 12), bool)
    cells[0, 3, 4] = cells[0, 0, 11] = cells[1, 3, 4] = True
    drawn = {"step": 3, "clip": "kiss-0", "frame": 7}
    for name, mine in zip(("ann", "ben"), cells, strict=True):
        page = held.page(name, joins=True)
        for given in (np.ones((12, 12), bool), mine):  # the second takes the first one's place
            page.post("draw", code=held.code, pupil=page.pupil, cells=given.tolist(), **drawn)
    (heat,) = held.tally()["heat"]
    assert {name: heat[name] for name in drawn} == drawn and heat["pupils"] == 2
    assert (np.array(heat["cells"]) == cells.sum(0)).all()


def test_the_teacher_steers_all_screens_and_lets_go(held):
    ann = held.page("ann", joins=True)
    held.steer(step=4, clip="kiss-0")
    state = ann.get("state", held.code).json()
    assert (state["led"], state["step"], state["clip"]) == (True, 4, "kiss-0")
    held.steer(led=False, step=4)
    assert held.state()["led"] is False
    # the link, opened twice: another browser with the secret steers as well, and the later one has it
    held.steer(held.page("colleague"), step=6)
    assert held.state()["step"] == 6 and held.steer(step=2).json()["step"] == 2


def test_a_late_pupil_and_one_who_reloads_get_what_is_on_screen(held):
    held.steer(step=5, test="pre")
    late = held.page("late")
    assert late.join(held.code).json() | {"pupils": 1} == held.state()
    assert late.join(held.code).json()["test"] == "pre"


def test_without_the_teacher_nobody_is_led_until_they_are_back(held):
    held.steer(step=3, test="pre")
    held.teacher.post("leave", code=held.code, secret=held.secret)
    gone = held.state()
    assert (gone["teacher"], gone["led"], gone["test"], gone["step"]) == (False, False, None, 3)
    held.tally()  # another window of the teacher's, or the same one after a reload
    assert held.state()["led"] is True
    held.clock.seconds += room.AWAY - 1
    assert held.state()["teacher"] is True
    held.clock.seconds += 1
    assert held.state()["teacher"] is False


def test_two_teachers_have_two_classes_that_know_nothing_of_each_other(held):
    colleague = held.page("colleague")
    other = colleague.post("open").json()
    ann, ben = held.page("ann", joins=True), held.page("ben")
    ben.join(other["code"])
    ann.answer(held.code, 1)
    ben.answer(other["code"], 2)
    assert [bar["before"] for bar in held.tally()["bars"]] == [[0, 1]]
    mine = {"code": other["code"], "secret": held.secret, "led": True, "step": 7}
    assert held.teacher.post("steer", **mine).status_code == 403
    assert ben.get("state", other["code"]).json()["step"] == 1
    assert colleague.post("close", **{name: other[name] for name in ("code", "secret")}).json() == {
        "closed": True
    }
    assert ben.get("state", other["code"]).status_code == 404 and held.state()["pupils"] == 1


def test_a_class_of_one_and_of_none_is_a_class(held):
    nobody = held.tally()
    assert (nobody["pupils"], nobody["bars"], nobody["heat"]) == (0, [], [])
    assert nobody["tests"]["both"] == {"pupils": 0, "pre": None, "post": None}
    export = held.teacher.get("export", held.code, **{SECRET: held.secret})
    assert len(export.text.splitlines()) == 1  # the columns
    ann = held.page("ann", joins=True)
    ann.answer(held.code, 2)
    ann.answer(held.code, 0, when="after")
    (bar,) = held.tally()["bars"]
    assert (bar["before"], bar["after"], bar["changed"]) == ([0, 0, 1], [1], 1)


def test_who_closed_the_page_is_not_counted_as_here(held):
    ann, _ = held.page("ann", joins=True), held.page("ben", joins=True)
    held.clock.seconds += room.HERE - 1
    ann.get("state", held.code, **{PUPIL: ann.pupil})
    held.clock.seconds += 1
    assert held.state()["pupils"] == 1


def test_an_answer_that_is_known_is_not_sent_again(held):
    ann = held.page("ann", joins=True)
    first = ann.get("state", held.code)
    mark = {"if-none-match": first.headers["etag"]}
    known = ann.get("state", held.code, **mark)
    assert (known.status_code, known.content) == (304, b"")
    held.steer(step=8)
    assert ann.get("state", held.code, **mark).json()["step"] == 8


def test_a_pupil_cannot_do_what_the_teacher_does(held):
    ann = held.page("ann", joins=True)
    for what in ("steer", "leave", "close"):
        more = {"led": True, "step": 1} if what == "steer" else {}
        answer = ann.post(what, code=held.code, secret="x" * 22, **more)
        assert answer.status_code == 403 and "not the link of the teacher" in answer.json()["error"]
    for what in ("tally", "export"):
        assert ann.get(what, held.code, **{SECRET: "guess"}).status_code == 403
    assert held.secret not in ann.get("state", held.code).text


def test_a_code_that_nobody_opened_is_a_sentence_and_trying_codes_ends(held, monkeypatch):
    unknown = next(code for code in iter(lambda: new_code({}), "") if code != held.code)
    ann = held.page("ann")
    for answer in (ann.join(unknown), ann.get("state", unknown), ann.answer(unknown, 1)):
        assert answer.status_code == 404
        assert answer.json()["error"].startswith(f"No class {unknown} is open")
    burst = int(rooms.WRONG_CODES[1])
    said = [ann.join(unknown).status_code for _ in range(burst)]
    assert said == [404] * (burst - 3) + [429] * 3
    assert ann.join(held.code).status_code == 200  # the right one is never refused


def test_who_has_not_joined_has_no_vote(held):
    answer = held.page("ann").answer(held.code, 1)
    assert answer.status_code == 400 and "join it by its code" in answer.json()["error"]
    assert held.tally()["bars"] == []


def test_a_room_is_bounded(held, monkeypatch):
    monkeypatch.setattr(room, "PUPILS", 4)
    ann = held.page("ann")
    tokens = [f"{n}-0123456789abcdef" for n in range(9)]
    said = [ann.post("join", code=held.code, pupil=token) for token in tokens[:4]]
    assert [a.status_code for a in said] == [200] * room.OF_A_VISITOR + [400]
    assert held.page("ben").post("join", code=held.code, pupil=tokens[4]).status_code == 200
    full = held.page("cat").post("join", code=held.code, pupil=tokens[5])
    assert "4 pupils, which is the most" in full.json()["error"]
    ben = Page(held.app, "ben")
    ben.pupil = tokens[4]
    answers = [ben.answer(held.code, 0, question=f"q{n}") for n in range(97)]
    assert [a.status_code for a in answers] == [200] * 96 + [400]
    assert ben.answer(held.code, 1, question="q0").status_code == 200  # one it has already


def test_rooms_are_few_and_end(held):
    more = [held.teacher.post("open") for _ in range(rooms.OF_A_VISITOR)]
    assert [a.status_code for a in more] == [200] * (rooms.OF_A_VISITOR - 1) + [429]
    others = [held.page(f"other{n}").post("open").status_code for n in range(rooms.OF_AN_ADDRESS)]
    assert others.count(200) == rooms.OF_AN_ADDRESS - rooms.OF_A_VISITOR and others[-1] == 429
    # nobody can keep all places taken: what is empty and asked for by no page makes room for another
    held.clock.seconds += rooms.FORSAKEN
    held.tally()
    assert held.page("late").post("open").status_code == 200
    assert len(held.rooms._rooms) == rooms.OF_AN_ADDRESS and held.state()["code"] == held.code
    held.clock.seconds += rooms.IDLE - 1
    held.tally()
    held.clock.seconds += 1  # nobody asked for the others in two hours
    assert held.state()["code"] == held.code
    assert len(held.rooms._rooms) == 1
    for _ in range(23):
        held.clock.seconds += 3600
        answer = held.teacher.get("tally", held.code, **{SECRET: held.secret})
    assert answer.status_code == 404  # a day is over, however busy it was


def test_what_is_no_request_is_a_sentence(held):
    ann = held.page("ann", joins=True)
    drawing = {"pupil": ann.pupil, "step": 3, "clip": "", "frame": 0}
    wrong = [
        ann.answer(held.code, 12),
        ann.answer(held.code, -1),
        ann.answer(held.code, 0, question="=1+1"),
        ann.answer(held.code, 0, when="later"),
        ann.post("answer", code=held.code),
        ann.post("join", code=held.code, pupil="short"),
        ann.post("draw", code=held.code, cells=[[True] * 12] * 11, **drawing),
        ann.post("draw", code=held.code, cells=[[True] * 11] * 12, **drawing),
        ann.post("test", code=held.code, pupil=ann.pupil, which="pre", choices=[0] * 7),
        ann.post("join", code=held.code, pupil=ann.pupil, name="Ann"),
        ann.http.post("/class/join", content=b"[1]", headers={"content-type": "application/json"}),
        ann.http.post("/class/join", content=b"{", headers={"content-type": "application/json"}),
        ann.http.post("/class/open", content=b"{}", headers={"content-type": "text/plain"}),
        ann.post("answer", code="x" * LARGEST),
        ann.http.get("/class/items", params={"which": "third"}),
    ]
    for answer in wrong:
        assert answer.status_code == 400
        assert answer.json()["error"].endswith(".") and "\n" not in answer.json()["error"]
    assert held.tally()["bars"] == []


def test_two_tests_are_marked_and_set_beside_each_other(held):
    right = items.right()
    ann, ben = held.page("ann", joins=True), held.page("ben", joins=True)

    def hand_in(page: Page, which: str, wrong: int) -> Any:
        choices = [None if n < wrong else c for n, c in enumerate(right[which])]
        return page.post("test", code=held.code, pupil=page.pupil, which=which, choices=choices)

    early = hand_in(ann, "pre", 0)
    assert early.status_code == 400 and "has not begun" in early.json()["error"]
    held.steer(test="pre")
    assert hand_in(ann, "pre", 5).json() == {"counted": True}  # nothing of what is right
    hand_in(ann, "pre", 6)  # once more, in place of the first
    hand_in(ben, "pre", 4)
    held.steer(test="post")
    told = hand_in(ann, "post", 1).json()
    assert told["scores"] == {"pre": 2, "post": 7}
    assert [row["right"] for row in told["solved"]] == right["post"]
    found = held.tally()["tests"]
    assert found["pre"] == {"pupils": 2, "right": [0, 0, 0, 0, 1, 1, 2, 2]}
    assert found["post"] == {"pupils": 1, "right": [0, 1, 1, 1, 1, 1, 1, 1]}
    assert found["both"] == {"pupils": 1, "pre": 2.0, "post": 7.0}  # Ben took one alone


def test_the_items_are_asked_without_what_is_right(held):
    for which in ("pre", "post"):
        told = held.page("ann").http.get("/class/items", params={"which": which}).json()
        assert len(told) == 8 and {name for item in told for name in item} == {
            "question",
            "choices",
        }
    pairs = items.pairs()
    assert all(pair.pre.question != pair.post.question for pair in pairs)
    assert all(len(pair.pre.choices) == len(pair.post.choices) == 4 for pair in pairs)
    # nobody gains by choosing the same place throughout
    assert all(max(map(places.count, range(4))) <= 3 for places in items.right().values())
    assert items.pairs("xx") == items.pairs("../en") == pairs


def test_the_energies_and_losses_of_the_items_are_right():
    for which, maps, loss in (("pre", (1, 0, 0, 0, 2, 3, 0, 1, 2), (2.0, 2.5)),
                              ("post", (2, 1, 0, 3, 1, 0, 0, 0, 1), (2.7, 3.0))):  # fmt: skip
        energy, hinge = items.items(which)[3], items.items(which)[5]
        L = np.array(maps).reshape(3, 3)
        rows = ", then ".join(" ".join(map(str, row)) for row in L)
        assert f"three rows: {rows}." in energy.question
        sums = [L[r : r + 2, c : c + 2].sum() for r in range(2) for c in range(2)]
        assert energy.choices[energy.right] == str(max(sums))
        false, true = loss
        assert f"energy {true}, a false one {false}" in hinge.question
        assert hinge.choices[hinge.right].startswith(f"{max(0, false - true + 1):.1f}:")


def test_the_export_has_every_answer_and_no_person(held):
    ann, ben = held.page("ann", joins=True), held.page("ben", joins=True)
    ann.answer(held.code, 1)
    ben.answer(held.code, 0)
    cells = np.zeros((12, 12), bool)
    cells[2, 0] = True
    ann.post("draw", code=held.code, pupil=ann.pupil, step=3, clip="hug-0", frame=4,
             cells=cells.tolist())  # fmt: skip
    held.steer(test="post")
    choices = [*items.right()["post"][:7], None]
    ann.post("test", code=held.code, pupil=ann.pupil, which="post", choices=choices)
    answer = held.teacher.get("export", held.code, **{SECRET: held.secret})
    assert answer.headers["content-disposition"].endswith(f'"class-{held.code}.csv"')
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    kinds = {
        kind: [x for x in lines if x["kind"] == kind] for kind in ("answer", "drawing", "test")
    }
    assert [len(found) for found in kinds.values()] == [2, 1, 8]
    (drawn,) = kinds["drawing"]
    assert (drawn["cells"], drawn["frame"], drawn["clip"]) == ("r3c1", "5", "hug-0")
    # her lines have one number, and it leads nowhere
    mine = {x["pupil"] for x in kinds["test"]} | {drawn["pupil"]}
    assert len(mine) == 1
    assert {x["pupil"]: x["choice"] for x in kinds["answer"]}[mine.pop()] == "2"
    assert [x["right"] for x in kinds["test"]] == ["yes"] * 7 + ["no"]
    assert not [word for word in ("ann", "ben", "1.1.1.1") if word in answer.text]


def test_a_closed_class_is_over_for_all(held):
    ann = held.page("ann", joins=True)
    assert held.teacher.post("close", code=held.code, secret=held.secret).json() == {"closed": True}
    assert ann.get("state", held.code).status_code == 404
    assert not CLASSES.has(ANN) and not CLASSES.has(TEACHER)


def test_a_page_that_asks_for_a_name_asks_here_too(held):
    held.app.auth, held.app.cookie_id, held.app.tokens = True, "c", {"t": "ann"}
    ann = held.page("ann")
    assert ann.join(held.code).status_code == 401
    ann.http.cookies.set("access-token-c", "t")
    assert ann.join(held.code).status_code == 200


def test_the_handout_is_there_in_english_where_a_language_has_none(held):
    for language in ("en", "xx", "../en"):
        answer = held.page("ann").http.get("/class/handout", params={"language": language})
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF")


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != items.USUAL])
def test_a_language_asks_the_same(language):
    """Right places count in all languages alike, and the numbers of exercises are the same."""
    for ours, theirs in zip(items.pairs(), items.pairs(language), strict=True):
        assert ours.teaches != theirs.teaches
        for which in ("pre", "post"):
            a, b = getattr(ours, which), getattr(theirs, which)
            assert (a.right, len(a.choices)) == (b.right, len(b.choices))
            digits = [re.findall(r"\d+", item.question) for item in (a, b)]
            assert digits[0] == digits[1]
            assert [c for c in a.choices if c.isdigit()] == [c for c in b.choices if c.isdigit()]
